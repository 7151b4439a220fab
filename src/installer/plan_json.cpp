#include "formats/json.hpp"
#include "installer/plan.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

using Action = PlanStep::Action;

Node step_to_json(const PlanStep& step) {
  const auto digest = [](const std::optional<LedgerEntry>& entry) { return entry ? Node(entry->digest.str()) : Node(); };
  const auto mode = [](const std::optional<LedgerEntry>& entry) { return entry ? Node(git_mode(entry->mode)) : Node(); };
  return Node::mapping({{"path", step.path.str()},
                        {"from", digest(step.from)},
                        {"to", digest(step.to)},
                        {"mode", step.to ? mode(step.to) : mode(step.from)},
                        {"shipped", digest(step.beside)},
                        {"moved_from", step.moved_from ? Node(step.moved_from->str()) : Node()},
                        {"keys", to_json(step.keys)},
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

Digest plan_digest(const Plan& plan) { return sha256(canonical_json(without_digest(plan))); }

Node to_json(const Plan& plan) {
  Node node = Node::mapping({{"digest", plan_digest(plan).str()}});
  const Node parts = without_digest(plan);
  for (const Node& member : parts.items()) node.set(member.key(), member);
  return node;
}

}  // namespace kopi
