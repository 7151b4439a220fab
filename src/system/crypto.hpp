// system/crypto.hpp
//
// Hashes and random bytes, from libsodium.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace kopi {

/// SHA-256 (FIPS 180-4).
Digest sha256(std::string_view bytes);

/// The same over pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void add(std::string_view bytes);
  /// Once, at the end.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// RFC 4648, section 4, with padding.
std::string base64(std::string_view bytes);

/// `bytes` random bytes from the operating system, as hex digits.
std::string random_hex(std::size_t bytes);

}  // namespace kopi
