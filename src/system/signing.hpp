// system/signing.hpp
//
// Signatures (Ed25519, RFC 8032), the hashes and the password function that go with them, from libsodium. Secret keys lie in memory that
// is locked against swapping, fenced off, and wiped when it goes.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace kopi {

using Bytes = std::span<const std::uint8_t>;

/// A fixed amount of secret memory, all zero at first.
class SecretMemory {
 public:
  explicit SecretMemory(std::size_t size);
  std::span<std::uint8_t> bytes() { return {bytes_.get(), size_}; }
  Bytes bytes() const { return {bytes_.get(), size_}; }

 private:
  struct Wipe {
    void operator()(std::uint8_t* bytes) const;
  };
  std::unique_ptr<std::uint8_t, Wipe> bytes_;
  std::size_t size_;
};

using Ed25519PublicKey = std::array<std::uint8_t, 32>;
using Ed25519Signature = std::array<std::uint8_t, 64>;

/// 64 bytes: the seed, then the public key.
SecretMemory make_ed25519_secret();
Ed25519PublicKey ed25519_public_key(const SecretMemory& secret);
/// The secret's second half is the public key of its first.
bool is_ed25519_secret(const SecretMemory& secret);
Ed25519Signature sign_ed25519(const SecretMemory& secret, Bytes message);
/// Strict: a signature with another S for the same message, a key of small order and one that is no canonical point are refused.
bool verify_ed25519(const Ed25519PublicKey& key, Bytes message, const Ed25519Signature& signature);
/// A point of the main subgroup, so that signatures by it can mean anything.
bool is_ed25519_public_key(const Ed25519PublicKey& key);

/// BLAKE2b (RFC 7693) without a key.
std::array<std::uint8_t, 64> blake2b_512(Bytes message);
std::array<std::uint8_t, 32> blake2b_256(std::initializer_list<Bytes> pieces);

/// What libsodium calls scryptsalsa208sha256: scrypt (RFC 7914) with its parameters chosen from an effort and an amount of memory.
struct ScryptLimits {
  std::uint64_t operations = 0;
  std::uint64_t memory = 0;  ///< bytes

  /// For keys that lie around for years: a second or two, and 1 GiB.
  static ScryptLimits sensitive();
};
/// @error limit  more than 1 GiB is asked for, or there is not that much memory
Result<SecretMemory> scrypt(const Secret& password, std::span<const std::uint8_t, 32> salt, const ScryptLimits& limits, std::size_t size);

void fill_random(std::span<std::uint8_t> bytes);
/// RFC 4648, section 4: padded, and nothing else in it. Nothing when it is not that, or not canonical.
std::optional<std::string> from_base64(std::string_view text);
/// As base64(), for what must not lie around.
Secret secret_base64(Bytes bytes);
/// The same back. Nothing when it is no base64 of `size` bytes.
std::optional<SecretMemory> secret_from_base64(std::string_view text, std::size_t size);

/// In a time that says nothing about where they differ.
bool equal_in_constant_time(Bytes one, Bytes other);

inline Bytes as_bytes(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

}  // namespace kopi
