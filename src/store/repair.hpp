// store/repair.hpp
//
// Making kopi's own records of a profile whole again from what else there is: the history, the store, the live files. What can't be
// proven right is set aside under another name, never deleted.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/home.hpp"

namespace kopi {

struct Repair {
  std::string what;   ///< "install.json is restored from state 4"
  bool whole = true;  ///< nothing more is wrong there
  std::string hint;   ///< what the user can do about the rest
};

/// Everything that was done; nothing when all was in order.
/// @error busy  another kopi is working on the profile.   @error io
Result<std::vector<Repair>> repair_profile(const Home& home, const ProfileName& name);

}  // namespace kopi
