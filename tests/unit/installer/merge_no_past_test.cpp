// Two files without a common past: what the user lacks is added, and every value that the user has stays.
#include "installer/merge.hpp"

#include <random>

#include "base/text.hpp"
#include "formats/yaml.hpp"
#include "support/documents.hpp"

using namespace kopi;

namespace {

// As a plan reads it: nothing when not a part of both can be taken.
std::optional<std::string> merge_missing_keys(std::string_view path, std::string_view ours, std::string_view theirs) {
  MergeOutcome outcome = merge_file({path, std::nullopt, ours, theirs});
  if (!outcome.clean && outcome.keys.empty()) return std::nullopt;
  return std::move(outcome.text);
}

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
                                 {"a: 1", "b: 1.10\n", "a: 1\nb: 1.10"}};
  for (const auto& [ours, theirs, expected] : rows) {
    CAPTURE(ours, theirs);
    CHECK(merge("config.yaml", ours, theirs) == expected);
  }
  CHECK(merge("deep/x.yml", "a: 1\n", "b: 2\n") == "a: 1\nb: 2\n");
}

TEST_CASE("what the user lacks is added to JSON; a complete file is not even laid out anew") {
  CHECK(merge("mcp.json", R"({"a":1,   "b":{"c":2}})", R"({"a": 5, "b": {"c": 6}})") == R"({"a":1,   "b":{"c":2}})");
  CHECK(merge("mcp.json", R"({"a":1,"b":{"c":2}})", R"({"b": {"d": 3}, "e": [4]})") == R"({"a":1,"b":{"c":2,"d":3},"e":[4]})");
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

namespace {

/// YAML as people write it: sections in sections, comments, blank lines, lists in both styles; the same texts every time.
class Author {
 public:
  explicit Author(unsigned seed) : random_(seed) {}
  std::string section(int depth) {
    std::string text;
    const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
    std::string keys = "abcdef";
    for (int count = 1 + below(4); count > 0; --count) {
      const auto key = static_cast<std::size_t>(below(static_cast<int>(keys.size())));
      if (below(4) == 0) text += indent + "# about " + keys[key] + "\n";
      text += indent + keys[key] + ":";
      keys.erase(key, 1);
      switch (depth < 3 ? below(7) : below(4)) {
        case 0: text += " " + std::to_string(below(100)) + "\n"; break;
        case 1: text += " 'it''s # no comment'  # a comment\n"; break;
        case 2: text += " [x, \"y\"]\n"; break;
        case 3: text += "\n" + indent + "  - one\n" + indent + "  - two\n"; break;
        default: text += "\n" + section(depth + 1);
      }
      if (below(8) == 0) text += "\n";
    }
    return text;
  }

 private:
  int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  std::minstd_rand random_;
};

// Every value of `ours` as it was, and of `theirs` what `ours` has no value for.
void check_union(const Node& merged, const Node& ours, const Node* theirs) {
  if (!ours.is(Node::Kind::mapping)) {
    CHECK(merged == ours);
    return;
  }
  for (const Node& member : ours.items()) {
    REQUIRE(merged.find(member.key()) != nullptr);
    const Node* shipped = theirs == nullptr ? nullptr : theirs->find(member.key());
    check_union(*merged.find(member.key()), member, shipped);
  }
  if (theirs == nullptr || !theirs->is(Node::Kind::mapping)) return;
  for (const Node& member : theirs->items()) {
    REQUIRE(merged.find(member.key()) != nullptr);
    if (ours.find(member.key()) == nullptr) CHECK(*merged.find(member.key()) == member);
  }
}

}  // namespace

TEST_CASE("of any two YAML files the union is made, and no line of the user's is lost or moved") {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    const std::string ours = Author(seed).section(0);
    const std::string theirs = Author(seed + 1000).section(0);
    CAPTURE(seed, ours, theirs);
    const auto merged = merge_missing_keys("config.yaml", ours, theirs);
    REQUIRE(merged);
    CAPTURE(*merged);
    const Node theirs_read = test::must(parse_yaml(theirs, "theirs"));
    check_union(test::must(parse_yaml(*merged, "merged")), test::must(parse_yaml(ours, "ours")), &theirs_read);
    const auto lines = split_lines(*merged);
    auto at = lines.begin();
    for (const std::string_view line : split_lines(ours)) {
      at = std::find(at, lines.end(), line);
      CAPTURE(line);
      REQUIRE(at != lines.end());
      ++at;
    }
    CHECK(merge_missing_keys("config.yaml", *merged, theirs) == *merged);
  }
}
