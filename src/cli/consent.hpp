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
Error conflicts_left(const Prepared& prepared, const std::string& profile_path);

}  // namespace kopi::cli
