#include "store/bundled_skills.hpp"

#include <unistd.h>

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

// "added: a b; updated: ; kept: "
std::string sync(const Scratch& profile) {
  const auto done = sync_bundled_skills(profile.path());
  if (!done) return test::shown(done.error());
  const auto words = [](const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += " " + name;
    return text;
  };
  return "added:" + words(done->added) + "; updated:" + words(done->updated) + "; kept:" + words(done->kept);
}

std::string all() {
  std::string text;
  for (const std::string& name : bundled_skill_names()) text += " " + name;
  return text;
}

constexpr std::string_view k_nothing = "added:; updated:; kept:";

}  // namespace

TEST_CASE("the bundled skills are put into a profile once") {
  const Scratch profile;
  REQUIRE(bundled_skill_names().size() >= 2);
  CHECK(sync(profile) == "added:" + all() + "; updated:; kept:");
  for (const std::string& name : bundled_skill_names()) CHECK(profile.read("skills/" + name + "/SKILL.md").starts_with("---\n"));
  CHECK(sync(profile) == k_nothing);
}

TEST_CASE("a skill that its user edited, removed or had before stays as it is") {
  const Scratch profile;
  const std::string first = bundled_skill_names()[0];
  const std::string second = bundled_skill_names()[1];
  profile.write("skills/" + first + "/SKILL.md", "my own");
  sync(profile);
  must(remove_tree(profile.at("skills/" + second)));
  CHECK(sync(profile) == "added:; updated:; kept: " + first + " " + second);
  CHECK(profile.read("skills/" + first + "/SKILL.md") == "my own");
  CHECK_FALSE(path_exists(profile.at("skills/" + second)));
}

TEST_CASE("an untouched copy of an older kopi is brought up to date, a dropped one goes") {
  const Scratch profile;
  sync(profile);
  const std::string name = bundled_skill_names()[0];
  const std::string shipped = profile.read("skills/" + name + "/SKILL.md");
  // As an older kopi would have left it: another text, a skill that is no longer bundled, and one of those edited since.
  const auto digest = [](std::string_view text) {
    return text == "old" ? "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4" : "";
  };
  profile.write("skills/" + name + "/SKILL.md", "old");
  profile.write("skills/retired/SKILL.md", "old");
  profile.write("skills/retired-edited/SKILL.md", "edited");
  std::string ledger;
  for (const std::string& path :
       {"skills/" + name + "/SKILL.md", std::string("skills/retired-edited/SKILL.md"), std::string("skills/retired/SKILL.md")}) {
    ledger += "100644 " + std::string(digest("old")) + "  " + path + "\n";
  }
  for (const std::string& other : bundled_skill_names()) {
    if (other != name) must(remove_tree(profile.at("skills/" + other)));
  }
  profile.write(".kopi/bundled", ledger);
  std::string added;
  for (const std::string& other : bundled_skill_names()) added += other == name ? "" : " " + other;
  CHECK(sync(profile) == "added:" + added + "; updated: " + name + "; kept:");
  CHECK(profile.read("skills/" + name + "/SKILL.md") == shipped);
  CHECK_FALSE(path_exists(profile.at("skills/retired")));
  CHECK(profile.read("skills/retired-edited/SKILL.md") == "edited");
  CHECK(sync(profile) == k_nothing);
}

TEST_CASE("who wants none gets none, and links are not followed") {
  const Scratch without;
  without.write(".no-bundled-skills", "");
  CHECK(sync(without) == k_nothing);
  CHECK_FALSE(path_exists(without.at("skills")));
  const Scratch linked;
  const Scratch elsewhere;
  REQUIRE(::symlink(elsewhere.path().c_str(), linked.at("skills").c_str()) == 0);
  CHECK(sync(linked).starts_with("E_LINK "));
  CHECK(must(list_directory(elsewhere.path())).empty());
}

TEST_CASE("a damaged record of what was written is named") {
  const Scratch profile;
  profile.write(".kopi/bundled", "nonsense\n");
  CHECK(sync(profile) == "E_STATE " + profile.at(".kopi/bundled") + ":1: not a ledger line");
}
