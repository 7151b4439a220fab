#include "runtime/provider/stream_json.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;

namespace {

/// What a reader sees of deltas that come as these JSON strings.
std::string joined(std::initializer_list<std::string_view> deltas) {
  SurrogateJoiner joiner;
  std::string text;
  for (const std::string_view delta : deltas) {
    const Node node = must(parse_stream_json("{\"d\": \"" + std::string(delta) + "\"}", "a delta"));
    text += joiner.feed(*node.find("d")->as_string());
  }
  return text + joiner.finish();
}

}  // namespace

TEST_CASE("halves of a character come together across deltas, and lone ones are replaced") {
  CHECK(joined({R"(\ud83c\udf89)"}) == "🎉");
  CHECK(joined({R"(a\ud83c)", R"(\udf89b)"}) == "a🎉b");
  CHECK(joined({R"(a\ud83c)", "", R"(\udf89)"}) == "a🎉");
  CHECK(joined({R"(\uD83C)", R"(\uDF89)"}) == "🎉");
  CHECK(joined({R"(\ud83c)", "x"}) == "\uFFFDx");
  CHECK(joined({R"(\ud83c)", R"(\ud83c)", R"(\udf89)"}) == "\uFFFD🎉");
  CHECK(joined({R"(\udf89\ud83c)"}) == "\uFFFD\uFFFD");
  CHECK(joined({R"(x\ud83c)"}) == "x\uFFFD");
  CHECK(joined({R"(\ud83cz\udf89)"}) == "\uFFFDz\uFFFD");
}

TEST_CASE("what only looks like half a character is left alone") {
  CHECK(joined({R"(\\ud83c)"}) == R"(\ud83c)");
  CHECK(joined({R"(\\\ud83c\udf89)"}) == R"(\🎉)");
  CHECK(joined({R"(\"\\)"}) == R"("\)");
  CHECK(joined({R"(\u00e9\u0041)", "日本"}) == "éA日本");
  CHECK(joined({"\U0010FFFF"}).size() == 3);  // the last of the stand-ins: private use that no one sends, read as half a character
  CHECK(joined({"\U0010F7FF\U000F0000"}) == "\U0010F7FF\U000F0000");
}

TEST_CASE("bytes that are not UTF-8 are read as U+FFFD") {
  const Node node =
      must(parse_stream_json("{\"d\": \"a\xff"
                             "b\xc3\"}",
                             "a delta"));
  CHECK(node.find("d")->as_string() == "a\uFFFDb\uFFFD");
}

TEST_CASE("anything but one JSON value is refused") {
  for (const std::string_view text :
       {"", " ", "{", "{\"a\": \"\\u12\"}", "{\"a\": \"\\ud83\"}", "[1] 2", "{'a': 1}", "nope", "\"\\ud83c"}) {
    INFO(text);
    CHECK(code_of(parse_stream_json(text, "the stream")) == "E_JSON");
  }
}
