// cli/consent.hpp
//
// The questions before an installer's operation, and what is left to say after one.
#pragma once

#include "cli/command.hpp"
#include "cli/context.hpp"
#include "installer/operation.hpp"

namespace kopi::cli {

/// Asks for what `yes` does not cover. On an update, `yes` agrees to new content but never to new capabilities.
/// @error caps  the update widens what the agent can do, and nobody agreed to that
/// @error declined, consent_needed, interrupted
Result<void> consent_to(Context& context, const Prepared& prepared, bool yes, bool allow_new_capabilities);

/// `--apply-plan DIGEST` was not given, or means this plan.   @error plan_stale
Result<void> check_plan(const Arguments& given, const Plan& plan);

/// E_CONFLICT: done, and files are left for the user to decide.
Error conflicts_left(const Prepared& prepared);

/// Each conflict of a plan, of structured files each key with both values.
Findings conflict_findings(const Plan& plan);
/// A value on one line, or that there is none.
std::string value_words(const std::optional<Node>& value);

/// --force-config, --keep-config, --merge; without the last, the profile's update.merge.   @error usage, schema, yaml
Result<PlanOptions> read_plan_options(const Context& context, const ProfileName& name, const Arguments& given);

/// With --merge ask: asks about each conflict and plans again by the answers.   @error consent_needed  there is nobody to ask
/// @error conflict  there are some, and --merge fail was given
Result<void> settle_conflicts(Context& context, Prepared& prepared, PlanOptions options);

}  // namespace kopi::cli
