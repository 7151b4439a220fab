// runtime/provider/sse.hpp
//
// Server-sent events from a byte stream, however it is cut into pieces (WHATWG HTML, "Server-sent events", 9.2.6).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace kopi {

struct SseEvent {
  std::string type;  ///< of the `event:` field; "message" when there was none
  std::string data;  ///< the `data:` lines, joined by line breaks

  bool operator==(const SseEvent&) const = default;
};

class SseParser {
 public:
  /// Takes the next bytes and appends the events that they complete. An event without data is dropped, as is one that the
  /// end of the stream cuts off.   @error limit  one event is larger than 16 MiB
  Result<void> feed(std::string_view bytes, std::vector<SseEvent>& events);

 private:
  void take_line(std::string_view line, std::vector<SseEvent>& events);

  std::string line_;
  std::string type_;
  std::string data_;
  bool has_data_ = false;
  bool after_carriage_return_ = false;
  bool at_start_ = true;
};

}  // namespace kopi
