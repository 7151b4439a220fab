// runtime/skill/skill.hpp
//
// Skills by the Agent Skills specification: a directory with a SKILL.md whose front matter has a name and a description. They
// are loaded leniently, because most that exist bend a rule, and reported precisely.
#pragma once

#include <string>
#include <vector>

#include "base/finding.hpp"
#include "base/result.hpp"

namespace kopi {

struct Skill {
  std::string name;
  std::string description;
  std::string directory;  ///< absolute
  std::string file;       ///< absolute path of its SKILL.md
  std::string origin;     ///< "profile" or "root"
  std::string body;       ///< behind the front matter
  Findings findings;      ///< what the specification would complain about; empty: it conforms
};

struct SkillSet {
  std::vector<Skill> skills;  ///< by name, each name once
  Findings refused;           ///< files that can't be used, with the reason; one of them: another file of that root has the name
};

/// One of SkillSet::refused that this user may not read: a SKILL.md, or a directory that may hold any number of them.
bool is_unreadable_skill(const Finding& finding);
/// What mends such a one; empty for other findings.
std::string unreadable_skill_hint(const Finding& finding);

/// A place to look for skills; the earlier one wins where two have the same name.
struct SkillRoot {
  std::string directory;
  std::string origin;
};

/// Looks below each root, at most six directories deep and not below a skill. A missing root is an empty one, and one
/// that can't be read is refused.
Result<SkillSet> load_skills(const std::vector<SkillRoot>& roots);

/// How many skill directories there are below `directory`, without reading any of them.
std::size_t count_skill_directories(const std::string& directory);

/// Reads one SKILL.md.   @error schema  it can't be used; the message says why
Result<Skill> parse_skill(std::string_view text, const std::string& file);

/// The files that come with a skill, relative to its directory.
Result<std::vector<std::string>> list_skill_files(const Skill& skill);

}  // namespace kopi
