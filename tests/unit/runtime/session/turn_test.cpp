#include "runtime/session/turn.hpp"

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct FixedClock final : Clock {
  Time now() const override { return must(parse_time("2026-03-14T15:09:26Z")); }
};

std::string shown(const std::vector<ChatMessage>& messages) {
  std::string text;
  for (const ChatMessage& message : messages) text += (message.role == ChatMessage::Role::user ? "u:" : "a:") + message.text + "|";
  return text;
}

/// Says what it was asked to, and remembers what it was asked.
struct Puppet final : Provider {
  Task<AnswerResult> answer(const ChatRequest& request, AnswerSink& sink, std::stop_token stop) override {
    asked = request;
    sink.reasoning("Hm.");
    sink.notice("E_PROVIDER", "again");
    if (!say.empty()) sink.text(say);
    if (wait) co_await loop->sleep(std::chrono::hours(1), stop);
    if (stop.stop_requested()) co_return AnswerResult(tl::unexpect, AnswerFailure{Error{Code::interrupted, "interrupted"}, say});
    if (failure) co_return AnswerResult(tl::unexpect, AnswerFailure{*failure, say});
    co_return Answer{say, {1, 2, 3}, "stop"};
  }
  ChatRequest asked;
  std::string say = "Yes.";
  std::optional<Error> failure;
  Loop* loop = nullptr;
  bool wait = false;
};

struct Conversation {
  Scratch scratch;
  FixedClock clock;
  Loop loop;
  Puppet provider;
  SessionStore store = must(SessionStore::open(scratch.at("state.db"), clock));
  Session session = must(store.create(SessionKind::interactive, "openai/gpt", "Be brief."));
  ModelSetting model = parse_model("openai/gpt");
  std::string events;
  std::stop_source stop;
  bool give_up_unanswered = false;

  TurnResult say(std::string text) {
    return must(loop.run(run_turn(
        {session, model, std::move(text), 0.5, give_up_unanswered}, provider, store, [&](const TurnEvent& event) { take(event); },
        stop.get_token())));
  }
  void take(const TurnEvent& event) {
    switch (event.kind) {
      case TurnEvent::Kind::text: events += "text " + event.text + "\n"; break;
      case TurnEvent::Kind::reasoning: events += "reasoning " + event.text + "\n"; break;
      case TurnEvent::Kind::notice: events += "notice " + event.code + " " + event.text + "\n"; break;
      case TurnEvent::Kind::usage:
        events += fmt::format("usage {} {} {}\n", *event.usage.input, *event.usage.output, *event.usage.cached);
        break;
    }
    // The question is kept before anything of an answer is shown; the answer only once it is whole.
    CHECK(kept().ends_with(event.kind == TurnEvent::Kind::usage ? "a:" + provider.say : "u:?"));
  }
  std::string kept() {
    std::string text;
    for (const StoredMessage& stored : must(store.messages(session))) {
      text += (text.empty() ? "" : "|") + std::string(stored.message.role == ChatMessage::Role::user ? "u:" : "a:") + stored.message.text +
              (stored.partial ? "~" : "");
    }
    return text;
  }
};

}  // namespace

TEST_CASE("a turn asks with the prompt and all that was said, and keeps question and answer") {
  Conversation talk;
  TurnResult result = talk.say("?");
  CHECK(result.text == "Yes.");
  CHECK_FALSE(result.partial);
  CHECK_FALSE(result.error);
  CHECK(talk.events == "reasoning Hm.\nnotice E_PROVIDER again\ntext Yes.\nusage 1 2 3\n");
  CHECK(talk.provider.asked.system == "Be brief.");
  CHECK(talk.provider.asked.model == "gpt");
  CHECK(talk.provider.asked.temperature == 0.5);
  talk.say("?");
  CHECK(shown(talk.provider.asked.messages) == "u:?|a:Yes.|u:?|");
  CHECK(talk.kept() == "u:?|a:Yes.|u:?|a:Yes.");
}

TEST_CASE("a failed answer leaves its question, and what came of it as such") {
  Conversation talk;
  talk.provider.failure = Error{Code::network, "cut"};
  talk.provider.say = "Ye";
  TurnResult result = talk.say("?");
  CHECK(result.text == "Ye");
  CHECK(result.partial);
  CHECK(test::shown(*result.error) == "E_NETWORK cut");
  CHECK(talk.kept() == "u:?|a:Ye~");

  talk.provider.say = "";
  result = talk.say("?");
  CHECK_FALSE(result.partial);
  CHECK(talk.kept() == "u:?|a:Ye~|u:?");

  // the next turn sends both questions as one: no API takes two of a role in a row
  talk.provider.failure.reset();
  talk.provider.say = "Yes.";
  talk.say("?");
  CHECK(shown(talk.provider.asked.messages) == "u:?|a:Ye|u:?\n\n?|");
}

TEST_CASE("a question that was given up is kept and not sent again, one that has a part of an answer is") {
  Conversation talk;
  talk.give_up_unanswered = true;
  talk.say("?");
  talk.provider.failure = Error{Code::network, "refused"};
  for (const std::string nothing : {"", " \n"}) {
    talk.provider.say = nothing;
    talk.say("?");
  }
  CHECK(talk.kept() == "u:?|a:Yes.|u:?~|u:?~|a: \n~");
  talk.provider.say = "Ye";
  talk.say("?");
  talk.provider.failure.reset();
  talk.provider.say = "Yes.";
  talk.say("?");
  CHECK(shown(talk.provider.asked.messages) == "u:?|a:Yes.|u:?|a:Ye|u:?|");
  CHECK(talk.kept() == "u:?|a:Yes.|u:?~|u:?~|a: \n~|u:?|a:Ye~|u:?|a:Yes.");
}

TEST_CASE("blank answers are kept and not sent back") {
  Conversation talk;
  talk.provider.say = " \n";
  talk.say("?");
  CHECK(talk.kept() == "u:?|a: \n");
  talk.provider.say = "Yes.";
  talk.say("?");
  CHECK(shown(talk.provider.asked.messages) == "u:?\n\n?|");
}

TEST_CASE("a stop ends a turn at once, whenever it comes") {
  Conversation talk;
  talk.provider.loop = &talk.loop;
  talk.provider.wait = true;
  const auto timer = talk.loop.make_timer();
  timer->set(std::chrono::milliseconds(1), [&] { talk.stop.request_stop(); });
  const TurnResult result = talk.say("?");
  CHECK(test::shown(*result.error) == "E_CANCELLED interrupted");
  CHECK(result.partial);
  CHECK(talk.kept() == "u:?|a:Yes.~");
}
