#include "trust/secret_key.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_id = 8, k_secret = 64, k_checksum = 32, k_sealed = k_id + k_secret + k_checksum;
// Where each part begins.
constexpr std::size_t k_kdf_at = 2, k_hash_at = 4, k_salt_at = 6, k_operations_at = 38, k_memory_at = 46, k_sealed_at = 54;
constexpr std::size_t k_size = k_sealed_at + k_sealed;
constexpr std::string_view k_algorithm = "Ed", k_scrypt = "Sc", k_blake = "B2";
constexpr std::string_view k_none("\0\0", 2);

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::uint64_t read_number(Bytes bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 8; i-- > 0;) number = number << 8 | bytes[i];
  return number;
}

void write_number(std::span<std::uint8_t> bytes, std::uint64_t number) {
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(number >> 8 * i);
}

void put(std::span<std::uint8_t> bytes, Bytes part) { std::copy(part.begin(), part.end(), bytes.begin()); }

std::array<std::uint8_t, 32> checksum_of(Bytes id, Bytes secret) { return blake2b_256({as_bytes(k_algorithm), id, secret}); }

std::string_view key_line(std::string_view text) {
  if (text.starts_with("untrusted comment:")) text = text.substr(std::min(text.size(), text.find('\n')));
  return trim(text);
}

std::optional<SecretMemory> read_parts(std::string_view text) {
  auto bytes = secret_from_base64(key_line(text), k_size);
  if (!bytes) return std::nullopt;
  const std::string_view all = as_text(bytes->bytes());
  const std::string_view kdf = all.substr(k_kdf_at, 2);
  if (!all.starts_with(k_algorithm) || (kdf != k_scrypt && kdf != k_none) || all.substr(k_hash_at, 2) != k_blake) return std::nullopt;
  return bytes;
}

bool is_sealed(const SecretMemory& parts) { return as_text(parts.bytes()).substr(k_kdf_at, 2) == k_scrypt; }

// XOR is its own inverse: the same seals and opens.
Result<void> seal(SecretMemory& parts, const Secret& password) {
  const Bytes bytes = parts.bytes();
  const ScryptLimits limits{read_number(bytes.subspan(k_operations_at, 8)), read_number(bytes.subspan(k_memory_at, 8))};
  KOPI_TRY(const SecretMemory stream, scrypt(password, bytes.subspan<k_salt_at, 32>(), limits, k_sealed));
  const std::span<std::uint8_t> sealed = parts.bytes().subspan(k_sealed_at);
  for (std::size_t i = 0; i < k_sealed; ++i) sealed[i] ^= stream.bytes()[i];
  return {};
}

}  // namespace

SecretKey SecretKey::make() {
  KeyId id;
  fill_random(id.bytes);
  return {id, make_ed25519_secret()};
}

Result<SecretKey> SecretKey::parse(std::string_view text, const std::string& file, const std::optional<Secret>& password) {
  auto parts = read_parts(text);
  if (!parts) return error(Code::schema, "{}: not a minisign secret key", file);
  if (is_sealed(*parts)) {
    if (!password) return with_hint(error(Code::secret, "{}: the key has a password", file), "KOPI_KEY_PASSWORD=... for a script");
    KOPI_CHECK(seal(*parts, *password).while_doing("opening {}", file));
  }
  const Bytes sealed = std::as_const(*parts).bytes().subspan(k_sealed_at);
  const Bytes id = sealed.first(k_id), secret = sealed.subspan(k_id, k_secret), checksum = sealed.last(k_checksum);
  // minisign leaves the checksum of a key without a password empty; that its two halves belong together is looked at below.
  const bool has_checksum = is_sealed(*parts) || std::any_of(checksum.begin(), checksum.end(), [](std::uint8_t byte) { return byte != 0; });
  if (has_checksum && !equal_in_constant_time(checksum_of(id, secret), checksum)) {
    return is_sealed(*parts) ? error(Code::secret, "{}: the password is wrong", file) : error(Code::schema, "{}: the key is damaged", file);
  }
  KeyId key_id;
  std::copy(id.begin(), id.end(), key_id.bytes.begin());
  SecretMemory own(k_secret);
  put(own.bytes(), secret);
  if (!is_ed25519_secret(own)) return error(Code::schema, "{}: the key's two halves do not belong together", file);
  return SecretKey(key_id, std::move(own));
}

Result<Secret> SecretKey::file(const std::optional<Secret>& password) const {
  SecretMemory parts(k_size);
  const std::span<std::uint8_t> bytes = parts.bytes();
  put(bytes, as_bytes(k_algorithm));
  put(bytes.subspan(k_hash_at), as_bytes(k_blake));
  const std::span<std::uint8_t> sealed = bytes.subspan(k_sealed_at);
  put(sealed, id_.bytes);
  put(sealed.subspan(k_id), secret_.bytes());
  put(sealed.last(k_checksum), checksum_of(id_.bytes, secret_.bytes()));
  if (password) {
    const ScryptLimits limits = ScryptLimits::sensitive();
    put(bytes.subspan(k_kdf_at), as_bytes(k_scrypt));
    fill_random(bytes.subspan(k_salt_at, 32));
    write_number(bytes.subspan(k_operations_at, 8), limits.operations);
    write_number(bytes.subspan(k_memory_at, 8), limits.memory);
    KOPI_CHECK(seal(parts, *password));
  }
  return Secret(fmt::format("untrusted comment: minisign {}secret key {}\n{}\n", password ? "encrypted " : "", id_.str(),
                            secret_base64(parts.bytes()).reveal()));
}

PublicKey SecretKey::public_key() const { return {id_, ed25519_public_key(secret_)}; }

MinisignSignature SecretKey::sign(std::string_view message, std::string trusted_comment) const {
  MinisignSignature made;
  made.id = id_;
  made.signature = sign_ed25519(secret_, blake2b_512(as_bytes(message)));
  made.trusted_comment = std::move(trusted_comment);
  const std::string signed_text = std::string(as_text(made.signature)) + made.trusted_comment;
  made.comment_signature = sign_ed25519(secret_, as_bytes(signed_text));
  return made;
}

std::optional<bool> has_password(std::string_view file) {
  const auto parts = read_parts(file);
  if (!parts) return std::nullopt;
  return is_sealed(*parts);
}

}  // namespace kopi
