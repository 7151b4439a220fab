#include "store/collect.hpp"

#include "store/blobs.hpp"
#include "store/history.hpp"
#include "store/install_record.hpp"
#include "support/documents.hpp"
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

  Digest put(std::string_view content) const {
    must(blobs.put(sha256(content), content));
    return sha256(content);
  }
  // A profile at which `contents` are installed, one file each.
  void install(std::string_view directory, std::initializer_list<std::string_view> contents) const {
    Installed installed;
    int number = 0;
    for (const std::string_view content : contents)
      installed.ledger.emplace(must(RelPath::parse("f" + std::to_string(number++))), LedgerEntry{FileMode::regular, put(content)});
    installed.record.source = "/x";
    must(write_installed(scratch.at("profiles/" + std::string(directory)), installed));
  }
  // A kept state of it that shipped `contents`.
  void keep(std::string_view directory, std::int64_t number, std::initializer_list<std::string_view> contents) const {
    Ledger ledger;
    for (const std::string_view content : contents)
      ledger.emplace(must(RelPath::parse("f" + sha256(content).hex())), LedgerEntry{FileMode::regular, put(content)});
    State state;
    state.number = number;
    state.operation = "update";
    state.at = "2026-03-14T15:09:26Z";
    state.record = Node::mapping({{"schema", 1}, {"ledger", put(render_ledger(ledger)).str()}});
    must(write_state(scratch.at("profiles/" + std::string(directory)), state));
  }
  // What would go, by content.
  std::set<std::string> garbage() const {
    std::set<std::string> contents;
    for (const auto& blob : find_garbage(must(list_store(home)), must(find_blob_users(home))).blobs)
      contents.insert(must(blobs.get(blob.first)));
    return contents;
  }
};

using Contents = std::set<std::string>;

}  // namespace

TEST_CASE("an empty home has an empty store, which is fine") {
  const World world;
  CHECK(must(list_store(world.home)).blobs.empty());
  CHECK(must(find_blob_users(world.home)).size() == 1);
  CHECK(world.garbage().empty());
}

TEST_CASE("what a ledger names stays, whoever's it is") {
  const World world;
  world.install("bot", {"one", "two"});
  world.install(".bot.staging-1-ab", {"in the making"});
  world.install(".deleted/old", {"deleted"});
  world.put("nobody's");
  CHECK(world.garbage() == Contents{"nobody's"});
  must(remove_tree(world.scratch.at("profiles/bot")));
  CHECK(world.garbage() == Contents{"nobody's", "one", "two"});
}

TEST_CASE("kept states stay with their ledgers and all their files") {
  const World world;
  world.install("bot", {"new"});
  world.keep("bot", 1, {"old", "older"});
  world.keep("bot", 2, {"new"});
  world.put("nobody's");
  CHECK(world.garbage() == Contents{"nobody's"});
  must(remove_file(world.scratch.at("profiles/bot/.kopi/history/1.json")));
  CHECK(world.garbage().size() == 4);  // two files, and the ledger that named them
}

TEST_CASE("whatever a record names by its digits stays: a pending merge, a journal") {
  const World world;
  world.install("bot", {"new"});
  world.scratch.write("profiles/bot/.kopi/journal", "{\"old\": \"" + world.put("in a journal").str() + "\"}");
  world.scratch.write("profiles/bot/.kopi/transaction/new-1", "x " + world.put("in the making").hex() + "\n");
  world.scratch.write("profiles/bot/.kopi/other", sha256("not this").hex() + "0 " + world.put("base of a merge").hex());
  world.put("not this");
  CHECK(world.garbage() == Contents{"not this"});
}

TEST_CASE("a kept state that can't be read keeps everything") {
  const World world;
  world.install("bot", {"new"});
  world.keep("bot", 1, {"old"});
  const std::string ledger = must(read_state(world.scratch.at("profiles/bot"), 1)).ledger().hex();
  must(remove_file(world.scratch.at("store/sha256/" + ledger)));
  const auto users = find_blob_users(world.home);
  CHECK(code_of(users) == "E_STATE");
  CHECK(users.error().hint == "kopi -p bot doctor --repair");
  world.scratch.write("profiles/bot/.kopi/history/1.json", "{");
  CHECK(code_of(find_blob_users(world.home)) == "E_STATE");
}

TEST_CASE("garbage is removed, half-written files with it, and what is none of kopi's stays") {
  const World world;
  world.install("bot", {"one"});
  const Digest lost = world.put("nobody's");
  world.scratch.write("store/sha256/" + lost.hex() + ".0a1b2c3d", "half");
  world.scratch.write("store/sha256/README", "mine");
  const StoreContents store = must(list_store(world.home));
  CHECK(store.strange == std::vector<std::string>{world.scratch.at("store/sha256/README")});
  const Garbage garbage = find_garbage(store, must(find_blob_users(world.home)));
  CHECK(garbage.count() == 2);
  CHECK(garbage.bytes() == 12);
  must(remove_garbage(world.home, garbage, nullptr));
  const StoreContents left = must(list_store(world.home));
  CHECK(left.blobs.size() == 1);
  CHECK(left.left_over.empty());
  CHECK(left.strange.size() == 1);
}

TEST_CASE("a blob that changed or went is named with who needs it") {
  const World world;
  world.install("bot", {"one", "two"});
  world.install("cat", {"one"});
  CHECK(must(check_store(world.home, must(list_store(world.home)), nullptr)).blobs.empty());
  const std::string path = world.scratch.at("store/sha256/" + sha256("one").hex());
  must(remove_file(path));
  must(write_file(path, "other", 0444));
  must(remove_file(world.scratch.at("store/sha256/" + sha256("two").hex())));
  const StoreDamage damage = must(check_store(world.home, must(list_store(world.home)), nullptr));
  REQUIRE(damage.blobs.size() == 2);
  CHECK(damage.blobs[0].path == path);
  CHECK(damage.blobs[0].reason == "damaged");
  CHECK(damage.blobs[0].users == std::vector<std::string>{"bot", "cat"});
  CHECK(damage.blobs[1].reason == "missing");
  CHECK(damage.blobs[1].users == std::vector<std::string>{"bot"});
}
