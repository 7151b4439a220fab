// installer/snapshot.hpp
//
// A distribution's files as they were read once, in memory: what is shown, hashed, planned and written is this one state, even
// if the source moves meanwhile. Sixty-four MiB are the most by default, so memory is the simplest staging area there is.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/rel_path.hpp"
#include "base/result.hpp"
#include "installer/context.hpp"
#include "model/ledger.hpp"
#include "model/manifest.hpp"
#include "model/source_ref.hpp"
#include "system/git.hpp"

namespace kopi {

struct SnapshotFile {
  FileMode mode = FileMode::regular;
  std::string content;
  Digest digest;
};

struct Snapshot {
  std::map<RelPath, SnapshotFile> files;  ///< those that are taken (model/ownership.hpp), distribution.yaml among them
  ManifestReading manifest;
  std::optional<GitRef> ref;          ///< of a git source
  std::vector<std::string> left_out;  ///< root names that always belong to the user and were not taken
};

/// Of a file, in bytes: FILE.kopi-new has to fit beside it into the 255 that Linux's file systems take.
constexpr std::size_t k_longest_file_name = 255 - std::string_view(".kopi-new").size();

struct SnapshotLimits {
  std::size_t files = 4096;
  std::size_t bytes = 64u << 20;
  std::size_t path = 512;
  std::size_t depth = 32;
  HttpTimeouts timeouts;
};

/// From the default profile's config.yaml, section `install`.
Result<SnapshotLimits> read_limits(const Home& home);

/// One entry of a source's tree, before anything is believed of it.
struct TreeEntry {
  enum class Type { file, executable, link, submodule, odd_mode, other };
  std::string path;
  Type type = Type::file;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< of a file on disk

  bool operator==(const TreeEntry&) const = default;
};

/// The raw tree of a source: a commit, or a directory.
class SourceTree {
 public:
  virtual ~SourceTree() = default;
  virtual const std::vector<TreeEntry>& entries() const = 0;
  virtual Result<std::string> read(std::size_t index, std::size_t max_bytes) const = 0;
  /// Root directories that always belong to the user and were not even listed.
  virtual std::vector<std::string> skipped() const { return {}; }
  /// @error changed  the source is no longer what entries() said
  virtual Result<void> check_unchanged() const { return {}; }
};

/// Checks every entry, reads the manifest, takes what it owns.
/// @param shown  the source for messages
/// @error link, type, path, collision, limit, manifest, yaml  each naming the entry
Result<Snapshot> take_snapshot(const SourceTree& tree, const SnapshotLimits& limits, const std::string& shown);

/// What Git LFS puts into a repository in place of a large file.
bool is_lfs_pointer(std::string_view content);

struct OpenedSource {
  Snapshot snapshot;
  bool is_git = false;
};

/// How a source is opened beyond what it says itself.
struct OpenOptions {
  bool insecure_http = false;
  /// For authors: of a directory in a git work tree, what a clone would hold; else all of it.
  bool as_committed = false;
  /// A commit that is installed already: when the source still means it, nothing is read and nothing is returned.
  std::optional<std::string> installed_commit;
};

/// Reads the source: fetches through the mirror, opens a repository on disk in place, or copies a directory.
/// Nothing when the source still means `installed_commit`.
Result<std::optional<OpenedSource>> open_source(const SourceRef& source, const OpenOptions& options, const InstallContext& context);

}  // namespace kopi
