#include "cli/completion.hpp"

#include "support/scratch.hpp"

namespace kopi::cli {
namespace {

struct World {
  test::Scratch scratch;
  Environment environment{{{"HOME", scratch.path()}}};
  Interrupt interrupt;
  Console console{environment, interrupt, {}};
  Context context{environment,
                  scratch.path(),
                  "/opt/kopi",
                  console,
                  interrupt,
                  make_clock(environment),
                  {scratch.at(".kopi"), scratch.path(), std::nullopt},
                  {},
                  {},
                  {},
                  false};

  World() {
    scratch.write(".kopi/profiles/coder/SOUL.md", "x");
    scratch.write(".kopi/profiles/coder/.env", "MY_KEY=1\n");
    scratch.write(".kopi/profiles/coder/distribution.yaml", "name: x\nenv_requires:\n  - name: ASKED_FOR\n");
    scratch.write(".kopi/profiles/writer/SOUL.md", "x");
    scratch.write(".kopi/profiles/.deleted/gone", "");
    scratch.write(".kopi/profiles/gone/SOUL.md", "x");
    scratch.write(".local/bin/pen", "#!/bin/sh\n# kopi alias: writer\nexec '/opt/kopi' -p writer \"$@\"\n", 0755);
  }
  // The words that are offered, in order.
  std::string offer(std::vector<std::string> words) const {
    std::string text;
    for (const Candidate& candidate : complete(context, std::move(words))) text += candidate.word + " ";
    return text;
  }
  bool offers(std::vector<std::string> words, std::string_view word) const {
    return (" " + offer(std::move(words))).find(" " + std::string(word) + " ") != std::string::npos;
  }
};

}  // namespace

TEST_CASE("commands are offered as far as they go") {
  const World world;
  CHECK(world.offer({}).empty());
  CHECK(world.offer({"profile", "in"}) == "info install init ");
  CHECK(world.offer({"ins"}) == "install ");
  CHECK(world.offer({"-p", "coder", "profile", "in"}) == "info install init ");
  CHECK(world.offer({"profile", "no-such"}).empty());
  CHECK(world.offers({""}, "profile"));
  CHECK(world.offers({""}, "chat"));
  CHECK_FALSE(world.offers({""}, "__complete"));
  CHECK_FALSE(world.offers({"profile", "list", ""}, "install"));
}

TEST_CASE("profiles are offered wherever one is meant, deleted ones not") {
  const World world;
  for (const std::vector<std::string>& words : {std::vector<std::string>{"-p", ""},
                                                {"--profile", ""},
                                                {"profile", "use", ""},
                                                {"profile", "delete", ""},
                                                {"profile", "show", ""},
                                                {"profile", "rename", ""},
                                                {"profile", "update", ""},
                                                {"profile", "info", ""},
                                                {"profile", "create", "x", "--clone-from", ""}}) {
    INFO(words[words.size() - 2]);
    CHECK(world.offers(words, "coder"));
    CHECK(world.offers(words, "writer"));
    CHECK_FALSE(world.offers(words, "gone"));
  }
  CHECK(world.offer({"-p", "co"}) == "coder ");
  CHECK(world.offer({"--profile=co"}) == "--profile=coder ");
  CHECK(world.offer({"--profile", "=", "co"}) == "coder ");  // bash splits it, and replaces the last part
  CHECK(world.offer({"chat", "-p", "wr"}) == "writer ");
}

TEST_CASE("options are offered by their long names, of the command and of all") {
  const World world;
  CHECK(world.offer({"profile", "create", "--clone-"}) == "--clone-all --clone-from --clone-channels ");
  CHECK(world.offers({"profile", "list", "--"}, "--json"));
  CHECK(world.offers({"profile", "list", "-"}, "--help"));
  CHECK_FALSE(world.offers({"profile", "list", "-"}, "--version"));
  CHECK(world.offers({"-"}, "--version"));
  CHECK(world.offer({"profile", "create", "--", "-"}).empty());
}

TEST_CASE("values are offered where their kind is known") {
  const World world;
  CHECK(world.offer({"-p", "coder", "env", "set", ""}) == "ASKED_FOR MY_KEY ");
  CHECK(world.offer({"completion", ""}) == "bash zsh fish ");
  CHECK(world.offers({"config", "set", "model."}, "model.default"));
  CHECK_FALSE(world.offers({"config", "set", ""}, "model"));
  CHECK(world.offer({"profile", "install", ""}) == ":directory ");
  CHECK(world.offer({"profile", "create", ""}).empty());
}

}  // namespace kopi::cli
