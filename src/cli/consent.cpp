#include "cli/consent.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/pager.hpp"
#include "cli/preview.hpp"
#include "formats/json.hpp"
#include "installer/own_setting.hpp"
#include "model/capability.hpp"
#include "runtime/skill/skill.hpp"
#include "store/aliases.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {

namespace {

Result<void> consent_to(Context& context, const Prepared& prepared, bool yes, bool allow_new_capabilities) {
  const bool widens = prepared.widens() && !allow_new_capabilities;
  // On an update --yes agrees to new content, never to new powers.
  if (widens && (yes || !context.console.can_ask())) {
    Error problem = with_hint(error(Code::caps, "this lets '{}' do more than before, which needs its own consent", prepared.name.str()),
                              "look at the preview, then add --allow-new-capabilities");
    for (const Capability& capability : prepared.plan.capabilities_added) {
      problem.findings.push_back({Severity::high, "capability.new", "", 0, 0,
                                  fmt::format("new: {} {}{}{}", describe_kind(capability.kind), capability.name,
                                              capability.detail.empty() ? "" : ": ", capability.detail),
                                  "", ""});
    }
    return problem;
  }
  // The source moved on, but not in what is installed: only the record follows, and there is nothing to agree to.
  const Plan& plan = prepared.plan;
  if (prepared.previous && plan.steps.empty() && plan.outdated_beside.empty() && plan.capabilities_added.empty() &&
      plan.capabilities_removed.empty())
    return {};
  Text question;
  if (!prepared.profile_exists) {
    question.print("Install {} as profile '{}'?", prepared.distribution.manifest.name, prepared.name.str());
  } else if (prepared.restored) {
    question.print("Roll '{}' back to state {}?", prepared.name.str(), prepared.restored_state.value_or(0));
  } else if (widens) {
    question.print("This lets '{}' do more than before. Agree, and update it?", prepared.name.str());
  } else {
    question.print("Update '{}'?", prepared.name.str());
  }
  return context.consent(question, yes);
}

// `asked`: on the command line, not in config.yaml.
Error conflicts_refused(const Prepared& prepared, bool asked) {
  Error problem = error(Code::conflict, "both you and the author changed the same in '{}'; nothing was written", prepared.name.str());
  problem.findings = conflict_findings(prepared.plan, false);
  problem.hint = asked ? "leave --merge fail out to keep yours and decide later"
                       : fmt::format("kopi -p {} config unset update.merge, to keep yours and decide later", prepared.name.str());
  return problem;
}

Result<void> settle_conflicts(Context& context, const Arguments& given, Prepared& prepared, PlanOptions options) {
  if (options.merge == MergePolicy::fail && prepared.plan.has_conflicts())
    return conflicts_refused(prepared, given.value("--merge").has_value());
  if (options.merge != MergePolicy::ask || !prepared.plan.has_conflicts()) return {};
  if (!context.console.can_ask())
    return with_hint(Error{Code::consent_needed, "both you and the author changed the same, and there is no terminal to ask on"},
                     "add --merge ours or --merge theirs, or leave --merge ask out");
  for (const PlanStep& step : prepared.plan.steps) {
    if (step.action != PlanStep::Action::conflict) continue;
    Text text;
    text.styled(Style::bold, "{}", step.path.str()).print(": {}\n", step.reason);
    for (const KeyConflict& key : step.keys)
      text.print("  {}  yours: {}  the author's: {}\n", shown_place(key.key), value_words(key.ours), value_words(key.theirs));
    context.console.error(text);
    const auto answer = context.console.ask(Text().print("Keep [y]ours, take the [a]uthor's, or decide [l]ater? [l] "));
    if (context.interrupt.requested()) return interrupted_error();
    const std::string word = answer ? to_lower_ascii(trim(*answer)) : "";
    if (word == "y" || word == "yours") options.decisions[step.path] = MergePolicy::ours;
    if (word == "a" || word == "author" || word == "author's") options.decisions[step.path] = MergePolicy::theirs;
  }
  if (options.decisions.empty()) return {};
  return plan_again(prepared, options, context.install_context());
}

// A skill that is there already, and one that comes with the same name: only one of them counts.
Findings clashing_skills(const Context& context, const Prepared& prepared) {
  if (!prepared.profile_exists) return {};
  const std::string profile = context.home.profile_path(prepared.name) + "/";
  const auto live = load_skills({{profile + "skills", "profile"}});
  if (!live) return {};
  const auto& shipped = prepared.distribution.files;
  std::vector<SkillPlace> places = list_skills(shipped);
  for (const Skill& skill : live->skills) {
    const auto path = RelPath::parse(skill.file.substr(profile.size()));
    if (!path || shipped.contains(*path)) continue;
    const bool goes = std::any_of(prepared.plan.steps.begin(), prepared.plan.steps.end(),
                                  [&](const PlanStep& step) { return step.path == *path && step.action == PlanStep::Action::remove; });
    if (!goes) places.push_back({path->str(), skill.name});
  }
  Findings clashes = find_duplicate_skills(std::move(places));
  std::erase_if(clashes, [&](const Finding& clash) {
    const Findings& told = prepared.distribution.findings;
    return std::any_of(told.begin(), told.end(), [&](const Finding& f) { return f.rule == clash.rule && f.file == clash.file; });
  });
  return clashes;
}

}  // namespace

Result<bool> show_and_agree(Context& context, const Arguments& given, Prepared& prepared, const PlanOptions& options, Outcome& outcome) {
  report_findings(prepared.distribution.findings, context);
  report_findings(clashing_skills(context, prepared), context);
  const bool shows_texts = given.flag("--diff");
  Text preview = render_preview(prepared, context);
  Node diffs;
  if (shows_texts) {
    KOPI_TRY(const auto changes, collect_diffs(prepared, context));
    preview.append(render_diffs(changes));
    diffs = to_json(changes);
  }
  const auto fill_in = [&] {
    const auto aliases = find_aliases(context.home);
    const auto alias = aliases.find(prepared.name.str());
    outcome.data = operation_data(prepared, context, alias == aliases.end() ? std::nullopt : std::optional(alias->second));
    outcome.data.set("diffs", diffs);
  };
  if (given.flag("--dry-run")) {
    fill_in();
    preview.print("plan {}\n", plan_digest(prepared.plan).str());
    if (!shows_texts || !show_paged(context, preview)) outcome.text = std::move(preview);
    return false;
  }
  KOPI_CHECK(check_plan(given, prepared.plan));
  if (!shows_texts || !show_paged(context, preview)) context.console.talk(preview);
  KOPI_CHECK(settle_conflicts(context, given, prepared, options));
  KOPI_CHECK(consent_to(context, prepared, given.flag("--yes"), given.flag("--allow-new-capabilities")));
  fill_in();
  return true;
}

Result<void> check_plan(const Arguments& given, const Plan& plan) {
  const auto wanted = given.value("--apply-plan");
  if (!wanted || *wanted == plan_digest(plan).str()) return {};
  if (!Digest::parse(*wanted)) return error(Code::usage, "--apply-plan takes a plan's digest as --dry-run prints it, not '{}'", *wanted);
  return with_hint(error(Code::plan_stale, "the plan is now {}, not {}", plan_digest(plan).str(), *wanted), "look again with --dry-run");
}

Error conflicts_left(const Prepared& prepared) {
  Error problem = error(Code::conflict, "'{}' is {}, and some files are left for you to decide", prepared.name.str(),
                        prepared.restored   ? "rolled back"
                        : prepared.previous ? "updated"
                                            : "installed");
  problem.findings = conflict_findings(prepared.plan, true);
  problem.hint = fmt::format("kopi profile conflicts {}", prepared.name.str());
  return problem;
}

std::string value_words(const std::optional<Node>& value) { return value ? shortened(render_json(*value), 60) : "(not there)"; }

Findings conflict_findings(const Plan& plan, bool is_applied) {
  Findings findings;
  for (const PlanStep& step : plan.steps) {
    if (step.action != PlanStep::Action::conflict) continue;
    for (const KeyConflict& key : step.keys) {
      const Place before = key.ours ? key.ours->place() : Place{};
      findings.push_back({Severity::medium, "conflict.key", step.path.str(), is_applied ? key.line : before.line,
                          is_applied ? key.column : before.column,
                          fmt::format("{}: {}: {}; the author's: {}", shown_place(key.key), is_applied ? "yours stays" : "yours",
                                      value_words(key.ours), value_words(key.theirs)),
                          "", ""});
    }
    if (!step.keys.empty()) continue;
    std::string message = step.reason;
    if (is_applied && step.beside) message += fmt::format(": yours stays; the shipped one is {}.kopi-new", step.path.str());
    if (is_applied && !step.beside) message += ": yours stays";
    findings.push_back({Severity::medium, "conflict", step.path.str(), 0, 0, std::move(message), "", ""});
  }
  return findings;
}

Result<PlanOptions> read_plan_options(const Context& context, const std::optional<ProfileName>& name, const Arguments& given) {
  PlanOptions options;
  options.force_config = given.flag("--force-config");
  options.keep_config = given.flag("--keep-config");
  if (options.force_config && options.keep_config) return error(Code::usage, "--force-config and --keep-config exclude each other");
  std::string policy = given.value("--merge").value_or("");
  std::string where = "--merge";
  if (policy.empty() && name) {
    // Where config.yaml can't be read, the plan says so: it is a conflict like any other, and the rest is updated.
    const auto merge = find_own_setting(context.home, *name, "update.merge");
    if (merge && merge->is_scalar()) policy = merge->as_text();
    const int line = merge ? merge->place().line : 1;
    where = fmt::format("{}:{}: update.merge", join_path(context.home.profile_path(*name), "config.yaml"), line);
  }
  if (policy.empty()) return options;
  const auto parsed = parse_merge_policy(policy);
  if (!parsed || *parsed == MergePolicy::leave) {
    Error problem = error(Code::usage, "{} is '{}': expected ours, theirs, ask or fail", where, policy);
    if (given.value("--merge")) return problem;
    problem.code = Code::schema;
    return with_hint(std::move(problem), fmt::format("kopi -p {} config unset update.merge", name ? name->str() : "NAME"));
  }
  options.merge = *parsed;
  return options;
}

}  // namespace kopi::cli
