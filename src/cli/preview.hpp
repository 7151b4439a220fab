// cli/preview.hpp
//
// What an install or update is about to do, for the person who has to agree to it, and the record of it for machines.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/diff_view.hpp"
#include "installer/operation.hpp"

namespace kopi::cli {

/// Who made it, where it comes from, what it brings, what it asks for, what happens to each file.
Text render_preview(const Prepared& prepared, const Context& context);
/// What changes in each file.
Result<std::vector<FileDiff>> collect_diffs(const Prepared& prepared, const Context& context);

/// The contract's `profile install|update`.
Node operation_data(const Prepared& prepared, const Context& context, const std::optional<std::string>& alias);
/// The same for an update that had nothing to do.
Node unchanged_data(const InstallRecord& installed, const ProfileName& name, const Context& context);

/// "1.2.0", or "" and what stands for it: the short commit.
std::string version_words(const std::string& version, const std::string& commit);
/// Required variables that have no value yet.
std::vector<std::string> missing_variables(const Prepared& prepared);
/// Tells the findings of a distribution: unknown keys as one line, the rest each.
void report_findings(const Findings& findings, Context& context);

}  // namespace kopi::cli
