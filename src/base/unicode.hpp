// base/unicode.hpp
//
// UTF-8 as kopi needs it: validity, code points, what is invisible or unsafe on a terminal, and how wide text is there.
// Tables: utf8proc (Unicode Character Database).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kopi {

struct CodePoint {
  char32_t value = 0;    ///< U+FFFD for a byte that starts no valid sequence
  std::size_t size = 0;  ///< bytes it takes; 1 for such a byte
  bool valid = false;
};

/// The code point at the start of `text`, which must not be empty. Overlong forms, surrogates and values above
/// U+10FFFF are invalid (RFC 3629).
CodePoint decode_utf8(std::string_view text);
void append_utf8(std::string& text, char32_t value);
bool is_valid_utf8(std::string_view text);
/// Every invalid byte becomes U+FFFD.
std::string to_valid_utf8(std::string_view text);

/// C0, DEL and C1.
bool is_control(char32_t value);
bool has_control_characters(std::string_view text);
/// Explicit bidirectional formatting (UAX #9): can show text in another order than it is stored in.
bool is_bidi_control(char32_t value);
/// Default-ignorable code points: invisible, so that two names can look alike.
bool is_ignorable(char32_t value);
std::string without_ignorable(std::string_view text);

/// Normal form C (UAX #15).
bool is_nfc(std::string_view text);

/// NFC and full case folding: equal results mean that some file system takes two names for one.
std::string fold(std::string_view text);

/// What a reader takes for one character (a grapheme cluster of UAX #29): its bytes, and its columns on a terminal, at most two.
struct Cluster {
  std::size_t bytes = 0;
  std::size_t width = 0;
};
/// The one at the start of `text`; of no bytes only where that is empty.
Cluster next_cluster(std::string_view text);

/// Columns on a terminal. Text is taken by grapheme cluster; control characters count as nothing.
std::size_t display_width(std::string_view text);
/// The longest start of `text` that is at most `columns` wide, with an ellipsis as its last column when it was cut.
std::string truncate_to_width(std::string_view text, std::size_t columns);

}  // namespace kopi
