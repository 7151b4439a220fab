#include "runtime/agent.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_shortest_secret = 6;  ///< shorter values are words: hiding them would blank half a message

Result<std::string> read_text(const Home& home, const ProfileName& name, std::string_view file) {
  KOPI_TRY(const auto text, read_profile_file(home, name, file));
  return text.value_or("");
}

}  // namespace

std::optional<Secret> ProfileVariables::find(std::string_view name) const {
  if (const DotenvEntry* entry = dotenv_.find(name); entry != nullptr && !entry->value.empty()) return entry->value.clone();
  const auto value = environment_.get(name);
  if (!value) return std::nullopt;
  given_out_.emplace_back(*value);
  return Secret(*value);
}

std::string ProfileVariables::redact(std::string_view text) const {
  std::vector<std::string_view> secrets;
  const auto add = [&](const Secret& secret) {
    if (secret.reveal().size() >= k_shortest_secret) secrets.push_back(secret.reveal());
  };
  for (const DotenvEntry& entry : dotenv_.entries) add(entry.value);
  for (const Secret& secret : given_out_) add(secret);
  // The longest first: one may be the start of another, whose rest would stay.
  std::sort(secrets.begin(), secrets.end(), [](auto a, auto b) { return a.size() > b.size(); });
  std::string result(text);
  for (const std::string_view secret : secrets) result = replace_all(result, secret, "[hidden]");
  return result;
}

Result<ProfileVariables> read_variables(const Home& home, const ProfileName& name, const Environment& environment) {
  const std::string path = join_path(home.profile_path(name), ".env");
  KOPI_TRY(const auto text, read_file_if_present(path, 1u << 20));
  return ProfileVariables(name, path, parse_dotenv(text.value_or(""), path), environment);
}

std::vector<SkillRoot> skill_roots(const Home& home, const ProfileName& name) {
  std::vector<SkillRoot> roots{{join_path(home.profile_path(name), "skills"), "profile"}};
  if (!name.is_default()) roots.push_back({join_path(home.root, "skills"), "root"});
  return roots;
}

Result<Agent> open_agent(const Home& home, const ProfileName& name, const Environment& environment, const Clock& clock) {
  KOPI_TRY(const FileLock lock, lock_profile(home, name, LockMode::shared, "reading", nullptr, [](std::string_view) {}));
  Agent agent;
  agent.name = name;
  agent.directory = home.profile_path(name);
  auto config = read_config(home, name);
  if (!config && config.error().code != Code::io) config.error().hint = fmt::format("kopi -p {} config edit", name.str());
  KOPI_TRY(agent.config, std::move(config));
  KOPI_TRY(ProfileVariables variables, read_variables(home, name, environment));
  agent.variables = std::make_unique<ProfileVariables>(std::move(variables));
  KOPI_TRY(agent.skills, load_skills(skill_roots(home, name)));
  PromptInputs inputs;
  if (const Node* text = find_setting(agent.config, "systemPrompt")) inputs.system_prompt = text->as_text();
  KOPI_TRY(inputs.soul, read_text(home, name, "SOUL.md"));
  const ProfileCard card = read_card(home, name);
  inputs.display_name = !card.display_name.empty() ? card.display_name : name.is_default() ? "" : name.str();
  inputs.skills = agent.skills.skills;
  inputs.today = format_time(clock.now()).substr(0, 10);
  agent.prompt = build_prompt(inputs);
  agent.prompt_inputs = std::move(inputs);
  return agent;
}

std::string prompt_of_day(const Agent& agent, std::string_view day) {
  PromptInputs inputs = agent.prompt_inputs;
  inputs.today = day;
  return render_prompt(build_prompt(inputs));
}

Result<ModelSetting> choose_model(const Agent& agent, const std::optional<std::string>& chosen) {
  if (chosen) return parse_model(*chosen);
  if (auto setting = model_setting(agent.config)) return *std::move(setting);
  return with_hint(
      error(Code::not_found, "no model is configured for profile '{}' ({})", agent.name.str(), join_path(agent.directory, "config.yaml")),
      agent.variables->command() + " setup");
}

std::string replay_file(const std::string& directory, const ModelSetting& model) {
  return model.model.starts_with('/') ? model.model : join_path(directory, model.model);
}

Result<std::unique_ptr<Provider>> make_provider(const Agent& agent, const ModelSetting& model, HttpTransport& http, Loop& loop) {
  if (model.provider == "replay") return make_replay_provider(replay_file(agent.directory, model), loop);
  KOPI_TRY(Endpoint endpoint, resolve_endpoint(model, agent.config, *agent.variables));
  return make_http_provider(std::move(endpoint), http, loop, *agent.variables);
}

}  // namespace kopi
