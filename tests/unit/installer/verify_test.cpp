#include "installer/verify.hpp"

#include <unistd.h>

#include "base/text.hpp"
#include "support/scratch.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Ledger ledger;

  void ship(std::string_view path, std::string_view content, FileMode mode = FileMode::regular) {
    scratch.write(path, content, permission_bits(mode));
    ledger.emplace(must(RelPath::parse(path)), LedgerEntry{mode, sha256(content)});
  }
  // "~ changed (why) - missing + extra"
  std::string found() const {
    const Verification seen = must(verify_files(scratch.path(), ledger));
    std::string text = seen.is_clean() ? "clean" : "differs";
    for (const auto& file : seen.modified) text += fmt::format(" ~{} ({})", file.path, file.reason);
    for (const std::string& path : seen.missing) text += " -" + path;
    for (const std::string& path : seen.extra) text += " +" + path;
    return text;
  }
};

}  // namespace

TEST_CASE("files as shipped are clean, and one's own beside them are only listed") {
  World world;
  world.ship("SOUL.md", "soul");
  world.ship("skills/a/SKILL.md", "skill");
  world.ship("skills/a/run.sh", "#!/bin/sh\n", FileMode::executable);
  CHECK(world.found() == "clean");
  world.scratch.write("notes.md", "mine");            // at the root: nothing of the distribution's
  world.scratch.write("memories/MEMORY.md", "mine");  // nor here
  world.scratch.write("skills/a/mine.md", "mine");
  world.scratch.write("skills/own/deep/x.md", "mine");
  CHECK(world.found() == "clean +skills/a/mine.md +skills/own/deep/x.md");
}

TEST_CASE("each way to differ is named") {
  World world;
  for (const std::string_view path : {"a", "b", "c", "d", "e", "dir/f", "g"}) world.ship(path, "x");
  world.scratch.write("a", "y");
  must(remove_file(world.scratch.at("b")));
  must(remove_file(world.scratch.at("c")));
  REQUIRE(::symlink("a", world.scratch.at("c").c_str()) == 0);
  must(remove_file(world.scratch.at("d")));
  must(make_directories(world.scratch.at("d")));
  must(write_file(world.scratch.at("e"), "x", 0755));
  must(remove_tree(world.scratch.at("dir")));
  REQUIRE(::symlink("/nowhere", world.scratch.at("dir").c_str()) == 0);
  world.scratch.write("g", "y", 0755);
  CHECK(world.found() ==
        "differs ~a (other content) ~c (a symbolic link stands there) ~d (a directory stands there) "
        "~dir/f (a directory on the way to it is a symbolic link) ~e (the executable bit) ~g (other content, and the executable bit) -b");
}

TEST_CASE("who may read a file is its user's business") {
  World world;
  world.ship("a", "x");
  must(write_file(world.scratch.at("a"), "x", 0600));
  CHECK(world.found() == "clean");
}
