// base/digest.hpp
//
// A SHA-256 digest (FIPS 180-4) as a value. Computing one is system/crypto's work.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kopi {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  /// 64 lower-case hex digits: as `sha256sum` and the ledger write it.
  std::string hex() const;
  /// `sha256:<hex>`: as people and records see it.
  std::string str() const;
  /// Reads hex() or str(); nothing else.
  static std::optional<Digest> parse(std::string_view text);

  auto operator<=>(const Digest&) const = default;
};

}  // namespace kopi
