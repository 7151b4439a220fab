#include "runtime/session/turn.hpp"

#include "base/text.hpp"

namespace kopi {
namespace {

class ForwardingSink final : public AnswerSink {
 public:
  explicit ForwardingSink(const std::function<void(const TurnEvent&)>& to) : to_(to) {}
  void text(std::string_view delta) override { to_({TurnEvent::Kind::text, std::string(delta), ""}); }
  void reasoning(std::string_view delta) override { to_({TurnEvent::Kind::reasoning, std::string(delta), ""}); }
  void notice(std::string_view code, std::string_view message) override {
    to_({TurnEvent::Kind::notice, std::string(message), std::string(code)});
  }

 private:
  const std::function<void(const TurnEvent&)>& to_;
};

// What the wire gets: roles in turn, starting with the user, none of them blank. A question that never got an answer (a crash, a
// refused key) is put together with the next one, because no wire takes two of the same role in a row; one that was given up is
// left out.
std::vector<ChatMessage> history(const std::vector<StoredMessage>& stored) {
  std::vector<ChatMessage> messages;
  for (const StoredMessage& entry : stored) {
    const bool is_given_up = entry.partial && entry.message.role == ChatMessage::Role::user;
    if (is_given_up || trim(entry.message.text).empty()) continue;
    if (!messages.empty() && messages.back().role == entry.message.role) {
      messages.back().text += "\n\n" + entry.message.text;
    } else {
      messages.push_back(entry.message);
    }
  }
  if (!messages.empty() && messages.front().role != ChatMessage::Role::user) messages.erase(messages.begin());
  return messages;
}

}  // namespace

Task<Result<TurnResult>> run_turn(TurnInput input, Provider& provider, SessionStore& store, std::function<void(const TurnEvent&)> sink,
                                  std::stop_token stop) {
  // Read first: another kopi that speaks in this session may add its answer at any time, and a request ends with its own question.
  KOPI_CO_TRY(auto stored, store.messages(input.session));
  stored.push_back({{ChatMessage::Role::user, input.text}, false});
  KOPI_CO_TRY(const std::int64_t question, store.add_message(input.session, stored.back().message, false));
  ChatRequest request;
  request.model = input.model.model;
  request.system = input.session.prompt;
  request.messages = history(stored);
  request.temperature = input.temperature;

  ForwardingSink forwarding(sink);
  AnswerResult answer = co_await provider.answer(request, forwarding, stop);
  TurnResult result;
  if (!answer) {
    result.text = std::move(answer.error().partial);
    result.partial = !result.text.empty();
    result.error = std::move(answer.error().error);
    if (result.partial) KOPI_CO_CHECK(store.add_message(input.session, {ChatMessage::Role::assistant, result.text}, true));
    if (input.give_up_unanswered && trim(result.text).empty()) KOPI_CO_CHECK(store.give_up(input.session, question));
    co_return result;
  }
  result.text = std::move(answer->text);
  KOPI_CO_CHECK(store.add_message(input.session, {ChatMessage::Role::assistant, result.text}, false));
  KOPI_CO_CHECK(store.add_usage(input.session, input.model.text(), answer->usage));
  TurnEvent usage{TurnEvent::Kind::usage, "", ""};
  usage.usage = answer->usage;
  sink(usage);
  co_return result;
}

}  // namespace kopi
