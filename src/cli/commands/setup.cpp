#include <algorithm>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "cli/commands/env_file.hpp"
#include "formats/yaml_edit.hpp"
#include "runtime/agent.hpp"
#include "system/files.hpp"
#include "system/terminal.hpp"

namespace kopi::cli {
namespace {

constexpr OptionSpec options[] = {{"--provider", "NAME", "the model's provider", Offers::provider},
                                  {"--model", "MODEL", "the model, as the provider calls it"},
                                  {"--base-url", "URL", "where the API is, instead of the provider's usual address"},
                                  {"--key-stdin", "", "read the API key from stdin"},
                                  {"--no-check", "", "do not try the settings with a request"}};
constexpr ExampleSpec examples[] = {{"kopi setup", "asks for provider, key and model"},
                                    {"pass show anthropic | coder setup --provider anthropic --key-stdin", "from a script"},
                                    {"kopi setup --provider ollama --model llama3.2", "a model on this machine"}};

struct Choice {
  std::string provider;
  std::string model;
  std::optional<std::string> base_url;
  std::string key_variable;
  Secret key;
};

const ProviderPreset* find_preset(const std::string& name) {
  const auto presets = provider_presets();
  const auto found = std::find_if(presets.begin(), presets.end(), [&](const auto& preset) { return preset.name == name; });
  return found == presets.end() ? nullptr : &*found;
}

Error not_asked(std::string_view option) {
  return with_hint(Error{Code::consent_needed, fmt::format("setup has a question, and there is no terminal to ask on: {}", option)}, fmt::format("add {}", option));
}

Result<std::string> ask_provider(Context& context) {
  if (!context.console.can_ask()) return not_asked("--provider NAME");
  Text text;
  text.print("Which provider?\n");
  std::size_t number = 1;
  for (const ProviderPreset& preset : provider_presets()) {
    text.print("  {:>2}  {:<12} {}\n", number++, preset.name, preset.key_variable.empty() ? "on this machine, no key" : std::string(preset.key_variable));
  }
  const auto typed = context.console.ask(text.print("Number or name: "));
  if (!typed) return Error{Code::declined, "declined"};
  const std::string answer = to_lower_ascii(trim(*typed));
  const auto index = parse_integer(answer);
  if (index && *index >= 1 && static_cast<std::size_t>(*index) <= provider_presets().size()) {
    return std::string(provider_presets()[static_cast<std::size_t>(*index - 1)].name);
  }
  return answer;
}

Result<Secret> read_key(Context& context, const Arguments& given, const std::string& variable, bool have_one) {
  if (given.flag("--key-stdin")) {
    KOPI_TRY(std::string text, read_all_input(64 * 1024));
    Secret key{std::string(trim(text))};
    if (key.empty()) return error(Code::usage, "no key came on stdin");
    return key;
  }
  if (have_one && !context.console.can_ask()) return Secret();
  if (!context.console.can_ask()) return not_asked("--key-stdin");
  auto typed = context.console.ask_hidden(Text().print(have_one ? "{} (Enter keeps the present one): " : "{}: ", variable));
  if (!typed) return Error{Code::declined, "declined"};
  Secret key{std::string(trim(typed->reveal()))};
  if (key.empty() && !have_one) return error(Code::auth, "no key was given for {}", variable);
  return key;
}

Result<Choice> choose(Context& context, const Arguments& given, const Agent& agent) {
  Choice choice;
  choice.base_url = given.value("--base-url");
  if (const auto provider = given.value("--provider")) {
    choice.provider = to_lower_ascii(*provider);
  } else {
    KOPI_TRY(choice.provider, ask_provider(context));
  }
  const ProviderPreset* preset = find_preset(choice.provider);
  const bool own = find_setting(agent.config, "providers." + choice.provider) != nullptr;
  if (preset == nullptr && !own) {
    std::vector<std::string> names;
    for (const ProviderPreset& known : provider_presets()) names.emplace_back(known.name);
    Error problem = error(Code::not_found, "there is no model provider '{}'", choice.provider);
    if (const auto meant = closest(choice.provider, names)) problem.message += fmt::format(", did you mean '{}'?", *meant);
    problem.hint = fmt::format("kopi config set providers.{}.base_url URL", choice.provider);
    return problem;
  }
  if (const Node* variable = find_setting(agent.config, "providers." + choice.provider + ".api_key_env")) {
    choice.key_variable = variable->as_text();
  } else if (preset != nullptr) {
    choice.key_variable = preset->key_variable;
  }
  if (!choice.key_variable.empty()) {
    KOPI_TRY(choice.key, read_key(context, given, choice.key_variable, agent.variables->find(choice.key_variable).has_value()));
  }
  if (const auto model = given.value("--model")) {
    choice.model = *model;
  } else if (context.console.can_ask()) {
    const std::string suggestion(preset == nullptr ? "" : preset->example_model);
    const auto typed = context.console.ask(Text().print("Model [{}]: ", suggestion));
    if (!typed) return Error{Code::declined, "declined"};
    choice.model = trim(*typed).empty() ? suggestion : std::string(trim(*typed));
  } else {
    return not_asked("--model MODEL");
  }
  if (choice.model.starts_with(choice.provider + "/")) choice.model.erase(0, choice.provider.size() + 1);
  if (choice.model.empty()) return error(Code::usage, "no model was chosen");
  return choice;
}

/// The profile's variables with the key that is about to be written.
class WithKey final : public Variables {
 public:
  WithKey(const Variables& base, const Choice& choice) : base_(base), choice_(choice) {}
  std::optional<Secret> find(std::string_view name) const override {
    if (name == choice_.key_variable && !choice_.key.empty()) return choice_.key.clone();
    return base_.find(name);
  }
  const std::string& file() const override { return base_.file(); }
  std::string redact(std::string_view text) const override {
    const std::string redacted = base_.redact(text);
    return choice_.key.empty() ? redacted : replace_all(redacted, choice_.key.reveal(), "[hidden]");
  }

 private:
  const Variables& base_;
  const Choice& choice_;
};

class QuietSink final : public AnswerSink {
 public:
  void text(std::string_view) override {}
  void reasoning(std::string_view) override {}
  void notice(std::string_view, std::string_view) override {}
};

// One small real request: only that tells whether key, model and address belong together.
Result<void> check(Context& context, const Agent& agent, const Choice& choice) {
  Node config = agent.config;
  if (choice.base_url) {
    Node* model = config.find("model");
    if (model == nullptr || !model->is(Node::Kind::mapping)) model = &config.set("model", Node::mapping());
    model->set("base_url", *choice.base_url);
  }
  const WithKey variables(*agent.variables, choice);
  KOPI_TRY(Endpoint endpoint, resolve_endpoint({choice.provider, choice.model, {}, ""}, config, variables));
  Loop loop;
  const auto http = make_http_client(loop, context.environment);
  const auto provider = make_http_provider(std::move(endpoint), *http, loop, variables);
  std::stop_source stop;
  const auto watch = loop.watch(context.interrupt, [&] { stop.request_stop(); });
  const ChatRequest request{choice.model, "", {{ChatMessage::Role::user, "Answer with the word OK."}}, std::nullopt};
  QuietSink sink;
  const AnswerResult answer = loop.run(provider->answer(request, sink, stop.get_token()));
  if (!answer) return answer.error().error;
  return {};
}

Result<void> write(Context& context, const Choice& choice) {
  if (!choice.key.empty()) {
    KOPI_CHECK(edit_env_file(context, "kopi setup", [&](const std::string& text, const std::string& path) {
      return set_dotenv_value(text, path, choice.key_variable, choice.key);
    }));
  }
  KOPI_CHECK(edit_config_file(context, "kopi setup", [&](const ConfigFile& file) -> Result<std::string> {
    std::string text = file.text;
    const Node* model = file.document.find("model");
    if (model != nullptr && model->is_scalar() && !model->is_null()) {
      const std::string old[] = {"model"};
      KOPI_TRY(text, unset_yaml_value(text, file.path, old));
    }
    const std::string key[] = {"model", "default"};
    KOPI_TRY(text, set_yaml_value(text, file.path, key, choice.provider + "/" + choice.model));
    const std::string url[] = {"model", "base_url"};
    if (choice.base_url) {
      KOPI_TRY(text, set_yaml_value(text, file.path, url, *choice.base_url));
    }
    return text;
  }));
  return {};
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const Agent agent, open_agent(context.home, context.selection.name, context.environment, *context.clock));
  KOPI_TRY(const Choice choice, choose(context, given, agent));
  const bool checked = !given.flag("--no-check");
  if (checked) {
    context.console.note(fmt::format("asking {} …", choice.provider));
    auto works = check(context, agent, choice);
    if (!works) return std::move(works).while_doing("trying the settings; nothing was written (--no-check writes them all the same)").error();
  }
  KOPI_CHECK(write(context, choice));
  const std::string directory = context.home.profile_path(context.selection.name);
  Outcome outcome;
  outcome.data = Node::mapping({{"name", context.selection.name.str()},
                                {"model", choice.provider + "/" + choice.model},
                                {"key", choice.key_variable.empty() ? Node() : Node(choice.key_variable)},
                                {"checked", checked},
                                {"config", join_path(directory, "config.yaml")},
                                {"env_file", join_path(directory, ".env")}});
  outcome.text.styled(Style::green, "✓").print(" {} talks to {}/{}\n", context.selection.name.str(), choice.provider, choice.model);
  return outcome;
}

}  // namespace

const CommandSpec setup_command{
    "setup", "Choose a profile's model and key",
    "Asks for the provider, the API key (hidden) and the model, tries them with one small request, and writes the key into .env and the "
    "model into config.yaml. Nothing is written when the request fails.",
    {}, options, examples, Needs::profile, run};

}  // namespace kopi::cli
