// cli/chat_view.hpp
//
// An answer on its way to the person or program that asked: as text, or as one JSON object an event.
#pragma once

#include <chrono>
#include <string>

#include "cli/console.hpp"
#include "runtime/session/turn.hpp"

namespace kopi::cli {

class ChatView {
 public:
  ChatView(Console& console, bool json) : console_(console), json_(json) {}

  void begin();
  void show(const TurnEvent& event);
  void end(const TurnResult& result, const std::string& session, std::chrono::steady_clock::duration took);
  /// There was no turn at all.
  void failed_before_turn(const Error& problem);

 private:
  void write_event(const Node& event);
  Console& console_;
  bool json_;
  bool reasoning_shown_ = false;
  bool ends_in_newline_ = true;
  TokenUsage usage_;
};

}  // namespace kopi::cli
