#include "formats/dotenv.hpp"

#include <catch2/catch_test_macros.hpp>

namespace kopi {
namespace {

std::string with_new(std::string_view text) {
  const auto edited = set_dotenv_value(text, ".env", "NEW", Secret("1"));
  REQUIRE(edited.has_value());
  return *edited;
}

}  // namespace

TEST_CASE("a name is added on a line of its own, whatever the last line ends in") {
  CHECK(with_new("") == "NEW=1\n");
  CHECK(with_new("A=x") == "A=x\nNEW=1\n");
  CHECK(with_new("A=x\r\nB=y") == "A=x\r\nB=y\r\nNEW=1\r\n");
  // A lone '\r' at the end is half a line's end, not a part of the value.
  CHECK(with_new("A=x\r\nB=\"y\" \r") == "A=x\r\nB=\"y\" \r\nNEW=1\r\n");
}

TEST_CASE("carriage returns around a value go with it") {
  for (const std::string_view text : {"NEW=\r\rold\nB=1\n", "NEW=old\r\r\nB=1\n", "NEW=\r\r\r\nB=1\n", "NEW=\rold\r \r # why\nB=1\n"}) {
    const auto edited = set_dotenv_value(text, ".env", "NEW", Secret("a b"));
    REQUIRE(edited.has_value());
    const Dotenv read = parse_dotenv(*edited, ".env");
    REQUIRE(read.entries.size() == 2);
    CHECK(read.entries[0].value.reveal() == "a b");
    CHECK(edited->starts_with("NEW='a b'"));
    CHECK(edited->ends_with("\nB=1\n"));
  }
}

TEST_CASE("a comment that touches the value never becomes the value") {
  const auto emptied = set_dotenv_value("A='x'#why\n", ".env", "A", Secret(""));
  REQUIRE(emptied.has_value());
  CHECK(*emptied == "A=''#why\n");
  // Here the second line alone counts; taking its quotes away must not make the first one count instead.
  const auto again = set_dotenv_value(std::string_view("A=''\nA='x'#\0\n", 14), ".env", "A", Secret(""));
  REQUIRE(again.has_value());
  CHECK(*again == std::string_view("A=''\nA=''#\0\n", 13));
}

}  // namespace kopi
