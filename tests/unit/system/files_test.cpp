#include "system/files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "support/scratch.hpp"
#include "system/temporary_file.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::outcome;
using kopi::test::Scratch;

namespace {

std::string names(const std::string& directory) {
  std::string text;
  for (const std::string& name : must(list_directory(directory))) text += name + " ";
  return text;
}

}  // namespace

TEST_CASE("a file is replaced as a whole, with the mode that was asked for") {
  const Scratch scratch;
  const std::string path = scratch.at("file");
  for (const auto& [content, mode] :
       {std::pair<std::string, unsigned>{"one", 0644}, {"", 0600}, {std::string("\0\n\xff", 3), 0755}, {"x", 0444}, {"y", 0644}}) {
    must(write_file(path, content, mode));
    CHECK(scratch.read("file") == content);
    CHECK(scratch.mode("file") == mode);
  }
  CHECK(names(scratch.path()) == "file ");
}

TEST_CASE("who reads while a file is written sees the old content or the new one") {
  const Scratch scratch;
  const std::string path = scratch.at("file");
  const std::string contents[] = {std::string(200'000, 'a'), std::string(100'000, 'b')};
  must(write_file(path, contents[0], 0644));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) (void)write_file(path, contents[i % 2], 0644);
    done = true;
  });
  int torn = 0;
  while (!done) {
    const auto content = read_file(path);
    torn += content && (*content == contents[0] || *content == contents[1]) ? 0 : 1;
  }
  writer.join();
  CHECK(torn == 0);
}

TEST_CASE("whoever clears up leaves alone what somebody is writing") {
  const Scratch scratch;
  scratch.write("file.kopi-a1B2c3", "cut off");
  std::atomic<bool> stop = false;
  std::vector<std::thread> cleaners;
  for (int i = 0; i < 3; ++i)
    cleaners.emplace_back([&] {
      while (!stop) {
        remove_leftovers(scratch.path(), "");
        TemporaryFile::remove_stale(scratch.at("temporary"));
      }
    });
  std::size_t failed = 0, lost = 0;
  for (int number = 0; number < 500; ++number) {
    if (!write_file(scratch.at("file"), std::to_string(number), 0600)) ++failed;
    const auto temporary = TemporaryFile::make(scratch.at("temporary"));
    if (!temporary || !path_exists(temporary->path())) ++lost;
  }
  stop = true;
  for (std::thread& cleaner : cleaners) cleaner.join();
  CHECK(failed == 0);
  CHECK(lost == 0);
  CHECK(scratch.read("file") == "499");
  CHECK(names(scratch.path()) == "file temporary ");
}

TEST_CASE("a linked file stays a link, and its target is replaced") {
  const Scratch scratch;
  scratch.write("dotfiles/config", "old");
  must(make_directories(scratch.at("home")));
  REQUIRE(::symlink("../dotfiles/config", scratch.at("home/config").c_str()) == 0);
  must(write_file(scratch.at("home/config"), "new", 0644));
  CHECK(must(stat_path(scratch.at("home/config")))->type == EntryType::link);
  CHECK(scratch.read("dotfiles/config") == "new");
}

TEST_CASE("a write that fails leaves what was there, and nothing beside it") {
  const Scratch scratch;
  must(make_directories(scratch.at("taken/by a directory")));
  CHECK(code_of(write_file(scratch.at("taken"), "x", 0644)) == "E_IO");
  CHECK(outcome(write_file(scratch.at("missing/file"), "x", 0644)) ==
        "E_IO cannot write " + scratch.at("missing/file") + ": no such file or directory");
  CHECK(names(scratch.path()) == "taken ");
}

TEST_CASE("reading says what is wrong, and hangs on nothing") {
  const Scratch scratch;
  scratch.write("ten", "0123456789");
  CHECK(outcome(read_file(scratch.at("ten"), 10)) == "0123456789");
  CHECK(outcome(read_file(scratch.at("ten"), 9)) == "E_LIMIT " + scratch.at("ten") + " is larger than 9 B");
  CHECK(outcome(read_file(scratch.at("none"))) == "E_IO cannot open " + scratch.at("none") + ": no such file or directory");
  CHECK(outcome(read_file(scratch.path())) == "E_IO cannot read " + scratch.path() + ": it is not a regular file");
  REQUIRE(::mkfifo(scratch.at("pipe").c_str(), 0600) == 0);
  CHECK(outcome(read_file(scratch.at("pipe"))) == "E_IO cannot read " + scratch.at("pipe") + ": it is not a regular file");
  CHECK(code_of(read_file("/dev/null")) == "E_IO");
  CHECK_FALSE(must(read_file_if_present(scratch.at("none"))));
  CHECK_FALSE(must(read_file_if_present(scratch.at("ten/below a file"))));
  CHECK(must(read_file_if_present(scratch.at("ten"))) == "0123456789");
  CHECK(code_of(read_file_if_present(scratch.path())) == "E_IO");
}

TEST_CASE("what stands at a path is told without following links") {
  const Scratch scratch;
  scratch.write("file", "abc", 0640);
  REQUIRE(::symlink("file", scratch.at("link").c_str()) == 0);
  REQUIRE(::symlink("nowhere", scratch.at("dangling").c_str()) == 0);
  REQUIRE(::mkfifo(scratch.at("pipe").c_str(), 0600) == 0);
  const auto type = [&](std::string_view name) {
    const auto entry = must(stat_path(scratch.at(name)));
    return entry ? static_cast<int>(entry->type) : -1;
  };
  CHECK(type("file") == static_cast<int>(EntryType::file));
  CHECK(type("link") == static_cast<int>(EntryType::link));
  CHECK(type("dangling") == static_cast<int>(EntryType::link));
  CHECK(type("pipe") == static_cast<int>(EntryType::other));
  CHECK(type("none") == -1);
  CHECK(type("file/below") == -1);
  const auto file = must(stat_path(scratch.at("file")));
  CHECK(file->mode == 0640);
  CHECK(file->size == 3);
  CHECK(file->owner == ::getuid());
  CHECK(path_exists(scratch.at("dangling")));
  CHECK_FALSE(path_exists(scratch.at("none")));
  CHECK(is_directory(scratch.path()));
  CHECK(is_regular_file(scratch.at("link")));
  CHECK_FALSE(is_regular_file(scratch.at("dangling")));
}

TEST_CASE("a copy is a new file; a link is not copied through") {
  const Scratch scratch;
  scratch.write("from", std::string(200'000, 'x'), 0600);
  must(copy_file(scratch.at("from"), scratch.at("to"), 0640));
  CHECK(scratch.read("to").size() == 200'000);
  CHECK(scratch.mode("to") == 0640);
  CHECK(code_of(copy_file(scratch.at("from"), scratch.at("to"), 0640)) == "E_IO");
  REQUIRE(::symlink("from", scratch.at("link").c_str()) == 0);
  CHECK(code_of(copy_file(scratch.at("link"), scratch.at("other"), 0640)) == "E_IO");
}

TEST_CASE("a tree is removed with what is read-only in it, and nothing behind its links") {
  const Scratch scratch;
  scratch.write("tree/closed/deep/file", "x", 0400);
  scratch.write("outside/keep", "x");
  REQUIRE(::symlink(scratch.at("outside").c_str(), scratch.at("tree/link").c_str()) == 0);
  REQUIRE(::chmod(scratch.at("tree/closed/deep").c_str(), 0500) == 0);
  REQUIRE(::chmod(scratch.at("tree/closed").c_str(), 0500) == 0);
  must(remove_tree(scratch.at("tree")));
  CHECK(names(scratch.path()) == "outside ");
  CHECK(scratch.read("outside/keep") == "x");
  must(remove_tree(scratch.at("tree")));  // gone is fine
  REQUIRE(::symlink(scratch.at("outside").c_str(), scratch.at("link").c_str()) == 0);
  must(remove_tree(scratch.at("link")));
  CHECK(scratch.read("outside/keep") == "x");
  must(remove_file(scratch.at("none")));
  CHECK(code_of(remove_file(scratch.at("outside"))) == "E_IO");
}

TEST_CASE("directories are made with all above them; names come sorted by byte") {
  const Scratch scratch;
  must(make_directories(scratch.at("a/b/c"), 0700));
  CHECK(scratch.mode("a/b/c") == 0700);
  must(make_directories(scratch.at("a/b/c"), 0755));
  CHECK(scratch.mode("a/b/c") == 0700);  // there already: left alone
  scratch.write("file", "x");
  CHECK(code_of(make_directories(scratch.at("file/below"))) == "E_IO");
  CHECK(code_of(make_directories(scratch.at("file"))) == "E_IO");
  for (const std::string name : {"b", "B", "é", ".hidden", "a"}) scratch.write("list/" + name, "");
  CHECK(names(scratch.at("list")) == ".hidden B a b é ");
  CHECK(code_of(list_directory(scratch.at("none"))) == "E_IO");
}

TEST_CASE("a rename replaces nothing") {
  const Scratch scratch;
  scratch.write("a/x", "a");
  scratch.write("b/x", "b");
  CHECK(code_of(rename_new(scratch.at("a"), scratch.at("b"))) == "E_IO");
  must(make_directories(scratch.at("empty")));
  CHECK(code_of(rename_new(scratch.at("a"), scratch.at("empty"))) == "E_IO");
  must(rename_new(scratch.at("a"), scratch.at("c")));
  CHECK(scratch.read("c/x") == "a");
  CHECK(scratch.read("b/x") == "b");
}

TEST_CASE("paths are joined, taken apart and freed of dots") {
  CHECK(join_path("/a", "b") == "/a/b");
  CHECK(join_path("/a/", "b") == "/a/b");
  CHECK(join_path("/", "b") == "/b");
  const std::string parts[][3] = {{"/a/b", "/a", "b"}, {"/a", "/", "a"}, {"a", ".", "a"}, {"a/b/", "a/b", ""}};
  for (const auto& [path, parent, name] : parts) {
    CHECK(parent_path(path) == parent);
    CHECK(file_name(path) == name);
  }
  const std::string rows[][3] = {{"b", "/a", "/a/b"},   {"/b", "/a", "/b"},        {"../b", "/a", "/b"},        {"../../../b", "/a", "/b"},
                                 {".", "/a", "/a"},     {"", "/a", "/a"},          {"b//c/./", "/a", "/a/b/c"}, {"..", "/a/b", "/a"},
                                 {"/../..", "/a", "/"}, {"b/../..", "/a/c", "/a"}, {"...", "/a", "/a/..."}};
  for (const auto& [path, base, expected] : rows) CHECK(absolute_path(path, base) == expected);
}
