// runtime/provider/stream_json.hpp
//
// JSON in a model's stream is not always well cut: a server that counts UTF-16 units can send the two halves of a surrogate
// pair in two deltas, `"\ud83c"` and `"\udf89"`, and strict JSON allows neither alone.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/node.hpp"

namespace kopi {

/// As parse_json, but lone surrogate escapes pass, as stand-ins that SurrogateJoiner understands, and bytes that are not UTF-8
/// are read as U+FFFD.
Result<Node> parse_stream_json(std::string_view text, std::string_view what);

/// Puts the text of consecutive deltas together: halves that belong together become their character, others U+FFFD.
class SurrogateJoiner {
 public:
  /// The text that is certain now; half a pair at the end waits for the next delta.
  std::string feed(std::string_view text);
  /// What was left waiting.
  std::string finish();

 private:
  char32_t high_ = 0;
};

}  // namespace kopi
