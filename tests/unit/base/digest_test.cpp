#include "base/digest.hpp"

#include "support/outcome.hpp"

using namespace kopi;

namespace {
constexpr std::string_view k_hex = "00017f80ff0102030405060708090a0b0c0d0e0f101112131415161718191aef";
}

TEST_CASE("a digest is read from its two forms, and written in both") {
  for (const std::string& text : {std::string(k_hex), "sha256:" + std::string(k_hex)}) {
    const auto digest = Digest::parse(text);
    REQUIRE(digest);
    CHECK(digest->hex() == k_hex);
    CHECK(digest->str() == "sha256:" + std::string(k_hex));
  }
}

TEST_CASE("nothing else is a digest") {
  std::string upper(k_hex);
  upper[63] = 'F';
  const std::string texts[] = {"",
                               "sha256:",
                               std::string(k_hex.substr(1)),
                               std::string(k_hex) + "0",
                               "sha512:" + std::string(k_hex),
                               upper,
                               " " + std::string(k_hex),
                               std::string(63, '0') + "g",
                               "sha256:sha256:" + std::string(k_hex)};
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK_FALSE(Digest::parse(text));
  }
}

TEST_CASE("digests are ordered by their bytes") {
  Digest low, high;
  low.bytes[0] = 1;
  high.bytes[0] = 0x80;
  CHECK(low < high);
  CHECK(low == low);
}
