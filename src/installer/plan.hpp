// installer/plan.hpp
//
// What an install, update or rollback would do, as data: decided from three states of every file (as shipped last time, as it lies
// in the profile, as shipped now) and nothing else. It prints as the dry run, compares in tests, and apply.cpp carries it out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/node.hpp"
#include "installer/distribution.hpp"
#include "installer/file_case.hpp"
#include "installer/merge.hpp"
#include "model/ledger.hpp"

namespace kopi {

struct PlanStep {
  enum class Action {
    add,       ///< new, nothing in the way
    replace,   ///< untouched by the user, changed by the author
    remove,    ///< untouched by the user, dropped by the author
    adopt,     ///< the user changed it as the author did; only the ledger changes
    keep,      ///< the user's state stays: edited, deleted, or the user's own file that is shipped from now on
    release,   ///< dropped by the author; edited by the user, or theirs before it was shipped: becomes the user's own
    merge,     ///< both sides' changes in one
    conflict,  ///< not all of both sides fits into one: the user's side stays live, the shipped file lands beside it
  };
  Action action = Action::add;
  RelPath path;
  std::optional<LedgerEntry> from;    ///< live before
  std::optional<LedgerEntry> to;      ///< live afterwards
  std::optional<LedgerEntry> beside;  ///< of conflict: what lands as <file>.kopi-new; nothing where no file can be put there
  std::optional<RelPath> moved_from;  ///< the author renamed it, and the user's edits move along
  std::vector<KeyConflict> keys;      ///< of structured files: what both sides changed, with both values
  std::string reason;                 ///< of keep, release, merge, conflict: for people

  bool operator==(const PlanStep&) const = default;
};

struct Plan {
  std::vector<PlanStep> steps;           ///< by path; files that stay as they are have none
  Ledger ledger;                         ///< afterwards: exactly what is shipped
  std::vector<Pending> pending;          ///< afterwards: what is left for the user to decide
  std::vector<RelPath> own;              ///< afterwards: paths of the ledger where the user had a file of their own first
  std::vector<RelPath> outdated_beside;  ///< <file>.kopi-new that an earlier conflict left and that means nothing any more
  LiveFiles live;                        ///< what the plan was made on
  std::map<RelPath, std::string> texts;  ///< what is written and is not as shipped
  std::vector<Capability> capabilities_added, capabilities_removed;

  bool writes_files() const;
  bool has_conflicts() const;
};

/// Where a conflict's shipped file lands: "config.yaml.kopi-new".
Result<RelPath> beside_path(const RelPath& path);

/// What happens where both sides changed the same.
enum class MergePolicy {
  leave,   ///< a conflict: for the user to decide
  ours,    ///< the user's side
  theirs,  ///< the author's side; but what was the user's before it was shipped is never written for that
  ask,     ///< as leave; the caller asks and plans again
  fail,    ///< as leave; the caller goes no further
};
std::string_view name(MergePolicy policy);
std::optional<MergePolicy> parse_merge_policy(std::string_view text);

struct PlanOptions {
  bool force_config = false;  ///< the author's config.yaml replaces an edited one
  bool keep_config = false;   ///< config.yaml stays as it is, whatever the author changed
  MergePolicy merge = MergePolicy::leave;
  std::map<RelPath, MergePolicy> decisions;  ///< of single files, instead of `merge`
};

/// What is there before: nothing of it for a new profile, no ledger for a plain one.
struct PlanBasis {
  Ledger base;  ///< merge_base()
  std::vector<Pending> pending;
  std::vector<RelPath> own;
  LiveFiles live;
  TextsByPath texts;
  std::vector<Capability> capabilities;
};

Plan make_plan(const PlanBasis& basis, const Distribution& shipped, const PlanOptions& options);

/// The contract's `plan`: {digest, added[], changed[], removed[], kept[], conflicts[], capabilities}.
Node to_json(const Plan& plan);
/// SHA-256 of the RFC 8785 form of to_json() without the digest itself.
Digest plan_digest(const Plan& plan);

}  // namespace kopi
