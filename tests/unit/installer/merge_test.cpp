#include "installer/merge.hpp"

#include <catch2/catch_test_macros.hpp>

#include "base/text.hpp"
#include "formats/json.hpp"

using namespace kopi;

namespace {

struct Row {
  const char* what;
  std::string base, ours, theirs, live;
  std::string keys = "";  ///< the keys in conflict, or why nothing was taken
};

std::string keys_of(const MergeOutcome& outcome) {
  std::string keys;
  for (const KeyConflict& conflict : outcome.keys) keys += (keys.empty() ? "" : ", ") + conflict.key;
  return keys;
}

void check(const Row& row, std::string_view path, Favor favor = Favor::none) {
  CAPTURE(row.what);
  const MergeOutcome outcome = merge_file({path, row.base, row.ours, row.theirs, favor});
  CHECK(outcome.text == row.live);
  CHECK((outcome.clean || !outcome.keys.empty() ? keys_of(outcome) : outcome.reason) == row.keys);
  CHECK(outcome.clean == (row.keys.empty() || favor != Favor::none));
}

std::string without_base(std::string_view path, std::string_view ours, std::string_view theirs, Favor favor = Favor::none) {
  const MergeOutcome outcome = merge_file({path, std::nullopt, ours, theirs, favor});
  return outcome.text + (outcome.clean ? "|clean|" : "|left|") + (outcome.keys.empty() ? outcome.reason : keys_of(outcome));
}

}  // namespace

TEST_CASE("JSON: by key, in the file's own layout") {
  const std::string base = "{\n  \"a\": 1,\n  \"b\": {\"x\": 1},\n  \"c\": [\n    1\n  ]\n}\n";
  const Row rows[] = {
      {"neighbours", base, "{\n  \"a\": 2,\n  \"b\": {\"x\": 1},\n  \"c\": [\n    1\n  ]\n}\n",
       "{\n  \"a\": 1,\n  \"b\": {\"x\": 2, \"y\": [3]},\n  \"c\": [\n    1\n  ]\n}\n",
       "{\n  \"a\": 2,\n  \"b\": {\"x\": 2, \"y\": [3]},\n  \"c\": [\n    1\n  ]\n}\n"},
      {"a new last key", base, "{\n  \"a\": 1,\n  \"b\": {\"x\": 1},\n  \"c\": [\n    1\n  ],\n  \"mine\": 1\n}\n",
       "{\n  \"a\": 1,\n  \"b\": {\"x\": 1},\n  \"c\": [\n    1\n  ],\n  \"new\": {\n    \"k\": [\n      1\n    ]\n  }\n}\n",
       "{\n  \"a\": 1,\n  \"b\": {\"x\": 1},\n  \"c\": [\n    1\n  ],\n  \"new\": {\n    \"k\": [\n      1\n    ]\n  },\n  \"mine\": "
       "1\n}\n"},
      {"as deep as the user's lines", "{\n  \"a\": 1\n}\n", "{\n\t\"a\": 2\n}\n", "{\n  \"a\": 1,\n  \"b\": {\n    \"k\": 1\n  }\n}\n",
       "{\n\t\"a\": 2,\n\t\"b\": {\n\t\t\"k\": 1\n\t}\n}\n"},
      {"on one line", "{\"a\":1}", "{\"a\":2}", "{\"a\": 1, \"b\": {\n  \"k\": 1}}", "{\"a\":2,\"b\":{\"k\": 1}}"},
      {"a key goes", base, "{\n  \"a\": 2,\n  \"b\": {\"x\": 1},\n  \"c\": [\n    1\n  ]\n}\n",
       "{\n  \"a\": 1,\n  \"c\": [\n    1\n  ]\n}\n", "{\n  \"a\": 2,\n  \"c\": [\n    1\n  ]\n}\n"},
      {"the last key goes", "{\n  \"a\": 1,\n  \"b\": 1\n}\n", "{\n  \"a\": 2,\n  \"b\": 1\n}\n", "{\n  \"a\": 1\n}\n",
       "{\n  \"a\": 2\n}\n"},
      {"the only key goes, another comes", "{\n  \"a\": 1\n}\n", "{\n  \"a\": 1,\n  \"m\": 1\n}\n", "{\n  \"b\": 1\n}\n",
       "{\n  \"m\": 1,\n  \"b\": 1\n}\n"},
      {"both change one key", "{\"a\": 1, \"b\": 1}", "{\"a\": 2, \"b\": 1}", "{\"a\": 3, \"b\": 2}", "{\"a\": 2, \"b\": 2}", "a"},
      {"servers by name", "{\"mcpServers\": {\"git\": {\"command\": \"npx\", \"args\": [\"a@1\"]}}}",
       "{\"mcpServers\": {\"git\": {\"command\": \"npx\", \"args\": [\"a@1\"], \"enabled\": false}}}",
       "{\"mcpServers\": {\"git\": {\"command\": \"npx\", \"args\": [\"a@2\"]}, \"web\": {\"url\": \"https://web.example\"}}}",
       "{\"mcpServers\": {\"git\": {\"command\": \"npx\", \"args\": [\"a@2\"], \"enabled\": false}, \"web\": {\"url\": "
       "\"https://web.example\"}}}"},
      {"jobs by id", "[{\"id\": \"a\", \"at\": 1}, {\"id\": \"b\", \"at\": 1}]", "[{\"id\": \"b\", \"at\": 2}, {\"id\": \"a\", \"at\": 1}]",
       "[{\"id\": \"a\", \"at\": 3}, {\"id\": \"b\", \"at\": 1}, {\"id\": \"c\"}]",
       "[{\"id\": \"b\", \"at\": 2}, {\"id\": \"c\"}, {\"id\": \"a\", \"at\": 3}]"},
      {"CRLF", "{\r\n  \"a\": 1\r\n}\r\n", "{\r\n  \"a\": 2\r\n}\r\n", "{\n  \"a\": 1,\n  \"b\": [\n    1\n  ]\n}\n",
       "{\r\n  \"a\": 2,\r\n  \"b\": [\r\n    1\r\n  ]\r\n}\r\n"},
      {"numbers keep their text", "{\"a\": 1.0, \"b\": 1}", "{\"a\": 1.0, \"b\": 2}", "{\"a\": 1.00, \"b\": 1}", "{\"a\": 1.00, \"b\": 2}"},
      {"an escaped key", "{\"\\u0061\": 1, \"b\": 1}", "{\"\\u0061\": 1, \"b\": 2}", "{\"a\": 5, \"b\": 1}", "{\"\\u0061\": 5, \"b\": 2}"},
      {"what is no JSON", "{}", "{\"a\": 1,}", "{\"b\": 1}", "{\"a\": 1,}",
       "yours does not parse: mcp.json:1:9: not JSON: unexpected '}', expected string literal"},
      {"an empty file", "{\"a\": 1}", "", "{\"a\": 2}", "", "yours does not parse: mcp.json:1:1: not JSON: the text is empty"},
  };
  for (const Row& row : rows) check(row, "mcp.json");
}

TEST_CASE("prose: by line, and never a marker in what is live") {
  const Row rows[] = {
      {"two places", "a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n"},
      {"one place", "a\nb\nc\n", "a\nB\nc\n", "a\nx\nc\n", "a\nB\nc\n", "both changed line 2"},
      {"one place, more lines", "a\nb\nc\n", "a\nB\nBB\nc\n", "a\nc\n", "a\nB\nBB\nc\n", "both changed lines 2-3"},
      {"the user deleted", "a\nb\nc\n", "a\nc\n", "a\nx\nc\n", "a\nc\n", "you deleted lines before line 2, and the author changed them"},
      {"one place and another", "a\nb\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nx\nc\nd\nE\n", "a\nB\nc\nd\ne\n", "both changed line 2"},
      {"both alike", "a\nb\n", "a\nX\n", "a\nX\n", "a\nX\n"},
      {"CRLF", "a\r\nb\r\nc\r\n", "A\r\nb\r\nc\r\n", "a\r\nb\r\nC\r\n", "A\r\nb\r\nC\r\n"},
      {"no last line end", "a\nb\nc", "A\nb\nc", "a\nb\nc\nd", "A\nb\nc\nd"},
      {"a byte order mark", "\xEF\xBB\xBFx\na\nb\n", "\xEF\xBB\xBFx\na\nB\n", "\xEF\xBB\xBFy\na\nb\n", "\xEF\xBB\xBFy\na\nB\n"},
      {"lines that look like markers", "<<<<<<< x\n=======\n>>>>>>> y\nd\n", "<<<<<<< x\n=======\n>>>>>>> y\nD\n",
       "<<<<<<<\n=======\n>>>>>>> y\nd\n", "<<<<<<<\n=======\n>>>>>>> y\nD\n"},
      {"a NUL", {"a\0b\n", 4}, {"a\0B\n", 4}, {"A\0b\n", 4}, {"a\0B\n", 4}, "binary"},
      {"no UTF-8", "a\xFF\nb\nc\n", "a\xFF\nb\nC\n", "A\xFF\nb\nc\n", "a\xFF\nb\nC\n", "binary"},
      {"from nothing", "", "mine\n", "theirs\n", "mine\n", "both changed line 1"},
      {"to nothing", "a\n", "", "b\n", "", "you deleted lines before line 1, and the author changed them"},
  };
  for (const Row& row : rows) check(row, "SOUL.md");
  check({"a skill's front matter is prose", "---\nname: a\nversion: 1\n---\nx\n", "---\nname: a\nversion: 1\n---\nX\n",
         "---\nname: a\nversion: 2\n---\nx\n", "---\nname: a\nversion: 2\n---\nX\n"},
        "skills/a/SKILL.md");
}

TEST_CASE("a favoured side decides the conflicts, and nothing else") {
  const Row prose{"", "a\nb\nc\nd\ne\n", "A\nb\nX\nd\ne\n", "a\nb\nY\nd\nE\n", ""};
  CHECK(merge_file({"a.md", prose.base, prose.ours, prose.theirs, Favor::ours}).text == "A\nb\nX\nd\nE\n");
  CHECK(merge_file({"a.md", prose.base, prose.ours, prose.theirs, Favor::theirs}).text == "A\nb\nY\nd\nE\n");
  check({"keys, ours", "a: 1\nb: 1\nc: 1\n", "a: 2\nb: 2\nc: 1\n", "a: 3\nb: 1\nc: 3\n", "a: 2\nb: 2\nc: 3\n", "a"}, "c.yaml", Favor::ours);
  check({"keys, theirs", "a: 1\nb: 1\nc: 1\n", "a: 2\nb: 2\nc: 1\n", "a: 3\nb: 1\nc: 3\n", "a: 3\nb: 2\nc: 3\n", "a"}, "c.yaml",
        Favor::theirs);
  check({"a deletion, theirs", "a: 1\nb: 1\n", "a: 2\nb: 2\n", "b: 1\n", "b: 2\n", "a"}, "c.yaml", Favor::theirs);
  check({"what the user deleted comes back", "a: 1\nb: 1\n", "b: 2\n", "a: 3\nb: 1\n", "b: 2\na: 3\n", "a"}, "c.yaml", Favor::theirs);
  check({"binary, theirs", {"\0", 1}, {"\0a", 2}, {"\0b", 2}, {"\0b", 2}}, "x.png", Favor::theirs);
  check({"ours does not parse, theirs", "a: 1\n", "a: [\n", "a: 2\n", "a: 2\n"}, "c.yaml", Favor::theirs);
  CHECK_FALSE(merge_file({"c.yaml", "a: 1\n", "a: 2\n", "a: [\n", Favor::theirs}).clean);
  // Lines that merge cleanly are taken only where both readers read them: a no-break space begins a value for one of them only.
  const MergeOutcome unproven = merge_file({"c.yaml", "a: 1\nb:\n  - 1\n", "&x a:  1\nb:\n  - 1\n", "&x a: 1\nb:\n\xC2\xA0x\n"});
  CHECK(unproven.text == "&x a:  1\nb: \xC2\xA0x\n");
  CHECK(unproven.clean);
}

TEST_CASE("no common past: mappings are joined, and every clash is the user's") {
  CHECK(without_base("c.yaml", "a: 1 # mine\n", "a: 2\nb: 2\n") == "a: 1 # mine\nb: 2\n|left|a");
  CHECK(without_base("c.yaml", "a: 1\n", "a: 1\nb: 2\n") == "a: 1\nb: 2\n|clean|merged");
  CHECK(without_base("c.yaml", "m: {x: 1}\n", "m: {x: 1, y: 2}\n") == "m: {x: 1, y: 2}\n|clean|merged");
  CHECK(without_base("c.yaml", "# mine\n", "a: 1\n") == "# mine\na: 1\n|clean|merged");
  CHECK(without_base("c.yaml", "jobs: [{id: a, v: 1}]\n", "jobs: [{id: a, v: 2}, {id: b}]\n") ==
        "jobs: [{id: a, v: 1}, {id: b}]\n|left|jobs[id=a].v");
  CHECK(without_base("c.json", "{\"a\": 1}", "{\"b\": 2}") == "{\"a\": 1, \"b\": 2}|clean|merged");
  CHECK(without_base("c.yaml", "- 1\n", "a: 1\n") == "- 1\n|left|your own file, and no common past");
  CHECK(without_base("c.yaml", "ay\n", "x:  : &- x\n", Favor::theirs).starts_with("ay\n|left|the author's does not parse"));
  CHECK(without_base("SOUL.md", "a\n", "b\n") == "a\n|left|your own file, and no common past");
  CHECK(without_base("SOUL.md", "a\n", "b\n", Favor::theirs) == "b\n|clean|your own file, and no common past");
  CHECK(without_base("SOUL.md", "a\n", "a\n") == "a\n|clean|merged");
}

TEST_CASE("what is too much to merge is a conflict, and soon") {
  std::string many = "a: 1\n";
  for (int i = 0; i < 120'000; ++i) many += "k" + std::to_string(i) + ": 1\n";
  const MergeOutcome outcome = merge_file({"c.yaml", many, many + "x: 1\n", "y: 1\n" + many});
  CHECK_FALSE(outcome.clean);
  CHECK(outcome.text == many + "x: 1\n");
  CHECK(outcome.reason.find("larger than 1048576 bytes") != std::string::npos);
  const std::string lines(300'000, '\n');
  CHECK(merge_file({"a.md", lines, lines + "a", "b" + lines}).reason == "more than 100000 lines to merge");
}

TEST_CASE("what an undecided merge took in already is no change of the user's") {
  // The author moved `m` and dropped `d` where the user has another value of it: undecided, all else taken.
  const std::string base = "d: 1\np: 1\nlist: [a]\njobs:\n  - id: x\n    at: 1\n";
  const std::string taken = "p: 2\nm: 1\nlist: [b]\njobs:\n  - id: x\n    at: 2\n  - id: y\n    at: 1\n";
  const std::string ours = "d: mine\np: 2\nm: 1\nlist: [b]\njobs:\n  - id: x\n    at: 2\n  - id: y\n    at: 1\nown: 1\n";
  const auto again = [&](std::string_view live, std::string_view theirs) {
    const MergeOutcome merged = merge_file({"config.yaml", base, live, theirs, Favor::none, TakenVersion{taken, {"d"}}});
    return merged.text + "|" + keys_of(merged);
  };
  // The author takes it all back (a rollback): the user's own stays, and nothing is left to decide.
  CHECK(again(ours, base) == "d: mine\np: 1\nlist: [a]\njobs:\n  - id: x\n    at: 1\nown: 1\n|");
  // The same again: still undecided.
  CHECK(again(ours, taken) == ours + "|d");
  // The author goes on from there.
  CHECK(again(ours, "p: 3\nm: 1\nlist: [b, c]\njobs:\n  - id: y\n    at: 1\n") ==
        "d: mine\np: 3\nm: 1\nlist: [b, c]\njobs:\n  - id: y\n    at: 1\nown: 1\n|d");
  // What the user changed since then is the user's.
  CHECK(again(replace_all(ours, "p: 2", "p: 9"), "p: 3\nm: 1\nlist: [b]\n") == "d: mine\np: 9\nm: 1\nlist: [b]\nown: 1\n|d, p");
  // The user took the author's file as it was.
  CHECK(again(taken, "z: 1\n") == "z: 1\n|");
}

TEST_CASE("a comment that the author wrote comes along, or is named") {
  const auto merged = [](std::string_view base, std::string_view ours, std::string_view theirs) {
    const MergeOutcome outcome = merge_file({"a.yaml", base, ours, theirs});
    return outcome.text + "|" + outcome.reason;
  };
  CHECK(merged("a: 1\nb: 2\n", "a: 5\nb: 2\n", "a: 1\n# never above 3\nb: 2\n") == "a: 5\n# never above 3\nb: 2\n|merged");
  CHECK(merged("a: 1\n# old advice\nb: 2\n", "a: 5\n# old advice\nb: 2\n", "a: 1\n# new advice\nb: 3\n") ==
        "a: 5\n# new advice\nb: 3\n|merged");
  CHECK(merged("a: 1 # one\nb: 2\n", "a: 1 # one\nb: 3\n", "a: 7 # seven\nb: 2\n") == "a: 7 # seven\nb: 3\n|merged");
  // The user's own comments stay, whatever the author's text has.
  CHECK(merged("# head\na: 1\n", "# head\n# mine\na: 1\n", "# new head\na: 2\n") ==
        "# head\n# mine\na: 2\n|merged; without the author's comment # new head");
  // The user's order of lines is the user's.
  CHECK(merged("a: 1\nb: 2\nc: 3\n", "c: 4\na: 1\nb: 2\n", "a: 1\nb: 2\n# c\nc: 3\n") ==
        "c: 4\na: 1\nb: 2\n|merged; without the author's comment # c");
}
