#include "formats/rewrite.hpp"

#include "formats/node_compare.hpp"
#include "formats/yaml.hpp"
#include "support/documents.hpp"

using namespace kopi;

namespace {

/// The text made to hold what `target` holds, with new values from there; or why not.
std::string rewritten(std::string_view text, std::string_view target, Syntax syntax = Syntax::yaml, const Comments& may_go = {}) {
  const auto read = [&](std::string_view from) {
    return test::must(syntax == Syntax::json ? parse_json(from, "a.json") : parse_yaml(from, "a.yaml"));
  };
  const Node now = read(text);
  const Node then = read(target);
  const auto done = rewrite({syntax, "a.yaml", {text, &now}, &then, {{target, &then}}, may_go, {}});
  return done ? *done : done.error().message;
}

}  // namespace

TEST_CASE("only the bytes of what changes are touched") {
  const std::string rows[][3] = {
      {"a:   1   # one\nb: 2\n", "a: 5\nb: 2\n", "a:   5   # one\nb: 2\n"},
      {"a: 1\nb: 2", "a: 1\nb: 2\nc: |\n  text\n", "a: 1\nb: 2\nc: |\n  text\n"},  // the block of text needs its line end
      {"m:\n  - 1 # one\n  - 2 # two\n", "m: [1, 3, 2]\n", "m:\n  - 1 # one\n  - 3\n  - 2 # two\n"},
      {"m:\n  - 1 # one\n  - 2 # two\n", "m: [2]\n", "m:\n  # one\n  - 2 # two\n"},
      {"m: [1, 2, 3]\n", "m: [3, 1]\n", "m: [3, 1]\n"},
      {"m: []\n", "m:\n- 1\n- 2\n", "m:\n- 1\n- 2\n"},
      {"m: # why\nz: 1\n", "m:\n  k: 1\nz: 1\n", "m:  # why\n  k: 1\nz: 1\n"},
      {"m: 5 # why\nz: 1\n", "m: >-\n  words\nz: 1\n", "m: >-  # why\n  words\nz: 1\n"},
      {"m:\n  k: 1\n  l: 2\nz: 1\n", "m: none\nz: 1\n", "m: none\nz: 1\n"},
      {"m:\n  k: 1 # mine\nz: 1\n", "m: none\nz: 1\n", "# mine\nm: none\nz: 1\n"},
      {"l:\n  - a: 1\n    b: 2\n", "l:\n  - b: 2\n    c: 3\n", "l:\n  - b: 2\n    c: 3\n"},
      {"{a: 1}\n", "a: 1\nb: [x]\n", "{a: 1, b: [x]}\n"},
      {"m: {\n  a: 1, # one\n  b: 2 # two\n  }\n", "m: {a: 1, n: 0, b: 2, c: 3}\n",
       "m: {\n  a: 1, # one\n  n: 0,\n  b: 2, # two\n  c: 3\n  }\n"},
      {"m: {\n  a: 1, # one\n  b: 2, # two\n  c: 3\n  }\n", "m: {a: 1, c: 3}\n", "m: {\n  a: 1, # one\n  # two\n  c: 3\n  }\n"},
      {"m: {\n  a: 1, # one\n  b: 2 # two\n  }\n", "m: {a: 1}\n", "m: {\n  a: 1 # one\n  # two\n  }\n"},
      {"m: {\n  a: 1, # one\n  b: 2 # two\n  }\n", "m: {b: 2}\n", "m: {\n  # one\n  b: 2 # two\n  }\n"},
      {"# all\n", "a: 1\n", "# all\na: 1\n"},
      {"a: 1\n# end\n", "{}\n", "# end\n"},
      {"s: 'it''s'\n", "s: \"new\"\n", "s: \"new\"\n"},
      {"x: &x {v: 1}\ny: *x\n", "x: {v: 2}\ny: {v: 2}\n", "x: &x {v: 2}\ny: *x\n"},
      {"x: &x 1\n", "x: 2\n", "line 1 is written in a way that can't be changed in place (anchor, alias, tag or '? key')"},
  };
  for (const auto& [text, target, expected] : rows) {
    CAPTURE(text, target);
    CHECK(rewritten(text, target) == expected);
  }
}

TEST_CASE("JSON keeps its layout, whatever the new values come from") {
  const std::string rows[][3] = {
      {"{\n    \"a\": {}\n}", "{\"a\": {\"b\": [1, 2]}}", "{\n    \"a\": {\n        \"b\": [1, 2]\n    }\n}"},
      {"{\"a\":{}}", "{\n  \"a\": {\n    \"b\": [\n      1\n    ]\n  }\n}", "{\"a\":{\"b\":[1]}}"},
      {"[1,\n2]", "[1, 3, 2]", "[1,\n3, 2]"},
      {" [ ] \n", "[1]", " [1] \n"},
      {"{\"a\": 1}", "[1]", "[1]"},
      {"{\"a\": \"\\u00e4\", \"b\": 1}", "{\"a\": \"ä\", \"b\": 2}", "{\"a\": \"\\u00e4\", \"b\": 2}"},
  };
  for (const auto& [text, target, expected] : rows) {
    CAPTURE(text, target);
    CHECK(rewritten(text, target, Syntax::json) == expected);
  }
}

TEST_CASE("a comment goes with its key where its author took it out, and only there") {
  const std::string text = "a: 1\n# mine\n# theirs\nb: 2\nc: 3\n";
  CHECK(rewritten(text, "a: 1\nc: 3\n") == "a: 1\n# mine\n# theirs\nc: 3\n");
  CHECK(rewritten(text, "a: 1\nc: 3\n", Syntax::yaml, {{"# theirs", 1}}) == "a: 1\n# mine\nc: 3\n");
}

TEST_CASE("comments are told from text that looks like one") {
  const Comments expected{{"# one", 2}, {"#two", 1}, {"#", 1}};
  CHECK(find_comments("# one\na: 'x # no' # one\nb: |\n  # no\nc: a#no\n#two\nd: \"# no\n  # no\"\n#\n") == expected);
  CHECK(find_comments("a: |  # one\n  # no\n").contains("# one"));
  CHECK(find_comments("a: [\n").empty());
  CHECK(has_comments("a: 1 # x\n", {{"# x", 1}}));
  CHECK_FALSE(has_comments("a: 1 # x\n", {{"# x", 2}}));
}

TEST_CASE("two values mean the same only where no reader tells them apart") {
  const auto same = [](std::string_view a, std::string_view b) {
    const Node first = test::must(parse_yaml(a, "a"));
    const Node second = test::must(parse_yaml(b, "b"));
    CHECK((meaning_of(first) == meaning_of(second)) == means_the_same(first, second));
    return means_the_same(first, second);
  };
  CHECK(same("{a: 1, b: [x]}", "b: ['x']\na: 1\n"));
  CHECK(same("~", "null"));
  CHECK(same("True", "true"));
  CHECK_FALSE(same("1.10", "1.1"));
  CHECK_FALSE(same("yes", "'yes'"));
  CHECK_FALSE(same("1", "'1'"));
  CHECK_FALSE(same("[a, b]", "[b, a]"));
  CHECK_FALSE(same("{a: 1}", "{a: 1, b: 2}"));
  CHECK_FALSE(same("{a: 1, c: 1}", "{a: 1, b: 1}"));
}
