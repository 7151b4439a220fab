#include "formats/node_compare.hpp"

#include <algorithm>
#include <unordered_set>

namespace kopi {
namespace {

bool are_records(const Node& list, std::string_view key) {
  std::unordered_set<std::string> seen;
  return std::all_of(list.items().begin(), list.items().end(), [&](const Node& item) {
    const Node* id = item.find(key);
    return id != nullptr && id->is_scalar() && !id->is_null() && seen.insert(id->as_text()).second;
  });
}

bool same_scalar(const Node& a, const Node& b) {
  if (a.is(Node::Kind::null)) return true;
  if (a.is(Node::Kind::boolean)) return a.as_bool() == b.as_bool();
  return a.as_text() == b.as_text() && a.as_bool() == b.as_bool();
}

void append_text(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

void append_meaning(std::string& out, const Node& node) {
  out += static_cast<char>('0' + static_cast<int>(node.kind()));
  if (node.is(Node::Kind::boolean)) {
    out += *node.as_bool() ? 'y' : 'n';
  } else if (node.is(Node::Kind::sequence)) {
    out += '[';
    for (const Node& item : node.items()) append_meaning(out, item);
    out += ']';
  } else if (node.is(Node::Kind::mapping)) {
    std::vector<const Node*> sorted;
    for (const Node& member : node.items()) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(), [](const Node* a, const Node* b) { return a->key() < b->key(); });
    out += '{';
    for (const Node* member : sorted) {
      append_text(out, member->key());
      append_meaning(out, *member);
    }
    out += '}';
  } else if (!node.is_null()) {
    out += node.as_bool() ? 'p' : 'q';  // text that a reader of YAML 1.1 takes for a truth value
    append_text(out, node.as_text());
  }
}

}  // namespace

bool means_the_same(const Node& a, const Node& b) {
  if (a.kind() != b.kind()) return false;
  if (a.is_scalar()) return same_scalar(a, b);
  if (a.items().size() != b.items().size()) return false;
  if (a.is(Node::Kind::sequence)) return std::equal(a.items().begin(), a.items().end(), b.items().begin(), means_the_same);
  const auto same_place = [](const Node& x, const Node& y) { return x.key() == y.key(); };
  if (std::equal(a.items().begin(), a.items().end(), b.items().begin(), same_place)) {
    return std::equal(a.items().begin(), a.items().end(), b.items().begin(), means_the_same);
  }
  const MemberIndex others(&b);
  return std::all_of(a.items().begin(), a.items().end(), [&](const Node& member) {
    const Node* other = others.find(member.key());
    return other != nullptr && means_the_same(member, *other);
  });
}

std::string meaning_of(const Node& node) {
  std::string out;
  append_meaning(out, node);
  return out;
}

std::string_view record_key(std::initializer_list<const Node*> lists) {
  const auto fits = [&](std::string_view key) {
    return std::all_of(lists.begin(), lists.end(),
                       [&](const Node* list) { return list == nullptr || !list->is(Node::Kind::sequence) || are_records(*list, key); });
  };
  return fits("id") ? "id" : fits("name") ? "name" : "";
}

std::vector<std::string> item_identities(const Node& list, std::string_view key) {
  std::vector<std::string> identities;
  std::unordered_map<std::string, std::size_t> seen;
  for (const Node& item : list.items()) {
    std::string identity = key.empty() ? meaning_of(item) : item.find(key)->as_text();
    if (key.empty()) identity += "#" + std::to_string(seen[identity]++);
    identities.push_back(std::move(identity));
  }
  return identities;
}

MemberIndex::MemberIndex(const Node* node) {
  if (node == nullptr || !node->is(Node::Kind::mapping)) return;
  members_.reserve(node->items().size());
  for (const Node& member : node->items()) members_.emplace(member.key(), &member);
}

const Node* MemberIndex::find(std::string_view key) const {
  const auto found = members_.find(key);
  return found == members_.end() ? nullptr : found->second;
}

}  // namespace kopi
