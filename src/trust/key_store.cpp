#include "trust/key_store.hpp"

#include <algorithm>

#include "model/name.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_most = 64 * 1024;

std::string directory_of(const Home& home) { return join_path(home.root, "trust/keys"); }

Error no_such_key(const KeyName& name) {
  return with_hint(error(Code::not_found, "there is no key '{}'", name.str()),
                   name == KeyName::usual() ? "kopi key generate" : "kopi key list shows your keys");
}

}  // namespace

Result<KeyName> KeyName::parse(std::string_view text) {
  auto name = ProfileName::parse(text);  // the same rule: safe as a file's name
  if (!name || name->str() != text) return error(Code::name, "'{}' is no key's name: it must match [a-z0-9][a-z0-9_-]{{0,63}}", text);
  return KeyName(name->str());
}

std::string secret_key_path(const Home& home, const KeyName& name) { return join_path(directory_of(home), name.str() + ".key"); }
std::string public_key_path(const Home& home, const KeyName& name) { return join_path(directory_of(home), name.str() + ".pub"); }

Result<std::vector<StoredKey>> list_keys(const Home& home) {
  std::vector<StoredKey> keys;
  if (!is_directory(directory_of(home))) return keys;
  KOPI_TRY(const auto entries, list_directory(directory_of(home)));
  for (const std::string& entry : entries) {
    if (!entry.ends_with(".pub")) continue;
    const auto name = KeyName::parse(std::string_view(entry).substr(0, entry.size() - 4));
    if (!name) continue;
    KOPI_TRY(StoredKey key, find_key(home, *name));
    keys.push_back(std::move(key));
  }
  return keys;
}

Result<StoredKey> find_key(const Home& home, const KeyName& name) {
  const std::string path = public_key_path(home, name);
  KOPI_TRY(const auto text, read_file_if_present(path, k_most));
  if (!text) return no_such_key(name);
  auto key = parse_public_key(*text, path);
  if (!key) return error(Code::state, "{}", key.error().message);
  StoredKey found{name, *key};
  KOPI_TRY(auto secret, read_file_if_present(secret_key_path(home, name), k_most));
  if (!secret) return found;
  const Secret file(*std::move(secret));
  const auto sealed = has_password(file.reveal());
  if (!sealed) return error(Code::state, "{}: not a minisign secret key", secret_key_path(home, name));
  found.has_secret = true;
  found.has_password = *sealed;
  return found;
}

Result<SecretKey> open_key(const Home& home, const KeyName& name, const std::optional<Secret>& password) {
  const std::string path = secret_key_path(home, name);
  KOPI_TRY(auto text, read_file_if_present(path, k_most));
  if (!text && path_exists(public_key_path(home, name)))
    return error(Code::not_found, "of the key '{}' only the public half is here", name.str());
  if (!text) return no_such_key(name);
  const Secret file(*std::move(text));
  return SecretKey::parse(file.reveal(), path, password);
}

Result<void> check_key_is_free(const Home& home, const KeyName& name) {
  if (!path_exists(secret_key_path(home, name)) && !path_exists(public_key_path(home, name))) return {};
  return with_hint(error(Code::exists, "there is a key '{}' already", name.str()), "kopi key list shows your keys");
}

Result<void> store_key(const Home& home, const KeyName& name, const SecretKey& key, const std::optional<Secret>& password) {
  KOPI_TRY(const Secret file, key.file(password));
  return store_key_file(home, name, file, key.public_key());
}

Result<void> store_key_file(const Home& home, const KeyName& name, const Secret& file, const PublicKey& key) {
  KOPI_CHECK(check_key_is_free(home, name));
  KOPI_CHECK(make_directories(directory_of(home), 0700));
  KOPI_CHECK(write_file(secret_key_path(home, name), file.reveal(), 0600));
  return write_file(public_key_path(home, name), key.file(), 0644);
}

Result<void> store_public_key(const Home& home, const KeyName& name, const PublicKey& key) {
  KOPI_CHECK(check_key_is_free(home, name));
  KOPI_CHECK(make_directories(directory_of(home), 0700));
  return write_file(public_key_path(home, name), key.file(), 0644);
}

Result<void> delete_key(const Home& home, const KeyName& name) {
  const std::string secret = secret_key_path(home, name), open = public_key_path(home, name);
  if (!path_exists(secret) && !path_exists(open)) return no_such_key(name);
  if (path_exists(secret)) KOPI_CHECK(remove_file(secret));
  if (path_exists(open)) KOPI_CHECK(remove_file(open));
  return {};
}

}  // namespace kopi
