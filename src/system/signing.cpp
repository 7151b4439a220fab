#include "system/signing.hpp"

#include <sodium.h>

#include <algorithm>

#include "system/crypto.hpp"

namespace kopi {
namespace {

constexpr std::uint64_t k_most_memory = crypto_pwhash_scryptsalsa208sha256_MEMLIMIT_SENSITIVE;
constexpr std::uint64_t k_most_operations = crypto_pwhash_scryptsalsa208sha256_OPSLIMIT_SENSITIVE;

}  // namespace

SecretMemory::SecretMemory(std::size_t size) : size_(size) {
  KOPI_ASSERT(sodium_init() >= 0);
  bytes_.reset(static_cast<std::uint8_t*>(sodium_malloc(size)));
  KOPI_ASSERT(bytes_ != nullptr);
  std::fill_n(bytes_.get(), size, std::uint8_t{0});
}

void SecretMemory::Wipe::operator()(std::uint8_t* bytes) const { sodium_free(bytes); }

SecretMemory make_ed25519_secret() {
  SecretMemory secret(crypto_sign_SECRETKEYBYTES);
  Ed25519PublicKey ignored;
  crypto_sign_keypair(ignored.data(), secret.bytes().data());
  return secret;
}

Ed25519PublicKey ed25519_public_key(const SecretMemory& secret) {
  KOPI_ASSERT(secret.bytes().size() == crypto_sign_SECRETKEYBYTES);
  Ed25519PublicKey key;
  std::copy_n(secret.bytes().data() + 32, key.size(), key.data());
  return key;
}

bool is_ed25519_secret(const SecretMemory& secret) {
  if (secret.bytes().size() != crypto_sign_SECRETKEYBYTES) return false;
  SecretMemory again(crypto_sign_SECRETKEYBYTES);
  Ed25519PublicKey key;
  crypto_sign_seed_keypair(key.data(), again.bytes().data(), secret.bytes().data());
  return equal_in_constant_time(again.bytes(), secret.bytes());
}

Ed25519Signature sign_ed25519(const SecretMemory& secret, Bytes message) {
  KOPI_ASSERT(secret.bytes().size() == crypto_sign_SECRETKEYBYTES);
  Ed25519Signature signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret.bytes().data());
  return signature;
}

bool verify_ed25519(const Ed25519PublicKey& key, Bytes message, const Ed25519Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

bool is_ed25519_public_key(const Ed25519PublicKey& key) { return crypto_core_ed25519_is_valid_point(key.data()) == 1; }

std::array<std::uint8_t, 64> blake2b_512(Bytes message) {
  std::array<std::uint8_t, 64> hash;
  crypto_generichash(hash.data(), hash.size(), message.data(), message.size(), nullptr, 0);
  return hash;
}

std::array<std::uint8_t, 32> blake2b_256(std::initializer_list<Bytes> pieces) {
  std::array<std::uint8_t, 32> hash;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  for (const Bytes piece : pieces) crypto_generichash_update(&state, piece.data(), piece.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  sodium_memzero(&state, sizeof state);
  return hash;
}

ScryptLimits ScryptLimits::sensitive() { return {k_most_operations, k_most_memory}; }

Result<SecretMemory> scrypt(const Secret& password, std::span<const std::uint8_t, 32> salt, const ScryptLimits& limits, std::size_t size) {
  // A key file says itself how much work its password is: a hostile one could ask for hours, or for all memory.
  if (limits.memory > k_most_memory || limits.operations > k_most_operations) {
    return error(Code::limit, "the key asks for more work than any key of minisign does ({} operations, {} bytes)", limits.operations,
                 limits.memory);
  }
  SecretMemory out(size);
  const std::string_view text = password.reveal();
  const int done = crypto_pwhash_scryptsalsa208sha256(out.bytes().data(), size, text.data(), text.size(), salt.data(), limits.operations,
                                                      static_cast<std::size_t>(limits.memory));
  if (done != 0) return error(Code::limit, "there is not enough memory for the key's password ({} MiB)", limits.memory >> 20);
  return out;
}

void fill_random(std::span<std::uint8_t> bytes) {
  KOPI_ASSERT(sodium_init() >= 0);
  randombytes_buf(bytes.data(), bytes.size());
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const int done = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr, &size,
                                     &end, sodium_base64_VARIANT_ORIGINAL);
  if (done != 0 || end != text.data() + text.size()) return std::nullopt;
  bytes.resize(size);
  if (base64(bytes) != text) return std::nullopt;
  return bytes;
}

Secret secret_base64(Bytes bytes) {
  SecretMemory text(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL));
  sodium_bin2base64(reinterpret_cast<char*>(text.bytes().data()), text.bytes().size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  return Secret(std::string(reinterpret_cast<const char*>(text.bytes().data()), text.bytes().size() - 1));
}

std::optional<SecretMemory> secret_from_base64(std::string_view text, std::size_t size) {
  SecretMemory bytes(size);
  std::size_t count = 0;
  const char* end = nullptr;
  const int done =
      sodium_base642bin(bytes.bytes().data(), size, text.data(), text.size(), nullptr, &count, &end, sodium_base64_VARIANT_ORIGINAL);
  if (done != 0 || count != size || end != text.data() + text.size()) return std::nullopt;
  return bytes;
}

bool equal_in_constant_time(Bytes one, Bytes other) {
  return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace kopi
