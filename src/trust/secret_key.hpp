// trust/secret_key.hpp
//
// A secret key in minisign's file format, with a password or without one:
//
//   untrusted comment: anything
//   base64( "Ed" kdf[2] "B2" salt[32] operations[8] memory[8] sealed[104] )     numbers little-endian
//
// kdf is "Sc" (scrypt) or two zeros (none). `sealed` is id[8] secret[64] checksum[32], as it is or XORed with 104 bytes that scrypt makes
// of the password. The checksum is BLAKE2b-256 of "Ed", id and secret: it tells a wrong password.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "trust/minisign.hpp"

namespace kopi {

class SecretKey {
 public:
  static SecretKey make();
  /// @param password  asked only for a key that has one; nothing = none can be had
  /// @error secret  it has a password and there is none, or a wrong one.   @error schema  it is no secret key.   @error limit
  static Result<SecretKey> parse(std::string_view text, const std::string& file, const std::optional<Secret>& password);

  /// The file, sealed with `password`, or not at all.   @error limit  no memory for it
  Result<Secret> file(const std::optional<Secret>& password) const;
  PublicKey public_key() const;
  MinisignSignature sign(std::string_view message, std::string trusted_comment) const;

 private:
  SecretKey(KeyId id, SecretMemory secret) : id_(id), secret_(std::move(secret)) {}
  KeyId id_;
  SecretMemory secret_;
};

/// Nothing when it is no secret key.
std::optional<bool> has_password(std::string_view file);

}  // namespace kopi
