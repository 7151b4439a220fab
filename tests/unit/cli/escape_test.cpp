#include "cli/escape.hpp"

#include <fmt/format.h>

#include <catch2/catch_test_macros.hpp>

#include "base/unicode.hpp"

namespace kopi::cli {
namespace {

std::string utf8(char32_t value) {
  std::string text;
  append_utf8(text, value);
  return text;
}

}  // namespace

TEST_CASE("every C0 and C1 control and DEL is shown, not sent") {
  for (char32_t value = 0; value < 0x20; ++value) {
    CHECK(escape_terminal(utf8(value), Keep::nothing) == fmt::format("\\x{:02x}", static_cast<unsigned>(value)));
  }
  CHECK(escape_terminal("\x7f", Keep::nothing) == "\\x7f");
  for (char32_t value = 0x80; value < 0xa0; ++value) {
    CHECK(escape_terminal(utf8(value), Keep::nothing) == fmt::format("\\u{:04x}", static_cast<unsigned>(value)));
  }
}

TEST_CASE("layout keeps line breaks and tabs, and nothing else") {
  CHECK(escape_terminal("a\n\tb\r\x1b[2J\v\f", Keep::layout) == "a\n\tb\\x0d\\x1b[2J\\x0b\\x0c");
  CHECK(escape_terminal("a\n\tb", Keep::nothing) == "a\\x0a\\x09b");
}

TEST_CASE("every bidirectional control is shown") {
  for (const char32_t value : {U'\u061c', U'\u200e', U'\u200f', U'\u202a', U'\u202b', U'\u202c', U'\u202d', U'\u202e', U'\u2066', U'\u2067',
                               U'\u2068', U'\u2069'}) {
    CHECK(escape_terminal("a" + utf8(value) + "b", Keep::layout) == fmt::format("a\\u{:04x}b", static_cast<unsigned>(value)));
  }
}

TEST_CASE("bytes that are no UTF-8 are shown one by one") {
  CHECK(escape_terminal("a\xff\xfe", Keep::nothing) == "a\\xff\\xfe");
  CHECK(escape_terminal("\x9b"
                        "2J",
                        Keep::nothing) == "\\x9b2J");                 // C1 as one byte
  CHECK(escape_terminal("\xc0\x9b", Keep::nothing) == "\\xc0\\x9b");  // overlong ESC
  CHECK(escape_terminal("\xe2\x80", Keep::nothing) == "\\xe2\\x80");  // cut short
  CHECK(escape_terminal("\xed\xa0\x80", Keep::nothing) == "\\xed\\xa0\\x80");
  CHECK(escape_terminal(std::string("\0", 1), Keep::layout) == "\\x00");
}

TEST_CASE("all other text is as it was, and escaping twice changes nothing more") {
  for (const std::string text :
       {"", "plain", "Grüße, 研究 🤖👩‍💻", "a\\x1b", "nbsp\u00a0", "soft\u00adhyphen", "combining e\u0301", "עברית"}) {
    CHECK(escape_terminal(text, Keep::nothing) == text);
  }
  const std::string once = escape_terminal("\x1b]0;x\x07\u202e\xff", Keep::nothing);
  CHECK(escape_terminal(once, Keep::nothing) == once);
}

}  // namespace kopi::cli
