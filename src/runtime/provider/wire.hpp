// runtime/provider/wire.hpp
//
// A wire is the protocol between kopi and a model's API, as a pure codec: a request as bytes, the events of its answer as data.
// Nothing here knows of sockets.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/provider_preset.hpp"
#include "runtime/provider/sse.hpp"

namespace kopi {

struct ChatMessage {
  enum class Role { user, assistant };
  Role role = Role::user;
  std::string text;
};

struct ChatRequest {
  std::string model;  ///< as the provider knows it
  std::string system;
  std::vector<ChatMessage> messages;
  std::optional<double> temperature;
};

/// Tokens of one answer. `input` is all that was sent, `cached` the part of it that came from the provider's cache. Absent: the
/// provider did not say.
struct TokenUsage {
  std::optional<std::int64_t> input, output, cached;

  bool operator==(const TokenUsage&) const = default;
};

/// One thing that the stream said.
struct StreamEvent {
  enum class Kind { text, reasoning, tool_call, usage, finished, failed };
  Kind kind = Kind::text;
  /// text, reasoning: the delta. tool_call: the tool that the model wants. finished: the reason ("stop", "length", ...). failed: the
  /// error as JSON
  std::string text;
  TokenUsage usage = {};  ///< usage

  bool operator==(const StreamEvent&) const = default;
};

class WireCodec {
 public:
  virtual ~WireCodec() = default;
  /// The path behind the base URL.
  virtual std::string_view path() const = 0;
  virtual std::string body(const ChatRequest& request) const = 0;
  /// Appends what the event means; unknown events mean nothing.   @error provider  not JSON; the message quotes it whole
  virtual Result<void> feed(const SseEvent& event, std::vector<StreamEvent>& out) = 0;
  /// An answer that came in one piece instead of a stream.
  virtual Result<void> feed_whole(std::string_view json, std::vector<StreamEvent>& out) = 0;
  /// The answer is whole, as far as the stream has said.
  virtual bool is_complete() const = 0;
  /// Nothing more will come, even if the connection stays open.
  virtual bool is_over() const = 0;
  /// What was held back (half a character) when the stream ended.
  virtual void finish(std::vector<StreamEvent>& out) = 0;
};

std::unique_ptr<WireCodec> make_codec(Wire wire);

}  // namespace kopi
