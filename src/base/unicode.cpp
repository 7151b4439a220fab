#include "base/unicode.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utf8proc.h>

namespace kopi {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Nothing for what is not UTF-8.
std::optional<std::string> mapped(std::string_view text, int options) {
  utf8proc_uint8_t* bytes = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &bytes,
                                 static_cast<utf8proc_option_t>(options));
  if (size < 0) return std::nullopt;
  std::string result(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  std::free(bytes);
  return result;
}

}  // namespace

CodePoint decode_utf8(std::string_view text) {
  utf8proc_int32_t value = -1;
  const auto size =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (size <= 0 || value < 0) return {U'\uFFFD', 1, false};
  return {static_cast<char32_t>(value), static_cast<std::size_t>(size), true};
}

void append_utf8(std::string& text, char32_t value) {
  utf8proc_uint8_t bytes[4];
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(value), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

bool is_valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (!point.valid) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    append_utf8(valid, point.value);
    text.remove_prefix(point.size);
  }
  return valid;
}

bool is_control(char32_t value) { return value < 0x20 || (value >= 0x7F && value < 0xA0); }

bool has_control_characters(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (is_control(point.value)) return true;
    text.remove_prefix(point.size);
  }
  return false;
}

bool is_bidi_control(char32_t value) {
  return value == 0x061C || value == 0x200E || value == 0x200F || (value >= 0x202A && value <= 0x202E) ||
         (value >= 0x2066 && value <= 0x2069);
}

bool is_ignorable(char32_t value) { return utf8proc_get_property(static_cast<utf8proc_int32_t>(value))->ignorable != 0; }

std::string without_ignorable(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (!point.valid || !is_ignorable(point.value)) kept += text.substr(0, point.size);
    text.remove_prefix(point.size);
  }
  return kept;
}

bool is_nfc(std::string_view text) {
  if (is_ascii(text)) return true;
  const auto composed = mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  return composed && *composed == text;
}

std::string fold(std::string_view text) {
  // ASCII is in normal form, and only its capitals fold: most names are nothing else.
  if (is_ascii(text)) {
    std::string folded(text);
    for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return folded;
  }
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD).value_or(std::string(text));
}

// A cluster is as wide as its code points together, but never wider than two columns: a base with marks that take none, two halves of
// a flag, an emoji sequence.
Cluster next_cluster(std::string_view text) {
  Cluster cluster;
  utf8proc_int32_t state = 0;
  char32_t previous = 0;
  while (cluster.bytes < text.size()) {
    const CodePoint point = decode_utf8(text.substr(cluster.bytes));
    if (cluster.bytes > 0 &&
        utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous), static_cast<utf8proc_int32_t>(point.value), &state)) {
      break;
    }
    const int width = utf8proc_charwidth(static_cast<utf8proc_int32_t>(point.value));
    cluster.width = std::min<std::size_t>(cluster.width + static_cast<std::size_t>(std::max(width, 0)), 2);
    if (point.value == 0xFE0F) cluster.width = 2;  // VS16 asks for the emoji form, which is wide
    cluster.bytes += point.size;
    previous = point.value;
  }
  return cluster;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Cluster cluster = next_cluster(text);
    width += cluster.width;
    text.remove_prefix(cluster.bytes);
  }
  return width;
}

std::string truncate_to_width(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::string kept;
  std::size_t width = 0;
  while (!text.empty()) {
    const Cluster cluster = next_cluster(text);
    if (width + cluster.width + 1 > columns) break;
    kept += text.substr(0, cluster.bytes);
    width += cluster.width;
    text.remove_prefix(cluster.bytes);
  }
  return kept + "…";
}

}  // namespace kopi
