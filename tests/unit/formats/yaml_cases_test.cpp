// YAML's corners: texts that readers are known to take differently, one trap each.
#include "formats/yaml.hpp"

#include "support/documents.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::outcome;

namespace {
Result<Node> parse(std::string_view text) { return parse_yaml(text, "f"); }
}  // namespace

TEST_CASE("YAML's traps in block collections are read right") {
  const std::string rows[][2] = {{"- - - x\n    - y\n  - z\n", R"([[["x", "y"], "z"]])"},
                                 {"-\n  - a\n-\n - b\n", R"([["a"], ["b"]])"},
                                 {"- a\n - b\n", R"(["a - b"])"},
                                 {"a:\n- x\n- y\nb: z\n", R"({"a": ["x", "y"], "b": "z"})"},
                                 {"a:\n  - x\n  -\n  - z\n", R"({"a": ["x", null, "z"]})"},
                                 {"- a: 1\n  b: 2\n-   c: 3\n    d: 4\n", R"([{"a": 1, "b": 2}, {"c": 3, "d": 4}])"},
                                 {"? a\n? b\n: 1\n", R"({"a": null, "b": 1})"},
                                 {"? >-\n  long\n  key\n: v\n", R"({"long key": "v"})"},
                                 {"a:   # why\n  b\n", R"({"a": "b"})"},
                                 {"a:\n  # why\n\n  b: 1\n", R"({"a": {"b": 1}})"},
                                 {"a:\n\n\n  b:\n      c: 1\nd: 2\n", R"({"a": {"b": {"c": 1}}, "d": 2})"},
                                 {"'a b': 1\n\"c\": 2\n", R"({"a b": 1, "c": 2})"},
                                 {"a: &x b\n&y c: d\ne: *x\n", R"({"a": "b", "c": "d", "e": "b"})"},
                                 {"a:\tb\n", R"({"a": "b"})"},
                                 {"a: b \t\n", R"({"a": "b"})"},
                                 {"  a: 1\n  b: 2\n", R"({"a": 1, "b": 2})"}};
  for (const auto& [text, expected] : rows) CHECK(outcome(parse(text)) == expected);
}

TEST_CASE("YAML's traps in plain scalars are read right") {
  const std::string rows[][2] = {{"a: x\n   y\n\n   z\n", R"({"a": "x y\nz"})"},
                                 {"a: b#c\nd: e #f\n", R"({"a": "b#c", "d": "e"})"},
                                 {"a: http://example.com:80/x?y=z#f\n", R"({"a": "http://example.com:80/x?y=z#f"})"},
                                 {"a: x:y\nb: :z\nc: -d\n", R"({"a": "x:y", "b": ":z", "c": "-d"})"},
                                 {"a: ---x\nb: --\nc: ?q\n", R"({"a": "---x", "b": "--", "c": "?q"})"},
                                 {"a: [x]y\n", "E_YAML"},
                                 {"---x\n", R"("---x")"},
                                 {"a: b c: d\n", "E_YAML"},
                                 {"a: x, y [z] {w}\n", R"({"a": "x, y [z] {w}"})"},
                                 {"a: it's \"so\"\n", R"({"a": "it's \"so\""})"},
                                 {"a: 1\n  2\n", R"({"a": "1 2"})"},
                                 {"a: null\n  b\n", R"({"a": "null b"})"},
                                 {"a: \\n\n", R"({"a": "\\n"})"},
                                 {"a: %x\n", "E_YAML"},
                                 {"a: <<\n", R"({"a": "<<"})"},
                                 {"a: =\n", R"({"a": "="})"}};
  for (const auto& [text, expected] : rows) {
    const auto result = parse(text);
    CHECK((result ? outcome(result) : code_of(result)) == expected);
  }
}

TEST_CASE("YAML's traps in quoted scalars are read right") {
  const std::string rows[][2] = {{"'it''s'", R"("it's")"},
                                 {"'a\\n'", R"("a\\n")"},
                                 {"'a\n\n\n  b'", R"("a\n\nb")"},
                                 {"\"a\n\n  b\"", R"("a\nb")"},
                                 {"\"a  \n   b\"", R"("a b")"},
                                 {"\"a\\\n   b\"", R"("ab")"},
                                 {"\"a \\\n   \\ b\"", R"("a  b")"},
                                 {R"("\x41\u00e9\U0001F600\t\/\"\\")", R"("Aé😀\t/\"\\")"},
                                 {R"("\0\a\b\e\f\n\r\v")", R"("\u0000\u0007\b\u001b\f\n\r\u000b")"},
                                 {"\"#not a comment\"", R"("#not a comment")"},
                                 {"a: \"b: c\"", R"({"a": "b: c"})"},
                                 {"a: 'x' # c\n", R"({"a": "x"})"},
                                 {"a: ''\nb: \"\"\n", R"({"a": "", "b": ""})"},
                                 {"'---'", R"("---")"}};
  for (const auto& [text, expected] : rows) CHECK(outcome(parse(text)) == expected);
}

TEST_CASE("YAML's traps in block scalars are read right") {
  const std::string rows[][2] = {{"a: |\n  x\n   y\n\n  z\nb: 1\n", R"({"a": "x\n y\n\nz\n", "b": 1})"},
                                 {"a: |+\n  x\n\n\nb: 1\n", R"({"a": "x\n\n\n", "b": 1})"},
                                 {"a: |-\n  x\n\n\nb: 1\n", R"({"a": "x", "b": 1})"},
                                 {"a: |2\n    x\n   y\n", R"({"a": "  x\n y\n"})"},
                                 {"a: |2-\n    x\n", R"({"a": "  x"})"},
                                 {"a: >\n  x\n  y\n\n  z\n   w\n  v\n", R"({"a": "x y\nz\n w\nv\n"})"},
                                 {"a: >\n\n  x\n", R"({"a": "\nx\n"})"},
                                 {"a: >-\n  x\n  y\n\n\n  z\n", R"({"a": "x y\n\nz"})"},
                                 {"a: | # c\n  x\n", R"({"a": "x\n"})"},
                                 {"a: |\n  # not a comment\n  x: y\n", R"({"a": "# not a comment\nx: y\n"})"},
                                 {"a: |\n  x\n# a comment\nb: 1\n", R"({"a": "x\n", "b": 1})"},
                                 {"- |\n x\n- >\n y\n", R"(["x\n", "y\n"])"},
                                 {"a: |\n  x", R"({"a": "x"})"},
                                 {"a: |\n  \ttab\n", R"({"a": "\ttab\n"})"},
                                 {"--- |\n  x\n", R"("x\n")"},
                                 {"a: |\nb: 1\n", R"({"a": "", "b": 1})"}};
  for (const auto& [text, expected] : rows) CHECK(outcome(parse(text)) == expected);
}

TEST_CASE("YAML's traps in flow collections are read right") {
  const std::string rows[][2] = {{"[a, b, ]", R"(["a", "b"])"},
                                 {"{a: 1, }", R"({"a": 1})"},
                                 {"[ ]", "[]"},
                                 {"{ }", "{}"},
                                 {"{\"a\":1,\"b\":[2]}", R"({"a": 1, "b": [2]})"},
                                 {"{a, b: , c: d}", R"({"a": null, "b": null, "c": "d"})"},
                                 {"[a: b, c]", R"([{"a": "b"}, "c"])"},
                                 {"[a,\n # c\n b # d\n ]", R"(["a", "b"])"},
                                 {"{a: http://x/y, b: c}", R"({"a": "http://x/y", "b": "c"})"},
                                 {"[a b, 'c d']", R"(["a b", "c d"])"},
                                 {"a: [\n  1,\n  {b: 2}\n]\n", "E_YAML"},  // its bracket is not deeper than its key
                                 {"a: [\n  1,\n  {b: 2}\n  ]\n", R"({"a": [1, {"b": 2}]})"},
                                 {"{a: [b: {c: [d]}]}", R"({"a": [{"b": {"c": ["d"]}}]})"},
                                 {"[-1, -, :x]", "E_YAML"}};
  for (const auto& [text, expected] : rows) {
    const auto result = parse(text);
    CHECK((result ? outcome(result) : code_of(result)) == expected);
  }
}

TEST_CASE("what YAML forbids is refused") {
  const std::string texts[] = {"a: - b\n     - c\n",  // a list on its key's line
                               "a:\n  - x\n - y\n",   // between two indentations
                               "a:\n  b: 1\n c: 2\n",
                               "a: b\n  c: d\n",  // a mapping below a scalar
                               "a\nb: c\n",       // a key over two lines
                               "\"a\n b\": c\n",
                               "a: \"b\" c\n",  // text behind a quote
                               "a: 'b': c\n",
                               "a: [b] c\n",
                               "[a]]\n",
                               "a: [1, 2\n",
                               "{a: 1\nb: 2}\n",
                               "[a\n",
                               "{\n",
                               "[, a]\n",
                               "{a: 1,, b: 2}\n",
                               "a: [x,\ny]\n",  // flow content at its parent's indentation
                               "a: \"b\nc\"\n",
                               "a: 'b\n",
                               "a: \"\\'\"\n",  // no such escape
                               "a: \"\\xZ1\"\n",
                               "a: \"\\u12\"\n",
                               "a: |x\n  b\n",  // text behind a block scalar's header
                               "a: |10\n  b\n",
                               "a: |0\n  b\n",
                               "a: >\n     \n  x\n",  // a first line deeper than the text
                               "a: |\n   x\n  y\n",
                               "a: \"b\"#c\n",  // a comment needs a space before it
                               "[a]#c\n",
                               "--- a: b\n",  // a mapping on the line of ---
                               "&a &b x\n",   // two anchors
                               "a: &x - b\n",
                               "- &a *a\n",  // an anchor on an alias
                               "a: *\n",
                               "a:\n\tb: 1\n",  // tabs as indentation
                               "-\t- a\n",
                               "?\t- a\n",
                               "a: 1\n\tb: 2\n",
                               "%YAML 1.2\n",  // a directive without a document
                               "%YAML 1.2\n%YAML 1.2\n---\n",
                               "a: 1\n%YAML 1.2\n---\nb: 2\n",
                               "a: @x\n",
                               "a: `x`\n",
                               "a: %x\n- b\n",
                               "- a\nb: c\n",
                               "a: b\n- c\n",
                               "!<a b> c\n",  // a tag that never ends
                               "!!str, x\n",
                               "a: \x01\n",         // a control character
                               "\"a\n---\nb\"\n"};  // a document marker inside quotes
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(code_of(parse(text)) == "E_YAML");
  }
}

TEST_CASE("what the two readers disagree on is read as YAML says, or refused as such; never read otherwise") {
  const std::string rows[][2] = {{"{ \"a\"\n  : b }", R"({"a": "b"})"},
                                 {"{ ?x: 1 }", R"({"?x": 1})"},
                                 {"- { one word: 1, a\n  line: 2 }\n", R"([{"one word": 1, "a line": 2}])"},
                                 {"k: {\n a\n :\n b\n }\n", R"({"k": {"a": "b"}})"},
                                 {"[?x]", R"(["?x"])"},
                                 {"[a ? b, c?d]", R"(["a ? b", "c?d"])"},
                                 {"a: 1\n\t\nb: 2\n", R"({"a": 1, "b": 2})"},
                                 {">\n a\n# b\n", R"("a\n")"},
                                 {"!\n", "\"\""},
                                 {"a: |\n  x\n   ", R"({"a": "x\n "})"},
                                 {"a: 1\rb: 2\r", R"({"a": 1, "b": 2})"},
                                 {R"("\N\L\P\_")", R"("\u0085\u2028\u2029\u00a0")"}};
  for (const auto& [text, value] : rows) {
    CAPTURE(text);
    const auto result = parse(text);
    if (result) {
      CHECK(outcome(result) == value);
    } else {
      CHECK(outcome(result).find("two YAML readers read this differently; write it more plainly (quote the text)") != std::string::npos);
    }
  }
}
