#include "cli/manual.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "base/code.hpp"
#include "cli/command.hpp"

namespace kopi::cli {

TEST_CASE("no text becomes a request of roff's") {
  CHECK(roff_escape(".SH NAME") == "\\&.SH NAME");
  CHECK(roff_escape("'br") == "\\&\\(aqbr");
  CHECK(roff_escape("one\n.two\nthree.") == "one\n\\&.two\nthree.");
}

TEST_CASE("no text becomes an escape of roff's") {
  CHECK(roff_escape("a\\fBb\\*[x]") == "a\\(rsfBb\\(rs*[x]");
  CHECK(roff_escape("`x` \"y\" ^~") == "\\(gax\\(ga \\(dqy\\(dq \\(ha\\(ti");
}

TEST_CASE("options keep the hyphens that a shell knows") { CHECK(roff_escape("--dry-run") == "\\-\\-dry\\-run"); }

TEST_CASE("a page is ASCII, whatever it says") { CHECK(roff_escape("1 – 2 … ✓ 🤖") == "1 \\[u2013] 2 \\[u2026] \\[u2713] \\[u1F916]"); }

TEST_CASE("every exit status has a meaning") {
  CHECK(exit_meaning(0) == "done, or declined by a person");
  CHECK(exit_meaning(99).empty());
  for (const CodeInfo& code : all_codes()) {
    INFO(code.name);
    CHECK_FALSE(exit_meaning(code.exit).empty());
  }
}

TEST_CASE("there is a page for kopi, each command, each group of commands and each short form") {
  std::vector<std::string> files;
  for (const ManPage& page : man_pages()) files.push_back(page.file);
  const auto has = [&](std::string_view file) { return std::count(files.begin(), files.end(), file) == 1; };
  CHECK(has("kopi.1"));
  CHECK(has("kopi-profile-install.1"));
  CHECK(has("kopi-config.1"));
  CHECK(has("kopi-profile.1"));
  CHECK(has("kopi-install.1"));
  CHECK_FALSE(has("kopi-__complete.1"));
}

TEST_CASE("a page shows its command's options, the value's name in italics") {
  const auto pages = man_pages();
  const auto page = std::find_if(pages.begin(), pages.end(), [](const ManPage& p) { return p.file == "kopi-profile-install.1"; });
  REQUIRE(page != pages.end());
  CHECK(page->text.find(".TP\n\\fB\\-\\-subdir\\fR \\fIPATH\\fR\n") != std::string::npos);
  CHECK(page->text.find(".TP\n\\fB\\-y, \\-\\-yes\\fR\n") != std::string::npos);
}

}  // namespace kopi::cli
