#include "base/text.hpp"

#include "support/outcome.hpp"

using namespace kopi;

using Views = std::vector<std::string_view>;

TEST_CASE("trim takes white space off both ends") {
  CHECK(trim("  a b\t\r\n") == "a b");
  CHECK(trim("\f\v") == "");
  CHECK(trim("") == "");
  CHECK(trim("a") == "a");
}

TEST_CASE("n separators give n + 1 pieces") {
  CHECK(split("a,b", ',') == Views{"a", "b"});
  CHECK(split("", ',') == Views{""});
  CHECK(split(",", ',') == Views{"", ""});
  CHECK(split("a,,b,", ',') == Views{"a", "", "b", ""});
}

TEST_CASE("lines are split at LF and CRLF; a final line break starts no line") {
  CHECK(split_lines("").empty());
  CHECK(split_lines("\n") == Views{""});
  CHECK(split_lines("a") == Views{"a"});
  CHECK(split_lines("a\nb\n") == Views{"a", "b"});
  CHECK(split_lines("a\r\n\r\nb\r\n") == Views{"a", "", "b"});
  CHECK(split_lines("a\n\n") == Views{"a", ""});
  CHECK(split_lines("a\rb") == Views{"a\rb"});
}

TEST_CASE("join puts the separator between") {
  CHECK(join({}, ", ").empty());
  const std::vector<std::string> words = {"a", "", "c"};
  CHECK(join(words, ", ") == "a, , c");
}

TEST_CASE("lower case is ASCII's alone") { CHECK(to_lower_ascii("AbÄZ-09") == "abÄz-09"); }

TEST_CASE("all occurrences are replaced, once each") {
  CHECK(replace_all("a.b.c", ".", "..") == "a..b..c");
  CHECK(replace_all("aaa", "aa", "b") == "ba");
  CHECK(replace_all("", "a", "b").empty());
}

TEST_CASE("a word for the shell is quoted only where it must be") {
  const std::string rows[][2] = {{"", "''"},
                                 {"plain", "plain"},
                                 {"a/b-c_d.e:f@g,h=i+j%k", "a/b-c_d.e:f@g,h=i+j%k"},
                                 {"two words", "'two words'"},
                                 {"it's", "'it'\\''s'"},
                                 {"$HOME", "'$HOME'"},
                                 {"a\nb", "'a\nb'"},
                                 {"~", "'~'"},
                                 {"ü", "'ü'"},
                                 {"*", "'*'"}};
  for (const auto& [text, quoted] : rows) CHECK(shell_quote(text) == quoted);
}

TEST_CASE("an integer is decimal with nothing around it") {
  CHECK(parse_integer("0") == 0);
  CHECK(parse_integer("-12") == -12);
  CHECK(parse_integer("9223372036854775807") == 9223372036854775807);
  for (const std::string_view text : {"", " 1", "1 ", "+1", "0x1", "1.0", "9223372036854775808", "-"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text));
  }
}

TEST_CASE("counts agree with their noun") {
  CHECK(count_of(0, "file") == "0 files");
  CHECK(count_of(1, "file") == "1 file");
  CHECK(count_of(2, "file") == "2 files");
  CHECK(count_of(2, "entry", "entries") == "2 entries");
}

TEST_CASE("bytes are shown in IEC units, with a decimal where it says something") {
  CHECK(human_bytes(0) == "0 B");
  CHECK(human_bytes(1023) == "1023 B");
  CHECK(human_bytes(1024) == "1.0 KiB");
  CHECK(human_bytes(1536) == "1.5 KiB");
  CHECK(human_bytes(10 * 1024) == "10 KiB");
  CHECK(human_bytes(64u << 20) == "64 MiB");
  CHECK(human_bytes(5ULL << 40) == "5.0 TiB");
  CHECK(human_bytes(5000ULL << 40) == "5000 TiB");
}

TEST_CASE("the closest candidate is what a person meant, or nothing") {
  const std::vector<std::string> keys = {"description", "version", "name", "env_requires", "license"};
  CHECK(closest("desciption", keys) == "description");
  CHECK(closest("verison", keys) == "version");  // neighbours swapped count once
  CHECK(closest("licence", keys) == "license");
  CHECK(closest("Name", keys) == "name");
  CHECK_FALSE(closest("model_default", keys));
  CHECK_FALSE(closest("x", keys));
  CHECK_FALSE(closest("name", keys));  // it is one of them: nothing else was meant
  CHECK_FALSE(closest("", keys));
  CHECK_FALSE(closest("name", {}));
}
