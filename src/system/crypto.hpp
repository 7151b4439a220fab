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

/// RFC 4648, section 4, with padding.
std::string base64(std::string_view bytes);

/// `bytes` random bytes from the operating system, as hex digits.
std::string random_hex(std::size_t bytes);

}  // namespace kopi
