#include "trust/minisign.hpp"

#include "base/text.hpp"
#include "support/outcome.hpp"
#include "system/crypto.hpp"
#include "trust/secret_key.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;

namespace {

const std::string k_message = "a file\n";

std::string reason_of(const std::string& text) {
  const auto parsed = parse_signature(text, "x.minisig");
  return parsed ? "" : parsed.error().message;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

// The order of the group, little-endian: adding it to S gives another signature that a lenient verifier takes (RFC 8032, 5.1.7).
constexpr std::uint8_t k_order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};

Ed25519Signature with_other_s(Ed25519Signature signature) {
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = signature[32 + i] + k_order[i] + carry;
    signature[32 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  return signature;
}

}  // namespace

TEST_CASE("what a key signs verifies by its public half, and comes back from its file") {
  const SecretKey key = SecretKey::make();
  const MinisignSignature made = key.sign(k_message, "kopi 1 bot 1.0.0 seq=1");
  const MinisignSignature read = must(parse_signature(made.file(), "x.minisig"));
  CHECK(read.trusted_comment == "kopi 1 bot 1.0.0 seq=1");
  CHECK(read.file() == made.file());
  must(verify_signature(read, key.public_key(), k_message, "x.minisig"));
  CHECK(code_of(verify_signature(read, key.public_key(), "another file\n", "x.minisig")) == "E_SIG_INVALID");
  CHECK(code_of(verify_signature(read, SecretKey::make().public_key(), k_message, "x.minisig")) == "E_SIG_INVALID");
}

TEST_CASE("another key under the same id does not verify") {
  const SecretKey key = SecretKey::make();
  PublicKey other = SecretKey::make().public_key();
  other.id = key.public_key().id;
  const auto done = verify_signature(key.sign(k_message, "x"), other, k_message, "x.minisig");
  CHECK(code_of(done) == "E_SIG_INVALID");
}

TEST_CASE("every flipped bit of a signature is noticed, and none of its untrusted comment") {
  const SecretKey key = SecretKey::make();
  const std::string text = key.sign(k_message, "kopi 1 bot 1.0.0 seq=1").file();
  const std::size_t begin = text.find(": ") + 2, end = text.find('\n');
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const bool is_untrusted = bit / 8 >= begin && bit / 8 < end;
    auto read = parse_signature(flipped, "x.minisig");
    const bool holds = read && verify_signature(*read, key.public_key(), k_message, "x.minisig");
    INFO("bit " << bit);
    CHECK(holds == is_untrusted);
    if (!read) CHECK((code_of(read) == "E_SIG_INVALID" || code_of(read) == "E_SIG_LEGACY"));
  }
}

TEST_CASE("what minisign lets pass and kopi does not") {
  const SecretKey key = SecretKey::make();
  const MinisignSignature made = key.sign(k_message, "x");
  const std::string text = made.file();
  const auto lines_of = [&](std::string_view algorithm) {
    const std::string raw = std::string(algorithm) + std::string(72, 'x');
    return "untrusted comment: y\n" + base64(raw) + "\ntrusted comment: x\n" + base64(std::string(64, 'x')) + "\n";
  };
  CHECK(code_of(parse_signature(lines_of("Ed"), "x.minisig")) == "E_SIG_LEGACY");
  CHECK(code_of(parse_signature(lines_of("XX"), "x.minisig")) == "E_SIG_INVALID");
  CHECK(reason_of(text + "\n") == "x.minisig:5: no minisign signature: there is more behind the signature");
  CHECK(reason_of(text + "more") == "x.minisig:5: no minisign signature: there is more behind the signature");
  CHECK(reason_of(replaced(text, "\ntrusted comment: x", "\r\ntrusted comment: x")) ==
        "x.minisig:2: no minisign signature: it is no base64 of a signature");
  CHECK(reason_of("") == "x.minisig:1: no minisign signature: it does not begin with an untrusted comment");
  CHECK(reason_of(text.substr(0, text.find("trusted comment: x"))) == "x.minisig:3: no minisign signature: there is no trusted comment");
  must(parse_signature(text.substr(0, text.size() - 1), "x.minisig"));  // the end of the last line may be missing

  MinisignSignature swapped = made;
  swapped.trusted_comment = "y";
  CHECK(code_of(verify_signature(swapped, key.public_key(), k_message, "x.minisig")) == "E_SIG_INVALID");
  MinisignSignature malleable = made;
  malleable.signature = with_other_s(made.signature);
  CHECK(code_of(verify_signature(malleable, key.public_key(), k_message, "x.minisig")) == "E_SIG_INVALID");
}

TEST_CASE("public keys are read as minisign writes them, and refused when nothing could be proven by them") {
  const PublicKey key = SecretKey::make().public_key();
  CHECK(key.text().starts_with("RW"));
  CHECK(must(parse_public_key(key.text(), "--key")) == key);
  CHECK(must(parse_public_key(key.file(), "k.pub")) == key);
  PublicKey small = key;
  small.key = {1};  // the neutral element
  for (const std::string& text : {small.text(), std::string("RW"), std::string("nothing"), std::string(), key.text() + "A",
                                  base64("XX" + std::string(40, 'x')), std::string("untrusted comment: x\n")})
    CHECK(code_of(parse_public_key(text, "k.pub")) == "E_SCHEMA");
  CHECK(KeyId{{0x5d, 0x4c, 0x3b, 0x2a, 0x19, 0x08, 0xf7, 0xe6}}.str() == "E6F708192A3B4C5D");
}

TEST_CASE("a secret key comes back from its file, with a password and without") {
  const SecretKey key = SecretKey::make();
  const Secret open = must(key.file(std::nullopt));
  CHECK(must(SecretKey::parse(open.reveal(), "k", std::nullopt)).public_key() == key.public_key());
  CHECK(has_password(open.reveal()) == false);

  const Secret sealed = must(key.file(Secret("correct horse")));
  CHECK(has_password(sealed.reveal()) == true);
  CHECK(must(SecretKey::parse(sealed.reveal(), "k", Secret("correct horse"))).public_key() == key.public_key());
  CHECK(code_of(SecretKey::parse(sealed.reveal(), "k", Secret("wrong"))) == "E_SECRET");
  CHECK(code_of(SecretKey::parse(sealed.reveal(), "k", std::nullopt)) == "E_SECRET");
  CHECK(sealed.reveal().find(open.reveal().substr(open.reveal().size() - 60)) == std::string_view::npos);

  std::string unchecked = *from_base64(trim(open.reveal().substr(open.reveal().find('\n'))));
  unchecked.replace(unchecked.size() - 32, 32, 32, '\0');  // as `minisign -G -W` writes it
  CHECK(must(SecretKey::parse(base64(unchecked), "k", std::nullopt)).public_key() == key.public_key());

  CHECK(code_of(SecretKey::parse(key.public_key().file(), "k", std::nullopt)) == "E_SCHEMA");
  CHECK(!has_password("x"));
  std::string damaged(open.reveal());
  damaged[damaged.size() - 20] = damaged[damaged.size() - 20] == 'A' ? 'B' : 'A';
  CHECK(code_of(SecretKey::parse(damaged, "k", std::nullopt)) == "E_SCHEMA");
}
