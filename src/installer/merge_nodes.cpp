// For every key that any side has, with b, o, t = its value in base, ours and theirs (absent is a value here):
//
//   o = b            t
//   o = a            t   a: as in the version that ours took in already, where it did; else as in base
//   t = b, or o = t  o
//   all differ       two mappings are merged inside; two lists of records are merged by record; else a conflict
//
// Records are told apart by `id` or `name`, so that a job that moved in the file is still the same job. Their order is merged as one
// more value: that of the records which all three have.
#include "installer/merge_nodes.hpp"

#include <algorithm>

#include "formats/json.hpp"
#include "formats/node_compare.hpp"

namespace kopi {
namespace {

using Kind = Node::Kind;

bool is(const Node* node, Kind kind) { return node != nullptr && node->is(kind); }
bool same(const Node* a, const Node* b) { return a == nullptr || b == nullptr ? a == b : means_the_same(*a, *b); }
std::optional<Node> copy_of(const Node* node) { return node == nullptr ? std::nullopt : std::optional(*node); }

std::string shown_key(std::string_view key) {
  static constexpr std::string_view special = ".[]=\"'\\ \t\r\n";
  const bool is_plain = !key.empty() && key != "$" && key.find_first_of(special) == std::string_view::npos;
  return is_plain ? std::string(key) : render_json(Node(key));
}

// The values of one place; null: that side has none.
struct Sides {
  const Node *base, *taken, *ours, *theirs;
};

std::string place_of(const std::string& key) { return key.empty() ? "$" : key; }

// The records of a list by their key, and in their order.
struct Records {
  Records(const Node* list, std::string_view key) {
    if (!is(list, Kind::sequence)) return;
    for (const Node& item : list->items()) {
      order.push_back(item.find(key)->as_text());
      by_id.emplace(order.back(), &item);
    }
  }
  const Node* find(const std::string& id) const {
    const auto found = by_id.find(id);
    return found == by_id.end() ? nullptr : found->second;
  }
  std::vector<std::string> order;
  std::unordered_map<std::string, const Node*> by_id;
};

class Merger {
 public:
  Merger(MergeFavor favor, const TakenNodes* taken) : favor_(favor), taken_(taken) {}

  std::optional<Node> value(Sides sides, const std::string& key) {
    if (taken_ == nullptr || taken_->undecided.contains(place_of(key))) sides.taken = sides.base;  // nothing was taken here
    const auto& [base, taken, ours, theirs] = sides;
    if (same(ours, base) || same(ours, taken)) return copy_of(theirs);
    if (same(ours, theirs)) return copy_of(ours);
    const bool author_is_back = same(theirs, base);
    if (author_is_back && same(taken, base)) return copy_of(ours);
    if (is(ours, Kind::mapping) && is(theirs, Kind::mapping)) return mapping(sides, key);
    if (is(ours, Kind::sequence) && is(theirs, Kind::sequence)) {
      if (const auto id = record_key({base, taken, ours, theirs}); !id.empty()) return records(sides, key, id);
    }
    if (author_is_back) return theirs == nullptr ? own_part(sides, key) : copy_of(ours);
    return decide(base, ours, theirs, key);
  }

  std::vector<KeyConflict> conflicts;

 private:
  std::optional<Node> decide(const Node* base, const Node* ours, const Node* theirs, const std::string& key) {
    conflicts.push_back({place_of(key), copy_of(base), copy_of(ours), copy_of(theirs), steps_});
    return copy_of(favor_ == MergeFavor::theirs ? theirs : ours);
  }

  // What both had added, without the author's part of it, now that the author has nothing there any more.
  std::optional<Node> own_part(const Sides& sides, const std::string& key) {
    static const Node no_members = Node::mapping();
    static const Node no_records = Node::sequence();
    Node rest;
    if (is(sides.ours, Kind::mapping) && is(sides.taken, Kind::mapping)) {
      rest = mapping({nullptr, sides.taken, sides.ours, &no_members}, key);
    } else if (const auto id = record_key({sides.taken, sides.ours});
               !id.empty() && is(sides.ours, Kind::sequence) && is(sides.taken, Kind::sequence)) {
      rest = records({nullptr, sides.taken, sides.ours, &no_records}, key, id);
    } else {
      return copy_of(sides.ours);
    }
    return rest.items().empty() ? std::nullopt : std::optional(std::move(rest));
  }

  Node mapping(const Sides& sides, const std::string& key) {
    const MemberIndex in_base(sides.base);
    const MemberIndex in_taken(sides.taken);
    const MemberIndex in_ours(sides.ours);
    const MemberIndex in_theirs(sides.theirs);
    Node merged = Node::mapping();
    const auto add = [&](const Node* mine, const Node* other, const std::string& name) {
      steps_.push_back({name, ""});
      const std::string place = key.empty() ? shown_key(name) : key + "." + shown_key(name);
      auto member = value({in_base.find(name), in_taken.find(name), mine, other}, place);
      steps_.pop_back();
      if (!member) return;
      member->set_key(name, {});
      merged.push(*std::move(member));  // every name comes once; set() would look for it each time
    };
    for (const Node& member : sides.ours->items()) add(&member, in_theirs.find(member.key()), member.key());
    for (const Node& member : sides.theirs->items()) {
      if (in_ours.find(member.key()) == nullptr) add(nullptr, &member, member.key());
    }
    return merged;
  }

  Node records(const Sides& sides, const std::string& key, std::string_view id_key) {
    const Records in_base(sides.base, id_key);
    const Records in_taken(sides.taken, id_key);
    const Records mine(sides.ours, id_key);
    const Records other(sides.theirs, id_key);
    std::unordered_map<std::string, Node> merged;
    const auto add = [&](const std::string& id) {
      steps_.push_back({id, std::string(id_key)});
      const std::string place = key + "[" + std::string(id_key) + "=" + shown_key(id) + "]";
      auto record = value({in_base.find(id), in_taken.find(id), mine.find(id), other.find(id)}, place);
      steps_.pop_back();
      if (record) merged.emplace(id, *std::move(record));
    };
    for (const std::string& id : mine.order) add(id);
    for (const std::string& id : other.order) {
      if (mine.find(id) == nullptr) add(id);
    }
    Node list = Node::sequence();
    const bool follow_theirs = takes_their_order(sides, in_base, in_taken, mine, other, key);
    for (const std::string& id : follow_theirs ? ordered(other, mine, merged) : ordered(mine, other, merged)) {
      list.push(std::move(merged.at(id)));
    }
    return list;
  }

  bool takes_their_order(const Sides& sides, const Records& in_base, const Records& in_taken, const Records& mine, const Records& other,
                         const std::string& key) {
    const bool no_past = !is(sides.base, Kind::sequence);
    const auto common = [&](const Records& records) {
      std::vector<std::string> ids;
      for (const std::string& id : records.order) {
        if ((no_past || in_base.find(id) != nullptr) && mine.find(id) != nullptr && other.find(id) != nullptr) ids.push_back(id);
      }
      return ids;
    };
    const auto my_order = common(mine);
    const auto their_order = common(other);
    if (my_order == their_order) return false;
    if (my_order == common(in_taken)) return true;
    if (!no_past) {
      const auto base_order = common(in_base);
      if (their_order == base_order) return false;
      if (my_order == base_order) return true;
    }
    decide(sides.base, sides.ours, sides.theirs, key);
    return favor_ == MergeFavor::theirs;
  }

  // The records of `merged` in the order of `first`; what only `second` has stands behind its predecessor there.
  static std::vector<std::string> ordered(const Records& first, const Records& second,
                                          const std::unordered_map<std::string, Node>& merged) {
    const auto stays = [&](const Records& records, const std::string& id) { return records.find(id) != nullptr && merged.contains(id); };
    std::unordered_map<std::string, std::vector<std::string>> behind;
    std::vector<std::string> order;
    const std::string* anchor = nullptr;
    for (const std::string& id : second.order) {
      if (stays(first, id)) {
        anchor = &id;
      } else if (merged.contains(id)) {
        (anchor == nullptr ? order : behind[*anchor]).push_back(id);
      }
    }
    for (const std::string& id : first.order) {
      if (!stays(first, id)) continue;
      order.push_back(id);
      if (const auto more = behind.find(id); more != behind.end()) order.insert(order.end(), more->second.begin(), more->second.end());
    }
    return order;
  }

  MergeFavor favor_;
  const TakenNodes* taken_;
  std::vector<KeyConflict::Step> steps_;
};

}  // namespace

NodeMerge merge_nodes(const Node* base, const Node& ours, const Node& theirs, MergeFavor favor, const TakenNodes* taken) {
  // A file of comments only is a mapping without keys, where the others are mappings.
  static const Node empty = Node::mapping();
  const auto table = [&](const Node* node) { return node == nullptr || node->is_null() ? &empty : node; };
  const Node* document = taken == nullptr ? base : &taken->document;
  const Sides tables{table(base), table(document), table(&ours), table(&theirs)};
  const bool are_tables = is(tables.base, Kind::mapping) && is(tables.ours, Kind::mapping) && is(tables.theirs, Kind::mapping);
  Merger merger(favor, taken);
  auto merged = merger.value(are_tables ? tables : Sides{base, document, &ours, &theirs}, "");
  return {std::move(merged).value_or(Node()), std::move(merger.conflicts)};
}

}  // namespace kopi
