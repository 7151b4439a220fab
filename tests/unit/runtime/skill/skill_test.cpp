#include "runtime/skill/skill.hpp"

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

/// "name: description" and its findings' messages, or why it is refused.
std::string parsed(std::string_view text, const std::string& file = "skills/cook/SKILL.md") {
  const auto skill = parse_skill(text, file);
  if (!skill) return test::shown(skill.error());
  std::string shown = skill->name + ": " + skill->description;
  for (const Finding& finding : skill->findings) shown += fmt::format("\n{}:{} {}", finding.rule, finding.line, finding.message);
  return shown;
}

std::string names(const SkillSet& set) {
  std::string text;
  for (const Skill& skill : set.skills) text += skill.name + "(" + skill.origin + ") ";
  return text;
}

std::string skill_text(std::string_view name) { return fmt::format("---\nname: {0}\ndescription: Does {0}.\n---\nBody of {0}.\n", name); }

const std::string k_plain = "\nskill.front-matter:2 the front matter is not the YAML that kopi reads; its lines are taken as they stand";

}  // namespace

TEST_CASE("a skill that conforms has no findings, and its body is what stands behind") {
  const Skill skill = must(
      parse_skill("---\nname: cook\ndescription: Cooks.\nlicense: MIT\nmetadata:\n  a: b\n---\n\n# Cook\nStir.\n", "skills/cook/SKILL.md"));
  CHECK(skill.findings.empty());
  CHECK(skill.name == "cook");
  CHECK(skill.description == "Cooks.");
  CHECK(skill.body == "\n# Cook\nStir.\n");
  CHECK(skill.directory == "skills/cook");
}

TEST_CASE("what most skills bend loads, with a finding that says what") {
  CHECK(parsed("---\r\nname: cook\r\ndescription: Cooks.\r\n---\r\nx") == "cook: Cooks.");
  CHECK(parsed("\xEF\xBB\xBF---\nname: cook\ndescription: Cooks.\n---\n") == "cook: Cooks.");
  CHECK(parsed("---\nname: cook\ndescription: |\n  Cooks\n  well.\n---\n") == "cook: Cooks\nwell.");
  CHECK(parsed("---\nname: cook\ndescription: >-\n  Cooks\n  well.\n---\n") == "cook: Cooks well.");
  CHECK(parsed("---\nname: \"cook\"\ndescription: 'It''s good'\n---\n") == "cook: It's good");
  CHECK(parsed("---\nname: cook\ndescription: 42\n---\n") == "cook: 42");
  CHECK(parsed("---\ndescription: Cooks.\n---\n") == "cook: Cooks.\nskill.name:2 there is no name; 'cook' is taken, the directory's");
  CHECK(parsed("---\nname: baker\ndescription: Bakes.\n---\n") ==
        "baker: Bakes.\nskill.name:2 the name 'baker' differs from the directory's, 'cook'");
  CHECK(parsed("---\nname: The Cook\ndescription: Cooks.\n---\n") ==
        "The Cook: Cooks.\nskill.name:2 the name 'The Cook' is not of lower-case letters, digits and single hyphens, at most 64");
  for (const std::string name : {"-a", "a-", "a--b", "A", "a_b", "é"})
    CHECK(parsed("---\nname: " + name + "\ndescription: x\n---\n").find("is not of lower-case letters") != std::string::npos);
  CHECK(parsed("---\nname: cook\ndescription: " + std::string(1025, 'x') + "\n---\n")
            .ends_with("\nskill.description:2 the description has 1025 bytes, more than 1024"));
  CHECK(parsed("---\nname: cook\ndescription: Use when: hungry\n---\n") == "cook: Use when: hungry" + k_plain);
  CHECK(parsed("---\nname: cook\n# a note\ndescription: \"Use: it\"\n  more: deep\nbroken: [\n---\n") == "cook: Use: it" + k_plain);
}

TEST_CASE("what nobody could choose is refused with the reason") {
  const std::string rows[][2] = {
      {"", "E_SCHEMA skills/cook/SKILL.md:1: there is no front matter with a name and a description"},
      {"# Cook\n", "E_SCHEMA skills/cook/SKILL.md:1: there is no front matter with a name and a description"},
      {"---\nname: cook\n", "E_SCHEMA skills/cook/SKILL.md:1: there is no front matter with a name and a description"},
      {"---\nname: cook\n---\n", "E_SCHEMA skills/cook/SKILL.md:2: there is no description, so nobody could tell when to use it"},
      {"---\nname: cook\ndescription: ''\n---\n",
       "E_SCHEMA skills/cook/SKILL.md:2: there is no description, so nobody could tell when to use it"},
      {"---\nname: cook\ndescription: [a, b]\n---\n",
       "E_SCHEMA skills/cook/SKILL.md:2: there is no description, so nobody could tell when to use it"},
      {"---\n---\n", "E_SCHEMA skills/cook/SKILL.md:2: there is no description, so nobody could tell when to use it"}};
  for (const auto& [text, expected] : rows) {
    INFO(text);
    CHECK(parsed(text) == expected);
  }
}

TEST_CASE("the nearer root wins, deep ones are found, hidden ones and those inside a skill are not") {
  const Scratch scratch;
  scratch.write("profile/cook/SKILL.md", skill_text("cook"));
  scratch.write("profile/cook/inner/SKILL.md", skill_text("inner"));
  scratch.write("profile/a/b/c/deep/skill.md", skill_text("deep"));
  scratch.write("profile/.hidden/SKILL.md", skill_text("hidden"));
  scratch.write("profile/node_modules/x/SKILL.md", skill_text("x"));
  scratch.write("profile/1/2/3/4/5/6/7/SKILL.md", skill_text("too-deep"));
  scratch.write("profile/broken/SKILL.md", "no front matter");
  scratch.write("root/cook/SKILL.md", "---\nname: cook\ndescription: Another.\n---\n");
  scratch.write("root/read/SKILL.md", skill_text("read"));
  const SkillSet set =
      must(load_skills({{scratch.at("profile"), "profile"}, {scratch.at("root"), "root"}, {scratch.at("missing"), "root"}}));
  CHECK(names(set) == "cook(profile) deep(profile) read(root) ");
  CHECK(set.skills[0].description == "Does cook.");
  CHECK(test::shown(set.refused) ==
        "medium skill.refused " + scratch.at("profile/broken/SKILL.md") + ":1:0 there is no front matter with a name and a description\n");
  CHECK(count_skill_directories(scratch.at("profile")) == 3);
  scratch.write("profile/cook/scripts/run.sh", "");
  CHECK(must(list_skill_files(set.skills[0])) == std::vector<std::string>{"SKILL.md", "inner/SKILL.md", "scripts/run.sh"});
}

TEST_CASE("of two skills with one name in one root the first by its directories counts, and the other is told") {
  const Scratch scratch;
  scratch.write("profile/a/cook/SKILL.md", skill_text("cook"));
  scratch.write("profile/a-b/cook/SKILL.md", skill_text("cook"));
  scratch.write("root/cook/SKILL.md", skill_text("cook"));
  const SkillSet set = must(load_skills({{scratch.at("profile"), "profile"}, {scratch.at("root"), "root"}}));
  CHECK(names(set) == "cook(profile) ");
  CHECK(set.skills[0].file == scratch.at("profile/a/cook/SKILL.md"));
  CHECK(test::shown(set.refused) ==
        "medium skill.duplicate " + scratch.at("profile/a-b/cook/SKILL.md") +
            ":0:0 a skill of the name 'cook' comes before this one, which is left out: " + scratch.at("profile/a/cook/SKILL.md") + "\n");
}
