#include "installer/scaffold.hpp"

#include "installer/lint.hpp"
#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

ScaffoldRequest request(std::string description = "Says hello") {
  return {must(ProfileName::parse("bot")), std::move(description), false, false};
}

}  // namespace

TEST_CASE("what is made passes its own validation, whatever the description") {
  for (const std::string_view description : {"Says hello", "Does: this, and #that", "\"quoted\" 'text'", "- a list?", "[x]", "true",
                                             "日本語 and emoji 🎉", "ends with a colon:"}) {
    CAPTURE(description);
    const Scratch scratch;
    must(write_scaffold(scratch.at("bot"), plan_scaffold(request(std::string(description))), false));
    const LintReport report = must(lint_directory({scratch.at("bot"), false, {}, "0.1.0"}));
    CHECK(report.findings.empty());
    CHECK_FALSE(report.refusal);
    CHECK(report.name == "bot");
  }
}

TEST_CASE("nothing that is there is written over") {
  const Scratch scratch;
  scratch.write("bot/SOUL.md", "mine");
  scratch.write("bot/README.md", "mine too");
  const auto refused = write_scaffold(scratch.at("bot"), plan_scaffold(request()), false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::exists);
  CHECK(refused.error().message.find("SOUL.md, README.md are there already") != std::string::npos);
  CHECK(must(list_directory(scratch.at("bot"))) == std::vector<std::string>{"README.md", "SOUL.md"});
  const Scaffolded done = must(write_scaffold(scratch.at("bot"), plan_scaffold(request()), true));
  CHECK(done.kept == std::vector<std::string>{"SOUL.md", "README.md"});
  CHECK(done.made == std::vector<std::string>{"distribution.yaml", "config.yaml", "skills/summarise-findings/SKILL.md", ".gitignore"});
  CHECK(scratch.read("bot/SOUL.md") == "mine");
  CHECK(must(write_scaffold(scratch.at("bot"), plan_scaffold(request()), true)).made.empty());
}

TEST_CASE("its .gitignore keeps out what is private, and lets the example of variables in") {
  const Scratch scratch;
  must(write_scaffold(scratch.at("bot"), plan_scaffold(request()), false));
  const std::string rules = "\n" + scratch.read("bot/.gitignore");
  for (const std::string_view line : {".env", "!.env.EXAMPLE", "memories/", "sessions/", "state.db*", ".kopi/", "auth.json", "*.pem"}) {
    CAPTURE(line);
    CHECK(rules.find("\n" + std::string(line) + "\n") != std::string::npos);
  }
}

TEST_CASE("a config of one's own asks for no variable in kopi's name") {
  ScaffoldRequest own = request();
  own.has_config = own.has_skills = true;
  const auto files = plan_scaffold(own);
  CHECK(files.front().content.find("\nenv_requires:") == std::string::npos);
  for (const ScaffoldFile& file : files) CHECK(file.path.first() != "skills");
}
