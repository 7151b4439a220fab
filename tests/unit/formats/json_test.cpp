#include "formats/json.hpp"

#include <limits>

#include "support/documents.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::outcome;

namespace {

Result<Node> parse(std::string_view text) { return parse_json(text, "f"); }
std::string times(std::size_t count, std::string_view text) {
  std::string whole;
  for (std::size_t i = 0; i < count; ++i) whole += text;
  return whole;
}

}  // namespace

TEST_CASE("JSON is read as data") {
  const std::string rows[][2] = {{R"({"a": [1, -2.5, 1e2, true, false, null, "x"]})", R"({"a": [1, -2.5, 100.0, true, false, null, "x"]})"},
                                 {" \r\n\t[ ] ", "[]"},
                                 {"{}", "{}"},
                                 {"\"\"", "\"\""},
                                 {"-0", "0"},
                                 {"[12345678901234567890, 1e30]", "[12345678901234567890, 1e+30]"},
                                 {"1e-999", "0.0"},
                                 {R"("\u0041\u00e9\u20ac\ud83d\ude00\/\b\f\n\r\t\\\"")", "\"Aé€😀/\\b\\f\\n\\r\\t\\\\\\\"\""},
                                 {R"({"": 1, " ": 2})", R"({"": 1, " ": 2})"},
                                 {"\xEF\xBB\xBF {\"a\": 1}", R"({"a": 1})"}};
  for (const auto& [text, expected] : rows) CHECK(outcome(parse(text)) == expected);
}

TEST_CASE("what is not strict JSON is refused with its place") {
  const std::string rows[][2] = {{"", "f:1:1"},
                                 {" ", "f:1:"},
                                 {"{\"a\": 1,}", "f:1:9"},
                                 {"[1,]", "f:1:4"},
                                 {"[1 2]", "f:1:4"},
                                 {"{a: 1}", "f:1:2"},
                                 {"{'a': 1}", "f:1:2"},
                                 {"[01]", "f:1:3"},
                                 {"[1.]", "f:1:4"},
                                 {"[.5]", "f:1:2"},
                                 {"[+1]", "f:1:2"},
                                 {"[0x1]", "f:1:3"},
                                 {"[NaN]", "f:1:2"},
                                 {"[Infinity]", "f:1:2"},
                                 {"[1e999]", "f:1:"},
                                 {"[nul]", "f:1:5"},
                                 {"[1] x", "f:1:5"},
                                 {"{} {}", "f:1:4"},
                                 {"[1", "f:1:"},
                                 {"{\"a\"", "f:1:"},
                                 {"// c\n1", "f:1:1"},
                                 {"\n\n  x", "f:3:3"},
                                 {"[\"a\nb\"]", "f:"},
                                 {"[\"\t\"]", "f:1:"},
                                 {"[\"\\x\"]", "f:1:"},
                                 {"[\"\\ud800\"]", "f:1:"},
                                 {"[\"\\udc00\"]", "f:1:"},
                                 {"[\"\xff\"]", "f:1:3"},
                                 {"[\"\\u12\"]", "f:1:"},
                                 {"[\"é\", x]", "f:1:7"},
                                 {"\xFF\xFE", "f:1:1"},
                                 {"\xEF\xBB\xBF[x]", "f:1:2"}};
  for (const auto& [text, place] : rows) {
    CAPTURE(text);
    const auto result = parse(text);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::json);
    CHECK(result.error().message.starts_with(place));
    CHECK(result.error().message.find("not JSON: ") != std::string::npos);
    CHECK(result.error().message.find("last read") == std::string::npos);
  }
  CHECK(outcome(parse(std::string_view("[1]\0", 4))) == "E_JSON f: not JSON: it holds a NUL byte");
  CHECK(outcome(parse("[1e999]")) == "E_JSON f:1:6: not JSON: the number is too large");
}

TEST_CASE("a JSON key that comes twice is refused where it comes again") {
  CHECK(outcome(parse("{\"a\": 1,\n \"b\": {\"a\": 2},\n \"\\u0061\": 3}")) == "E_JSON f:3:2: duplicate key 'a'");
  CHECK(outcome(parse(R"([{"a": 1}, {"a": 1}])")) == R"([{"a": 1}, {"a": 1}])");
}

TEST_CASE("every JSON value and key knows its line and its column in characters") {
  const Node root = test::must(parse("{\n  \"ключ\": [1,\t-2.5e1, \"x\\ny\" ,null ],\n  \"b\" :\n{ } }"));
  const auto place = [](Place at) { return std::to_string(at.line) + ":" + std::to_string(at.column); };
  CHECK(place(root.place()) == "1:1");
  const Node& list = root.items()[0];
  CHECK(place(list.key_place()) == "2:3");
  CHECK(place(list.place()) == "2:11");
  std::string places;
  for (const Node& item : list.items()) places += place(item.place()) + " ";
  CHECK(places == "2:12 2:15 2:23 2:31 ");
  CHECK(place(root.items()[1].key_place()) == "3:3");
  CHECK(place(root.items()[1].place()) == "4:1");
}

TEST_CASE("size, depth and number of values of a JSON text are limited") {
  CHECK(code_of(parse(times(64, "[") + times(64, "]"))) == "ok");
  CHECK(outcome(parse(times(65, "[") + times(65, "]"))) == "E_LIMIT f:1:65: nested deeper than 64 levels");
  CHECK(outcome(parse(times(100'000, "["))) == "E_LIMIT f:1:65: nested deeper than 64 levels");
  CHECK(outcome(parse(times(64, "{\"a\":") + "{}" + times(64, "}"))) == "E_LIMIT f:1:321: nested deeper than 64 levels");
  CHECK(outcome(parse_json("[1, 2, 3]", "f", {.bytes = 8})) == "E_LIMIT f: larger than 8 bytes");
  CHECK(code_of(parse_json("[1, 2, 3]", "f", {.bytes = 9})) == "ok");
  CHECK(code_of(parse_json("[1, 2]", "f", {.nodes = 3})) == "ok");
  CHECK(outcome(parse_json("[1, 2, 3]", "f", {.nodes = 3})) == "E_LIMIT f:1: more than 3 values");
}

TEST_CASE("one long line is read as fast as many short ones") {
  // Places once cost the square of the line's length: a minute for this text.
  const Node list = test::must(parse("[" + times(90'000, "\"0123456\",") + "0]"));
  CHECK(list.items().size() == 90'001);
  CHECK(list.items().back().place().column == 900'002);
}

TEST_CASE("rendering escapes what a terminal would obey and keeps everything else") {
  CHECK(render_json(Node("a\"\\\n\t\r\b\f\x1b\x7f\xc2\x9b")) == R"("a\"\\\n\t\r\b\f\u001b\u007f\u009b")");
  CHECK(render_json(Node("\u202E\u2066\u2028\u2029")) == R"("\u202e\u2066\u2028\u2029")");
  CHECK(render_json(Node("é日😀/")) == "\"é日😀/\"");
  CHECK(render_json(Node("\xff")) == "\"\uFFFD\"");
  CHECK(render_json(Node(std::numeric_limits<double>::infinity())) == "null");
  CHECK(render_json(Node::mapping({{"\x1b", 1}})) == R"({"\u001b": 1})");
  CHECK(render_json(test::json(R"({"a":[1,{}],"b":[],"c":{"d":null}})"), JsonStyle::indented) ==
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": [],\n  \"c\": {\n    \"d\": null\n  }\n}");
}

TEST_CASE("what is rendered is read back the same") {
  const Node original =
      test::json(R"({"s": "\u0000\u001f\u0080\u2028", "r": 0.1, "big": 1e300, "two": 2.0, "i": -9223372036854775808, "e": [[], {}]})");
  CHECK(test::json(render_json(original)) == original);
  CHECK(test::json(render_json(original, JsonStyle::indented)) == original);
}
