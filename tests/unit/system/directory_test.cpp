#include "system/directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::outcome;
using kopi::test::Scratch;

namespace {

RelPath path(std::string_view text) { return must(RelPath::parse(text)); }

struct World {
  Scratch scratch;
  Scratch outside;
  Directory directory = must(Directory::open(scratch.path()));

  World() {
    outside.write("secret", "theirs");
    scratch.write("file", "content");
    REQUIRE(::symlink(outside.path().c_str(), scratch.at("out").c_str()) == 0);
    REQUIRE(::symlink(outside.at("secret").c_str(), scratch.at("link").c_str()) == 0);
    REQUIRE(::symlink("nowhere", scratch.at("dangling").c_str()) == 0);
    REQUIRE(::mkfifo(scratch.at("pipe").c_str(), 0600) == 0);
    must(make_directories(scratch.at("folder")));
  }
  ~World() {
    CHECK(outside.read("secret") == "theirs");
    CHECK(must(list_directory(outside.path())) == std::vector<std::string>{"secret"});
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
};

}  // namespace

TEST_CASE("files are written with their directories, replaced and read") {
  const World world;
  must(world.directory.write(path("a/b/c.md"), "one", 0644));
  CHECK(must(world.directory.read(path("a/b/c.md"), 100)) == "one");
  CHECK(world.scratch.mode("a/b") == 0755);
  must(world.directory.write(path("a/b/c.md"), "two", 0755));
  CHECK(world.scratch.read("a/b/c.md") == "two");
  CHECK(world.scratch.mode("a/b/c.md") == 0755);
  must(world.directory.write(path("a/b/empty"), "", 0600));
  CHECK(world.scratch.mode("a/b/empty") == 0600);
  CHECK(must(list_directory(world.scratch.at("a/b"))) == std::vector<std::string>{"c.md", "empty"});
  CHECK(outcome(world.directory.read(path("a/b/c.md"), 2)) == "E_LIMIT " + world.scratch.at("a/b/c.md") + " is larger than 2 B");
  CHECK(code_of(world.directory.read(path("missing/x"), 10)) == "E_IO");
}

TEST_CASE("no link is followed, neither at the end of a path nor on the way") {
  const World world;
  const std::string at_end = "E_LINK " + world.scratch.at("link") + " is a symbolic link, which kopi does not replace";
  CHECK(outcome(world.directory.write(path("link"), "x", 0644)) == at_end);
  CHECK(code_of(world.directory.write(path("dangling"), "x", 0644)) == "E_LINK");
  CHECK(code_of(world.directory.read(path("link"), 100)) == "E_LINK");
  for (const std::string_view through : {"out/secret", "out/new", "out/deep/new", "link/x", "dangling/x"}) {
    CAPTURE(through);
    CHECK(code_of(world.directory.write(path(through), "x", 0644)) == "E_LINK");
    CHECK(code_of(world.directory.read(path(through), 100)) == "E_LINK");
    CHECK(code_of(world.directory.stat(path(through))) == "E_LINK");
    CHECK(code_of(world.directory.remove(path(through))) == "E_LINK");
    CHECK(code_of(world.directory.set_mode(path(through), 0777)) == "E_LINK");
  }
  CHECK(must(world.directory.stat(path("link")))->type == EntryType::link);
  CHECK(code_of(world.directory.set_mode(path("link"), 0777)) == "E_LINK");
  must(world.directory.remove(path("link")));  // the link itself goes
  CHECK_FALSE(path_exists(world.scratch.at("link")));
}

TEST_CASE("only regular files are read and replaced") {
  const World world;
  for (const std::string_view name : {"pipe", "folder"}) {
    CAPTURE(name);
    CHECK(outcome(world.directory.write(path(name), "x", 0644)) == "E_TYPE " + world.scratch.at(name) + " is not a regular file");
    CHECK(outcome(world.directory.read(path(name), 10)) == "E_TYPE " + world.scratch.at(name) + " is not a regular file");
  }
  CHECK(outcome(world.directory.write(path("file/x"), "x", 0644)) ==
        "E_TYPE " + world.scratch.at("file/x") + " can't be reached: a file stands where a directory is needed");
  CHECK(world.scratch.read("file") == "content");
}

TEST_CASE("what stands at a path is told, or that nothing does") {
  const World world;
  CHECK(must(world.directory.stat(path("file")))->type == EntryType::file);
  CHECK(must(world.directory.stat(path("folder")))->type == EntryType::directory);
  CHECK(must(world.directory.stat(path("pipe")))->type == EntryType::other);
  CHECK_FALSE(must(world.directory.stat(path("none"))));
  CHECK_FALSE(must(world.directory.stat(path("none/deep/x"))));
  CHECK_FALSE(must(world.directory.stat(path("file/x"))));
}

TEST_CASE("a removed file takes the directories with it that it leaves empty") {
  const World world;
  world.scratch.write("a/b/c/x", "1");
  world.scratch.write("a/y", "2");
  must(world.directory.remove(path("a/b/c/x")));
  CHECK_FALSE(path_exists(world.scratch.at("a/b")));
  CHECK(world.scratch.read("a/y") == "2");
  must(world.directory.remove(path("a/b/c/x")));
  must(world.directory.remove(path("file/x")));
  CHECK(code_of(world.directory.remove(path("folder"))) == "E_IO");
  CHECK(path_exists(world.scratch.at("folder")));
}

TEST_CASE("a mode is changed on a regular file") {
  const World world;
  must(world.directory.set_mode(path("file"), 0750));
  CHECK(world.scratch.mode("file") == 0750);
  CHECK(code_of(world.directory.set_mode(path("none"), 0750)) == "E_IO");
}

TEST_CASE("a walk meets everything in order, enters where it is told to, and follows no link") {
  const World world;
  world.scratch.write("a/b/x", "1");
  world.scratch.write("a-b", "1");
  world.scratch.write("skipped/x", "1");
  std::string met;
  must(world.directory.walk([&](const Directory::Entry& entry) -> Result<bool> {
    met += entry.path + (entry.info.type == EntryType::directory ? "/ " : " ");
    return entry.path != "skipped";
  }));
  CHECK(met == "a/ a/b/ a/b/x a-b dangling file folder/ link out pipe skipped/ ");
  const auto stopped =
      world.directory.walk([](const Directory::Entry& entry) -> Result<bool> { return error(Code::limit, "{}", entry.path); });
  CHECK(outcome(stopped) == "E_LIMIT a");
}

TEST_CASE("a directory is reached through links that its user made, and must be one") {
  const World world;
  const Directory linked = must(Directory::open(world.scratch.at("out")));
  CHECK(must(linked.read(path("secret"), 100)) == "theirs");
  CHECK_FALSE(Directory::open(world.scratch.at("file")));
  CHECK_FALSE(Directory::open(world.scratch.at("none")));
}
