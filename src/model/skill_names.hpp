// model/skill_names.hpp
//
// What a skill is called, and which of two with one name counts: docs/formats/skill.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "formats/node.hpp"

namespace kopi {

/// Front matter that is no YAML (most often an unquoted ": " in the description), line by line as `key: rest of line`.
Node read_plain_front_matter(std::string_view yaml, int first_line);

/// The name that the text of a SKILL.md gives its skill: `folder` where it gives none. Empty when the skill is left out, because there
/// is no front matter with a description.
std::string skill_name_in(std::string_view text, std::string_view folder);

/// Those of a profile's files that are a skill's SKILL.md: below `skills/`, at most six directories deep, and not below another skill.
std::vector<std::string> find_skill_files(const std::vector<std::string>& paths);

struct SkillPlace {
  std::string path;  ///< of its SKILL.md: "skills/writing/notes/SKILL.md"
  std::string name;
};

/// One for each skill that is left out because one that comes first has its name. In one directory the order is that of the names in it.
Findings find_duplicate_skills(std::vector<SkillPlace> skills);
/// The finding itself, "skill.duplicate".
Finding duplicate_skill(const SkillPlace& left_out, std::string_view first);

}  // namespace kopi
