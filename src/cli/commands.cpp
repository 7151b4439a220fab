#include "cli/commands/commands.hpp"

#include <algorithm>

namespace kopi::cli {
namespace {

// clang-format off
constexpr const CommandSpec* k_commands[] = {
    &chat_command,           &setup_command,          &profile_status_command,  &profile_list_command,   &profile_show_command,
    &profile_info_command,   &profile_create_command, &profile_use_command,     &profile_alias_command,  &profile_rename_command,
    &profile_delete_command, &profile_describe_command, &profile_install_command, &profile_update_command, &profile_outdated_command,
    &profile_rollback_command, &profile_conflicts_command, &profile_resolve_command,
    &profile_diff_command,   &profile_verify_command, &profile_history_command, &profile_init_command,   &profile_validate_command,
    &profile_export_command, &profile_import_command, &profile_pack_command,   &config_get_command,
    &config_set_command,     &config_unset_command,   &config_list_command,     &config_path_command,    &config_edit_command,
    &env_list_command,       &env_set_command,        &env_unset_command,       &env_check_command,      &skills_list_command,
    &skills_show_command,    &store_du_command,       &store_gc_command,       &store_verify_command,   &doctor_command,
    &update_command,          &completion_command,     &help_command,
    &complete_command};
// clang-format on

constexpr ShortForm k_short_forms[] = {{"install", "profile install"}};

constexpr OptionSpec k_common[] = {{"--profile,-p", "NAME", "work with this profile", Offers::profile},
                                   {"--json", "", "answer with one JSON object"},
                                   {"--quiet", "", "say nothing beside the answer and errors"},
                                   {"--no-color", "", "no colours"}};

}  // namespace

std::span<const CommandSpec* const> all_commands() { return k_commands; }
std::span<const ShortForm> short_forms() { return k_short_forms; }
std::span<const OptionSpec> common_options() { return k_common; }

const CommandSpec* find_command(std::string_view path) {
  const auto found =
      std::find_if(std::begin(k_commands), std::end(k_commands), [&](const CommandSpec* command) { return command->path == path; });
  return found == std::end(k_commands) ? nullptr : *found;
}

std::vector<const CommandSpec*> commands_below(std::string_view path) {
  std::vector<const CommandSpec*> below;
  if (path.empty()) return below;
  for (const CommandSpec* command : k_commands) {
    if (command->path.size() > path.size() && command->path.starts_with(path) && command->path[path.size()] == ' ')
      below.push_back(command);
  }
  return below;
}

std::optional<std::string> Arguments::value(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::nullopt;
  return found->second.back();
}

std::vector<std::string> Arguments::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace kopi::cli
