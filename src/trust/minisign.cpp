#include "trust/minisign.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_untrusted = "untrusted comment: ";
constexpr std::string_view k_trusted = "trusted comment: ";
constexpr std::string_view k_key_algorithm = "Ed";
constexpr std::string_view k_prehashed = "ED";
constexpr std::size_t k_most_untrusted = 1024, k_most_trusted = 8192;  // bytes of a line; minisign's own limits

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

template <std::size_t size>
void take(std::string_view bytes, std::size_t at, std::array<std::uint8_t, size>& into) {
  std::copy_n(reinterpret_cast<const std::uint8_t*>(bytes.data()) + at, size, into.data());
}

// One line up to its end, which must be there.
std::optional<std::string_view> next_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

Error broken(const std::string& file, int line, std::string_view reason) {
  return error(Code::sig_invalid, "{}:{}: no minisign signature: {}", file, line, reason);
}

std::string comment_message(const MinisignSignature& signature) {
  return std::string(as_text(signature.signature)) + signature.trusted_comment;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

}  // namespace

std::string KeyId::str() const {
  std::string text;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) text += fmt::format("{:02X}", *byte);
  return text;
}

std::string PublicKey::text() const {
  return base64(std::string(k_key_algorithm) + std::string(as_text(id.bytes)) + std::string(as_text(key)));
}

std::string PublicKey::file() const { return fmt::format("{}minisign public key {}\n{}\n", k_untrusted, id.str(), text()); }

Digest PublicKey::fingerprint() const { return sha256(as_text(key)); }

Result<PublicKey> parse_public_key(std::string_view text, const std::string& source) {
  int line = 1;
  if (text.starts_with(k_untrusted)) {
    const auto end = text.find('\n');
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    line = 2;
  }
  const auto problem = [&](std::string_view reason) {
    return with_hint(error(Code::schema, "{}:{}: not a minisign public key: {}", source, line, reason),
                     "a key looks like RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3");
  };
  text = trim(text);
  const auto bytes = from_base64(text);
  if (!bytes) return problem("it is no base64 of one line");
  if (bytes->size() != 42) return problem(fmt::format("{} bytes, where a key has 42", bytes->size()));
  if (!bytes->starts_with(k_key_algorithm)) return problem("it is of another algorithm than Ed25519");
  PublicKey key;
  take(*bytes, 2, key.id.bytes);
  take(*bytes, 10, key.key);
  if (!is_ed25519_public_key(key.key)) return problem("it is no point that signatures can be checked by");
  return key;
}

std::string MinisignSignature::file() const {
  return fmt::format("{}signature from kopi\n{}\n{}{}\n{}\n", k_untrusted,
                     base64(std::string(k_prehashed) + std::string(as_text(id.bytes)) + std::string(as_text(signature))), k_trusted,
                     trusted_comment, base64(as_text(comment_signature)));
}

Result<MinisignSignature> parse_signature(std::string_view text, const std::string& file) {
  const auto untrusted = next_line(text);
  if (!untrusted || !untrusted->starts_with(k_untrusted)) return broken(file, 1, "it does not begin with an untrusted comment");
  if (untrusted->size() > k_most_untrusted) return broken(file, 1, "the comment is too long");
  const auto line = next_line(text);
  const auto bytes = line ? from_base64(*line) : std::nullopt;
  if (!bytes || bytes->size() != 74) return broken(file, 2, "it is no base64 of a signature");
  MinisignSignature signature;
  if (bytes->starts_with(k_key_algorithm)) {
    return with_hint(error(Code::sig_legacy, "{}:2: a legacy signature, of the file instead of its hash", file),
                     "sign it again without `-l`");
  }
  if (!bytes->starts_with(k_prehashed)) return broken(file, 2, "it is of another algorithm than Ed25519 of BLAKE2b");
  take(*bytes, 2, signature.id.bytes);
  take(*bytes, 10, signature.signature);
  const auto comment = next_line(text);
  if (!comment || !comment->starts_with(k_trusted)) return broken(file, 3, "there is no trusted comment");
  signature.trusted_comment = comment->substr(k_trusted.size());
  if (signature.trusted_comment.size() > k_most_trusted) return broken(file, 3, "the comment is too long");
  if (!is_printable(signature.trusted_comment) || !is_valid_utf8(signature.trusted_comment))
    return broken(file, 3, "the comment is no text");
  auto last = next_line(text);
  if (!last) last = std::exchange(text, {});  // the end of the last line may be missing
  const auto global = from_base64(*last);
  if (!global || global->size() != 64) return broken(file, 4, "it is no base64 of a signature");
  take(*global, 0, signature.comment_signature);
  if (!text.empty()) return broken(file, 5, "there is more behind the signature");
  return signature;
}

Result<void> verify_signature(const MinisignSignature& signature, const PublicKey& key, std::string_view message, const std::string& file) {
  if (signature.id != key.id) {
    return error(Code::sig_invalid, "{}: signed with key {}, not with {}", file, signature.id.str(), key.id.str());
  }
  if (!verify_ed25519(key.key, blake2b_512(as_bytes(message)), signature.signature)) {
    return error(Code::sig_invalid, "{}: the signature by key {} does not fit", file, key.id.str());
  }
  if (!verify_ed25519(key.key, as_bytes(comment_message(signature)), signature.comment_signature)) {
    return error(Code::sig_invalid, "{}: the trusted comment was changed", file);
  }
  return {};
}

}  // namespace kopi
