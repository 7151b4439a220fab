// store/bundled_skills.hpp
//
// The skills that come with kopi itself: put into a new profile, and brought up to date by `kopi update`. A copy that its
// user edited or removed stays as it is: `.kopi/bundled` holds the digest of each file as kopi wrote it.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/home.hpp"

namespace kopi {

struct SkillSync {
  std::vector<std::string> added, updated, kept;  ///< skill names; kept: edited or removed by the user
};

/// Names of the bundled skills.
std::vector<std::string> bundled_skill_names();

/// Brings the bundled skills of the profile in `directory` up to date. Does nothing where `.no-bundled-skills` stands.
Result<SkillSync> sync_bundled_skills(const std::string& directory);

}  // namespace kopi
