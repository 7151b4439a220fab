#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "formats/yaml.hpp"
#include "model/settings.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"
#include "system/process.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi config edit", "open config.yaml in your editor"},
                                    {"EDITOR=nano coder config edit", "in another one"}};

Result<std::vector<std::string>> editor_words(const Environment& environment) {
  const std::string editor = environment.get("VISUAL").value_or(environment.get("EDITOR").value_or("vi"));
  auto words = split_command_line(editor);
  if (!words || words->empty()) return error(Code::usage, "cannot understand the editor '{}' (VISUAL, EDITOR)", editor);
  return *std::move(words);
}

// Whether the file changed.
Result<bool> take_over(Context& context, const std::string& before, const std::string& copy) {
  KOPI_TRY(const std::string after, read_file(copy));
  if (after == before) return false;
  const std::string path = join_path(parent_path(copy), "config.yaml");
  KOPI_TRY(const Node document, parse_yaml(after, copy));
  KOPI_TRY(const bool changed, replace_config_file(context, "kopi config edit", before, after));
  for (const Finding& finding : check_config(document, path)) context.console.warn(finding);
  return changed;
}

// The editor works on a copy beside the file: what it leaves is checked before it counts.
Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(auto words, editor_words(context.environment));
  const std::string path = join_path(context.home.profile_path(context.selection.name), "config.yaml");
  KOPI_CHECK(check_config_writable(path));
  KOPI_TRY(const auto before, read_file_if_present(path));
  KOPI_CHECK(make_directories(parent_path(path), 0700));
  const std::string copy = join_path(parent_path(path), "config." + random_hex(4) + ".yaml");
  KOPI_CHECK(write_file(copy, before.value_or(""), 0600));
  words.push_back(copy);
  auto status = run_in_foreground({words, context.environment});
  if (status && *status != 0) status = error(Code::io, "the editor ended with status {}; nothing was changed", *status);
  if (!status) {
    KOPI_CHECK(remove_file(copy));
    return std::move(status).error();
  }
  auto changed = take_over(context, before.value_or(""), copy);
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
