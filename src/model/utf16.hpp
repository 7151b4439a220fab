// model/utf16.hpp
//
// Texts that editors and shells of Windows write: UTF-16, told by its mark or by its zeros. Between UTF-16 and UTF-8 nothing is lost, not
// even halves of pairs, so that what was replaced in such a text is all that differs afterwards.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kopi {

enum class Utf16 { little_endian, big_endian };

/// Of a text by its first four bytes: a byte order mark, or two characters of ASCII with a zero each.
std::optional<Utf16> utf16_of(std::string_view start);

/// Piece by piece. What is no whole character yet waits for the next piece.
class Utf16Decoder {
 public:
  explicit Utf16Decoder(Utf16 order) : order_(order) {}
  /// As UTF-8; a half of a pair as the three bytes that it would have.
  std::string feed(std::string_view bytes);
  /// What still waits: half of a pair as above.
  std::string finish();
  /// An odd byte at the end, which is no character; of finish().
  const std::string& rest() const { return pending_; }

 private:
  Utf16 order_;
  std::string pending_;
};

/// The way back, piece by piece.
class Utf16Encoder {
 public:
  explicit Utf16Encoder(Utf16 order) : order_(order) {}
  std::string feed(std::string_view text);

 private:
  Utf16 order_;
  std::string pending_;
};

/// The whole of a text as UTF-8, if it is UTF-16.
std::optional<std::string> utf8_of_utf16(std::string_view bytes);

}  // namespace kopi
