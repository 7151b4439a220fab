#include <set>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "formats/yaml.hpp"
#include "formats/yaml_edit.hpp"
#include "model/settings.hpp"
#include "runtime/provider/endpoint.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"KEY", "the setting, as section.name", true, false, Offers::setting},
                                      {"VALUE", "its value; a list as one,two"}};
constexpr ExampleSpec examples[] = {{"kopi config set model.default anthropic/claude-sonnet-4-5", "choose the model"},
                                    {"coder config set terminal.cwd /home/me/project", "where coder's commands start"}};

// `model: some-model` as text gives way to the section that replaces it, and a model that is set on a section is its default.
Result<std::string> edited(const ConfigFile& file, std::vector<std::string>& key, const Node& value) {
  std::string text = file.text;
  if (key.front() == "model" && key.size() > 1) {
    KOPI_TRY(text, file.with_model_section());
  }
  const Node* model = file.document.find("model");
  if (key.front() == "model" && key.size() == 1 && value.is_scalar() && model != nullptr && model->is(Node::Kind::mapping)) {
    key.emplace_back("default");
  }
  return set_yaml_value(text, file.path, key, value);
}

Result<void> check_directory(const std::string& path) {
  if (path == "." || path.starts_with('/')) return {};
  return error(Code::schema, "terminal.cwd must be an absolute path, or . for where kopi is started, not '{}'", path);
}

// As chat will understand it: it takes no provider from elsewhere for a text that names none.
Result<void> check_model(const std::string& text) {
  const ModelSetting model = parse_model(text);
  if (!model.provider.empty() && !model.model.empty()) return {};
  return with_hint(error(Code::schema, "model.default must be provider/model, like anthropic/claude-sonnet-4-5, not '{}'", text),
                   fmt::format("kopi config set model.default {}/{}", model.provider.empty() ? "PROVIDER" : shell_quote(model.provider),
                               model.model.empty() ? "MODEL" : shell_quote(model.model)));
}

Result<void> check_address(const std::string& key, const std::string& text) {
  if (auto url = parse_base_url(text, key); !url) {
    return with_hint(std::move(url).error(), fmt::format("kopi config set {} https://HOST/v1", shell_quote(key)));
  }
  return {};
}

Result<void> check_meaning(const std::vector<std::string>& key, const Node& value) {
  const std::string name = setting_key(key);
  if (name == "terminal.cwd") return check_directory(value.as_text());
  if (name == "model.default" || (name == "model" && value.is_scalar())) return check_model(value.as_text());
  const bool of_provider = key.size() == 3 && key.front() == "providers" && key.back() == "base_url";
  const bool is_address = of_provider || name == "model.base_url";
  if (is_address && !value.as_text().empty()) return check_address(name, value.as_text());  // empty text: none
  return {};
}

// What is made on the way to the value has its type as well: a list is not begun with its item 0.
Result<void> check_containers(const ConfigFile& file, const std::string& text, const std::vector<std::string>& key) {
  KOPI_TRY(const Node after, parse_yaml(text, file.path));
  std::set<std::string> before;
  for (const Finding& finding : check_config(file.document, file.path)) before.insert(finding.message);
  for (const Finding& finding : check_config(after, file.path)) {
    if (finding.severity > Severity::medium || before.contains(finding.message)) continue;
    const std::vector<std::string> above(key.begin(), key.end() - 1);
    Error problem = error(Code::schema, "{}: {}", setting_key(key), finding.message);
    return above.empty() ? problem : with_hint(std::move(problem), fmt::format("kopi config set {} VALUE,VALUE", setting_key(above)));
  }
  return {};
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(auto key, parse_setting_key(*given.value("KEY")));
  Findings findings;
  KOPI_TRY(const Node value, parse_setting_value(key, *given.value("VALUE"), findings));
  KOPI_CHECK(check_meaning(key, value));
  std::string path;
  KOPI_TRY(const bool changed, edit_config_file(context, "kopi config set", [&](const ConfigFile& file) -> Result<std::string> {
             path = file.path;
             KOPI_TRY(std::string text, edited(file, key, value));
             KOPI_CHECK(check_containers(file, text, key));
             return text;
           }));
  for (const Finding& finding : findings) context.console.warn(finding);
  Outcome outcome;
  outcome.data = Node::mapping({{"key", setting_key(key)}, {"value", value}, {"file", path}, {"changed", changed}});
  outcome.text.print("{} = {}\n", setting_key(key), render_yaml_value(value));
  return outcome;
}

}  // namespace

const CommandSpec config_set_command{
    "config set",
    "Change one setting",
    "Writes the value into the profile's config.yaml and leaves every other byte of the file as it is: comments, order, blank lines, "
    "quotes. The value is checked against the setting's type. In a list an item's number is a step: model.fallback.0. A key that kopi "
    "does not know is written, with a warning.",
    arguments,
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
