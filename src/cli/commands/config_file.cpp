#include "cli/commands/config_file.hpp"

#include "formats/yaml.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {

Result<ConfigFile> read_config_file(const Context& context) {
  ConfigFile file;
  file.path = join_path(context.home.profile_path(context.selection.name), "config.yaml");
  KOPI_TRY(const auto text, read_file_if_present(file.path));
  file.text = text.value_or("");
  KOPI_TRY(file.document, parse_yaml(file.text, file.path));
  return file;
}

Result<bool> edit_config_file(const Context& context, const std::string& holder,
                              const std::function<Result<std::string>(const ConfigFile&)>& edit) {
  KOPI_TRY(const FileLock lock, context.lock_existing(context.selection.name, holder));
  KOPI_TRY(const ConfigFile file, read_config_file(context));
  KOPI_TRY(const std::string edited, edit(file));
  if (edited == file.text) return false;
  KOPI_TRY(const auto present, stat_path(file.path));
  const mode_t mode = present && present->type == EntryType::file ? present->mode : 0644;
  KOPI_CHECK(make_directories(parent_path(file.path), 0700));
  KOPI_CHECK(write_file(file.path, edited, mode));
  return true;
}

}  // namespace kopi::cli
