// For each path, with base = as shipped last time, ours = live, theirs = as shipped now:
//
//   ours == base                 theirs' state (new content, or gone)
//   ours == theirs               nothing to write; the ledger follows
//   ours edited, theirs there    ours stays; the ledger keeps the old base, so that a later merge still knows both sides
//   ours edited, theirs gone     ours stays and becomes the user's own
//   ours deleted                 stays deleted
//   not in base, ours absent     theirs
//   not in base, ours there      ours stays live; theirs is merged in by key, or lands beside it as .kopi-new
#include "installer/plan.hpp"

#include <algorithm>
#include <set>

#include "formats/json.hpp"
#include "installer/merge_keys.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

using Action = PlanStep::Action;

class Planner {
 public:
  Planner(const Ledger& base, const LiveFiles& live, const Distribution& shipped, const std::map<RelPath, std::string>& contents,
          const PlanOptions& options)
      : base_(base), live_(live), shipped_(shipped), contents_(contents), options_(options) {}

  Plan plan() {
    plan_.live = live_;
    std::set<RelPath> paths;
    for (const auto& entry : base_) paths.insert(entry.first);
    for (const auto& file : shipped_.files) paths.insert(file.first);
    for (const RelPath& path : paths) decide(path);
    return std::move(plan_);
  }

 private:
  void decide(const RelPath& path) {
    const auto base = lookup(base_, path);
    const auto ours = live_.contains(path) ? std::optional(live_.at(path).entry) : std::nullopt;
    const auto shipped = shipped_.files.find(path);
    const auto theirs =
        shipped == shipped_.files.end() ? std::nullopt : std::optional(LedgerEntry{shipped->second.mode, shipped->second.digest});
    if (!base) return arrive(path, ours, *theirs);
    if (theirs) return follow(path, *base, ours, *theirs);
    if (!ours) return;  // gone on both sides
    if (ours == base) return step(Action::remove, path, ours, std::nullopt);
    step(Action::release, path, ours, ours, "edited by you, no longer shipped: now your own");
  }

  void arrive(const RelPath& path, const std::optional<LedgerEntry>& ours, const LedgerEntry& theirs) {
    plan_.ledger.emplace(path, theirs);
    if (!ours) return step(Action::add, path, std::nullopt, theirs);
    if (*ours == theirs) return step(Action::adopt, path, ours, ours);
    if (const auto content = contents_.find(path); content != contents_.end()) {
      if (auto merged = merge_missing_keys(path.str(), content->second, shipped_.files.at(path).content)) {
        const LedgerEntry after{ours->mode, sha256(*merged)};
        if (after == *ours) return step(Action::keep, path, ours, ours, "your own file has every key already");
        plan_.merged.emplace(path, *std::move(merged));
        return step(Action::merge, path, ours, after, "keys that you lack are added");
      }
    }
    step(Action::conflict, path, ours, theirs, "your own file stays; the shipped one lands beside it");
  }

  void follow(const RelPath& path, const LedgerEntry& base, const std::optional<LedgerEntry>& ours, const LedgerEntry& theirs) {
    const bool forced = options_.force_config && path.str() == "config.yaml";
    if (ours == base || (forced && ours != theirs)) {
      plan_.ledger.emplace(path, theirs);
      if (ours != theirs) step(Action::replace, path, ours, theirs);
      return;
    }
    if (ours == theirs) {
      plan_.ledger.emplace(path, theirs);
      if (base != theirs) step(Action::adopt, path, ours, ours);
      return;
    }
    plan_.ledger.emplace(path, base);
    const bool author_changed = base != theirs;
    if (!ours) {
      if (author_changed) step(Action::keep, path, std::nullopt, std::nullopt, "deleted by you: stays deleted");
      return;
    }
    step(Action::keep, path, ours, ours, author_changed ? "edited by you, and changed by the author" : "edited by you");
  }

  static std::optional<LedgerEntry> lookup(const Ledger& ledger, const RelPath& path) {
    const auto found = ledger.find(path);
    return found == ledger.end() ? std::nullopt : std::optional(found->second);
  }

  void step(Action action, const RelPath& path, std::optional<LedgerEntry> from, std::optional<LedgerEntry> to, std::string reason = {}) {
    plan_.steps.push_back({action, path, from, to, std::move(reason)});
  }

  const Ledger& base_;
  const LiveFiles& live_;
  const Distribution& shipped_;
  const std::map<RelPath, std::string>& contents_;
  const PlanOptions& options_;
  Plan plan_;
};

Node step_to_json(const PlanStep& step) {
  const auto digest = [](const std::optional<LedgerEntry>& entry) { return entry ? Node(entry->digest.str()) : Node(); };
  const auto mode = [](const std::optional<LedgerEntry>& entry) {
    return entry ? Node(entry->mode == FileMode::executable ? "100755" : "100644") : Node();
  };
  return Node::mapping({{"path", step.path.str()},
                        {"from", digest(step.from)},
                        {"to", digest(step.to)},
                        {"mode", step.to ? mode(step.to) : mode(step.from)},
                        {"reason", step.reason.empty() ? Node() : Node(step.reason)}});
}

std::string_view group_of(Action action) {
  switch (action) {
    case Action::add: return "added";
    case Action::replace:
    case Action::merge: return "changed";
    case Action::remove: return "removed";
    case Action::keep:
    case Action::release: return "kept";
    case Action::conflict: return "conflicts";
    case Action::adopt: return "";
  }
  return "";
}

Node without_digest(const Plan& plan) {
  Node node = Node::mapping();
  for (const std::string_view group : {"added", "changed", "removed", "kept", "conflicts"}) {
    Node list = Node::sequence();
    for (const PlanStep& step : plan.steps) {
      if (group_of(step.action) == group) list.push(step_to_json(step));
    }
    node.set(group, std::move(list));
  }
  node.set("capabilities", Node::mapping({{"added", to_json(plan.capabilities_added)}, {"removed", to_json(plan.capabilities_removed)}}));
  return node;
}

}  // namespace

Result<RelPath> beside_path(const RelPath& path) { return RelPath::parse(path.str() + ".kopi-new"); }

bool Plan::writes_files() const {
  return std::any_of(steps.begin(), steps.end(), [](const PlanStep& step) {
    return step.action != Action::keep && step.action != Action::adopt && step.action != Action::release;
  });
}

bool Plan::has_conflicts() const {
  return std::any_of(steps.begin(), steps.end(), [](const PlanStep& step) { return step.action == Action::conflict; });
}

Plan make_plan(const Ledger& base, const LiveFiles& live, const std::vector<Capability>& old_capabilities, const Distribution& shipped,
               const std::map<RelPath, std::string>& live_contents, const PlanOptions& options) {
  Plan plan = Planner(base, live, shipped, live_contents, options).plan();
  std::copy_if(shipped.capabilities.begin(), shipped.capabilities.end(), std::back_inserter(plan.capabilities_added),
               [&](const Capability& capability) { return !is_covered(capability, old_capabilities); });
  for (Capability& lifted : lifted_limits(old_capabilities, shipped.capabilities)) plan.capabilities_added.push_back(std::move(lifted));
  std::sort(plan.capabilities_added.begin(), plan.capabilities_added.end());
  std::set_difference(old_capabilities.begin(), old_capabilities.end(), shipped.capabilities.begin(), shipped.capabilities.end(),
                      std::back_inserter(plan.capabilities_removed));
  return plan;
}

Digest plan_digest(const Plan& plan) { return sha256(canonical_json(without_digest(plan))); }

Node to_json(const Plan& plan) {
  Node node = Node::mapping({{"digest", plan_digest(plan).str()}});
  const Node parts = without_digest(plan);
  for (const Node& member : parts.items()) node.set(member.key(), member);
  return node;
}

}  // namespace kopi
