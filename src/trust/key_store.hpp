// trust/key_store.hpp
//
// The user's own signing keys, below the root: trust/keys/NAME.key (secret, mode 0600) and trust/keys/NAME.pub. Both are minisign's
// files, so that `minisign -s` and `minisign -p` take them as they lie there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/home.hpp"
#include "trust/secret_key.hpp"

namespace kopi {

class KeyName {
 public:
  /// `[a-z0-9][a-z0-9_-]{0,63}`   @error name
  static Result<KeyName> parse(std::string_view text);
  static KeyName usual() { return KeyName("default"); }
  const std::string& str() const { return text_; }
  auto operator<=>(const KeyName&) const = default;

 private:
  explicit KeyName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

struct StoredKey {
  KeyName name = KeyName::usual();
  PublicKey key;
  bool has_secret = false;
  bool has_password = false;
};

/// By name.   @error state  a file there is no key
Result<std::vector<StoredKey>> list_keys(const Home& home);
/// @error not_found, state
Result<StoredKey> find_key(const Home& home, const KeyName& name);
/// @error not_found  no such key, or only its public half.   @error secret  the password is missing or wrong
Result<SecretKey> open_key(const Home& home, const KeyName& name, const std::optional<Secret>& password);

/// @error exists
Result<void> check_key_is_free(const Home& home, const KeyName& name);
/// @error exists
Result<void> store_key(const Home& home, const KeyName& name, const SecretKey& key, const std::optional<Secret>& password);
/// A secret key's file as it is, password and all, with the public half that is known of it.   @error exists
Result<void> store_key_file(const Home& home, const KeyName& name, const Secret& file, const PublicKey& key);
Result<void> store_public_key(const Home& home, const KeyName& name, const PublicKey& key);
/// @error not_found
Result<void> delete_key(const Home& home, const KeyName& name);

std::string secret_key_path(const Home& home, const KeyName& name);
std::string public_key_path(const Home& home, const KeyName& name);

}  // namespace kopi
