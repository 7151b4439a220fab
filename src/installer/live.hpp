// installer/live.hpp
//
// The state of a profile's files, as far as a plan needs it.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "installer/plan.hpp"

namespace kopi {

/// Looks at every path that `base` or `shipped` names. Nothing is followed and nothing is written.
/// A file that makes way for a directory, or the other way round, counts as absent, as long as what stands there is as `base`
/// shipped it: applying a plan removes before it writes.
/// @error link  a symbolic link stands at such a path, or on the way to it
/// @error type  something of the user's stands where a file or directory is needed
Result<LiveFiles> scan_live(const std::string& profile, const Ledger& base, const Ledger& shipped);

/// The places where `plan` puts files beside the user's own are free, or hold a file that kopi may replace.   @error link, type
Result<void> check_beside(const std::string& profile, const Plan& plan);

/// The content of those live files that `base` does not know and that differ from what is shipped.
Result<std::map<RelPath, std::string>> read_clashing(const std::string& profile, const LiveFiles& live, const Ledger& base,
                                                     const Ledger& shipped);

}  // namespace kopi
