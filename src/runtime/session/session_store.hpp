// runtime/session/session_store.hpp
//
// The conversations of one profile, in its state.db. A message is committed before it is shown as final, so that a crash loses
// at most the text that was being streamed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "runtime/provider/wire.hpp"
#include "system/clock.hpp"
#include "system/sqlite.hpp"

namespace kopi {

enum class SessionKind { interactive, oneshot };
std::string_view name(SessionKind kind);

struct Session {
  std::string id;
  SessionKind kind = SessionKind::oneshot;
  std::string model;
  std::string prompt;  ///< the system prompt that it was started with
  std::string created_at, updated_at;
};

struct StoredMessage {
  ChatMessage message;
  bool partial = false;  ///< the answer was cut off; of a question: it was given up, and no request holds it again
};

class SessionStore {
 public:
  /// @error state  the database is damaged: the hint moves it aside.   @error io, busy
  static Result<SessionStore> open(const std::string& path, const Clock& clock);

  Result<Session> create(SessionKind kind, const std::string& model, const std::string& prompt);
  /// By id or by a start of one.   @error not_found  none, or several
  Result<Session> find(const std::string& id);
  /// The one that something was said in last; nothing when there is none.
  Result<std::optional<Session>> newest(std::optional<SessionKind> kind);
  /// The profile has changed: the session goes on with another system prompt.
  Result<void> set_prompt(Session& session, std::string prompt);

  /// The message's number in its session.
  Result<std::int64_t> add_message(const Session& session, const ChatMessage& message, bool partial);
  /// Marks that question as given up.
  Result<void> give_up(const Session& session, std::int64_t number);
  Result<void> add_usage(const Session& session, const std::string& model, const TokenUsage& usage);
  Result<std::vector<StoredMessage>> messages(const Session& session);
  /// What was said last in interactive sessions, whichever, the oldest first.
  Result<std::vector<std::string>> recent_questions(std::size_t count);

 private:
  SessionStore(Database database, const Clock& clock) : database_(std::move(database)), clock_(&clock) {}
  Database database_;
  const Clock* clock_;
};

}  // namespace kopi
