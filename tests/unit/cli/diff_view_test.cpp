#include "cli/diff_view.hpp"

#include "support/documents.hpp"
#include "support/outcome.hpp"

using namespace kopi;
using namespace kopi::cli;
using kopi::test::must;

namespace {

DiffSide text(std::string content) { return {std::move(content), FileMode::regular}; }
DiffSide program(std::string content) { return {std::move(content), FileMode::executable}; }

// "kind", and the lines in front of the first hunk.
std::string shown(const std::optional<DiffSide>& before, const std::optional<DiffSide>& after) {
  const auto diff = must(diff_file("run.sh", before, after));
  if (!diff) return "equal";
  std::string lines = std::string(diff->kind) + "\n" + diff->diff.substr(0, diff->diff.find("@@"));
  const auto index = lines.find("index ");  // names of blobs: they say nothing here
  if (index != std::string::npos) lines.erase(index, lines.find('\n', index) + 1 - index);
  return lines;
}

}  // namespace

TEST_CASE("equal sides have no diff, and neither has a file that is on no side") {
  CHECK(shown(text("a\n"), text("a\n")) == "equal");
  CHECK(shown(std::nullopt, std::nullopt) == "equal");
}

TEST_CASE("a file that is not there on one side is /dev/null there") {
  CHECK(shown(std::nullopt, text("a\n")) == "added\ndiff --git a/run.sh b/run.sh\nnew file mode 100644\n--- /dev/null\n+++ b/run.sh\n");
  CHECK(shown(text("a\n"), std::nullopt) ==
        "removed\ndiff --git a/run.sh b/run.sh\ndeleted file mode 100644\n--- a/run.sh\n+++ /dev/null\n");
  CHECK(shown(std::nullopt, text("")).starts_with("added\ndiff --git a/run.sh b/run.sh\nnew file mode 100644\n"));
  CHECK(shown(text(""), std::nullopt).starts_with("removed\ndiff --git a/run.sh b/run.sh\ndeleted file mode 100644\n"));
}

TEST_CASE("modes are shown as git shows them") {
  CHECK(shown(std::nullopt, program("a\n")) == "added\ndiff --git a/run.sh b/run.sh\nnew file mode 100755\n--- /dev/null\n+++ b/run.sh\n");
  CHECK(shown(program("a\n"), std::nullopt) ==
        "removed\ndiff --git a/run.sh b/run.sh\ndeleted file mode 100755\n--- a/run.sh\n+++ /dev/null\n");
  CHECK(shown(text("a\n"), program("a\n")) == "changed\ndiff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n");
  CHECK(shown(program("a\n"), text("b\n")) ==
        "changed\ndiff --git a/run.sh b/run.sh\nold mode 100755\nnew mode 100644\n--- a/run.sh\n+++ b/run.sh\n");
  CHECK(must(diff_file("run.sh", text("a\n"), program("b\n")))->diff.ends_with("@@ -1 +1 @@\n-a\n+b\n"));
}

TEST_CASE("lines have their colours, whatever is in them") {
  const std::vector<FileDiff> diffs = {
      {"a", "changed", "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n same\n--- old\n+++ new\n"}};
  CHECK(render_diffs(diffs).render(false) == diffs.front().diff);
  const std::string coloured = render_diffs(diffs).render(true);
  CHECK(coloured.find("\x1b[1m--- a/a\x1b[0m\n") != std::string::npos);
  CHECK(coloured.find("\x1b[31m--- old\x1b[0m\n") != std::string::npos);
  CHECK(coloured.find("\x1b[32m+++ new\x1b[0m\n") != std::string::npos);
  CHECK(coloured.find("\x1b[36m@@ -1,2 +1,2 @@\x1b[0m\n same\n") != std::string::npos);
  CHECK(
      to_json(diffs) ==
      test::json(
          R"([{"path": "a", "kind": "changed", "diff": "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n same\n--- old\n+++ new\n"}])"));
}

TEST_CASE("what could move a terminal's cursor is shown escaped") {
  const std::vector<FileDiff> diffs = {{"a", "changed", "@@ -1 +1 @@\n-\x1b[2J\r\n+x\n"}};
  CHECK(render_diffs(diffs).render(false) == "@@ -1 +1 @@\n-\\x1b[2J\\x0d\n+x\n");
}
