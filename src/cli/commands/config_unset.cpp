#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "formats/yaml_edit.hpp"
#include "model/settings.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"KEY", "the setting, as section.name", true, false, Offers::setting}};
constexpr ExampleSpec examples[] = {{"kopi config unset model.temperature", "back to the provider's own"},
                                    {"kopi config unset mcp_servers.github", "a whole section"}};

// `kopi config get` shows a value that another key gives: that one is named.
Error name_the_key_in_use(Error problem, const ConfigFile& file, const std::string& key) {
  const auto written = find_under_other_name(file.document, key);
  if (!written || written->key == key) return problem;
  const bool by_two = written->key == "model.model" && find_setting(file.document, "model.provider") != nullptr;
  problem.message += by_two ? std::string("; there it is made up of model.provider and model.model")
                            : fmt::format("; there it is written as {}", written->key);
  return with_hint(std::move(problem), "kopi config unset " + written->key);
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const auto key, parse_setting_key(*given.value("KEY")));
  std::string path;
  KOPI_CHECK(edit_config_file(context, "kopi config unset", [&](const ConfigFile& file) -> Result<std::string> {
    path = file.path;
    auto text = unset_yaml_value(file.text, file.path, key);
    if (!text && text.error().code == Code::not_found) return name_the_key_in_use(std::move(text).error(), file, setting_key(key));
    return text;
  }));
  Outcome outcome;
  outcome.data = Node::mapping({{"key", setting_key(key)}, {"file", path}});
  outcome.text.print("{} is no longer set\n", setting_key(key));
  return outcome;
}

}  // namespace

const CommandSpec config_unset_command{
    "config unset",
    "Remove one setting",
    "Takes the key out of the profile's config.yaml, and a section that this empties and that holds no comments; a list that this empties "
    "stays, as []. Every other byte of the file stays.",
    arguments,
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
