#include <algorithm>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/consent.hpp"
#include "cli/preview.hpp"
#include "cli/several.hpp"
#include "installer/verify.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profiles to update; the active one when left out", false, true, Offers::profile}};
constexpr OptionSpec options[] = {
    {"--all", "", "every profile that was installed from a distribution"},
    {"--to", "REF", "move to another tag, branch or commit"},
    {"--force-config", "", "let the author's config.yaml replace an edited one"},
    {"--keep-config", "", "leave config.yaml as it is for now; the next update brings what the author changed in it"},
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
  const std::size_t waiting = undecided(context.home.profile_path(name), installed).size();
  if (waiting > 0)
    outcome.text.print("  {} waiting for your decision: kopi profile conflicts {}\n", count_of(waiting, "conflict"), name.str());
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

// One of many: how it ended, on one line.
void tell_briefly(Text& text, const Prepared& prepared) {
  const auto& steps = prepared.plan.steps;
  const auto count = [&](std::initializer_list<PlanStep::Action> actions) {
    return static_cast<std::size_t>(std::count_if(steps.begin(), steps.end(), [&](const PlanStep& step) {
      return std::find(actions.begin(), actions.end(), step.action) != actions.end();
    }));
  };
  using Action = PlanStep::Action;
  std::vector<std::string> parts;
  const auto part = [&](std::size_t number, std::string_view words) {
    if (number > 0) parts.push_back(fmt::format("{} {}", number, words));
  };
  part(count({Action::add}), "added");
  part(count({Action::replace, Action::merge}), "changed");
  part(count({Action::remove}), "removed");
  part(count({Action::keep, Action::release}), "kept");
  part(count({Action::conflict}), "in conflict");
  const std::string before = prepared.previous ? version_words(prepared.previous->version, prepared.previous->commit) + " → " : "";
  text.styled(Style::green, "✓")
      .print(" {} {}{}{}\n", prepared.name.str(), before,
             version_words(prepared.distribution.manifest.version, prepared.distribution.ref ? prepared.distribution.ref->commit : ""),
             parts.empty() ? "" : ": " + join(parts, ", "));
}

/// What one update was asked for, and what looking at its source found.
struct Look {
  UpdateRequest request;
  Result<UpdateOutcome> found = Error{};
};

Result<UpdateRequest> read_request(const Context& context, const Arguments& given, const ProfileName& name) {
  UpdateRequest request;
  request.name = name;
  request.to = given.value("--to");
  request.insecure_http = given.flag("--insecure-http");
  KOPI_TRY(request.plan, read_plan_options(context, name, given));
  return request;
}

Result<Outcome> finish_update(Context& context, const Arguments& given, Look look, bool is_one_of_many) {
  const ProfileName& name = look.request.name;
  KOPI_TRY(UpdateOutcome update, std::move(look.found));
  if (!update.prepared) {
    KOPI_CHECK(check_plan(given, Plan{}));
    return nothing_to_do(context, name, update);
  }
  Prepared& prepared = *update.prepared;
  Outcome outcome;
  KOPI_TRY(const bool agreed, show_and_agree(context, given, prepared, look.request.plan, outcome));
  if (!agreed) return outcome;
  KOPI_CHECK(apply_prepared(prepared, context.install_context()));
  if (is_one_of_many) {
    tell_briefly(outcome.text, prepared);
  } else {
    tell_result(outcome.text, prepared);
  }
  if (prepared.plan.has_conflicts()) outcome.problem = conflicts_left(prepared);
  return outcome;
}

// Looking at many sources is waiting for many hosts: several at once, and without a word, for their talk would be a jumble.
std::vector<Look> look_at_all(Context& context, const Arguments& given, const std::vector<ProfileName>& names) {
  constexpr std::size_t at_once = 8;
  std::vector<Look> looks(names.size());
  SilentReporter silence;
  const InstallContext own = context.install_context();
  const InstallContext quiet{own.home, own.environment, own.clock, silence, own.interrupt, false, own.program_version};
  run_parallel(names.size(), at_once, [&](std::size_t i) {
    auto request = read_request(context, given, names[i]);
    if (!request) {
      looks[i].request.name = names[i];
      looks[i].found = std::move(request).error();
      return;
    }
    looks[i].request = *std::move(request);
    looks[i].found = prepare_update(looks[i].request, quiet);
  });
  // Where a host wants a password, the person at the terminal is asked, one host after the other.
  for (Look& look : looks) {
    if (!look.found && look.found.error().code == Code::auth && own.may_ask) look.found = prepare_update(look.request, own);
  }
  return looks;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  if (given.flag("--all") && given.flag("--to")) return error(Code::usage, "--all and --to exclude each other");
  KOPI_TRY(const auto names, named_profiles(context, given));
  if (names.size() == 1 && !given.flag("--all")) {
    Look look;
    KOPI_TRY(look.request, read_request(context, given, names.front()));
    look.found = prepare_update(look.request, context.install_context());
    return finish_update(context, given, std::move(look), false);
  }
  SeveralOutcomes outcomes("could not be updated");
  for (Look& look : look_at_all(context, given, names)) {
    const ProfileName name = look.request.name;
    auto one = finish_update(context, given, std::move(look), true);
    if (context.interrupt.requested()) return interrupted_error();
    outcomes.add(context, name, std::move(one));
  }
  Outcome outcome = std::move(outcomes).finish();
  if (names.empty()) outcome.text.print("No profile was installed from a distribution.\n");
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
