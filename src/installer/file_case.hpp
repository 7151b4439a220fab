// installer/file_case.hpp
//
// One path with its three states: as shipped last time (base), as it lies in the profile (ours), as shipped now (theirs).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "installer/distribution.hpp"
#include "model/ledger.hpp"
#include "store/install_record.hpp"

namespace kopi {

/// What lies in the profile at a path.
struct LiveFile {
  enum class Kind {
    file,
    link,       ///< a symbolic link, there or on the way: never followed, never replaced
    directory,  ///< with something in it that does not make way for a file
    blocked,    ///< a file that does not make way stands where a directory on the way would have to be
  };
  LedgerEntry entry;  ///< of a file
  Kind kind = Kind::file;
  bool operator==(const LiveFile&) const = default;
};
/// The live state of every path that the old or the new version ships; absent ones are not in it.
using LiveFiles = std::map<RelPath, LiveFile>;

struct FileCase {
  RelPath path;
  std::optional<LedgerEntry> base, ours, theirs;
  std::optional<RelPath> moved_from = {};     ///< the author renamed it: base and ours are those of this path
  bool moved_away = false;                    ///< the author renamed it: what becomes of it is decided at the new path
  std::optional<LedgerEntry> undecided = {};  ///< the author's file of a conflict that is not resolved yet
  std::set<std::string> undecided_keys = {};  ///< of a file merged by key: ours has all of `undecided` but these
  std::optional<LiveFile::Kind> other = {};   ///< what of the user's is there instead of a file; `ours` is empty then

  /// The executable bit, merged three-way.
  FileMode merged_mode() const;
  /// What comes out depends on the content, and not on the digests alone.
  bool needs_texts() const;
};

/// The contents that deciding takes, of cases whose needs_texts().
struct CaseTexts {
  std::optional<std::string> base;  ///< nothing where there was none, or where the store has lost it
  std::string ours;
  std::optional<std::string> taken = {};  ///< of a case with undecided_keys: `undecided`; nothing where the store has lost it
};
using TextsByPath = std::map<RelPath, CaseTexts>;

/// What the next merge starts from: what is installed, but for a conflict that is not resolved yet what it started from.
Ledger merge_base(const Installed& installed);

/// Where earlier conflicts left the author's files.
std::vector<RelPath> beside_paths(const std::vector<Pending>& pending);

/// Every path that one of the three sides of the distribution knows, by path. A rename is followed only when exactly one removed and
/// exactly one added path have the same bytes, and nothing of the user's stands at the new one.
/// @param base  merge_base(), where `pending` are the conflicts not resolved yet
std::vector<FileCase> list_cases(const Ledger& base, const std::vector<Pending>& pending, const LiveFiles& live, const Ledger& shipped);

}  // namespace kopi
