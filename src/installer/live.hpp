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

namespace kopi {

/// Looks at every path that `base` or `shipped` names. Nothing is followed and nothing is written.
/// A file that makes way for a directory, or the other way round, counts as absent, as long as what stands there is as `base`
/// shipped it: applying a plan removes before it writes.
/// @error link  a symbolic link stands at such a path, or on the way to it
/// @error type  something of the user's stands where a file or directory is needed
/// @param others  looked at too, where they are files
Result<LiveFiles> scan_live(const std::string& profile, const Ledger& base, const Ledger& shipped, const std::vector<RelPath>& others = {});

/// The places where `plan` puts files beside the user's own are free, or hold what kopi put there: of `pending`, unchanged.
/// @error exists  a file of the user's, or one of kopi's that the user edited.   @error link, type
Result<void> check_beside(const std::string& profile, const Plan& plan, const std::vector<Pending>& pending);

/// The contents that deciding these cases takes.   @error changed  a live file is not what `live` said
Result<TextsByPath> read_texts(const std::string& profile, const std::vector<FileCase>& cases, const Blobs& blobs);

}  // namespace kopi
