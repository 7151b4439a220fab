// A directory as a source: what is read of it, and what is not even looked at.
#include <sys/stat.h>
#include <unistd.h>

#include "installer/snapshot.hpp"
#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Home home{scratch.at("home/.kopi"), scratch.at("home"), std::nullopt};
  Environment environment;
  std::unique_ptr<Clock> clock = make_clock(environment);
  mutable SilentReporter reporter;

  World() { put("distribution.yaml", "name: bot\n"); }
  void put(const std::string& name, std::string_view content = "x", unsigned mode = 0644) const {
    scratch.write("source/" + name, content, mode);
  }
  void link(const std::string& target, const std::string& name) const {
    const std::string path = scratch.at("source/" + name);
    must(make_directories(parent_path(path)));
    REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
  }
  // The files that are taken, executables with a star; or the error, the scratch directory as S.
  std::string open(const std::string& suffix = "") const {
    const SourceRef source = must(parse_source(scratch.at("source") + suffix, std::nullopt, {"/", "/"}));
    const auto opened = open_source(source, {}, {home, environment, *clock, reporter, nullptr, false, "0.1.0"});
    std::string text;
    if (!opened) {
      text = test::shown(opened.error());
      while (text.find(scratch.path()) != std::string::npos) text.replace(text.find(scratch.path()), scratch.path().size(), "S");
      return text.substr(0, text.find("\n  while"));
    }
    for (const auto& [path, file] : (*opened)->snapshot.files) text += path.str() + (file.mode == FileMode::executable ? "* " : " ");
    return text;
  }
};

}  // namespace

TEST_CASE("a directory is taken as it stands, git's own folder and the user's things aside") {
  const World world;
  world.put("SOUL.md");
  world.put("run.sh", "#!", 0750);
  world.put("odd", "x", 0654);  // executable for others only
  world.put(".git/config");
  world.put(".gitignore");
  world.put("memories/private.md");
  world.put("workspace/huge.bin");
  world.link("/etc/passwd", "memories/link");
  CHECK(world.open() == ".gitignore SOUL.md distribution.yaml odd run.sh* ");
  CHECK_FALSE(path_exists(world.home.root));  // reading makes nothing
}

TEST_CASE("links and other things in a directory are refused by name") {
  World world;
  SECTION("a link to a file") {
    world.link("SOUL.md", "skills/a/SKILL.md");
    CHECK(world.open() == "E_LINK a distribution can't hold symbolic links: skills/a/SKILL.md");
  }
  SECTION("a link to a directory") {
    world.link("/etc", "skills");
    CHECK(world.open() == "E_LINK a distribution can't hold symbolic links: skills");
  }
  SECTION("a dangling link at the root") {
    world.link("nowhere", "memories");
    CHECK(world.open() == "E_LINK a distribution can't hold symbolic links: memories");
  }
  SECTION("a pipe") {
    REQUIRE(::mkfifo(world.scratch.at("source/pipe").c_str(), 0600) == 0);
    CHECK(world.open() == "E_TYPE a distribution can hold only regular files: pipe");
  }
  SECTION("a repository inside") {
    world.put("skills/a/.git/config");
    CHECK(world.open().starts_with("E_PATH skills/a is a git repository of its own"));
  }
  SECTION("a name that is no UTF-8") {
    world.put("skills/\xff.md");
    CHECK(world.open().starts_with("E_PATH path 'skills/\xff.md' is not allowed: it is not UTF-8"));
  }
}

TEST_CASE("a directory below the source is the distribution when it is asked for") {
  World world;
  world.put("agents/bot/distribution.yaml", "name: inner\n");
  world.put("agents/bot/SOUL.md");
  world.link("agents", "linked");
  CHECK(world.open("#subdirectory=agents/bot") == "SOUL.md distribution.yaml ");
  CHECK(world.open("#subdirectory=agents/none") == "E_NOT_FOUND there is no directory S/source/agents/none");
  CHECK(world.open("#subdirectory=linked").starts_with("E_LINK S/source/linked is a symbolic link"));
  CHECK(world.open("#subdirectory=linked/bot").starts_with("E_LINK "));
  CHECK(world.open("#subdirectory=distribution.yaml") == "E_NOT_FOUND S/source/distribution.yaml is no directory");
}

TEST_CASE("what is no directory or no repository says so") {
  const World world;
  world.scratch.write("file", "x");
  CHECK(world.open("/none") == "E_SOURCE there is no directory S/source/none");
  CHECK(world.open("/distribution.yaml") == "E_SOURCE S/source/distribution.yaml is a file; a source is a directory or a git repository");
  CHECK(world.open("#v1") == "E_SOURCE S/source is no git repository, so there is no 'v1' in it");
}

TEST_CASE("the limits are those of the default profile's config") {
  const World world;
  world.put("a", "12345678901234567890");
  const auto with = [&](std::string_view config) {
    world.scratch.write("home/.kopi/config.yaml", config);
    return world.open();
  };
  CHECK(with("install:\n  max_files: 1\n") == "E_LIMIT S/source holds more than 1 file");
  CHECK(with("install:\n  max_bytes: 25\n") == "E_LIMIT S/source is larger than 25 B in all");
  CHECK(with("install:\n  max_files: 0\n  max_bytes: -5\n  max_path: lots\n") == "a distribution.yaml ");  // nonsense counts as absent
  CHECK(with("install: [\n").starts_with("E_YAML "));
}
