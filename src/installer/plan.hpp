// installer/plan.hpp
//
// What an install or update would do, as data: decided from three states of every file (as shipped last time, as it lies in the
// profile, as shipped now) and nothing else. It prints as the dry run, compares in tests, and apply.hpp carries it out.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "formats/node.hpp"
#include "installer/distribution.hpp"
#include "model/ledger.hpp"

namespace kopi {

/// A file as it lies in the profile.
struct LiveFile {
  LedgerEntry entry;
  bool operator==(const LiveFile&) const = default;
};
/// The live state of every path that the old or the new version ships; absent ones are not in it.
using LiveFiles = std::map<RelPath, LiveFile>;

struct PlanStep {
  enum class Action {
    add,       ///< new, nothing in the way
    replace,   ///< untouched by the user, changed by the author
    remove,    ///< untouched by the user, dropped by the author
    adopt,     ///< the user's file is already what is shipped; only the ledger changes
    keep,      ///< the user's state stays: edited, or deleted
    release,   ///< dropped by the author, edited by the user: becomes the user's own
    conflict,  ///< shipped now, and the user has another file there: it lands beside as <file>.kopi-new
    merge,     ///< as conflict, but both are YAML or JSON: what the user lacks is added
  };
  Action action = Action::add;
  RelPath path;
  std::optional<LedgerEntry> from;  ///< live before
  std::optional<LedgerEntry> to;    ///< live afterwards; of conflict: what lands beside
  std::string reason;               ///< of keep, release, conflict: for people

  bool operator==(const PlanStep&) const = default;
};

struct Plan {
  std::vector<PlanStep> steps;            ///< by path; files that stay as they are have none
  Ledger ledger;                          ///< afterwards
  LiveFiles live;                         ///< what the plan was made on
  std::map<RelPath, std::string> merged;  ///< content for `merge` steps
  std::vector<Capability> capabilities_added, capabilities_removed;

  bool writes_files() const;
  bool has_conflicts() const;
};

/// Where a conflict's shipped file lands: "config.yaml.kopi-new".
Result<RelPath> beside_path(const RelPath& path);

struct PlanOptions {
  bool force_config = false;  ///< the author's config.yaml replaces an edited one
};

/// @param base  the ledger of what is installed; empty for a plain or a new profile
/// @param live_contents  content of live files that clash with a new one, for merging
Plan make_plan(const Ledger& base, const LiveFiles& live, const std::vector<Capability>& old_capabilities, const Distribution& shipped,
               const std::map<RelPath, std::string>& live_contents, const PlanOptions& options);

/// The contract's `plan`: {digest, added[], changed[], removed[], kept[], conflicts[], capabilities}.
Node to_json(const Plan& plan);
/// SHA-256 of the RFC 8785 form of to_json() without the digest itself.
Digest plan_digest(const Plan& plan);

}  // namespace kopi
