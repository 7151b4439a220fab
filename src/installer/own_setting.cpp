#include "installer/own_setting.hpp"

#include "formats/yaml.hpp"
#include "model/settings.hpp"
#include "store/blobs.hpp"
#include "store/install_record.hpp"
#include "store/profiles.hpp"

namespace kopi {
namespace {

// A shipped config.yaml that can't be looked at may have said anything.
bool is_shipped(const Home& home, const ProfileName& name, std::string_view dotted_key, const Node& value) {
  const auto installed = read_installed(home, name);
  if (!installed) return true;
  if (!*installed) return false;
  const auto path = RelPath::parse("config.yaml");
  const auto shipped = (*installed)->ledger.find(*path);
  if (shipped == (*installed)->ledger.end()) return false;
  const auto text = Blobs(home).get(shipped->second.digest);
  const auto config = text ? parse_yaml(*text, "config.yaml") : Result<Node>(text.error());
  if (!config) return true;
  const Node* same = find_setting(*config, dotted_key);
  return same != nullptr && *same == value;
}

}  // namespace

std::optional<Node> find_own_setting(const Home& home, const ProfileName& name, std::string_view dotted_key) {
  const auto config = read_config(home, name);
  const Node* value = config ? find_setting(*config, dotted_key) : nullptr;
  if (value == nullptr || is_shipped(home, name, dotted_key, *value)) return std::nullopt;
  return *value;
}

}  // namespace kopi
