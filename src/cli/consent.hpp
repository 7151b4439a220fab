// cli/consent.hpp
//
// The questions before an installer's operation, and what is left to say after one.
#pragma once

#include "cli/command.hpp"
#include "cli/context.hpp"
#include "installer/operation.hpp"

namespace kopi::cli {

/// From a plan to the user's word: shows the preview and, with --diff, the texts; stops there with --dry-run; holds the plan against
/// --apply-plan; settles conflicts as --merge says; asks for what --yes and --allow-new-capabilities leave open. On an update --yes
/// agrees to new content but never to new capabilities. Fills in `outcome`'s data, and after --dry-run its text.
/// @return  the operation is to be applied
/// @error plan_stale, conflict, caps, declined, consent_needed, interrupted
Result<bool> show_and_agree(Context& context, const Arguments& given, Prepared& prepared, const PlanOptions& options, Outcome& outcome);

/// `--apply-plan DIGEST` was not given, or means this plan.   @error plan_stale
Result<void> check_plan(const Arguments& given, const Plan& plan);

/// E_CONFLICT: done, and files are left for the user to decide.
Error conflicts_left(const Prepared& prepared);

/// Each conflict of a plan, of structured files each key with both values.
Findings conflict_findings(const Plan& plan, bool is_applied);
/// A value on one line, or that there is none.
std::string value_words(const std::optional<Node>& value);

/// --force-config, --keep-config, --merge; without the last, the update.merge of the profile's user.   @error usage, schema
Result<PlanOptions> read_plan_options(const Context& context, const std::optional<ProfileName>& name, const Arguments& given);

}  // namespace kopi::cli
