#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/config_file.hpp"
#include "cli/commands/env_file.hpp"
#include "formats/yaml.hpp"
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
  Secret key;  ///< empty: the present one stays, or none is needed
  bool key_from_stdin = false;

  ModelSetting setting() const { return {provider, model, {}, ""}; }
};

Error not_asked(std::string_view option) {
  return with_hint(Error{Code::consent_needed, fmt::format("setup has a question, and there is no terminal to ask on: {}", option)},
                   fmt::format("add {}", option));
}

// Ctrl-C at a question, or the end of input.
Error no_answer(const Context& context) { return context.interrupt.requested() ? interrupted_error() : Error{Code::declined, "declined"}; }

// What is typed, and for a number the name that stands behind it.
Result<std::string> ask_provider_name(Context& context) {
  const auto typed = context.console.ask(Text().print("Number or name: "));
  if (!typed) return no_answer(context);
  const std::string answer = to_lower_ascii(trim(*typed));
  const auto index = parse_integer(answer);
  if (index && *index >= 1 && static_cast<std::size_t>(*index) <= provider_presets().size()) {
    return std::string(provider_presets()[static_cast<std::size_t>(*index - 1)].name);
  }
  return answer;
}

// Until it is one that there is.
Result<std::string> ask_provider(Context& context, const std::function<Result<Endpoint>(const std::string&)>& find) {
  if (!context.console.can_ask()) return not_asked("--provider NAME");
  Text text;
  text.print("Which provider?\n");
  std::size_t number = 1;
  for (const ProviderPreset& preset : provider_presets()) {
    text.print("  {:>2}  {:<12} {}\n", number++, preset.name,
               preset.key_variable.empty() ? "on this machine, no key" : std::string(preset.key_variable));
  }
  context.console.error(text);
  for (;;) {
    KOPI_TRY(std::string name, ask_provider_name(context));
    if (name.empty()) return name;
    const auto found = find(name);
    if (found || found.error().code != Code::not_found) return name;
    context.console.error(Text().print("{}\n", found.error().message));
  }
}

// It goes into a header of every request.
Result<void> check_key(const Secret& key) {
  if (!has_control_characters(key.reveal())) return {};
  return error(Code::usage, "a key is one line without control characters, and this one is not");
}

Result<Secret> read_key(Context& context, const Arguments& given, const Endpoint& endpoint, bool have_one) {
  const std::string& variable = endpoint.key_variable;
  if (given.flag("--key-stdin")) {
    if (variable.empty()) return error(Code::usage, "{} takes no key, so there is none to read from stdin", endpoint.provider);
    KOPI_TRY(std::string text, read_all_input(64 * 1024));
    Secret key{std::string(trim(text))};
    if (key.empty()) return error(Code::usage, "no key came on stdin");
    KOPI_CHECK(check_key(key));
    return key;
  }
  if (variable.empty()) return Secret();
  const bool needed = endpoint.key_needed && !have_one;
  if (!context.console.can_ask()) return needed ? Result<Secret>(not_asked("--key-stdin")) : Secret();
  const std::string_view enter = have_one ? " (Enter keeps the present one)" : needed ? "" : " (Enter for none)";
  auto typed = context.console.ask_hidden(Text().print("{}{}: ", variable, enter));
  if (!typed) return no_answer(context);
  Secret key{std::string(trim(typed->reveal()))};
  KOPI_CHECK(check_key(key));
  if (key.empty() && needed) return error(Code::auth, "no key was given for {}", variable);
  return key;
}

Result<std::string> choose_model_name(Context& context, const Arguments& given, const Agent& agent, const std::string& provider) {
  std::string name;
  if (const auto model = given.value("--model")) {
    name = *model;
  } else if (context.console.can_ask()) {
    const auto presets = provider_presets();
    const auto preset = std::find_if(presets.begin(), presets.end(), [&](const auto& known) { return known.name == provider; });
    const auto present = model_setting(agent.config);
    const std::string suggestion = present && present->provider == provider && !present->model.empty() ? present->model
                                   : preset == presets.end()                                           ? ""
                                                                                                       : std::string(preset->example_model);
    const auto typed = context.console.ask(Text().print("{}", suggestion.empty() ? "Model: " : fmt::format("Model [{}]: ", suggestion)));
    if (!typed) return no_answer(context);
    name = trim(*typed).empty() ? suggestion : std::string(trim(*typed));
  } else {
    return not_asked("--model MODEL");
  }
  if (name.starts_with(provider + "/")) name.erase(0, provider.size() + 1);
  if (name.empty()) return error(Code::usage, "no model was chosen");
  if (has_control_characters(name)) return error(Code::usage, "a model's name holds no control characters, not like '{}'", name);
  return name;
}

/// config.yaml with the choice in it.
Result<std::string> with_choice(const ConfigFile& file, const Choice& choice) {
  std::string text = file.text;
  const auto unset = [&](std::initializer_list<std::string> key) -> Result<void> {
    KOPI_TRY(text, unset_yaml_value(text, file.path, std::vector<std::string>(key)));
    return {};
  };
  const auto set = [&](std::initializer_list<std::string> key, const std::string& value) -> Result<void> {
    KOPI_TRY(text, set_yaml_value(text, file.path, std::vector<std::string>(key), value));
    return {};
  };
  const auto before = model_setting(file.document);
  KOPI_TRY(text, file.with_model_section());
  KOPI_CHECK(set({"model", "default"}, choice.setting().text()));
  if (choice.base_url && !choice.base_url->empty()) {
    KOPI_CHECK(set({"model", "base_url"}, *choice.base_url));
  } else if (find_setting(file.document, "model.base_url") != nullptr &&
             (choice.base_url || find_text_setting(file.document, "model.base_url") == nullptr ||
              (before && before->provider != choice.provider))) {
    KOPI_CHECK(unset({"model", "base_url"}));  // it was the other provider's, or says nothing
  }
  return text;
}

Result<Node> config_with_choice(Context& context, const Choice& choice) {
  KOPI_TRY(const ConfigFile file, read_config_file(context));
  KOPI_TRY(const std::string text, with_choice(file, choice));
  return parse_yaml(text, file.path);
}

/// Of "anthropic/claude-sonnet-4-5", where that is a provider that there is: a model's own name may hold a '/' too.
std::optional<std::string> provider_in(const std::string& model, const Node& config) {
  const std::string name = parse_model(model).provider;
  const auto presets = provider_presets();
  const bool is_preset = std::any_of(presets.begin(), presets.end(), [&](const auto& preset) { return preset.name == name; });
  const Node* own = find_setting(config, "providers");
  const bool is_own = own != nullptr && !name.empty() && own->find(name) != nullptr;
  return is_preset || is_own ? std::optional(name) : std::nullopt;
}

Result<Choice> choose(Context& context, const Arguments& given, const Agent& agent) {
  Choice choice;
  choice.base_url = given.value("--base-url");
  const auto find = [&](const std::string& provider) -> Result<Endpoint> {
    choice.provider = provider;
    KOPI_TRY(const Node config, config_with_choice(context, choice));
    return find_endpoint(choice.setting(), config, *agent.variables);
  };
  if (const auto provider = given.value("--provider")) {
    choice.provider = to_lower_ascii(trim(*provider));
  } else if (const auto named = provider_in(given.value("--model").value_or(""), agent.config)) {
    choice.provider = *named;
  } else {
    KOPI_TRY(choice.provider, ask_provider(context, find));
  }
  if (choice.provider.empty()) return error(Code::usage, "no provider was chosen");
  KOPI_TRY(const Endpoint endpoint, find(choice.provider));
  choice.key_variable = endpoint.key_variable;
  const bool have_one = !choice.key_variable.empty() && agent.variables->find(choice.key_variable).has_value();
  KOPI_TRY(choice.key, read_key(context, given, endpoint, have_one));
  choice.key_from_stdin = given.flag("--key-stdin");
  KOPI_TRY(choice.model, choose_model_name(context, given, agent, choice.provider));
  return choice;
}

/// The profile's variables with the key that is about to be written.
class WithKey final : public Variables {
 public:
  WithKey(const Variables& base, const Choice& choice) : base_(base), choice_(choice) {}
  std::string origin(std::string_view name) const override {
    if (!is_given(name)) return base_.origin(name);
    return fmt::format("{} ({})", name, choice_.key_from_stdin ? "from stdin" : "as typed");
  }
  std::string replacement(std::string_view name) const override { return is_given(name) ? "" : base_.replacement(name); }
  std::optional<Secret> find(std::string_view name) const override {
    if (is_given(name)) return choice_.key.clone();
    return base_.find(name);
  }
  const std::string& file() const override { return base_.file(); }
  std::string command() const override { return base_.command(); }
  std::string redact(std::string_view text) const override {
    return base_.redact(choice_.key.reveal().size() < 6 ? std::string(text) : replace_all(text, choice_.key.reveal(), "[hidden]"));
  }

 private:
  bool is_given(std::string_view name) const { return name == choice_.key_variable && !choice_.key.empty(); }

  const Variables& base_;
  const Choice& choice_;
};

/// The answer itself is of no interest; a pause before the next attempt is.
class NoticeSink final : public AnswerSink {
 public:
  explicit NoticeSink(Console& console) : console_(console) {}
  void text(std::string_view) override {}
  void reasoning(std::string_view) override {}
  void notice(std::string_view code, std::string_view message) override {
    if (code == info(Code::provider).name) console_.note(message);
  }

 private:
  Console& console_;
};

// One small real request with what is about to be written: only that tells whether key, model and address belong together.
Result<void> check(Context& context, const Agent& agent, const Choice& choice) {
  KOPI_TRY(const Node config, config_with_choice(context, choice));
  const WithKey variables(*agent.variables, choice);
  KOPI_TRY(Endpoint endpoint, resolve_endpoint(choice.setting(), config, variables));
  context.console.note(fmt::format("asking {} …", endpoint.host));
  Loop loop;
  const auto http = make_http_client(loop, context.environment, &context.console);
  const auto provider = make_http_provider(std::move(endpoint), *http, loop, variables);
  std::stop_source stop;
  const auto watch = loop.watch(context.interrupt, [&] { stop.request_stop(); });
  const ChatRequest request{choice.model, "", {{ChatMessage::Role::user, "Answer with the word OK."}}, std::nullopt};
  NoticeSink sink(context.console);
  const AnswerResult answer = loop.run(provider->answer(request, sink, stop.get_token()));
  if (!answer) return answer.error().error;
  return {};
}

Result<void> write(Context& context, const Choice& choice) {
  KOPI_TRY(const ConfigFile file, read_config_file(context));
  KOPI_CHECK(check_config_writable(file.path));  // before the key is there and the model is not
  if (!choice.key.empty()) {
    KOPI_CHECK(edit_env_file(context, "kopi setup", [&](const std::string& text, const std::string& path) {
      return set_dotenv_value(text, path, choice.key_variable, choice.key);
    }));
  }
  KOPI_CHECK(edit_config_file(context, "kopi setup", [&](const ConfigFile& file) { return with_choice(file, choice); }));
  return {};
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const Agent agent, open_agent(context.home, context.selection.name, context.environment, *context.clock));
  KOPI_TRY(const Choice choice, choose(context, given, agent));
  const bool checked = !given.flag("--no-check");
  if (checked) {
    auto works = check(context, agent, choice);
    if (!works)
      return std::move(works).while_doing("trying the settings; nothing was written (--no-check writes them all the same)").error();
  }
  KOPI_CHECK(write(context, choice));
  const std::string directory = context.home.profile_path(context.selection.name);
  const std::string env_file = join_path(directory, ".env");
  Outcome outcome;
  outcome.data = Node::mapping({{"name", context.selection.name.str()},
                                {"model", choice.setting().text()},
                                {"key", choice.key_variable.empty() ? Node() : Node(choice.key_variable)},
                                {"checked", checked},
                                {"config", join_path(directory, "config.yaml")},
                                {"env_file", env_file}});
  outcome.text.styled(Style::green, "✓")
      .print(" {} {} {}\n", context.selection.name.str(), checked ? "talks to" : "is set to talk to", choice.setting().text());
  if (!choice.key.empty()) outcome.text.print("  {} is in {}\n", choice.key_variable, env_file);
  outcome.text.print("  {} chat\n", agent.variables->command());
  return outcome;
}

}  // namespace

const CommandSpec setup_command{
    "setup",
    "Choose a profile's model and key",
    "Asks for the provider, the API key (hidden) and the model, tries them with one small request, and writes the key into .env and the "
    "model into config.yaml. Nothing is written when the request fails.",
    {},
    options,
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
