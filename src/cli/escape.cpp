#include "cli/escape.hpp"

#include <fmt/format.h>

#include "base/unicode.hpp"

namespace kopi::cli {

std::string escape_terminal(std::string_view text, Keep keep) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    const auto value = static_cast<unsigned>(point.value);
    if (!point.valid) {
      fmt::format_to(std::back_inserter(safe), "\\x{:02x}", static_cast<unsigned char>(text[0]));
    } else if (keep == Keep::layout && (point.value == '\n' || point.value == '\t')) {
      safe += text[0];
    } else if (is_control(point.value) && value < 0x80) {
      fmt::format_to(std::back_inserter(safe), "\\x{:02x}", value);
    } else if (is_control(point.value) || is_bidi_control(point.value)) {
      fmt::format_to(std::back_inserter(safe), "\\u{:04x}", value);
    } else {
      safe += text.substr(0, point.size);
    }
    text.remove_prefix(point.size);
  }
  return safe;
}

}  // namespace kopi::cli
