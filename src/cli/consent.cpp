#include "cli/consent.hpp"

#include "base/text.hpp"
#include "model/capability.hpp"

namespace kopi::cli {

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
  if (prepared.previous && plan.steps.empty() && plan.capabilities_added.empty() && plan.capabilities_removed.empty()) return {};
  Text question;
  if (!prepared.profile_exists) {
    question.print("Install {} as profile '{}'?", prepared.distribution.manifest.name, prepared.name.str());
  } else if (widens) {
    question.print("This lets '{}' do more than before. Agree, and update it?", prepared.name.str());
  } else {
    question.print("Update '{}'?", prepared.name.str());
  }
  return context.consent(question, yes);
}

Result<void> check_plan(const Arguments& given, const Plan& plan) {
  const auto wanted = given.value("--apply-plan");
  if (!wanted || *wanted == plan_digest(plan).str()) return {};
  return with_hint(error(Code::plan_stale, "the plan is now {}, not {}", plan_digest(plan).str(), *wanted), "look again with --dry-run");
}

Error conflicts_left(const Prepared& prepared, const std::string& profile_path) {
  Error problem = error(Code::conflict, "'{}' is {}, and some files are left for you to decide", prepared.name.str(),
                        prepared.previous ? "updated" : "installed");
  for (const PlanStep& step : prepared.plan.steps) {
    if (step.action != PlanStep::Action::conflict) continue;
    problem.findings.push_back({Severity::medium, "conflict", step.path.str(), 0, 0,
                                fmt::format("yours stays; the shipped one is {}.kopi-new", step.path.str()), "", ""});
    if (!problem.hint.empty()) continue;
    const std::string file = profile_path + "/" + step.path.str();
    problem.hint = fmt::format("diff {} {}", shell_quote(file), shell_quote(file + ".kopi-new"));
  }
  return problem;
}

}  // namespace kopi::cli
