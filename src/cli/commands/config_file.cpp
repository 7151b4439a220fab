#include "cli/commands/config_file.hpp"

#include <span>

#include "base/text.hpp"
#include "formats/yaml.hpp"
#include "formats/yaml_edit.hpp"
#include "model/settings.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

std::string config_path(const Context& context) { return join_path(context.home.profile_path(context.selection.name), "config.yaml"); }

// The file's mode stays, behind a link too.
Result<void> write_config(const std::string& path, const std::string& text) {
  KOPI_CHECK(check_config_writable(path));
  KOPI_TRY(const auto present, stat_path(real_path(path).value_or(path)));
  KOPI_CHECK(make_directories(parent_path(path), 0700));
  return write_file(path, text, present && present->type == EntryType::file ? present->mode : 0644);
}

}  // namespace

Result<void> check_config_writable(const std::string& path) {
  const std::string target = real_path(path).value_or(path);
  KOPI_TRY(const auto present, stat_path(target));
  const bool read_only = present && present->type == EntryType::file && (present->mode & 0200) == 0;
  if (!read_only) return {};
  return with_hint(error(Code::io, "{} is read-only, and stays as it is", target), "chmod u+w " + shell_quote(target));
}

Result<ConfigFile> read_config_file(const Context& context) {
  ConfigFile file;
  file.path = config_path(context);
  KOPI_TRY(const auto text, read_file_if_present(file.path));
  file.text = text.value_or("");
  auto document = parse_yaml(file.text, file.path);
  if (!document) return with_hint(std::move(document).error(), context.addressed(std::string("kopi config edit")));
  file.document = *std::move(document);
  return file;
}

Result<std::string> ConfigFile::with_model_section() const {
  const Node* model = document.find("model");
  if (model == nullptr || !model->is_scalar() || model->is_null()) return text;
  const std::string key[] = {"model", "default"};
  KOPI_TRY(const std::string section, set_yaml_value(text, path, std::span(key, 1), Node()));
  return set_yaml_value(section, path, key, model->as_text());
}

std::optional<WrittenSetting> find_under_other_name(const Node& document, const std::string& key) {
  if (key == "model.default") {
    if (const auto setting = model_setting(document)) return WrittenSetting{Node(setting->text()), setting->place, setting->key};
  }
  if (key == "agent.max_iterations") {
    if (const Node* turns = find_setting(document, "agent.max_turns")) return WrittenSetting{*turns, turns->key_place(), "agent.max_turns"};
  }
  if (key == "tools.toolsets") {
    if (const Node* sets = find_setting(document, "toolsets")) return WrittenSetting{*sets, sets->key_place(), "toolsets"};
  }
  return std::nullopt;
}

Result<bool> edit_config_file(const Context& context, const std::string& holder,
                              const std::function<Result<std::string>(const ConfigFile&)>& edit) {
  KOPI_TRY(const FileLock lock, context.lock_existing(context.selection.name, holder));
  KOPI_TRY(const ConfigFile file, read_config_file(context));
  KOPI_TRY(const std::string edited, edit(file));
  if (edited == file.text) return false;
  KOPI_CHECK(write_config(file.path, edited));
  return true;
}

Result<bool> replace_config_file(const Context& context, const std::string& holder, const std::string& before, const std::string& text) {
  KOPI_TRY(const FileLock lock, context.lock_existing(context.selection.name, holder));
  const std::string path = config_path(context);
  KOPI_TRY(const auto present, read_file_if_present(path));
  if (present.value_or("") != before) return error(Code::changed, "{} was changed by somebody else meanwhile; nothing was written", path);
  if (text == before) return false;
  KOPI_CHECK(write_config(path, text));
  return true;
}

}  // namespace kopi::cli
