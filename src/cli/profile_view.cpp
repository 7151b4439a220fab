#include "cli/profile_view.hpp"

#include "cli/locks.hpp"

#include "model/settings.hpp"
#include "runtime/skill/skill.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

Node text_or_null(const std::string& text) { return text.empty() ? Node() : Node(text); }

void note_problem(const Error& problem, Findings& problems) {
  problems.push_back({Severity::medium, "profile.unreadable", "", 0, 0, problem.message, "", ""});
}

template <class T>
std::optional<T> keep_problem(Result<T> result, Findings& problems) {
  if (result) return *std::move(result);
  note_problem(result.error(), problems);
  return std::nullopt;
}

std::optional<Manifest> read_installed_manifest(const Context& context, const ProfileName& name, Findings& problems) {
  const auto text = read_profile_file(context.home, name, "distribution.yaml");
  if (!text || !*text) return std::nullopt;
  auto reading = keep_problem(read_manifest(**text, join_path(context.home.profile_path(name), "distribution.yaml")), problems);
  if (!reading) return std::nullopt;
  return std::move(reading->manifest);
}

}  // namespace

ProfileView view_profile(const Context& context, const ProfileName& name, const std::map<std::string, std::string>& aliases) {
  ProfileView view;
  view.name = name;
  view.path = context.home.profile_path(name);
  view.active = !context.broken_choice && name == context.selection.name;
  if (const auto alias = aliases.find(name.str()); alias != aliases.end()) view.alias = alias->second;
  if (const auto readable = check_readable(context.home, name); !readable) {
    note_problem(readable.error(), view.problems);
    return view;
  }
  if (const auto config = keep_problem(glance_at_config(context.home, name), view.problems)) {
    if (const auto setting = model_setting(*config)) view.model = setting->text();
  }
  if (auto record = keep_problem(read_install_record(context.home, name), view.problems)) view.record = *std::move(record);
  return view;
}

Node to_json(const ProfileView& view) {
  const auto& record = view.record;
  return Node::mapping({{"name", view.name.str()},
                        {"path", view.path},
                        {"active", view.active},
                        {"default", view.name.is_default()},
                        {"model", view.model},
                        {"alias", view.alias},
                        {"distribution", record ? Node(record->name) : Node()},
                        {"version", record ? text_or_null(record->version) : Node()},
                        {"trust", record ? Node("unsigned") : Node()},
                        {"gateway", "stopped"}});
}

std::size_t count_skills(const Context& context, const ProfileName& name) {
  return count_skill_directories(join_path(context.home.profile_path(name), "skills"));
}

Result<std::vector<EnvStatus>> env_of(const Context& context, const ProfileName& name) {
  Findings problems;
  const auto manifest = read_installed_manifest(context, name, problems);
  if (!manifest) return std::vector<EnvStatus>();
  return env_status(*manifest, context.home, name, context.environment);
}

Result<ProfileDetails> detail_profile(const Context& context, const ProfileName& name) {
  ProfileDetails details;
  KOPI_TRY(const FileLock lock, hold_profile(context, name, "kopi profile show"));
  details.view = view_profile(context, name, find_aliases(context.home));
  if (details.view.problems.empty()) keep_problem(read_config(context.home, name), details.view.problems);
  details.card = read_card(context.home, name);
  if (const auto checked = check_card(context.home, name); !checked) note_problem(checked.error(), details.view.problems);
  details.manifest = read_installed_manifest(context, name, details.view.problems);
  if (details.manifest) {
    KOPI_TRY(details.env, env_status(*details.manifest, context.home, name, context.environment));
  }
  details.skills = count_skills(context, name);
  details.has_soul = is_regular_file(join_path(details.view.path, "SOUL.md"));
  details.has_env_file = is_regular_file(join_path(details.view.path, ".env"));
  return details;
}

Node to_json(const std::vector<EnvStatus>& env) {
  Node list = Node::sequence();
  for (const EnvStatus& status : env) {
    list.push(Node::mapping({{"name", status.variable.name}, {"required", status.variable.required}, {"set", status.set}}));
  }
  return list;
}

Node to_json(const ProfileDetails& details) {
  Node node = to_json(details.view);
  const auto& manifest = details.manifest;
  const auto& record = details.view.record;
  const auto from_manifest = [&](std::string Manifest::*field) { return manifest ? text_or_null((*manifest).*field) : Node(); };
  const std::string description = details.card.description.empty() && manifest ? manifest->description : details.card.description;
  node.set("description", text_or_null(description));
  node.set("author", from_manifest(&Manifest::author));
  node.set("license", from_manifest(&Manifest::license));
  node.set("homepage", from_manifest(&Manifest::homepage));
  node.set("requires", manifest && manifest->kopi_requires ? Node(manifest->kopi_requires->str()) : Node());
  node.set("made_for", manifest && !manifest->hermes_requires.empty() ? Node("Hermes " + manifest->hermes_requires) : Node());
  node.set("source", record ? Node(record->source) : Node());
  node.set("commit", record ? text_or_null(record->commit) : Node());
  node.set("signer", Node());
  node.set("seq", Node());
  node.set("installed_at", record ? Node(record->installed_at) : Node());
  node.set("capabilities", record ? kopi::to_json(record->capabilities) : Node::sequence());
  node.set("env", to_json(details.env));
  node.set("skills", details.skills);
  node.set("soul", details.has_soul);
  node.set("env_file", details.has_env_file);
  return node;
}

std::string model_words(const std::optional<std::string>& model) {
  if (!model) return "—";
  const ModelSetting setting = parse_model(*model);
  return setting.provider.empty() ? setting.model : fmt::format("{} ({})", setting.model, setting.provider);
}

}  // namespace kopi::cli
