#include "model/utf16.hpp"

#include <cstdint>

namespace kopi {
namespace {

std::uint32_t byte(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint32_t unit(std::string_view bytes, std::size_t at, Utf16 order) {
  const std::uint32_t first = byte(bytes, at), second = byte(bytes, at + 1);
  return order == Utf16::little_endian ? second << 8 | first : first << 8 | second;
}

bool is_high(std::uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low(std::uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// append_utf8() takes no surrogates, which must come back from here.
void append(std::string& text, std::uint32_t value) {
  const auto add = [&](std::uint32_t bits) { text += static_cast<char>(bits); };
  if (value < 0x80) return add(value);
  if (value < 0x800) {
    add(0xC0 | value >> 6);
  } else {
    if (value < 0x10000) {
      add(0xE0 | value >> 12);
    } else {
      add(0xF0 | value >> 18);
      add(0x80 | (value >> 12 & 0x3F));
    }
    add(0x80 | (value >> 6 & 0x3F));
  }
  add(0x80 | (value & 0x3F));
}

void append_unit(std::string& bytes, std::uint32_t unit, Utf16 order) {
  const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
  bytes += order == Utf16::little_endian ? low : high;
  bytes += order == Utf16::little_endian ? high : low;
}

}  // namespace

std::optional<Utf16> utf16_of(std::string_view start) {
  if (start.starts_with("\xFF\xFE")) return Utf16::little_endian;
  if (start.starts_with("\xFE\xFF")) return Utf16::big_endian;
  const auto is_ascii = [&](std::size_t at) { return byte(start, at) < 0x80 && byte(start, at) >= 9; };
  if (start.size() < 4) return std::nullopt;
  if (is_ascii(0) && start[1] == 0 && is_ascii(2) && start[3] == 0) return Utf16::little_endian;
  if (start[0] == 0 && is_ascii(1) && start[2] == 0 && is_ascii(3)) return Utf16::big_endian;
  return std::nullopt;
}

std::string Utf16Decoder::feed(std::string_view bytes) {
  pending_ += bytes;
  std::string text;
  std::size_t at = 0;
  for (; at + 2 <= pending_.size(); at += 2) {
    const std::uint32_t first = unit(pending_, at, order_);
    if (is_high(first) && at + 4 > pending_.size()) break;
    const std::uint32_t second = is_high(first) ? unit(pending_, at + 2, order_) : 0;
    if (is_low(second)) {
      append(text, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
      at += 2;
    } else {
      append(text, first);
    }
  }
  pending_.erase(0, at);
  return text;
}

std::string Utf16Decoder::finish() {
  std::string text;
  if (pending_.size() < 2) return text;
  append(text, unit(pending_, 0, order_));
  pending_.erase(0, 2);
  return text;
}

std::string Utf16Encoder::feed(std::string_view text) {
  pending_ += text;
  std::string bytes;
  std::size_t at = 0;
  while (at < pending_.size()) {
    const std::uint32_t lead = byte(pending_, at);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (at + size > pending_.size()) break;
    std::uint32_t value = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) value = value << 6 | (byte(pending_, at + i) & 0x3F);
    at += size;
    if (value < 0x10000) {
      append_unit(bytes, value, order_);
    } else {
      append_unit(bytes, 0xD800 + ((value - 0x10000) >> 10), order_);
      append_unit(bytes, 0xDC00 + ((value - 0x10000) & 0x3FF), order_);
    }
  }
  pending_.erase(0, at);
  return bytes;
}

std::optional<std::string> utf8_of_utf16(std::string_view bytes) {
  const auto order = utf16_of(bytes);
  if (!order) return std::nullopt;
  Utf16Decoder decoder(*order);
  std::string text = decoder.feed(bytes);
  return text + decoder.finish();
}

}  // namespace kopi
