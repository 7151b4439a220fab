#include <algorithm>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/consent.hpp"
#include "cli/pager.hpp"
#include "cli/preview.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profiles to update; the active one when left out", false, true, Offers::profile}};
constexpr OptionSpec options[] = {
    {"--all", "", "every profile that was installed from a distribution"},
    {"--to", "REF", "move to another tag, branch or commit"},
    {"--force-config", "", "let the author's config.yaml replace an edited one"},
    {"--keep-config", "", "leave config.yaml as it is, whatever the author changed in it"},
    {"--merge", "HOW", "where both changed the same: ours, theirs, ask or fail; by itself both are left for you"},
    {"--allow-new-capabilities", "", "agree that the agent may do more than before"},
    {"--yes,-y", "", "agree to what the preview shows, new capabilities excepted"},
    {"--dry-run,--plan", "", "show what would happen and stop"},
    {"--diff", "", "show the text of what changes"},
    {"--apply-plan", "DIGEST", "apply only the plan with this digest"},
    {"--insecure-http", "", "allow http:// to other hosts than this one"}};
constexpr ExampleSpec examples[] = {{"kopi profile update research-bot", "bring what the author changed; keep what you changed"},
                                    {"kopi profile update research-bot --to v2.0.0", "move to another version"},
                                    {"kopi profile update --all --yes", "all of them"}};

Outcome nothing_to_do(const Context& context, const ProfileName& name, const UpdateOutcome& update) {
  Outcome outcome;
  const InstallRecord& installed = update.installed;
  outcome.data = unchanged_data(installed, name, context);
  const bool has_name = !installed.version.empty() || !installed.commit.empty();
  const std::string version = has_name ? fmt::format(" ({})", version_words(installed.version, installed.commit)) : "";
  if (update.kind == UpdateOutcome::Kind::pinned) {
    outcome.text.print("{} stays at {} {}{}; --to REF moves it\n", name.str(), installed.ref_kind, installed.wanted.value_or(""), version);
  } else {
    outcome.text.print("{} is up to date{}\n", name.str(), version);
  }
  return outcome;
}

void tell_result(Text& text, const Prepared& prepared) {
  text.styled(Style::green, "✓")
      .print(" Updated '{}' → {}\n", prepared.name.str(),
             version_words(prepared.distribution.manifest.version, prepared.distribution.ref ? prepared.distribution.ref->commit : ""));
  for (const PlanStep& step : prepared.plan.steps) {
    const bool kept = step.action == PlanStep::Action::keep || step.action == PlanStep::Action::release;
    if (kept) text.print("  kept {} ({})\n", step.path.str(), step.reason);
  }
  for (const std::string& name : missing_variables(prepared))
    text.print("  needs setting: kopi -p {} env set {}\n", prepared.name.str(), name);
}

Result<Outcome> update_one(Context& context, const Arguments& given, const ProfileName& name) {
  UpdateRequest request;
  request.name = name;
  request.to = given.value("--to");
  request.insecure_http = given.flag("--insecure-http");
  KOPI_TRY(request.plan, read_plan_options(context, name, given));
  const InstallContext install = context.install_context();
  KOPI_TRY(UpdateOutcome update, prepare_update(request, install));
  if (!update.prepared) {
    KOPI_CHECK(check_plan(given, Plan{}));
    return nothing_to_do(context, name, update);
  }
  Prepared& prepared = *update.prepared;
  report_findings(prepared.distribution.findings, context);

  Outcome outcome;
  Text preview = render_preview(prepared, context);
  outcome.data = operation_data(prepared, context, std::nullopt);
  const auto aliases = find_aliases(context.home);
  if (const auto alias = aliases.find(name.str()); alias != aliases.end()) outcome.data.set("alias", alias->second);
  if (given.flag("--diff")) {
    KOPI_TRY(const auto diffs, collect_diffs(prepared, context));
    preview.append(render_diffs(diffs));
    outcome.data.set("diffs", to_json(diffs));
  }
  if (given.flag("--dry-run")) {
    preview.print("plan {}\n", plan_digest(prepared.plan).str());
    if (!given.flag("--diff") || !show_paged(context, preview)) outcome.text = std::move(preview);
    return outcome;
  }
  KOPI_CHECK(check_plan(given, prepared.plan));
  if (!given.flag("--diff") || !show_paged(context, preview)) context.console.talk(preview);
  KOPI_CHECK(settle_conflicts(context, prepared, request.plan));
  KOPI_CHECK(consent_to(context, prepared, given.flag("--yes"), given.flag("--allow-new-capabilities")));
  KOPI_CHECK(apply_prepared(prepared, install));
  tell_result(outcome.text, prepared);
  if (prepared.plan.has_conflicts()) outcome.problem = conflicts_left(prepared);
  return outcome;
}

Result<std::vector<ProfileName>> wanted_profiles(const Context& context, const Arguments& given) {
  std::vector<ProfileName> names;
  if (!given.flag("--all")) {
    for (const std::string& text : given.all("NAME")) {
      KOPI_TRY(const ProfileName name, context.profile(text));
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    if (names.empty()) names.push_back(context.selection.name);
    return names;
  }
  if (!given.all("NAME").empty()) return error(Code::usage, "--all and names exclude each other");
  if (given.flag("--to")) return error(Code::usage, "--all and --to exclude each other");
  KOPI_TRY(const auto all, list_profiles(context.home));
  for (const ProfileName& name : all) {
    const auto record = read_install_record(context.home, name);
    if (!record || *record) names.push_back(name);  // a damaged record is reported by its own update
  }
  return names;
}

// The contract's order when several profiles end differently.
int severity_of(int exit) {
  constexpr int order[] = {7, 4, 8, 5, 6, 1};
  const auto found = std::find(std::begin(order), std::end(order), exit);
  return exit == 0 ? 100 : static_cast<int>(found - std::begin(order));
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const auto names, wanted_profiles(context, given));
  if (names.size() == 1 && !given.flag("--all")) return update_one(context, given, names.front());
  Outcome outcome;
  Node records = Node::sequence();
  std::optional<Error> worst;
  for (const ProfileName& name : names) {
    auto one = update_one(context, given, name);
    std::optional<Error> problem = one ? one->problem : std::optional(one.error());
    if (problem && problem->code == Code::interrupted) return *problem;
    if (one) outcome.text.append(std::move(one->text));
    Node record = problem
                      ? error_record(*problem, one ? one->data : Node(), {})
                      : Node::mapping({{"ok", true}, {"exit", 0}, {"code", Node()}, {"data", one->data}, {"findings", Node::sequence()}});
    record.set("name", name.str());
    records.push(std::move(record));
    if (!problem) continue;
    if (names.size() > 1) context.console.error(Text().print("{}: ", name.str()).append(describe(*problem)));
    if (!worst || severity_of(info(problem->code).exit) < severity_of(info(worst->code).exit))
      worst = Error{problem->code, fmt::format("{} could not be updated", name.str())};
  }
  if (names.empty()) outcome.text.print("No profile was installed from a distribution.\n");
  outcome.data = Node::mapping({{"profiles", std::move(records)}});
  outcome.problem = std::move(worst);
  return outcome;
}

}  // namespace

const CommandSpec profile_update_command{
    "profile update",
    "Update an installed agent",
    "Asks the source what is new there and brings it over. Where you edited a file and the author changed it too, both sides are merged: "
    "prose line by line, YAML and JSON key by key. What can't be merged stays as you have it, with the author's file beside it as "
    "FILE.kopi-new (see kopi profile conflicts). What the author dropped goes, unless you edited it; your own files, memories, .env and "
    "sessions are never touched. An agent that was installed at a tag or commit stays "
    "there until --to moves it; one that follows a branch goes to its newest commit.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
