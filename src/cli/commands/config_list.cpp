#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "formats/yaml_edit.hpp"
#include "model/settings.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi config list", "all that is set"}, {"kopi -p coder config list --json", "with file and line"}};

void collect(const Node& node, const std::string& prefix, const std::string& file, Node& list, Text& text) {
  if (!node.is(Node::Kind::mapping)) return;
  for (const Node& member : node.items()) {
    if (member.is_null()) continue;  // `key:` with nothing behind it is not set
    const std::string key = prefix + setting_key({member.key()});
    if (member.is(Node::Kind::mapping) && !member.items().empty()) {
      collect(member, key + ".", file, list, text);
      continue;
    }
    list.push(Node::mapping({{"key", key}, {"value", member}, {"file", file}, {"line", member.key_place().line}}));
    text.print("{} = {}\n", key, render_yaml_value(member));
  }
}

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const ConfigFile file, read_config_file(context));
  Outcome outcome;
  Node list = Node::sequence();
  collect(file.document, "", file.path, list, outcome.text);
  for (const Finding& finding : check_config(file.document, file.path)) context.console.warn(finding);
  outcome.data = Node::mapping({{"file", file.path}, {"settings", std::move(list)}});
  return outcome;
}

}  // namespace

const CommandSpec config_list_command{
    "config list",
    "Print all settings of a profile",
    "Every key that the profile's config.yaml sets. Keys that kopi does not know and values of the wrong type are warned about.",
    {},
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
