#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "cli/editor.hpp"
#include "formats/yaml.hpp"
#include "model/settings.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi config edit", "open config.yaml in your editor"},
                                    {"EDITOR=nano coder config edit", "in another one"}};

// Whether the file changed.
Result<bool> take_over(Context& context, const std::string& before, const EditedCopy& edited) {
  const auto& [copy, after] = edited;
  if (after == before) return false;
  const std::string path = join_path(parent_path(copy), "config.yaml");
  KOPI_TRY(const Node document, parse_yaml(after, copy));
  KOPI_TRY(const bool changed, replace_config_file(context, "kopi config edit", before, after));
  for (const Finding& finding : check_config(document, path)) context.console.warn(finding);
  return changed;
}

// The editor works on a copy beside the file: what it leaves is checked before it counts.
Result<Outcome> run(Context& context, const Arguments&) {
  const std::string path = join_path(context.home.profile_path(context.selection.name), "config.yaml");
  KOPI_CHECK(check_config_writable(path));
  KOPI_TRY(const auto before, read_file_if_present(path));
  KOPI_CHECK(make_directories(parent_path(path), 0700));
  const std::string copy = join_path(parent_path(path), "config." + random_hex(4) + ".yaml");
  KOPI_TRY(const EditedCopy edited, edit_copy(context, copy, before.value_or("")));
  auto changed = take_over(context, before.value_or(""), edited);
  if (!changed) return std::move(changed).while_doing("taking over what was written; it is kept in {}", copy).error();
  KOPI_CHECK(remove_file(copy));
  Outcome outcome;
  outcome.data = Node::mapping({{"file", path}, {"changed", *changed}});
  outcome.text.print(*changed ? "{} is changed\n" : "{} is unchanged\n", path);
  return outcome;
}

}  // namespace

const CommandSpec config_edit_command{"config edit",
                                      "Edit a profile's settings in your editor",
                                      "Opens config.yaml in $VISUAL or $EDITOR. A text that is no YAML never replaces the file.",
                                      {},
                                      {},
                                      examples,
                                      Needs::profile,
                                      run};

}  // namespace kopi::cli
