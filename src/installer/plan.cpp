// The table of three-way merges, file by file; base, ours and theirs as in file_case.hpp:
//
//   ours == base                 theirs' state (new content, or gone)
//   ours == theirs               nothing to write
//   ours edited, theirs == base  ours stays
//   both edited                  merged (merge.hpp); what can't be: ours stays live, theirs lands beside it as .kopi-new
//   ours edited, theirs gone     ours stays and becomes the user's own
//   ours deleted                 stays deleted
//   not in base, ours absent     theirs
//   not in base, ours there      merged without a common past: keys that the user lacks are added; other files: as a conflict
//
// What was the user's own before it was shipped is remembered (`own`), also where both were the same: it never goes with the author's.
// A symbolic link of the user's counts as an edit; where it would have to be written, check_places() refuses the plan.
//
// The ledger afterwards is what is shipped. What a conflict started from is remembered beside it, so that the next merge still knows
// both sides.
#include "installer/plan.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

using Action = PlanStep::Action;

constexpr std::string_view k_shipped_now = "you have the same: shipped from now on";
constexpr std::string_view k_own_again = "yours before it was shipped, no longer shipped: your own again";

std::vector<std::string> names_of(const std::vector<KeyConflict>& keys) {
  std::vector<std::string> names;
  for (const KeyConflict& key : keys) names.push_back(shown_place(key.key));
  return names;
}

class Planner {
 public:
  Planner(const PlanBasis& basis, const Distribution& shipped, const PlanOptions& options)
      : basis_(basis), shipped_(shipped), options_(options) {}

  Plan plan() {
    plan_.live = basis_.live;
    plan_.ledger = shipped_.ledger();
    for (const FileCase& file : list_cases(basis_.base, basis_.pending, basis_.live, plan_.ledger)) decide(file);
    clear_beside();
    return std::move(plan_);
  }

 private:
  bool was_own(const RelPath& path) const { return std::find(basis_.own.begin(), basis_.own.end(), path) != basis_.own.end(); }

  void decide(const FileCase& file) {
    if (file.theirs && (was_own(file.path) || (!file.base && file.ours))) plan_.own.push_back(file.path);
    if (file.moved_away) {
      if (file.ours && was_own(file.path)) return step(Action::release, file, file.ours, std::string(k_own_again));
      if (file.ours) step(Action::remove, file, std::nullopt, "renamed by the author");
      return;
    }
    if (!file.theirs) return drop(file);
    const bool is_config = file.path.str() == "config.yaml";
    if (is_config && options_.keep_config && file.base && file.ours != file.theirs) return hold(file);
    if (file.other == LiveFile::Kind::link) return leave_link(file);
    if (is_config && options_.force_config && file.base) return take(file);
    if (!file.ours) {
      if (!file.base) return file.other ? give_way(file) : step(Action::add, file, file.theirs);
      if (file.base != file.theirs) step(Action::keep, file, std::nullopt, "deleted by you: stays deleted");
      if (file.base == file.theirs && file.moved_from) step(Action::keep, file, std::nullopt, "deleted by you under its old name");
      return;
    }
    if (file.base && file.ours->digest == file.base->digest) return take(file);
    if (file.undecided && file.ours->digest == file.undecided->digest) return take(file);  // the user made the author's file theirs
    if (file.ours == file.theirs) {
      if (!file.base) return step(Action::keep, file, file.ours, std::string(k_shipped_now));
      if (file.base != file.theirs) step(Action::adopt, file, file.ours);
      return;
    }
    const bool author_changed_it = !file.base || file.theirs->digest != file.base->digest || !file.undecided_keys.empty();
    if (file.ours->digest == file.theirs->digest || !author_changed_it) return keep(file);
    combine(file);
  }

  void drop(const FileCase& file) {
    if (file.other == LiveFile::Kind::link) return step(Action::release, file, std::nullopt, "a link of yours, no longer shipped");
    if (!file.ours) return;  // gone on both sides
    if (was_own(file.path)) return step(Action::release, file, file.ours, std::string(k_own_again));
    if (file.ours == file.base) return step(Action::remove, file, std::nullopt);
    step(Action::release, file, file.ours, "edited by you, no longer shipped: now your own");
  }

  void leave_link(const FileCase& file) {
    if (file.theirs == file.base) return step(Action::keep, file, std::nullopt, "a link of yours");
    step(Action::replace, file, file.theirs);
  }

  // What of the user's stands there is of another type.
  void give_way(const FileCase& file) {
    const bool is_directory = file.other == LiveFile::Kind::directory;
    const std::string reason = is_directory ? "a directory of yours is there" : "a file of yours is there, where its directory would be";
    if (policy_of(file) == MergePolicy::ours) return step(Action::keep, file, std::nullopt, reason);
    step(Action::conflict, file, std::nullopt, reason);
    if (is_directory) plan_.steps.back().beside = file.theirs;
    plan_.pending.push_back({file.path, file.base, *file.theirs, Node::sequence(), false});
  }

  // The author's content; the executable bit where the user did not change it.
  void take(const FileCase& file) {
    const LedgerEntry to{options_.force_config && file.path.str() == "config.yaml" ? file.theirs->mode : file.merged_mode(),
                         file.theirs->digest};
    if (file.ours == to && !file.moved_from) {
      if (to != file.theirs) step(Action::keep, file, to, "its mode changed by you");
      return;
    }
    step(file.ours && !file.moved_from ? Action::replace : Action::add, file, to);
  }

  // The user's content; the author's executable bit where the user did not change that.
  void keep(const FileCase& file) {
    const LedgerEntry to{file.merged_mode(), file.ours->digest};
    if (to == file.ours && !file.moved_from) {
      return step(Action::keep, file, to, file.base ? "edited by you" : std::string(k_shipped_now));
    }
    plan_.texts.emplace(file.path, basis_.texts.at(file.path).ours);
    step(Action::merge, file, to, file.moved_from ? "edited by you, renamed by the author" : "edited by you; the author changed its mode");
  }

  // --keep-config: the next update merges from where this one left off.
  void hold(const FileCase& file) {
    if (file.ours || file.other) {
      step(Action::keep, file, file.ours, "kept as you asked");
    } else {
      step(Action::keep, file, std::nullopt, "deleted by you: stays deleted");
    }
    plan_.pending.push_back({file.path, file.base, *file.theirs, Node::sequence(), true});
  }

  // The author's side of all that is in conflict was asked for, not of what never was the author's; of that it takes to be asked for
  // by name.
  MergePolicy policy_of(const FileCase& file) const {
    const auto decided = options_.decisions.find(file.path);
    if (decided != options_.decisions.end()) return decided->second;
    return options_.merge == MergePolicy::theirs && !file.base ? MergePolicy::leave : options_.merge;
  }

  void combine(const FileCase& file) {
    const CaseTexts& texts = basis_.texts.at(file.path);
    const std::string& theirs = shipped_.files.at(file.path).content;
    const MergePolicy policy = policy_of(file);
    MergeInput input{file.path.str(), std::nullopt, texts.ours, theirs};
    if (texts.base) input.base = *texts.base;
    if (texts.taken) input.taken = TakenVersion{*texts.taken, file.undecided_keys};
    MergeOutcome merged = merge_file(input);
    if (file.base && !texts.base && !merged.clean) merged.reason += "; the store has lost what was shipped last (kopi store verify)";
    const std::vector<KeyConflict> keys = without_secrets(merged.keys);
    // Without a common past every key that the user has is the user's own choice: it counts, and the other is named.
    if (!file.base && !merged.clean && !keys.empty() && policy != MergePolicy::theirs) {
      merged.clean = true;
      merged.reason = fmt::format("keys that you lack are added; yours stay: {}", join(names_of(keys), ", "));
    }
    const bool decided = !merged.clean && (policy == MergePolicy::ours || policy == MergePolicy::theirs);
    if (decided) {
      input.favor = policy == MergePolicy::ours ? Favor::ours : Favor::theirs;
      merged = merge_file(input);
      // No part of both: one whole file, but never one that its reader can't read in place of one that it can.
      const bool is_read_by_key =
          file.path.str().ends_with(".yaml") || file.path.str().ends_with(".yml") || file.path.str().ends_with(".json");
      const bool takes_whole = policy == MergePolicy::ours || !is_read_by_key;
      if (!merged.clean) merged.text = policy == MergePolicy::theirs && takes_whole ? theirs : texts.ours;
      merged.clean = merged.clean || takes_whole;
      if (merged.clean)
        merged.reason = policy == MergePolicy::ours ? "both changed it; yours counts" : "both changed it; the author's counts";
    }
    const LedgerEntry to{file.merged_mode(), sha256(merged.text)};
    if (to.digest != file.theirs->digest && to.digest != file.ours->digest) {
      plan_.texts.emplace(file.path, merged.text);
    } else if (to != file.ours && to.digest == file.ours->digest) {
      plan_.texts.emplace(file.path, texts.ours);
    }
    if (merged.clean) {
      const bool stays = to == file.ours && !file.moved_from;
      step(stays ? Action::keep : to == file.theirs ? Action::replace : Action::merge, file, to, merged.reason);
      plan_.steps.back().keys = keys;
      return;
    }
    step(Action::conflict, file, to, merged.reason);
    plan_.steps.back().beside = file.theirs;
    plan_.steps.back().keys = keys;
    plan_.pending.push_back({file.path, file.base, *file.theirs, to_json(keys), false});
  }

  void clear_beside() {
    for (const Pending& old : basis_.pending) {
      const bool again =
          std::any_of(plan_.pending.begin(), plan_.pending.end(), [&](const Pending& now) { return now.path == old.path && !now.held; });
      const auto beside = beside_path(old.path);
      if (!again && !old.held && beside && basis_.live.contains(*beside) && basis_.live.at(*beside).entry.digest == old.theirs.digest)
        plan_.outdated_beside.push_back(*beside);
    }
  }

  void step(Action action, const FileCase& file, std::optional<LedgerEntry> to, std::string reason = {}) {
    const auto from = file.moved_from ? std::nullopt : file.ours;
    const auto moved_from = file.ours ? file.moved_from : std::nullopt;
    plan_.steps.push_back({action, file.path, from, to, std::nullopt, moved_from, {}, std::move(reason)});
  }

  const PlanBasis& basis_;
  const Distribution& shipped_;
  const PlanOptions& options_;
  Plan plan_;
};

constexpr std::pair<MergePolicy, std::string_view> k_policies[] = {{MergePolicy::leave, "leave"},
                                                                   {MergePolicy::ours, "ours"},
                                                                   {MergePolicy::theirs, "theirs"},
                                                                   {MergePolicy::ask, "ask"},
                                                                   {MergePolicy::fail, "fail"}};

}  // namespace

Result<RelPath> beside_path(const RelPath& path) { return RelPath::parse(path.str() + ".kopi-new"); }

std::string_view name(MergePolicy policy) {
  return std::find_if(std::begin(k_policies), std::end(k_policies), [&](const auto& known) { return known.first == policy; })->second;
}

std::optional<MergePolicy> parse_merge_policy(std::string_view text) {
  const auto known = std::find_if(std::begin(k_policies), std::end(k_policies), [&](const auto& entry) { return entry.second == text; });
  return known == std::end(k_policies) ? std::nullopt : std::optional(known->first);
}

bool Plan::writes_files() const {
  const bool steps_write = std::any_of(steps.begin(), steps.end(), [&](const PlanStep& step) {
    if (step.action == Action::keep || step.action == Action::adopt || step.action == Action::release) return false;
    if (step.action != Action::conflict || step.from != step.to) return true;
    if (!step.beside) return false;
    const auto beside = beside_path(step.path);  // an earlier update may have put it there
    return !beside || !live.contains(*beside) || live.at(*beside).entry != step.beside;
  });
  return steps_write || !outdated_beside.empty();
}

bool Plan::has_conflicts() const {
  return std::any_of(steps.begin(), steps.end(), [](const PlanStep& step) { return step.action == Action::conflict; });
}

Plan make_plan(const PlanBasis& basis, const Distribution& shipped, const PlanOptions& options) {
  Plan plan = Planner(basis, shipped, options).plan();
  const auto& old = basis.capabilities;
  std::copy_if(shipped.capabilities.begin(), shipped.capabilities.end(), std::back_inserter(plan.capabilities_added),
               [&](const Capability& capability) { return !is_covered(capability, old); });
  for (Capability& lifted : lifted_limits(old, shipped.capabilities)) plan.capabilities_added.push_back(std::move(lifted));
  std::sort(plan.capabilities_added.begin(), plan.capabilities_added.end());
  std::set_difference(old.begin(), old.end(), shipped.capabilities.begin(), shipped.capabilities.end(),
                      std::back_inserter(plan.capabilities_removed));
  return plan;
}

}  // namespace kopi
