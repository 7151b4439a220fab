// tests/support/stream_events.hpp
//
// What a codec makes of a stream, as lines that a test can hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/provider/wire.hpp"
#include "support/outcome.hpp"

namespace kopi::test {

inline std::string shown(const StreamEvent& event) {
  const auto number = [](const std::optional<std::int64_t>& value) { return value ? std::to_string(*value) : std::string("-"); };
  switch (event.kind) {
    case StreamEvent::Kind::text: return "text " + event.text;
    case StreamEvent::Kind::reasoning: return "reasoning " + event.text;
    case StreamEvent::Kind::tool_call: return "tool " + event.text;
    case StreamEvent::Kind::usage:
      return "usage " + number(event.usage.input) + " " + number(event.usage.output) + " " + number(event.usage.cached);
    case StreamEvent::Kind::finished: return "finished " + event.text;
    case StreamEvent::Kind::failed: return "failed " + event.text;
  }
  return "?";
}

inline std::string shown(const std::vector<StreamEvent>& events) {
  std::string text;
  for (const StreamEvent& event : events) text += shown(event) + "\n";
  return text;
}

/// Feeds each text as one event's data; what came of it, then "complete" and "over" as the codec sees the stream.
inline std::string meaning(Wire wire, std::initializer_list<std::string_view> stream) {
  const auto codec = make_codec(wire);
  std::vector<StreamEvent> events;
  for (const std::string_view data : stream) {
    const auto fed = codec->feed({"message", std::string(data)}, events);
    if (!fed) return shown(events) + shown(fed.error());
  }
  const std::string state = std::string(codec->is_complete() ? "complete" : "cut") + (codec->is_over() ? ", over" : "");
  codec->finish(events);
  return shown(events) + state;
}

inline std::string meaning_of_whole(Wire wire, std::string_view json) {
  const auto codec = make_codec(wire);
  std::vector<StreamEvent> events;
  const auto fed = codec->feed_whole(json, events);
  codec->finish(events);
  return shown(events) + (fed ? codec->is_complete() ? "complete" : "cut" : shown(fed.error()));
}

}  // namespace kopi::test
