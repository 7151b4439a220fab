// installer/import_source.hpp
//
// What is imported, as a stream of files below one directory: an archive, or a directory on disk. Each pass reads it anew; what the
// first one checked is what a later one finds, or the import ends.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "installer/context.hpp"
#include "system/archive.hpp"

namespace kopi {

struct ImportMember {
  RelPath path;  ///< from the profile's root
  bool executable = false;
  std::uint64_t size = 0;
};

class ImportSource {
 public:
  virtual ~ImportSource() = default;
  /// Back to the start.
  virtual Result<void> begin() = 0;
  /// The next file; directories are not told of. Nothing at the end.
  /// @error changed  it is not what the pass before read; and everything that ArchiveReader refuses
  virtual Result<std::optional<ImportMember>> next() = 0;
  /// The next piece of that file; empty at its end.
  virtual Result<std::string_view> read() = 0;
  /// What the one directory is called; known once a pass has ended.
  virtual const std::string& root() const = 0;
  /// Root directories that no import takes, and that were not even entered.
  virtual std::vector<std::string> skipped() const { return {}; }
};

/// @param path  of an archive or a directory; "-" for an archive on stdin
/// @error not_found, io
Result<std::unique_ptr<ImportSource>> open_import_source(const std::string& path, const ArchiveLimits& limits,
                                                         const InstallContext& context);

}  // namespace kopi
