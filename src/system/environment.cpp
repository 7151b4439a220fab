#include "system/environment.hpp"

#include <unistd.h>

namespace kopi {

Environment Environment::of_this_process() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.variables_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

void Environment::unset(std::string_view name) {
  if (const auto found = variables_.find(name); found != variables_.end()) variables_.erase(found);
}

std::vector<std::string> Environment::entries() const {
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables_) entries.push_back(name + "=" + value);
  return entries;
}

}  // namespace kopi
