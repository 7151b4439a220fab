#include "installer/merge_keys.hpp"

#include "support/outcome.hpp"

using namespace kopi;

namespace {

std::string merge(std::string_view path, std::string_view ours, std::string_view theirs) {
  return merge_missing_keys(path, ours, theirs).value_or("(conflict)");
}

}  // namespace

TEST_CASE("what the user lacks is added to YAML; every byte that is there stays") {
  const std::string rows[][3] = {{"a: 1\n", "a: 2\n", "a: 1\n"},
                                 {"a: 1   # mine\n\n# end\n", "a: 2\nb: 3\n", "a: 1   # mine\nb: 3\n\n# end\n"},
                                 {"model:\n  default: mine  # keep\nz: 1\n", "model:\n  default: theirs\n  temperature: 0.5\n",
                                  "model:\n  default: mine  # keep\n  temperature: 0.5\nz: 1\n"},
                                 {"a: 'x'\n", "a: {b: 1}\n", "a: 'x'\n"},  // the user's text stays, although it is a section now
                                 {"a: {b: 1}\n", "a: text\n", "a: {b: 1}\n"},
                                 {"a: [1]\n", "a: [1, 2]\n", "a: [1]\n"},  // lists are values
                                 {"", "a: 1\n", "a: 1\n"},
                                 {"a: null\n", "a: 1\n", "a: null\n"},  // a value that the user gave
                                 {"a: 1", "b: 1.10\n", "a: 1\nb: 1.10\n"}};
  for (const auto& [ours, theirs, expected] : rows) {
    CAPTURE(ours, theirs);
    CHECK(merge("config.yaml", ours, theirs) == expected);
  }
  CHECK(merge("deep/x.yml", "a: 1\n", "b: 2\n") == "a: 1\nb: 2\n");
}

TEST_CASE("what the user lacks is added to JSON; a complete file is not even laid out anew") {
  CHECK(merge("mcp.json", R"({"a":1,   "b":{"c":2}})", R"({"a": 5, "b": {"c": 6}})") == R"({"a":1,   "b":{"c":2}})");
  CHECK(merge("mcp.json", R"({"a":1,"b":{"c":2}})", R"({"b": {"d": 3}, "e": [4]})") ==
        "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": 2,\n    \"d\": 3\n  },\n  \"e\": [\n    4\n  ]\n}\n");
  CHECK(merge("x.json", R"({"a": 1})", R"({"a": {"b": 2}})") == R"({"a": 1})");
}

TEST_CASE("what can't be merged by key is left for the user") {
  const std::string rows[][3] = {{"SOUL.md", "a: 1\n", "b: 2\n"},
                                 {"config", "a: 1\n", "b: 2\n"},
                                 {"config.yaml", "- 1\n", "b: 2\n"},
                                 {"config.yaml", "text\n", "b: 2\n"},
                                 {"config.yaml", "a: 1\n", "- b\n"},
                                 {"config.yaml", "a: [\n", "b: 2\n"},
                                 {"config.yaml", "a: 1\n", "b: [\n"},
                                 {"x.json", "[]", "{}"},
                                 {"x.json", "{}", "[]"},
                                 {"x.json", "{", "{}"},
                                 {"x.json", "", "{}"},
                                 {"x.json5", "{}", "{\"a\": 1}"}};
  for (const auto& [path, ours, theirs] : rows) CHECK(path + ": " + merge(path, ours, theirs) == path + ": (conflict)");
}
