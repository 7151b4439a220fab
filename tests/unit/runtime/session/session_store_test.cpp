#include "runtime/session/session_store.hpp"

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct FixedClock final : Clock {
  Time time = must(parse_time("2026-03-14T15:09:26Z"));
  Time now() const override { return time; }
};

ChatMessage user(std::string text) { return {ChatMessage::Role::user, std::move(text)}; }
ChatMessage assistant(std::string text) { return {ChatMessage::Role::assistant, std::move(text)}; }

std::string shown(const std::vector<StoredMessage>& messages) {
  std::string text;
  for (const StoredMessage& stored : messages) {
    text += std::string(stored.message.role == ChatMessage::Role::user ? "user" : "assistant") + (stored.partial ? "~ " : " ") +
            stored.message.text + "\n";
  }
  return text;
}

struct Store {
  Scratch scratch;
  FixedClock clock;
  SessionStore open() const { return must(SessionStore::open(scratch.at("state.db"), clock)); }
};

}  // namespace

TEST_CASE("what was said is there in order when the store is opened again") {
  const Store files;
  std::string id;
  {
    SessionStore store = files.open();
    const Session session = must(store.create(SessionKind::interactive, "openai/gpt", "Be brief."));
    id = session.id;
    CHECK(id.starts_with("20260314-150926-"));
    CHECK(id.size() == 22);
    must(store.add_message(session, user("a b \"q\" 🎉\n"), false));
    must(store.add_message(session, assistant("half"), true));
    must(store.add_usage(session, "openai/gpt", {1, std::nullopt, 3}));
  }
  SessionStore store = files.open();
  const Session session = must(store.find(id));
  CHECK(session.kind == SessionKind::interactive);
  CHECK(session.model == "openai/gpt");
  CHECK(session.prompt == "Be brief.");
  CHECK(session.created_at == "2026-03-14T15:09:26Z");
  CHECK(shown(must(store.messages(session))) == "user a b \"q\" 🎉\n\nassistant~ half\n");
  CHECK(files.scratch.mode("state.db") == 0600);
}

TEST_CASE("a session is found by the start of its id, if only one has it") {
  const Store files;
  SessionStore store = files.open();
  const Session one = must(store.create(SessionKind::oneshot, "m", ""));
  CHECK(must(store.find(one.id.substr(0, 8))).id == one.id);
  const Session two = must(store.create(SessionKind::oneshot, "m", ""));
  CHECK(must(store.find(two.id)).id == two.id);
  CHECK(test::shown(store.find("2026").error()) == "E_NOT_FOUND several sessions start with '2026'");
  for (const std::string id : {"", "nope", "%", "_", "2026%", "' OR 1 --"}) {
    INFO(id);
    CHECK(test::shown(store.find(id).error()) == "E_NOT_FOUND there is no session '" + id + "'");
  }
}

TEST_CASE("the newest session is the one in which something was said last, however short ago") {
  const Store files;
  SessionStore store = files.open();
  CHECK_FALSE(must(store.newest(std::nullopt)));
  const Session first = must(store.create(SessionKind::interactive, "m", ""));
  const Session second = must(store.create(SessionKind::oneshot, "m", ""));
  CHECK_FALSE(must(store.newest(std::nullopt)));  // nothing was said yet
  must(store.add_message(first, user("1"), false));
  must(store.add_message(second, user("2"), false));
  CHECK(must(store.newest(std::nullopt))->id == second.id);
  CHECK(must(store.newest(SessionKind::interactive))->id == first.id);
  must(store.add_message(first, assistant("3"), false));
  CHECK(must(store.newest(std::nullopt))->id == first.id);
}

TEST_CASE("earlier questions of conversations come back in their order, at most so many") {
  const Store files;
  SessionStore store = files.open();
  const Session old = must(store.create(SessionKind::interactive, "m", ""));
  const Session once = must(store.create(SessionKind::oneshot, "m", ""));
  const Session young = must(store.create(SessionKind::interactive, "m", ""));
  must(store.add_message(old, user("a"), false));
  must(store.add_message(once, user("not this"), false));
  must(store.add_message(young, user("b"), false));
  must(store.add_message(young, assistant("nor this"), false));
  must(store.add_message(young, user("c\nd"), false));
  CHECK(must(store.recent_questions(10)) == std::vector<std::string>{"a", "b", "c\nd"});
  CHECK(must(store.recent_questions(2)) == std::vector<std::string>{"b", "c\nd"});
}

TEST_CASE("two programs write to one store") {
  const Store files;
  SessionStore one = files.open();
  SessionStore two = files.open();
  const Session session = must(one.create(SessionKind::interactive, "m", ""));
  for (int i = 0; i < 20; ++i) {
    must(one.add_message(session, user("1"), false));
    must(two.add_message(session, assistant("2"), false));
  }
  CHECK(must(one.messages(session)).size() == 40);
  CHECK(must(two.newest(std::nullopt))->id == session.id);
}

TEST_CASE("a store that is damaged is named, with a way to move all of it aside") {
  const Store files;
  const std::string path = files.scratch.write("state.db", std::string(8192, 'x'));
  const auto opened = SessionStore::open(path, files.clock);
  REQUIRE_FALSE(opened);
  CHECK(test::shown(opened.error()) == "E_STATE the database " + path + " is damaged: file is not a database\n  hint: mkdir -p " +
                                           files.scratch.at("damaged") + " && mv " + path + "* " + files.scratch.at("damaged"));
}

TEST_CASE("a store of a later kopi is left alone") {
  const Store files;
  { files.open(); }
  {
    Database database = must(Database::open(files.scratch.at("state.db")));
    must(database.execute("PRAGMA user_version = 99"));
  }
  const std::string before = files.scratch.read("state.db");
  const auto opened = SessionStore::open(files.scratch.at("state.db"), files.clock);
  REQUIRE_FALSE(opened);
  CHECK(test::shown(opened.error()) == "E_STATE the database " + files.scratch.at("state.db") +
                                           " was written by a later kopi: it has version 99, this one knows 1\n  hint: kopi update");
  CHECK(files.scratch.read("state.db") == before);
}
