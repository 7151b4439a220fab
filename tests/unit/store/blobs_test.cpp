#include "store/blobs.hpp"

#include <atomic>
#include <filesystem>
#include <thread>

#include "support/scratch.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Home home{scratch.path(), scratch.path(), std::nullopt};
  Blobs blobs{home};

  std::vector<std::filesystem::path> files() const {
    std::vector<std::filesystem::path> found;
    if (!is_directory(home.store_path())) return found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(home.store_path())) {
      if (entry.is_regular_file()) found.push_back(entry.path());
    }
    return found;
  }
  void damage(std::string_view content) const {
    REQUIRE(files().size() == 1);
    must(write_file(files()[0].string(), content, 0444));
  }
};

}  // namespace

TEST_CASE("what is put is got, byte for byte, once for each content") {
  const World world;
  const std::string contents[] = {"", "a", std::string("\0\n\xff", 3), std::string(3 << 20, 'x')};
  for (const std::string& content : contents) {
    CHECK_FALSE(world.blobs.has(sha256(content)));
    must(world.blobs.put(sha256(content), content));
    must(world.blobs.put(sha256(content), content));
    CHECK(world.blobs.has(sha256(content)));
    CHECK(must(world.blobs.get(sha256(content))) == content);
  }
  CHECK(world.files().size() == 4);
  for (const auto& file : world.files()) {
    CHECK(file.filename().string().size() == 64);
    CHECK(static_cast<unsigned>(std::filesystem::status(file).permissions()) == 0444);
  }
  must(world.blobs.sync());
}

TEST_CASE("a blob that is missing or damaged is a damaged state, named with what repairs it") {
  const World world;
  const Digest digest = sha256("content");
  const auto get = [&] { return test::outcome(world.blobs.get(digest)); };
  CHECK(get().starts_with("E_STATE the store's copy " + world.home.store_path()));
  CHECK(get().ends_with(digest.hex() + " is missing\n  hint: kopi doctor --repair"));
  must(world.blobs.put(digest, "content"));
  for (const std::string_view damaged : {"Content", "", "conten", "content "}) {
    world.damage(damaged);
    CAPTURE(damaged);
    CHECK(get().ends_with(digest.hex() + " is damaged\n  hint: kopi doctor --repair"));
  }
}

TEST_CASE("a blob that a crash cut short is written again") {
  const World world;
  must(world.blobs.put(sha256("content"), "content"));
  for (const std::string_view cut : {"", "con"}) {
    world.damage(cut);
    must(world.blobs.put(sha256("content"), "content"));
    CHECK(must(world.blobs.get(sha256("content"))) == "content");
  }
}

TEST_CASE("many writers of the same blobs do not disturb each other") {
  const World world;
  const auto content = [](int i) { return std::string(static_cast<std::size_t>(1000 * i), static_cast<char>('a' + i)); };
  std::vector<std::thread> writers;
  std::atomic<int> failures = 0;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) failures += world.blobs.put(sha256(content(i)), content(i)) ? 0 : 1;
    });
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(failures == 0);
  CHECK(world.files().size() == 20);  // no temporary file stayed
  for (int i = 0; i < 20; ++i) CHECK(code_of(world.blobs.get(sha256(content(i)))) == "ok");
}

TEST_CASE("a store that can't be written is an error that names the place") {
  const World world;
  world.scratch.write("store", "a file where the store belongs");
  const auto put = world.blobs.put(sha256("x"), "x");
  REQUIRE_FALSE(put);
  CHECK(put.error().code == Code::io);
  CHECK(put.error().message.find(world.home.store_path()) != std::string::npos);
}
