#include "model/skill_names.hpp"

#include "support/documents.hpp"

using namespace kopi;

TEST_CASE("a skill is called as its front matter says, else as its directory") {
  const std::string rows[][2] = {{"---\nname: a\ndescription: d\n---\n", "a"},
                                 {"---\ndescription: d\n---\n", "folder"},
                                 {"---\nname: a\ndescription: Does: much\n---\n", "a"},
                                 {"---\nname: a\n---\n", ""},
                                 {"name: a\ndescription: d\n", ""},
                                 {"---\nname: [\n---\n", ""}};
  for (const auto& [text, expected] : rows) {
    CAPTURE(text);
    CHECK(skill_name_in(text, "folder") == expected);
  }
}

TEST_CASE("the files that are skills are those that a walk finds") {
  const std::vector<std::string> paths = {"skills/a/SKILL.md",
                                          "skills/a/examples/b/SKILL.md",
                                          "skills/c/d/skill.md",
                                          "skills/SKILL.md",
                                          "docs/a/SKILL.md",
                                          "skills/.x/a/SKILL.md",
                                          "skills/node_modules/a/SKILL.md",
                                          "skills/1/2/3/4/5/6/SKILL.md",
                                          "skills/1/2/3/4/5/6/7/SKILL.md",
                                          "skills/a/notes.md",
                                          "skills/ab/SKILL.md"};
  CHECK(find_skill_files(paths) ==
        std::vector<std::string>{"skills/a/SKILL.md", "skills/c/d/skill.md", "skills/1/2/3/4/5/6/SKILL.md", "skills/ab/SKILL.md"});
}

TEST_CASE("of skills with one name all but the first are told") {
  CHECK(test::shown(find_duplicate_skills({{"skills/a-b/n/SKILL.md", "n"}, {"skills/c/SKILL.md", "c"}, {"skills/a/n/SKILL.md", "n"}})) ==
        "medium skill.duplicate skills/a-b/n/SKILL.md:0:0 a skill of the name 'n' comes before this one, which is left out: "
        "skills/a/n/SKILL.md\n");
  CHECK(find_duplicate_skills({{"skills/a/SKILL.md", "a"}, {"skills/b/SKILL.md", "b"}}).empty());
}
