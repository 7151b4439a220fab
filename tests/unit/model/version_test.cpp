#include "model/version.hpp"

#include <algorithm>

#include "support/outcome.hpp"

using namespace kopi;

namespace {

std::string read(std::string_view text) {
  const auto version = Version::parse(text);
  return version ? version->str() : "-";
}

Version version(std::string_view text) {
  const auto parsed = Version::parse(text);
  INFO(text);
  REQUIRE(parsed.has_value());
  return *parsed;
}

}  // namespace

TEST_CASE("a version is read leniently and written as Semantic Versioning has it") {
  const std::string rows[][2] = {{"1.2.3", "1.2.3"},
                                 {"1.2", "1.2.0"},
                                 {"1", "1.0.0"},
                                 {"v1.2.3", "1.2.3"},
                                 {"V2", "2.0.0"},
                                 {" 1.2.3\n", "1.2.3"},
                                 {"0.0.0", "0.0.0"},
                                 {"1.10", "1.10.0"},
                                 {"1.0.0-alpha.1", "1.0.0-alpha.1"},
                                 {"1.0.0-x-y-z.--", "1.0.0-x-y-z.--"},
                                 {"1.0.0-0A.is.legal", "1.0.0-0A.is.legal"},
                                 {"1.0.0+20130313144700", "1.0.0"},
                                 {"1.0.0-beta+exp.sha.5114f85", "1.0.0-beta"},
                                 {"1.0.0+21AF26D3---117B344092BD", "1.0.0"},
                                 {"1.0.0+001", "1.0.0"},
                                 {"1.2-rc.1", "1.2.0-rc.1"},
                                 {"18446744073709551615.0.0", "18446744073709551615.0.0"},
                                 {"1.0.0-99999999999999999999999", "1.0.0-99999999999999999999999"}};
  for (const auto& [text, expected] : rows) CHECK(read(text) == expected);
}

TEST_CASE("what is no version is none") {
  for (const std::string_view text : {"",          "v",
                                      "vv1",       "1.",
                                      ".1",        "1..2",
                                      "1.2.3.4",   "01.2.3",
                                      "1.02.3",    "1.2.03",
                                      "1.2.3-",    "1.2.3-a..b",
                                      "1.2.3-01",  "1.2.3-a.01",
                                      "1.2.3+",    "1.2.3+a..b",
                                      "1.2.3-a_b", "1.2.3-é",
                                      "-1.2.3",    "+1.2.3",
                                      "1.-2.3",    "1.2.x",
                                      "latest",    "1.2.3 beta",
                                      "1. 2.3",    "18446744073709551616",
                                      "0x1",       "1,2",
                                      "1.2.3+a+b"}) {
    CHECK(std::string(text) + " -> " + read(text) == std::string(text) + " -> -");
  }
}

TEST_CASE("precedence is that of Semantic Versioning 2.0.0, section 11") {
  const std::string_view ascending[] = {"0.0.0-0",
                                        "0.0.0",
                                        "0.0.1",
                                        "0.1.0",
                                        "0.10.0",
                                        "1.0.0-0",
                                        "1.0.0-1",
                                        "1.0.0-9",
                                        "1.0.0-10",
                                        "1.0.0-10.0",
                                        "1.0.0-99999999999999999999",
                                        "1.0.0--",
                                        "1.0.0-A",
                                        "1.0.0-alpha",
                                        "1.0.0-alpha.1",
                                        "1.0.0-alpha.beta",
                                        "1.0.0-beta",
                                        "1.0.0-beta.2",
                                        "1.0.0-beta.11",
                                        "1.0.0-rc.1",
                                        "1.0.0",
                                        "1.0.1-a",
                                        "1.0.1",
                                        "1.2.0",
                                        "1.10.0",
                                        "2.0.0",
                                        "10.0.0"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      CHECK((version(ascending[i]) < version(ascending[j])) == (i < j));
      CHECK((version(ascending[i]) == version(ascending[j])) == (i == j));
    }
  }
}

TEST_CASE("build metadata and the spelling play no part in precedence") {
  CHECK(version("1.0.0+a") == version("1.0.0+b"));
  CHECK(version("v1") == version("1.0.0"));
  CHECK(version("1.0.0-rc+5") == version("1.0.0-rc"));
  CHECK(version("1.0.0-rc").is_prerelease());
  CHECK_FALSE(version("1.0.0+rc").is_prerelease());
}

namespace {

struct RangeRow {
  std::string_view range;
  std::string_view inside;  ///< versions separated by blanks
  std::string_view outside;
};

void check_all(std::string_view range, std::string_view versions, bool expected) {
  const auto parsed = VersionRange::parse(range);
  CAPTURE(range, versions);
  REQUIRE(parsed.has_value());
  while (!versions.empty()) {
    const auto end = std::min(versions.find(' '), versions.size());
    const std::string_view word = versions.substr(0, end);
    CAPTURE(word);
    CHECK(parsed->contains(version(word)) == expected);
    versions.remove_prefix(std::min(end + 1, versions.size()));
  }
}

}  // namespace

TEST_CASE("every operator of a range takes what it says and nothing else") {
  const RangeRow rows[] = {{"*", "0.0.0-0 0.0.0 99.0.0", ""},
                           {"1.2", "1.2.0 1.2.1 1.10.0 2.0.0", "1.1.9 1.2.0-rc"},
                           {"0.4", "0.4.0 1.0.0", "0.3.99"},
                           {">=0.4,<1", "0.4.0 0.4.1 0.99.0 1.0.0-rc", "0.3.0 1.0.0 1.0.1 0.4.0-a"},
                           {">=0.4 <1", "0.4.0 0.99.0", "0.3.0 1.0.0"},
                           {">= 0.4, < 1", "0.4.0 0.99.0", "0.3.0 1.0.0"},
                           {" >=1.0.0\t", "1.0.0", "0.9.0"},
                           {">1.2.3", "1.2.4-0 1.2.4 2.0.0", "1.2.3 1.2.2"},
                           {"<=1.2.3", "1.2.3 1.2.3-rc 0.0.0", "1.2.4-0 1.2.4"},
                           {"<1.2.3", "1.2.2 1.2.3-rc", "1.2.3"},
                           {"=1.2.3", "1.2.3 1.2.3+b", "1.2.2 1.2.4 1.2.3-a"},
                           {"==1.2", "1.2.0", "1.2.1"},
                           {"!=1.2.3", "1.2.2 1.2.4 1.2.3-a", "1.2.3"},
                           {">=1,!=1.5,<2", "1.0.0 1.5.1 1.9.9", "1.5.0 2.0.0"},
                           {"^1.2", "1.2.0 1.2.9 1.99.0", "1.1.9 2.0.0 2.0.0-beta 1.2.0-rc"},
                           {"^1.2.3", "1.2.3 1.3.0", "1.2.2 2.0.0"},
                           {"^1", "1.0.0 1.9.9", "0.9.9 2.0.0 2.0.0-a"},
                           {"^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0 0.3.0-a 1.0.0"},
                           {"^0.2", "0.2.0 0.2.9", "0.3.0"},
                           {"^0.0.3", "0.0.3", "0.0.2 0.0.4"},
                           {"^0.0", "0.0.0 0.0.9", "0.1.0"},
                           {"^0", "0.0.0 0.9.9", "1.0.0"},
                           {"^1.2.3-beta.2", "1.2.3-beta.2 1.2.3-beta.4 1.2.3 1.9.0", "1.2.3-beta.1 2.0.0"},
                           {"~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0 1.3.0-a"},
                           {"~1.2", "1.2.0 1.2.9", "1.1.9 1.3.0"},
                           {"~1", "1.0.0 1.9.9", "0.9.9 2.0.0"},
                           {"~0.0.1", "0.0.1 0.0.9", "0.0.0 0.1.0"},
                           {"^18446744073709551615", "18446744073709551615.0.0 18446744073709551615.9.9", "18446744073709551614.0.0"},
                           {"~1.18446744073709551615", "1.18446744073709551615.5", "2.0.0 1.0.0"}};
  for (const RangeRow& row : rows) {
    check_all(row.range, row.inside, true);
    check_all(row.range, row.outside, false);
  }
}

TEST_CASE("what is no range is refused, so that nothing is taken for 'any version'") {
  for (const std::string_view text :
       {"",    " ",    ",",     ">=",    ">=1,", ",>=1", ">=1,,<2", ">= ",    "=>1", "><1",  "^",   "~",        "^~1",
        "~>1", "^>=1", ">=1 <", "1 ||2", "1.x",  "*,1",  "latest",  ">=1;<2", "!1",  "===1", ">=a", "^1.2.3.4", "1 - 2"}) {
    CAPTURE(text);
    CHECK_FALSE(VersionRange::parse(text).has_value());
  }
  const auto range = VersionRange::parse("  >= 1.0 ");
  REQUIRE(range);
  CHECK(range->str() == ">= 1.0");
}
