#include "support/scratch.hpp"
#include "system/git.hpp"
#include "system/process.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

void git(const Scratch& scratch, std::vector<std::string> words) {
  words.insert(words.begin(), {"git", "-C", scratch.path(), "-c", "user.name=Ada", "-c", "user.email=ada@example.com"});
  const Command command{std::move(words), Environment::of_this_process()};
  REQUIRE(must(run_command(command, "", std::chrono::seconds(20))).status == 0);
}

std::string ignored(const IgnoreRules& rules, const std::vector<std::string>& paths) {
  std::string found;
  for (const std::string& path : paths) found += rules.ignores(path) ? path + " " : "";
  return found;
}

const std::vector<std::string> k_paths = {".env",           ".env.EXAMPLE",      "a.log",    "logs/a.txt",
                                          "skills/x/a.log", "skills/x/keep.txt", "memories/"};

}  // namespace

TEST_CASE("outside of any repository a directory's own .gitignore files count, and nothing is written there") {
  const Scratch scratch;
  scratch.write("bot/.gitignore", ".env\n.env.*\n!.env.EXAMPLE\n*.log\n/logs/\nmemories/\n");
  scratch.write("bot/skills/x/.gitignore", "keep.*\n");
  const IgnoreRules rules = must(IgnoreRules::open(scratch.at("bot")));
  CHECK_FALSE(rules.in_repository());
  CHECK(ignored(rules, k_paths) == ".env a.log logs/a.txt skills/x/a.log skills/x/keep.txt memories/ ");
  CHECK_FALSE(rules.tracks(".gitignore"));
  CHECK(must(list_directory(scratch.at("bot"))) == std::vector<std::string>{".gitignore", "skills"});
}

TEST_CASE("without rules nothing is ignored") {
  const Scratch scratch;
  const IgnoreRules rules = must(IgnoreRules::open(scratch.path()));
  CHECK(ignored(rules, k_paths).empty());
}

TEST_CASE("in a work tree git's whole word counts: rules above, the exclude file, and what is tracked all the same") {
  const Scratch scratch;
  git(scratch, {"init", "-q"});
  scratch.write(".gitignore", "*.log\n");
  scratch.write("agents/bot/.env", "A=1\n");
  scratch.write("agents/bot/a.log", "tracked\n");
  scratch.write(".git/info/exclude", "memories/\n");
  git(scratch, {"add", "-f", "agents/bot/a.log", "agents/bot/.env"});
  const IgnoreRules rules = must(IgnoreRules::open(scratch.at("agents/bot")));
  CHECK(rules.in_repository());
  CHECK(ignored(rules, {"a.log", "b.log", ".env", "memories/"}) == "b.log memories/ ");
  CHECK(rules.tracks("a.log"));
  CHECK(rules.tracks(".env"));
  CHECK_FALSE(rules.tracks("b.log"));
}

TEST_CASE("a directory that the repository around it ignores is looked at by its own rules") {
  const Scratch scratch;
  git(scratch, {"init", "-q"});
  scratch.write(".gitignore", "/drafts/\n");
  scratch.write("drafts/bot/.gitignore", ".env\n");
  const IgnoreRules rules = must(IgnoreRules::open(scratch.at("drafts/bot")));
  CHECK_FALSE(rules.in_repository());
  CHECK(ignored(rules, {".env", "SOUL.md"}) == ".env ");
}
