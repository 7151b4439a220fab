// trust/minisign.hpp
//
// Keys and signatures in minisign's formats (https://jedisct1.github.io/minisign/), so that anybody can check without kopi:
//
//   public key   base64( "Ed" id[8] key[32] )
//   signature    untrusted comment: anything
//                base64( "ED" id[8] signature[64] )         of BLAKE2b-512 of the file
//                trusted comment: text
//                base64( signature[64] )                    of the signature's 64 bytes and the text
//
// Of what minisign takes, kopi refuses: the legacy signature "Ed" of the whole file, and any byte behind the last line. The untrusted
// comment is signed by nobody: it is read over, and shown to nobody.
#pragma once

#include <array>
#include <compare>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "system/signing.hpp"

namespace kopi {

/// Chosen at random by the key's maker: it says which key is meant, and proves nothing.
struct KeyId {
  std::array<std::uint8_t, 8> bytes{};

  /// As minisign shows it: the bytes as a little-endian number, 16 upper-case hex digits.
  std::string str() const;
  auto operator<=>(const KeyId&) const = default;
};

struct PublicKey {
  KeyId id;
  Ed25519PublicKey key{};

  /// "RW…": as `minisign -P` takes it.
  std::string text() const;
  /// The file that minisign calls `minisign.pub`.
  std::string file() const;
  /// SHA-256 of the 32 bytes that verify: two people compare this. The id is not in it, because anybody can choose that.
  Digest fingerprint() const;
  auto operator<=>(const PublicKey&) const = default;
};

/// "RW…", or a file of one line with an untrusted comment before it.
/// @param source  names the input in errors: a path, or "--key"
/// @error schema  it is none, or one that no signature can mean anything by
Result<PublicKey> parse_public_key(std::string_view text, const std::string& source);

struct MinisignSignature {
  KeyId id;
  Ed25519Signature signature{};
  std::string trusted_comment;
  Ed25519Signature comment_signature{};

  /// As a `.minisig` file.
  std::string file() const;
};

/// @error sig_legacy.   @error sig_invalid  names the line
Result<MinisignSignature> parse_signature(std::string_view text, const std::string& file);

/// Both signatures hold, by `key`.   @error sig_invalid  names `file` and which does not
Result<void> verify_signature(const MinisignSignature& signature, const PublicKey& key, std::string_view message, const std::string& file);

}  // namespace kopi
