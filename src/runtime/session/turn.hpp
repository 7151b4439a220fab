// runtime/session/turn.hpp
//
// The engine: a turn takes what a user says and yields a stream of events until it is done. Everything that talks to an agent
// (chat, one-shot, later cron, gateway, server) makes turns and consumes events.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.hpp"
#include "base/task.hpp"
#include "model/settings.hpp"
#include "runtime/provider/provider.hpp"
#include "runtime/session/session_store.hpp"

namespace kopi {

struct TurnEvent {
  enum class Kind { text, reasoning, notice, usage };
  Kind kind = Kind::text;
  std::string text;  ///< text, reasoning: the delta. notice: the message
  std::string code;  ///< notice
  TokenUsage usage = {};
};

struct TurnInput {
  const Session& session;
  const ModelSetting& model;
  std::string text;  ///< what the user says
  std::optional<double> temperature;
  /// A question that stays without any answer is given up: in a conversation a person has seen that, and asks anew or something
  /// else. Otherwise it goes out again, in front of the next one.
  bool give_up_unanswered = false;
};

struct TurnResult {
  std::string text;  ///< the answer, or as much of it as came
  bool partial = false;
  std::optional<Error> error;  ///< why there is no whole answer
};

/// Commits the user's message, asks the provider, commits the answer (a partial one too).
/// @error io, state  of the store alone; a failed answer is in the result
Task<Result<TurnResult>> run_turn(TurnInput input, Provider& provider, SessionStore& store, std::function<void(const TurnEvent&)> sink,
                                  std::stop_token stop);

}  // namespace kopi
