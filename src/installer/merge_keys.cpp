// Keys in conflict, as they are told: where they stand, and without what nobody but the live file should hold.
#include <algorithm>

#include "formats/json.hpp"
#include "installer/merge_nodes.hpp"
#include "model/redaction.hpp"

namespace kopi {
namespace {

const Node* step_into(const Node& node, const KeyConflict::Step& step) {
  if (step.id_key.empty()) return node.find(step.name);
  const auto record = std::find_if(node.items().begin(), node.items().end(), [&](const Node& item) {
    const Node* id = item.find(step.id_key);
    return id != nullptr && id->is_scalar() && id->as_text() == step.name;
  });
  return record == node.items().end() ? nullptr : &*record;
}

// The value below all the names that it stands below: each of them may be the one that means a secret.
Node masked(const KeyConflict& conflict, const Node& value) {
  Node document = value;
  for (auto step = conflict.steps.rbegin(); step != conflict.steps.rend(); ++step) {
    Node outer = Node::mapping();
    outer.set(step->name, std::move(document));
    document = std::move(outer);
  }
  const Redacted redacted = redact(render_json(document, JsonStyle::indented), TextKind::settings);
  if (redacted.redactions.empty()) return value;
  Node answer(k_redacted);
  if (const auto read = parse_json(redacted.text, "")) {
    const Node* at = &*read;
    for (const auto& step : conflict.steps) at = at == nullptr ? nullptr : at->find(step.name);
    if (at != nullptr) answer = *at;
  }
  answer.set_place(value.place());
  return answer;
}

}  // namespace

Node to_json(const std::vector<KeyConflict>& conflicts) {
  Node list = Node::sequence();
  for (const KeyConflict& conflict : conflicts) {
    const auto text = [](const std::optional<Node>& value) { return value ? Node(render_json(*value)) : Node(); };
    list.push(Node::mapping(
        {{"key", conflict.key}, {"base", text(conflict.base)}, {"ours", text(conflict.ours)}, {"theirs", text(conflict.theirs)}}));
  }
  return list;
}

std::string shown_place(const std::string& key) { return key == "$" ? "the whole document" : key; }

std::vector<KeyConflict> without_secrets(std::vector<KeyConflict> conflicts) {
  for (KeyConflict& conflict : conflicts) {
    for (auto* side : {&conflict.base, &conflict.ours, &conflict.theirs}) {
      if (*side) *side = masked(conflict, **side);
    }
  }
  return conflicts;
}

void find_places(std::vector<KeyConflict>& conflicts, const Node& document) {
  for (KeyConflict& conflict : conflicts) {
    const Node* at = &document;
    for (const auto& step : conflict.steps) at = at == nullptr ? nullptr : step_into(*at, step);
    if (at == nullptr) continue;
    conflict.line = at->place().line;
    conflict.column = at->place().column;
  }
}

}  // namespace kopi
