// cli/commands/commands.hpp
//
// The commands, one file each beside this one.
#pragma once

#include "cli/command.hpp"
#include "cli/context.hpp"

namespace kopi::cli {

extern const CommandSpec profile_status_command, profile_list_command, profile_show_command, profile_info_command, profile_create_command,
    profile_use_command, profile_alias_command, profile_rename_command, profile_delete_command, profile_describe_command,
    profile_install_command, profile_update_command, profile_rollback_command, profile_conflicts_command, profile_resolve_command;
extern const CommandSpec profile_diff_command, profile_verify_command, profile_outdated_command, profile_history_command,
    profile_init_command, profile_validate_command, profile_export_command, profile_import_command, profile_pack_command;
extern const CommandSpec store_gc_command, store_verify_command, store_du_command;
extern const CommandSpec config_get_command, config_set_command, config_unset_command, config_list_command, config_path_command,
    config_edit_command;
extern const CommandSpec env_list_command, env_set_command, env_unset_command, env_check_command;
extern const CommandSpec skills_list_command, skills_show_command;
extern const CommandSpec chat_command, setup_command, doctor_command, update_command, completion_command, complete_command, help_command;

/// Warns that no command could be made for a profile, and says what to do instead.
void warn_no_alias(const Context& context, const ProfileName& name, const Error& reason);
/// Says so when the directory of the aliases is not on PATH.
void tell_path_hint(const Context& context, Text& text);

}  // namespace kopi::cli
