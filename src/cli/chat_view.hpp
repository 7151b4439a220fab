// cli/chat_view.hpp
//
// An answer on its way to the person or program that asked: as text, or as one JSON object an event.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/console.hpp"
#include "runtime/session/turn.hpp"

namespace kopi::cli {

class ChatView {
 public:
  ChatView(Console& console, bool json) : console_(console), json_(json) {}

  void begin();
  void show(const TurnEvent& event);
  /// The turn is over; says why, when there is no whole answer.
  void end(const TurnResult& result, const std::string& session, std::chrono::steady_clock::duration took);
  /// There was no turn to end, or it could not even be kept; `problem` is why, if something failed.
  void end_without_turn(const std::optional<Error>& problem);

 private:
  void write_event(const Node& event);
  void start_line();
  Console& console_;
  bool json_;
  bool reasoning_shown_ = false;
  bool ends_in_newline_ = true;
  TokenUsage usage_;
};

}  // namespace kopi::cli
