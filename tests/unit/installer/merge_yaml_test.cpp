#include <catch2/catch_test_macros.hpp>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "installer/merge.hpp"

using namespace kopi;

namespace {

struct Row {
  const char* what;
  const char *base, *ours, *theirs, *live;
  const char* keys = "";  ///< the conflicts, or why nothing was taken
};

std::string shown(const KeyConflict& conflict) {
  const auto side = [](const std::optional<Node>& value) { return value ? render_json(*value) : std::string("absent"); };
  return conflict.key + ": " + side(conflict.base) + " " + side(conflict.ours) + " " + side(conflict.theirs);
}

std::string keys_of(const MergeOutcome& outcome) {
  std::vector<std::string> keys;
  for (const KeyConflict& conflict : outcome.keys) keys.push_back(shown(conflict));
  return join(keys, "; ");
}

void check(const Row& row, std::string_view path) {
  CAPTURE(row.what);
  const MergeOutcome outcome = merge_file({path, row.base, row.ours, row.theirs});
  CHECK(outcome.text == row.live);
  CHECK((outcome.clean || !outcome.keys.empty() ? keys_of(outcome) : outcome.reason) == row.keys);
  CHECK(outcome.clean == (row.keys[0] == '\0'));
}

}  // namespace

TEST_CASE("YAML: every state of a key") {
  const Row rows[] = {
      {"the author changes", "a: 1\nz: 0\nb: 1\n", "a: 1\nz: 0\nb: 2\n", "a: 2\nz: 0\nb: 1\n", "a: 2\nz: 0\nb: 2\n"},
      {"the user changes, the author does not", "a: 1\nb: 1\nc: 1\n", "a: 2\nb: 1\nc: 1\n", "a: 1\nb: 1\n# c\nc: 1\n",
       "a: 2\nb: 1\n# c\nc: 1\n"},
      {"both change alike", "a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 2\nb: 3\n", "a: 2\nb: 3\n"},
      {"both change alike, written differently", "a: x\nb: 1\n", "a: 'y'\nb: 1\n", "a: \"y\"\nb: 3\n", "a: 'y'\nb: 3\n"},
      {"both change", "a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 3\nb: 9\n", "a: 2\nb: 9\n", "a: 1 2 3"},
      {"neighbours change", "a: 1\nb: 1\n", "a: 2\nb: 1\n", "a: 1\nb: 2\n", "a: 2\nb: 2\n"},
      {"the author deletes", "a: 1\nb: 1\nc: 1\n", "a: 2\nb: 1\nc: 1\n", "a: 1\nc: 1\n", "a: 2\nc: 1\n"},
      {"the user deletes", "a: 1\nb: 1\nc: 1\n", "a: 1\nc: 1\n", "a: 1\nb: 1\nc: 2\n", "a: 1\nc: 2\n"},
      {"both delete", "a: 1\nb: 1\nc: 1\n", "a: 1\nc: 1\n", "a: 2\nc: 1\n", "a: 2\nc: 1\n"},
      {"the user changes what the author deletes", "a: 1\nb: 1\n", "a: 1\nb: 2\n", "a: 3\n", "a: 3\nb: 2\n", "b: 1 2 absent"},
      {"the author changes what the user deletes", "a: 1\nb: 1\n", "a: 1\n", "a: 3\nb: 2\n", "a: 3\n", "b: 1 absent 2"},
      {"the author changes in what the user deletes", "a: 1\nm: {x: 1, y: 2}\n", "a: 2\n", "a: 1\nm: {x: 1, y: 3}\n", "a: 2\n",
       "m: {\"x\": 1, \"y\": 2} absent {\"x\": 1, \"y\": 3}"},
      {"the author adds", "a: 1\n", "a: 2\n", "a: 1\nb: 1\n", "a: 2\nb: 1\n"},
      {"both add different keys in one place", "a: 1\n", "a: 1\nb: 1\n", "a: 1\nc: 1\n", "a: 1\nc: 1\nb: 1\n"},
      {"both add one key alike, in two places", "a: 1\nm: 2\nz: 9\n", "t: 5\na: 1\nm: 2\nz: 9\n", "a: 1\nm: 2\nz: 9\nt: 5\n",
       "t: 5\na: 1\nm: 2\nz: 9\n"},
      {"both add one key differently, in two places", "a: 1\nm: 2\nz: 9\n", "t: 5\na: 1\nm: 2\nz: 9\n", "a: 1\nm: 2\nz: 8\nt: 6\n",
       "t: 5\na: 1\nm: 2\nz: 8\n", "t: absent 5 6"},
      {"both add a section", "a: 1\n", "a: 1\nm:\n  x: 1\n", "a: 1\nm:\n  y: 2\n", "a: 1\nm:\n  x: 1\n  y: 2\n"},
      {"both add a section, with a clash", "a: 1\n", "a: 1\nm:\n  x: 1\n", "a: 1\nm:\n  x: 2\n  y: 2\n", "a: 1\nm:\n  x: 1\n  y: 2\n",
       "m.x: absent 1 2"},
      {"both fill an empty key", "m:\nz: 1\n", "m:\n  x: 1\nz: 1\n", "m:\n  y: 1\nz: 1\n", "m:\n  x: 1\n  y: 1\nz: 1\n"},
      {"a value becomes a section", "a: 1\nb: 1\n", "a: 1\nb: 2\n", "a:\n  x: 1\n  y: 2\nb: 1\n", "a:\n  x: 1\n  y: 2\nb: 2\n"},
      {"a section becomes a value", "a:\n  x: 1\n  y: 2\nb: 1\n", "a:\n  x: 1\n  y: 2\nb: 2\n", "a: none\nb: 1\n", "a: none\nb: 2\n"},
      {"a value here, a section there", "a: 1\n", "a: 2\n", "a:\n  x: 1\n", "a: 2\n", "a: 1 2 {\"x\": 1}"},
      {"a key with a new name", "old: 1\nb: 1\n", "old: 1\nb: 2\n", "new: 1\nb: 1\n", "b: 2\nnew: 1\n"},
      {"the user empties the file", "a: 1\n", "# nothing\n", "a: 1\nb: 2\n", "# nothing\nb: 2\n"},
      {"the author empties the file", "a: 1\nb: 2\n", "# mine\na: 1\nb: 2\n", "{}\n", "# mine\n"},
      {"1.10 is not 1.1", "v: 1.1\nb: 1\n", "v: 1.1\nb: 2\n", "v: 1.10\nb: 1\n", "v: 1.10\nb: 2\n"},
      {"a text is no truth value", "v: yes\nb: 1\n", "v: yes\nb: 2\n", "v: 'yes'\nb: 1\n", "v: 'yes'\nb: 2\n"},
      {"keys that need quotes", "a.b: {'x y': 1}\n", "a.b: {'x y': 2}\n", "a.b: {'x y': 3}\n", "a.b: {'x y': 2}\n",
       "\"a.b\".\"x y\": 1 2 3"},
  };
  for (const Row& row : rows) check(row, "config.yaml");
}

TEST_CASE("YAML: records are told apart by id or name, other lists are values") {
  const std::string jobs = "jobs:\n  - id: a\n    at: 1\n  - id: b\n    at: 1\n";
  const Row rows[] = {
      {"each changes a record", jobs.c_str(), "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n",
       "jobs:\n  - id: a\n    at: 1\n  - id: b\n    at: 3\n", "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 3\n"},
      {"both change one record", jobs.c_str(), "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n",
       "jobs:\n  - id: a\n    at: 3\n  - id: b\n    at: 1\n", "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n",
       "jobs[id=a].at: 1 2 3"},
      {"each adds a record", jobs.c_str(), "jobs:\n  - id: a\n    at: 1\n  - id: b\n    at: 1\n  - id: mine\n",
       "jobs:\n  - id: a\n    at: 1\n  - id: b\n    at: 1\n  # news\n  - id: theirs\n    x: 1\n",
       "jobs:\n  - id: a\n    at: 1\n  - id: b\n    at: 1\n  # news\n  - id: theirs\n    x: 1\n  - id: mine\n"},
      {"a new record stands behind its predecessor", jobs.c_str(), "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n",
       "jobs:\n  - id: a\n    at: 1\n  - id: n\n  - id: b\n    at: 1\n", "jobs:\n  - id: a\n    at: 2\n  - id: n\n  - id: b\n    at: 1\n"},
      {"a new first record", jobs.c_str(), "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n",
       "jobs:\n  - id: n\n  - id: a\n    at: 1\n  - id: b\n    at: 1\n", "jobs:\n  - id: n\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n"},
      {"the user's order, the author's value", jobs.c_str(), "jobs:\n  - id: b\n    at: 1\n  - id: a\n    at: 1\n",
       "jobs:\n  - id: a\n    at: 1\n  - id: b\n    at: 5\n", "jobs:\n  - id: b\n    at: 5\n  - id: a\n    at: 1\n"},
      {"the author's order, the user's value", jobs.c_str(), "jobs:\n  - id: a\n    at: 7\n  - id: b\n    at: 1\n",
       "jobs:\n  - id: b\n    at: 1\n  - id: a\n    at: 1\n", "jobs:\n  - id: b\n    at: 1\n  - id: a\n    at: 7\n"},
      {"the author drops one, the user changes the other", jobs.c_str(), "jobs:\n  - id: a\n    at: 1\n  - id: b\n    at: 2\n",
       "jobs:\n  - id: b\n    at: 1\n", "jobs:\n  - id: b\n    at: 2\n"},
      {"the author drops what the user changed", jobs.c_str(), "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n",
       "jobs:\n  - id: b\n    at: 1\n", "jobs:\n  - id: a\n    at: 2\n  - id: b\n    at: 1\n",
       "jobs[id=a]: {\"id\": \"a\", \"at\": 1} {\"id\": \"a\", \"at\": 2} absent"},
      {"the user dropped what the author changes", jobs.c_str(), "jobs:\n  - id: b\n    at: 1\n",
       "jobs:\n  - id: a\n    at: 3\n  - id: b\n    at: 1\n", "jobs:\n  - id: b\n    at: 1\n",
       "jobs[id=a]: {\"id\": \"a\", \"at\": 1} absent {\"id\": \"a\", \"at\": 3}"},
      {"records by name", "s:\n- name: x\n  v: 1\n- name: y\n  v: 1\n", "s:\n- name: x\n  v: 2\n- name: y\n  v: 1\n",
       "s:\n- name: x\n  v: 1\n  w: 1\n- name: y\n  v: 1\n", "s:\n- name: x\n  v: 2\n  w: 1\n- name: y\n  v: 1\n"},
      {"an id twice: a value like any other", "s: [{id: a, v: 1}]\n", "s: [{id: a, v: 2}, {id: a, v: 3}]\n", "s: [{id: a, v: 4}]\n",
       "s: [{id: a, v: 2}, {id: a, v: 3}]\n",
       "s: [{\"id\": \"a\", \"v\": 1}] [{\"id\": \"a\", \"v\": 2}, {\"id\": \"a\", \"v\": 3}] [{\"id\": \"a\", \"v\": 4}]"},
      {"a list of words: the author's", "l: [a, b]\nk: 1\n", "l: [a, b]\nk: 2\n", "l: [a, b, c]\nk: 1\n", "l: [a, b, c]\nk: 2\n"},
      {"a list of words: both", "l: [a]\nk: 1\n", "l: [a, b]\nk: 1\n", "l: [a, c]\nk: 2\n", "l: [a, b]\nk: 2\n",
       "l: [\"a\"] [\"a\", \"b\"] [\"a\", \"c\"]"},
  };
  for (const Row& row : rows) check(row, "jobs.yml");
}

TEST_CASE("YAML: comments, order, quoting, blank lines and line ends of what nobody changed stay") {
  const Row rows[] = {
      {"the user's comment beside the author's value", "a: 1\nb: 2\n", "a: 1  # mine\nb: 2\n", "a: 5\nb: 2\n", "a: 5  # mine\nb: 2\n"},
      {"the user's comment above what the author drops", "a: 1\nb: 2\nc: 3\n", "a: 1\n# mine\nb: 2\nc: 3\n", "a: 1\nc: 3\n",
       "a: 1\n# mine\nc: 3\n"},
      {"the user's comments in what the author drops", "a: 1\nm:\n  x: 1\nc: 3\n", "a: 1\nm:  # one\n  # two\n  x: 1  # three\nc: 3\n",
       "a: 1\nc: 3\n", "a: 1\n# one\n# two\n# three\nc: 3\n"},
      {"the author's comment goes with the key", "a: 1\n# about b\nb: 2\nc: 3\n", "a: 9\n# about b\nb: 2\nc: 3\n", "a: 1\nc: 3\n",
       "a: 9\nc: 3\n"},
      {"the author's comments come with the key", "a: 1\n", "a: 2\n", "a: 1\n# about b\nb: # here\n    - 1   # one\n    - 2\n",
       "a: 2\n# about b\nb: # here\n    - 1   # one\n    - 2\n"},
      {"a section as deep as its new place", "m:\n    x: 1\n", "m:\n  x: 2\n",
       "m:\n    x: 1\n    n:\n        - k: |\n            text\n              more\n",
       "m:\n  x: 2\n  n:\n      - k: |\n          text\n            more\n"},
      {"only comments change", "a: 1\nb: 2\n", "a: 1 # mine\nb: 2\n", "a: 1 # theirs\nb: 2 # theirs\n", "a: 1 # mine\nb: 2\n"},
      {"CRLF", "a: 1\r\nb: 1\r\n", "a: 2\r\nb: 1\r\n", "a: 1\r\nb: 2\r\nc: 3\r\n", "a: 2\r\nb: 2\r\nc: 3\r\n"},
      {"CRLF here, LF there", "a: 1\nb: 1\n", "a: 2\r\nb: 1\r\n", "a: 1\nb: 2\nc:\n  d: 3\n", "a: 2\r\nb: 2\r\nc:\r\n  d: 3\r\n"},
      {"a byte order mark, and no last line end",
       "\xEF\xBB\xBF"
       "a: 1\nb: 1",
       "\xEF\xBB\xBF"
       "a: 2\nb: 1",
       "\xEF\xBB\xBF"
       "a: 1\nb: 2\nc: 3\n",
       "\xEF\xBB\xBF"
       "a: 2\nb: 2\nc: 3"},
      {"quotes stay", "a: 'x'\nb: \"y\"\nc: 1\n", "a: \"x\"\nb: \"y\"\nc: 2\n", "a: 'x'\nb: \"z\"\nc: 1\n", "a: \"x\"\nb: \"z\"\nc: 2\n"},
      {"between braces", "m: {a: 1, b: 2}\n", "m: {a: 5,   b: 2}\n", "m: {a: 1, b: 3, c: [x]}\n", "m: {a: 5,   b: 3, c: [x]}\n"},
      {"out of braces", "m: {a: 1, b: 2, c: 3}\n", "m: {a: 5, b: 2, c: 3}\n", "m: {a: 1, c: 3}\n", "m: {a: 5, c: 3}\n"},
      {"a commented line below a section stays in it", "m:\n  x: 1\n  # y: 2\nz: 1\n", "m:\n  x: 1\n  # y: 2\nz: 3\n",
       "m:\n  x: 1\n  # y: 2\n  w: 4\nz: 1\n", "m:\n  x: 1\n  w: 4\n  # y: 2\nz: 3\n"},
      {"the dash goes to the next key", "- id: a\n  k: 1\n  v: 1\n", "- id: a\n  k: 1\n  v: 2\n", "- id: a\n  v: 1\n", "- id: a\n  v: 2\n"},
      {"an anchor that nobody touches", "x: &x {v: 1}\ny: *x\nb: 1\n", "x: &x {v: 1}\ny: *x\nb: 2\n", "x: &x {v: 1}\ny: *x\nb: 1\nc: 1\n",
       "x: &x {v: 1}\ny: *x\nb: 2\nc: 1\n"},
  };
  for (const Row& row : rows) check(row, "config.yaml");
}

TEST_CASE("YAML: what can't be merged stays the user's, and says why") {
  const Row rows[] = {
      {"ours", "a: 1\n", "a: [\n", "a: 2\n", "a: [\n",
       "yours does not parse: config.yaml:2:1: not YAML: flow sequence without a closing bracket"},
      {"theirs", "a: 1\n", "a: 3\n", "a: 1\na: 2\n", "a: 3\n", "the author's does not parse: config.yaml:2:1: duplicate key 'a'"},
      {"base", "a: {\n", "a: 3\n", "a: 2\n", "a: 3\n",
       "what was shipped last does not parse: config.yaml:2:1: not YAML: did not find expected node content"},
      {"a change behind an alias", "x: &x {v: 1}\ny: *x\n", "x: &x {v: 1}\ny: *x\nz: 1\n", "x: &x {v: 1}\ny: {v: 2}\n",
       "x: &x {v: 1}\ny: *x\nz: 1\n", "config.yaml: this change can't be made without touching other lines"},
      {"no mapping", "a\n", "b\n", "c\n", "b\n", "$: \"a\" \"b\" \"c\""},
  };
  for (const Row& row : rows) check(row, "config.yaml");
}
