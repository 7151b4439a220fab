#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "formats/schema.hpp"
#include "formats/yaml_edit.hpp"
#include "model/settings.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"KEY", "the setting, as section.name", true, false, Offers::setting}};
constexpr ExampleSpec examples[] = {{"kopi config get model.default", "which model answers"},
                                    {"kopi config get terminal.cwd --json", "value and place"}};

std::optional<WrittenSetting> find_value(const Node& document, const std::vector<std::string>& key) {
  const Node* node = find_yaml_value(document, key);
  if (node != nullptr && !node->is_null()) {
    return WrittenSetting{*node, node->key_place().line > 0 ? node->key_place() : node->place(), setting_key(key)};
  }
  return find_under_other_name(document, setting_key(key));
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const auto key, parse_setting_key(*given.value("KEY")));
  KOPI_TRY(const ConfigFile file, read_config_file(context));
  const auto found = find_value(file.document, key);
  if (!found) {
    Error problem = error(Code::not_found, "{} is not set in {}", setting_key(key), file.path);
    if (find_schema(config_schema(), key) != nullptr) problem.hint = fmt::format("kopi config set {} VALUE", setting_key(key));
    return problem;
  }
  Outcome outcome;
  outcome.data = Node::mapping({{"key", setting_key(key)},
                                {"value", found->value},
                                {"written_as", found->key},
                                {"file", file.path},
                                {"line", found->place.line > 0 ? Node(found->place.line) : Node()}});
  if (found->value.is_scalar()) {
    outcome.text.block(found->value.as_text()).print("\n");
  } else {
    outcome.text.print("{}\n", render_yaml_value(found->value));
  }
  return outcome;
}

}  // namespace

const CommandSpec config_get_command{
    "config get",
    "Print one setting",
    "Prints the value that the profile's config.yaml gives a key. A key that is not set ends with status 1.",
    arguments,
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
