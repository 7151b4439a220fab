#include "store/history.hpp"

#include "formats/json.hpp"
#include "support/documents.hpp"
#include "support/scratch.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

State sample(std::int64_t number) {
  State state;
  state.number = number;
  state.operation = number == 1 ? "install" : "update";
  state.at = "2026-03-14T15:09:26Z";
  state.record = Node::mapping(
      {{"schema", 1}, {"name", "bot"}, {"version", "1.10"}, {"commit", Node()}, {"ledger", sha256("ledger").str()}, {"state", number}});
  return state;
}

struct World {
  Scratch scratch;
  std::string file(std::int64_t number) const { return state_path(number); }
  std::string failure(std::int64_t number) const {
    const auto read = read_state(scratch.path(), number);
    if (read) return "ok";
    std::string text = test::shown(read.error());
    while (text.find(scratch.path()) != std::string::npos) text.replace(text.find(scratch.path()), scratch.path().size(), "P");
    return text;
  }
};

}  // namespace

TEST_CASE("a state is read back as it was written") {
  const World world;
  CHECK(must(read_states(world.scratch.path())).empty());
  must(write_state(world.scratch.path(), sample(7)));
  const State state = must(read_state(world.scratch.path(), 7));
  CHECK(state.number == 7);
  CHECK(state.operation == "update");
  CHECK(state.at == "2026-03-14T15:09:26Z");
  CHECK(state.record == sample(7).record);
  CHECK(state.text("version") == "1.10");
  CHECK(state.text("commit").empty());
  CHECK(state.text("signer").empty());
  CHECK(state.ledger() == sha256("ledger"));
  CHECK(world.scratch.mode(".kopi/history") == 0700);
  const Node file = test::json(world.scratch.read(world.file(7)));
  CHECK(file.find("operation")->as_text() == "update");
  CHECK(file.find("state")->as_integer() == 7);
}

TEST_CASE("states are listed by number, and nothing else in the directory is one") {
  const World world;
  for (const int number : {10, 9, 2}) must(write_state(world.scratch.path(), sample(number)));
  for (const std::string_view name : {"3.json.tmp", "03.json", "x.json", ".json", "-4.json", "12345678901234567890.json", "4"}) {
    world.scratch.write(".kopi/history/" + std::string(name), "{}");
  }
  CHECK(must(list_states(world.scratch.path())) == std::vector<std::int64_t>{2, 9, 10});
  const auto states = must(read_states(world.scratch.path()));
  REQUIRE(states.size() == 3);
  CHECK(states.back().number == 10);
}

TEST_CASE("the oldest states go when there are more than are kept") {
  const World world;
  for (int number = 1; number <= 12; ++number) must(write_state(world.scratch.path(), sample(number)));
  must(prune_states(world.scratch.path()));
  CHECK(must(list_states(world.scratch.path())) == std::vector<std::int64_t>{3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  must(prune_states(world.scratch.path()));
  CHECK(must(list_states(world.scratch.path())).size() == 10);
  CHECK(states_beyond({1, 2, 3}, 3).empty());
  CHECK(states_beyond({1, 2, 3}, 0) == std::vector<std::int64_t>{1, 2, 3});
}

TEST_CASE("a damaged state is named with what repairs it") {
  const World world;
  const std::string good = render_state(sample(2));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    world.scratch.write(world.file(2), text);
    return world.failure(2);
  };
  const std::string hint = "\n  hint: kopi doctor --repair";
  CHECK(with("\"schema\": 1", "\"schema\": 2") == "E_STATE P/.kopi/history/2.json is damaged: it is not of schema 1" + hint);
  CHECK(with("\"state\": 2", "\"state\": 3") == "E_STATE P/.kopi/history/2.json is damaged: it is of another state" + hint);
  CHECK(with("\"operation\": \"update\"", "\"operation\": null") == "E_STATE P/.kopi/history/2.json is damaged: it lacks a key" + hint);
  CHECK(with("sha256:", "sha256:0") == "E_STATE P/.kopi/history/2.json is damaged: it lacks a key" + hint);
  CHECK(with("{", "").starts_with("E_STATE kopi's record is damaged: P/.kopi/history/2.json:"));
  CHECK(code_of(read_states(world.scratch.path())) == "E_STATE");
  must(remove_file(world.scratch.at(world.file(2))));
  CHECK(world.failure(2).starts_with("E_"));
  must(remove_tree(world.scratch.at(".kopi/history")));
  world.scratch.write(".kopi/history", "");
  CHECK(code_of(list_states(world.scratch.path())) == "E_STATE");
}

TEST_CASE("what a state shipped is in the store") {
  const World world;
  const Home home{world.scratch.path(), world.scratch.path(), std::nullopt};
  const Blobs blobs(home);
  Ledger ledger;
  ledger.emplace(must(RelPath::parse("SOUL.md")), LedgerEntry{FileMode::regular, sha256("x")});
  const std::string text = render_ledger(ledger);
  State state = sample(1);
  state.record.set("ledger", sha256(text).str());
  CHECK(code_of(read_ledger(state, blobs)) == "E_STATE");
  must(blobs.put(sha256(text), text));
  CHECK(must(read_ledger(state, blobs)) == ledger);
}
