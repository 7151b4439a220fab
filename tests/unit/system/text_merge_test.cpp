#include "system/text_merge.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace kopi;

TEST_CASE("lines are merged, and a conflict has its place but no text") {
  const auto clean = merge_text("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", MergeFavor::none);
  REQUIRE(clean);
  CHECK(clean->clean);
  CHECK(clean->text == "A\nb\nC\n");
  const auto conflict = merge_text("1\n2\n3\n4\n", "0\n1\n2\nX\n4\n", "1\n2\nY\n4\n", MergeFavor::none);
  REQUIRE(conflict);
  CHECK_FALSE(conflict->clean);
  CHECK(conflict->text.empty());
  CHECK(conflict->first_line == 4);
  CHECK(conflict->last_line == 4);
  for (const auto& [favor, line] : {std::pair(MergeFavor::ours, "X"), {MergeFavor::theirs, "Y"}}) {
    const auto favored = merge_text("1\n2\n3\n4\n", "0\n1\n2\nX\n4\n", "1\n2\nY\n4\n", favor);
    REQUIRE(favored);
    CHECK(favored->clean);
    CHECK(favored->text == std::string("0\n1\n2\n") + line + "\n4\n");
  }
}

TEST_CASE("empty texts and too large ones") {
  CHECK(merge_text("", "", "", MergeFavor::none)->text.empty());
  CHECK(merge_text("", "a\n", "", MergeFavor::none)->text == "a\n");
  CHECK_FALSE(merge_text("a\n", "", "b\n", MergeFavor::none)->clean);
  const std::string large(9u << 20, 'x');
  CHECK(merge_text(large, "", "", MergeFavor::none).error().code == Code::limit);
}
