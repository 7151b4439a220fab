#include "cli/preview.hpp"

#include <algorithm>
#include <set>
#include <span>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/profile_view.hpp"
#include "store/blobs.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

using Action = PlanStep::Action;

void header(Text& text, const Prepared& prepared) {
  const Manifest& manifest = prepared.distribution.manifest;
  text.styled(Style::bold, "{}", manifest.name).print(" {}", manifest.version.empty() ? "(no version)" : manifest.version);
  if (!manifest.author.empty()) text.print("  by {}", manifest.author);
  if (!manifest.license.empty()) text.print("  ({})", manifest.license);
  text.print("\n");
  if (!manifest.description.empty()) {
    std::string one_line = replace_all(manifest.description, "\n", " ");
    text.print("  {}\n", trim(one_line));
  }
  if (!manifest.homepage.empty()) text.print("  {}\n", manifest.homepage);
  text.print("\n");
}

void origin(Text& text, const Prepared& prepared, const Context& context) {
  const auto row = [&](std::string_view label, const std::string& value) {
    text.styled(Style::dim, "  {:<10}", label).print(" {}\n", value);
  };
  const Distribution& distribution = prepared.distribution;
  row("source", prepared.source.shown());
  if (distribution.ref) {
    std::string commit = distribution.ref->commit.substr(0, 12);
    if (distribution.ref->kind == GitRef::Kind::tag) commit += " (tag " + distribution.ref->name.substr(10) + ")";
    if (distribution.ref->name.starts_with("refs/heads/")) commit += " (branch " + distribution.ref->name.substr(11) + ")";
    if (prepared.previous && !prepared.previous->commit.empty()) commit = prepared.previous->commit.substr(0, 12) + " → " + commit;
    row("commit", commit);
  }
  if (prepared.previous)
    row("version", version_words(prepared.previous->version, "") + " → " + version_words(distribution.manifest.version, ""));
  row("trust", "unsigned");
  if (!distribution.manifest.hermes_requires.empty()) row("made for", "Hermes " + distribution.manifest.hermes_requires);
  if (distribution.manifest.kopi_requires) row("requires", "kopi " + distribution.manifest.kopi_requires->str());
  const std::string state = !prepared.profile_exists ? "new"
                            : prepared.previous      ? "a distribution is installed here"
                                                     : "your own profile: your files stay";
  row("target", context.home.profile_path(prepared.name) + " (" + state + ")");
}

std::size_t count(const Plan& plan, std::initializer_list<Action> actions) {
  return static_cast<std::size_t>(std::count_if(plan.steps.begin(), plan.steps.end(), [&](const PlanStep& step) {
    return std::find(actions.begin(), actions.end(), step.action) != actions.end();
  }));
}

void files(Text& text, const Prepared& prepared) {
  const Plan& plan = prepared.plan;
  std::vector<std::string> parts;
  const auto part = [&](std::size_t number, std::string_view words) {
    if (number > 0) parts.push_back(fmt::format("{} {}", number, words));
  };
  part(count(plan, {Action::add}), "added");
  part(count(plan, {Action::replace, Action::merge}), "changed");
  part(count(plan, {Action::remove}), "removed");
  part(count(plan, {Action::keep, Action::release}), "kept");
  part(count(plan, {Action::conflict}), "in conflict");
  text.styled(Style::bold, "\nfiles").print("  {}\n", parts.empty() ? "nothing to change" : join(parts, ", "));
  for (const PlanStep& step : plan.steps) {
    const bool update = prepared.profile_exists;
    switch (step.action) {
      case Action::add:
        if (update)
          text.styled(Style::green, "  + {}", step.path.str())
              .print(step.moved_from ? "  (was {})\n" : "\n", step.moved_from ? step.moved_from->str() : "");
        break;
      case Action::replace:
        text.styled(Style::yellow, "  ~ {}", step.path.str()).print(step.reason.empty() ? "\n" : "  ({})\n", step.reason);
        break;
      case Action::merge: text.styled(Style::yellow, "  ~ {}", step.path.str()).print("  ({})\n", step.reason); break;
      case Action::remove: text.styled(Style::red, "  - {}\n", step.path.str()); break;
      case Action::keep:
      case Action::release: text.styled(Style::cyan, "  = {}", step.path.str()).print("  ({})\n", step.reason); break;
      case Action::conflict: text.styled(Style::red, "  ! {}", step.path.str()).print("  ({})\n", step.reason); break;
      case Action::adopt: break;
    }
  }
  const auto& left_out = prepared.distribution.left_out;
  if (!left_out.empty()) text.styled(Style::dim, "  not taken: {} (always yours)\n", join(left_out, ", "));
}

// Skills are what an agent is installed for; a catalogue of hundreds is counted.
void skills(Text& text, const Prepared& prepared) {
  if (prepared.previous) return;  // an update names their files
  constexpr std::size_t most = 12;
  std::set<std::string> all;
  for (SkillPlace& skill : list_skills(prepared.distribution.files)) all.insert(std::move(skill.name));
  if (all.empty()) return;
  const std::vector<std::string> names(all.begin(), all.end());
  const std::size_t shown = std::min(names.size(), most);
  text.styled(Style::bold, "skills").print("  {}: {}", names.size(), join(std::span(names).first(shown), ", "));
  if (names.size() > shown) text.print(" and {} more", names.size() - shown);
  text.print("\n");
}

void capability_rows(Text& text, const std::vector<Capability>& capabilities, Style style, std::string_view mark) {
  for (const Capability& capability : capabilities) {
    if (capability.kind == "env") continue;  // shown with its state below
    text.styled(style, "  {} ", mark).print("{:<24} {}", describe_kind(capability.kind), capability.name);
    text.print(capability.detail.empty() ? "{}\n" : ": {}\n", capability.detail);
  }
}

void capabilities(Text& text, const Prepared& prepared) {
  const auto is_shown = [](const Capability& capability) { return capability.kind != "env"; };
  const auto& all = prepared.distribution.capabilities;
  const auto& added = prepared.plan.capabilities_added;
  const auto& removed = prepared.plan.capabilities_removed;
  if (prepared.previous && added.empty() && removed.empty()) return;
  text.styled(Style::bold, "\ncapabilities\n");
  if (!prepared.previous) {
    if (std::none_of(all.begin(), all.end(), is_shown)) text.print("  none beyond chatting\n");
    return capability_rows(text, all, Style::yellow, "•");
  }
  capability_rows(text, added, Style::red, "new");
  capability_rows(text, removed, Style::dim, "gone");
}

void variables(Text& text, const Prepared& prepared) {
  if (prepared.env.empty()) return;
  text.styled(Style::bold, "\nvariables\n");
  for (const EnvStatus& status : prepared.env) {
    const EnvRequirement& variable = status.variable;
    const bool is_new = prepared.previous && std::any_of(prepared.plan.capabilities_added.begin(), prepared.plan.capabilities_added.end(),
                                                         [&](const Capability& c) { return c.kind == "env" && c.name == variable.name; });
    text.styled(status.set ? Style::green : Style::yellow, "  {} ", status.set ? "✓" : "•");
    std::string words = variable.required ? "required" : "optional";
    if (variable.default_value) words += ", default: " + one_line(*variable.default_value);
    text.print("{:<24} {} ({}){}", variable.name, status.set ? "set" : "needs setting", words, is_new ? ", new" : "");
    std::string description = replace_all(variable.description, "\n", " ");
    if (!description.empty()) text.print(" — {}", trim(description));
    text.print("\n");
  }
}

Result<std::optional<DiffSide>> live_side(const PlanStep& step, const Prepared& prepared, const Context& context) {
  if (!step.from && !step.moved_from) return std::optional<DiffSide>();
  const RelPath& path = step.moved_from ? *step.moved_from : step.path;
  KOPI_TRY(const Directory profile, Directory::open(context.home.profile_path(prepared.name)));
  KOPI_TRY(std::string content, profile.read(path, std::size_t{1} << 30));
  KOPI_TRY(const auto info, profile.stat(path));
  return std::optional(DiffSide{std::move(content), info ? file_mode(info->mode) : FileMode::regular});
}

}  // namespace

std::string version_words(const std::string& version, const std::string& commit) {
  if (!version.empty()) return version;
  return commit.empty() ? "(no version)" : commit.substr(0, 12);
}

std::vector<std::string> missing_variables(const Prepared& prepared) {
  std::vector<std::string> names;
  for (const EnvStatus& status : prepared.env) {
    if (status.variable.required && !status.set) names.push_back(status.variable.name);
  }
  return names;
}

Text render_preview(const Prepared& prepared, const Context& context) {
  Text text;
  header(text, prepared);
  origin(text, prepared, context);
  files(text, prepared);
  skills(text, prepared);
  capabilities(text, prepared);
  variables(text, prepared);
  const auto& news = prepared.plan.capabilities_added;
  const auto is_job = [](const Capability& capability) { return capability.kind == "cron"; };
  const auto new_jobs = static_cast<std::size_t>(std::count_if(news.begin(), news.end(), is_job));
  const std::size_t jobs = prepared.previous ? new_jobs : prepared.distribution.cron_jobs.size();
  if (jobs > 0) text.print("\n{} arrive{} switched off, whatever the file says\n", count_of(jobs, "scheduled job"), jobs == 1 ? "s" : "");
  text.print("\n");
  return text;
}

Result<std::vector<FileDiff>> collect_diffs(const Prepared& prepared, const Context& context) {
  std::vector<FileDiff> diffs;
  std::set<RelPath> moved;
  for (const PlanStep& step : prepared.plan.steps) {
    if (step.moved_from) moved.insert(*step.moved_from);
  }
  for (const PlanStep& step : prepared.plan.steps) {
    if (step.action == Action::adopt || step.action == Action::release || step.action == Action::keep) continue;  // stays as it is
    if (moved.contains(step.path)) continue;                                                                      // shown where it goes
    KOPI_TRY(const auto before, live_side(step, prepared, context));
    const auto shipped = prepared.distribution.files.find(step.path);
    const auto merged = prepared.plan.texts.find(step.path);
    const auto compare = [&](const std::string& path, const std::optional<DiffSide>& after) -> Result<void> {
      KOPI_TRY(auto diff, diff_file(path, before, after));
      if (step.moved_from && path == step.path.str()) diff = renamed_file(step.moved_from->str(), path, std::move(diff));
      if (diff) diffs.push_back(*std::move(diff));
      return {};
    };
    if (merged != prepared.plan.texts.end()) {
      KOPI_CHECK(compare(step.path.str(), DiffSide{merged->second, step.to->mode}));
    } else if (!step.to) {
      KOPI_CHECK(compare(step.path.str(), std::nullopt));
    } else if (step.action != Action::conflict) {
      KOPI_CHECK(compare(step.path.str(), DiffSide{shipped->second.content, step.to->mode}));
    }
    // Against the user's own, which stays.
    if (step.beside) KOPI_CHECK(compare(step.path.str() + ".kopi-new", DiffSide{shipped->second.content, step.beside->mode}));
  }
  return diffs;
}

Node operation_data(const Prepared& prepared, const Context& context, const std::optional<std::string>& alias) {
  const Distribution& distribution = prepared.distribution;
  const auto or_null = [](const std::string& text) { return text.empty() ? Node() : Node(text); };
  const Node to = distribution.ref ? Node(distribution.ref->commit) : Node();
  return Node::mapping({{"name", prepared.name.str()},
                        {"path", context.home.profile_path(prepared.name)},
                        {"alias", alias},
                        {"version", or_null(distribution.manifest.version)},
                        {"from", prepared.previous ? or_null(prepared.previous->commit) : Node()},
                        {"to", to},
                        {"source", prepared.source.recorded()},
                        {"commit", to},
                        {"signer", Node()},
                        {"trust", "unsigned"},
                        {"plan", kopi::to_json(prepared.plan)},
                        {"env", to_json(prepared.env)},
                        {"diffs", Node()}});
}

Node unchanged_data(const InstallRecord& installed, const ProfileName& name, const Context& context) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Node() : Node(text); };
  const ProfileView view = view_profile(context, name, find_aliases(context.home));
  const auto env = env_of(context, name);
  return Node::mapping({{"name", name.str()},
                        {"path", view.path},
                        {"alias", view.alias},
                        {"version", or_null(installed.version)},
                        {"from", or_null(installed.commit)},
                        {"to", or_null(installed.commit)},
                        {"source", installed.source},
                        {"commit", or_null(installed.commit)},
                        {"signer", Node()},
                        {"trust", "unsigned"},
                        {"plan", kopi::to_json(Plan{})},
                        {"env", env ? to_json(*env) : Node::sequence()},
                        {"diffs", Node()}});
}

void report_findings(const Findings& findings, Context& context) {
  std::set<std::string> unknown;
  for (const Finding& finding : findings) {
    const bool is_unknown = finding.rule.ends_with(".unknown-key") && finding.message.find("did you mean") == std::string::npos;
    if (is_unknown && !context.json) {
      unknown.insert(finding.file);
    } else {
      context.console.warn(finding);
    }
  }
  for (const std::string& file : unknown)
    context.console.note(fmt::format("{} holds keys that kopi does not use; they are kept as they are", file));
}

}  // namespace kopi::cli
