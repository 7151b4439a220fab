#include "runtime/provider/stream_json.hpp"

#include <charconv>

#include "base/unicode.hpp"
#include "formats/json.hpp"

namespace kopi {
namespace {

// Surrogates D800-DFFF stand as U+10F800-U+10FFFF while JSON is read: private use at the very end of Unicode.
constexpr char32_t k_stand_in = 0x10F800;
constexpr char32_t k_first_surrogate = 0xD800;
constexpr char32_t k_first_low = 0xDC00;
constexpr char32_t k_past_surrogates = 0xE000;

bool is_high(char32_t unit) { return unit >= k_first_surrogate && unit < k_first_low; }
bool is_low(char32_t unit) { return unit >= k_first_low && unit < k_past_surrogates; }

char32_t escape_at(std::string_view text, std::size_t at) {
  unsigned value = 0;
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') return 0;
  const auto [end, problem] = std::from_chars(text.data() + at + 2, text.data() + at + 6, value, 16);
  return problem == std::errc{} && end == text.data() + at + 6 ? static_cast<char32_t>(value) : 0;
}

std::string with_stand_ins(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const char32_t unit = escape_at(text, i);
    if (is_high(unit) && is_low(escape_at(text, i + 6))) {
      result += text.substr(i, 12);
      i += 12;
    } else if (is_high(unit) || is_low(unit)) {
      append_utf8(result, unit - k_first_surrogate + k_stand_in);
      i += 6;
    } else {
      const std::size_t count = text[i] == '\\' && i + 1 < text.size() ? 2 : 1;
      result += text.substr(i, count);
      i += count;
    }
  }
  return result;
}

}  // namespace

Result<Node> parse_stream_json(std::string_view text, std::string_view what) {
  const DocumentLimits limits{.bytes = 16u << 20, .depth = 64, .nodes = 100'000};
  if (!is_valid_utf8(text)) return parse_stream_json(to_valid_utf8(text), what);
  if (text.find("\\u") == std::string_view::npos) return parse_json(text, what, limits);
  return parse_json(with_stand_ins(text), what, limits);
}

std::string SurrogateJoiner::feed(std::string_view text) {
  std::string joined;
  joined.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    text.remove_prefix(point.size);
    const char32_t unit = point.value >= k_stand_in ? point.value - k_stand_in + k_first_surrogate : 0;
    if (high_ != 0 && is_low(unit)) {
      append_utf8(joined, 0x10000 + ((high_ - k_first_surrogate) << 10) + (unit - k_first_low));
      high_ = 0;
      continue;
    }
    if (high_ != 0) joined += finish();
    if (is_high(unit)) {
      high_ = unit;
    } else {
      append_utf8(joined, is_low(unit) ? U'\uFFFD' : point.value);
    }
  }
  return joined;
}

std::string SurrogateJoiner::finish() {
  std::string rest;
  if (high_ != 0) append_utf8(rest, U'\uFFFD');
  high_ = 0;
  return rest;
}

}  // namespace kopi
