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
/// @error link  a symbolic link stands at such a path, or on the way to it
/// @error type  a directory stands where a file would be written, or a file where a directory is needed
Result<LiveFiles> scan_live(const std::string& profile, const Ledger& base, const Ledger& shipped);

/// The content of those live files that `base` does not know and that differ from what is shipped.
Result<std::map<RelPath, std::string>> read_clashing(const std::string& profile, const LiveFiles& live, const Ledger& base,
                                                     const Ledger& shipped);

}  // namespace kopi
