#include "base/unicode.hpp"

#include "support/outcome.hpp"

using namespace kopi;

TEST_CASE("a code point is decoded with its size; what is no UTF-8 is one replacement a byte") {
  struct Row {
    std::string_view bytes;
    CodePoint point;
  };
  const Row rows[] = {{"a", {U'a', 1, true}},
                      {"é", {U'é', 2, true}},
                      {"€", {U'€', 3, true}},
                      {"😀x", {U'😀', 4, true}},
                      {"\xf4\x8f\xbf\xbf", {U'\U0010FFFF', 4, true}},
                      {"\x80", {U'\uFFFD', 1, false}},
                      {"\xc0\xaf", {U'\uFFFD', 1, false}},          // overlong '/'
                      {"\xe0\x80\xaf", {U'\uFFFD', 1, false}},      // overlong '/'
                      {"\xed\xa0\x80", {U'\uFFFD', 1, false}},      // a surrogate
                      {"\xf4\x90\x80\x80", {U'\uFFFD', 1, false}},  // above U+10FFFF
                      {"\xe2\x82", {U'\uFFFD', 1, false}},          // cut off
                      {"\xff", {U'\uFFFD', 1, false}}};
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    const CodePoint point = decode_utf8(row.bytes);
    CHECK(point.value == row.point.value);
    CHECK(point.size == row.point.size);
    CHECK(point.valid == row.point.valid);
  }
}

TEST_CASE("validity and repair agree") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8("naïve 日本 😀"));
  CHECK_FALSE(is_valid_utf8("a\xe2\x82"));
  CHECK(to_valid_utf8("a\xe2\x82z\xff") == "a\uFFFD\uFFFDz\uFFFD");
  CHECK(to_valid_utf8("é") == "é");
  std::string text;
  append_utf8(text, U'😀');
  CHECK(text == "😀");
}

TEST_CASE("controls are C0, DEL and C1") {
  for (const char32_t value : {0x00U, 0x1BU, 0x1FU, 0x7FU, 0x80U, 0x9BU, 0x9FU}) CHECK(is_control(value));
  for (const char32_t value : {0x20U, 0x7EU, 0xA0U, 0x2028U}) CHECK_FALSE(is_control(value));
  CHECK(has_control_characters("a\tb"));
  CHECK(
      has_control_characters("\xc2\x9b"
                             "31m"));
  CHECK_FALSE(has_control_characters("a b é"));
}

TEST_CASE("bidirectional controls are the explicit ones of UAX 9") {
  for (const char32_t value : {0x061CU, 0x200EU, 0x200FU, 0x202AU, 0x202EU, 0x2066U, 0x2069U}) CHECK(is_bidi_control(value));
  for (const char32_t value : {0x0041U, 0x05D0U, 0x200DU, 0x2065U, 0x206AU}) CHECK_FALSE(is_bidi_control(value));
}

TEST_CASE("ignorable code points disappear, visible ones and broken bytes stay") {
  CHECK(without_ignorable("a\u200Bb\u00AD\uFEFFc\u2060") == "abc");
  CHECK(without_ignorable("é\xff") == "é\xff");
}

TEST_CASE("folding makes equal what some file system takes for one name") {
  CHECK(fold("README") == fold("readme"));
  CHECK(fold("Stra\u00DFe") == fold("STRASSE"));
  CHECK(fold("caf\u00E9") == fold("cafe\u0301"));
  CHECK(fold("\u212A") == "k");  // the Kelvin sign
  CHECK(fold("a") != fold("b"));
  CHECK(fold("\xff") == "\xff");
}

TEST_CASE("width counts columns by grapheme cluster") {
  const std::pair<std::string_view, std::size_t> rows[] = {{"", 0},   {"abc", 3},      {"é", 1},           {"e\u0301", 1}, {"日本", 4},
                                                           {"ﾊﾟ", 2}, {"😀", 2},       {"👩‍💻", 2}, {"🇯🇵", 2},      {"👍🏽", 2},
                                                           {"❤️", 2},  {"a\u200Bb", 2}, {"한국", 4},        {"x\tb", 2},    {"กำ", 2}};
  for (const auto& [text, width] : rows) {
    CAPTURE(text);
    CHECK(display_width(text) == width);
  }
}

TEST_CASE("text is cut between clusters, and an ellipsis says so") {
  CHECK(truncate_to_width("abcdef", 6) == "abcdef");
  CHECK(truncate_to_width("abcdef", 5) == "abcd…");
  CHECK(truncate_to_width("日本語", 5) == "日本…");
  CHECK(truncate_to_width("日本語", 4) == "日…");
  CHECK(truncate_to_width("e\u0301e\u0301e\u0301", 2) == "e\u0301…");
  CHECK(truncate_to_width("👩‍💻👩‍💻", 3) == "👩‍💻…");
  CHECK(truncate_to_width("ab", 1) == "…");
}
