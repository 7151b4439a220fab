// installer/live.hpp
//
// The state of a profile's files, as far as a plan needs it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "installer/plan.hpp"
#include "store/blobs.hpp"
#include "system/directory.hpp"

namespace kopi {

/// What a scan looks at, and knows of it.
struct ScanScope {
  const Ledger& base;
  const Ledger& shipped;
  std::vector<RelPath> others = {};  ///< looked at too, where they are files
  std::vector<RelPath> own = {};     ///< of `base`: the user's before they were shipped; nothing takes them away
};
/// Looks at every path that `base` or `shipped` names. Nothing is followed and nothing is written.
/// A file that makes way for a directory, or the other way round, counts as absent, as long as what stands there is as `base`
/// shipped it: applying a plan removes before it writes. What does not make way is told by its kind.
/// @error type  something stands there that is neither file, directory nor link
Result<LiveFiles> scan_live(const std::string& profile, const ScanScope& scope);

/// Where `plan` writes and removes, files and directories are what they have to be; the places where it puts files beside the user's own
/// are free, or hold what kopi put there: of `pending`, unchanged.
/// @error link  a symbolic link stands at such a path, or on the way to it.   @error type  something of the user's of another type does
/// @error exists  a file of the user's, or one of kopi's that the user edited
Result<void> check_places(const std::string& profile, const Plan& plan, const std::vector<Pending>& pending);

/// A file can be put at `path`.   @error type  a directory is there, or a file on the way to it.   @error link
Result<void> check_room(const Directory& profile, const RelPath& path);

/// The contents that deciding these cases takes.   @error changed  a live file is not what `live` said
Result<TextsByPath> read_texts(const std::string& profile, const std::vector<FileCase>& cases, const Blobs& blobs);

}  // namespace kopi
