// installer/lint.hpp
//
// A distribution as its author should see it before anybody installs it: everything that an install would refuse, all at once, and
// what an install lets pass and its users would regret. Nothing is fetched, run or written.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/finding.hpp"
#include "base/result.hpp"
#include "installer/snapshot.hpp"

namespace kopi {

/// What is looked for. The names are stable; docs/reference/validate.md is made from this table.
struct LintRule {
  std::string_view id;
  Severity severity = Severity::low;  ///< the usual one; a doubtful case is `low`
  std::string_view what;              ///< what it finds and why that matters
  std::string_view example;           ///< what would be found
};
std::span<const LintRule> lint_rules();
/// @param id  must be of the table
const LintRule& lint_rule(std::string_view id);

struct LintRequest {
  std::string directory;
  bool is_profile = false;  ///< a profile of this kopi: that it holds its user's .env and memories is as it should be
  SnapshotLimits limits;
  std::string program_version;
};

struct LintReport {
  std::string name, version;  ///< as the manifest says; "" when that can't be read
  std::size_t files = 0;      ///< that an install would take
  std::uint64_t bytes = 0;
  Findings findings;             ///< worst first, then by place
  std::optional<Error> refusal;  ///< why an install would fail
};

/// A finding that must not go out: of a rule `secret.*`, high or critical; an example of a key is neither.
bool is_published_secret(const Finding& finding);

/// The archive of an earlier `profile pack` at the root: "bot-1.2.0.tar.gz" of a distribution called `bot`. It is packed by nobody.
bool is_own_archive(std::string_view path, std::string_view name);

/// What git leaves out of a commit is looked at only to see whether it should be: of a work tree, what a clone of it would hold counts.
/// @error not_found  there is no such directory.   @error io, source
Result<LintReport> lint_directory(const LintRequest& request);

}  // namespace kopi
