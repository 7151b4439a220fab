#include "support/outcome.hpp"
#include "system/git.hpp"

using namespace kopi;

namespace {

std::string diff(std::string_view before, std::string_view after) { return test::outcome(diff_texts(before, after, "skills/a b.md")); }

// The lines behind the headers.
std::string hunks(std::string_view before, std::string_view after) {
  const std::string text = diff(before, after);
  const auto at = text.find("@@");
  return at == std::string::npos ? text : text.substr(at);
}

}  // namespace

TEST_CASE("what did not change has no diff") {
  CHECK(diff("", "").empty());
  CHECK(diff("a\n", "a\n").empty());
}

TEST_CASE("a change is shown as git shows it, under the file's name") {
  const std::string text = diff("one\ntwo\n", "one\n2\n");
  CHECK(text.find("--- \"a/skills/a b.md\"\n") + text.find("--- a/skills/a b.md\n") != 2 * std::string::npos);
  CHECK(hunks("one\ntwo\n", "one\n2\n") == "@@ -1,2 +1,2 @@\n one\n-two\n+2\n");
  CHECK(hunks("", "new\n") == "@@ -0,0 +1 @@\n+new\n");
  CHECK(hunks("old\n", "") == "@@ -1 +0,0 @@\n-old\n");
  CHECK(hunks("a", "a\n") == "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST_CASE("binary content is named, not shown") {
  const std::string text = diff(std::string("a\0b", 3), std::string("a\0c\x1b", 4));
  CHECK(text.find("Binary files") != std::string::npos);
  CHECK(text.find('\0') == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a side that is not there is /dev/null, which an empty file is not") {
  const auto made = [](std::optional<std::string_view> before, std::optional<std::string_view> after) {
    return test::outcome(diff_texts(before, after, "a.md"));
  };
  CHECK(made(std::nullopt, "x\n").find("--- /dev/null\n+++ b/a.md\n") != std::string::npos);
  CHECK(made("x\n", std::nullopt).find("--- a/a.md\n+++ /dev/null\n") != std::string::npos);
  CHECK(made("", "x\n").find("--- a/a.md\n+++ b/a.md\n") != std::string::npos);
  CHECK(made(std::nullopt, std::nullopt).empty());
}
