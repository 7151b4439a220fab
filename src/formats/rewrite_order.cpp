#include "formats/rewrite_order.hpp"

#include <algorithm>

namespace kopi {
namespace {

using detail::YamlLayout;
using Shape = YamlLayout::Shape;

// Which item of a list stands at each place once those that both have are in the order of `target`; empty where they are already.
std::vector<std::size_t> new_order(const Node& now, const Node& target, std::string_view key) {
  std::unordered_map<std::string, std::size_t> present;
  for (std::string& id : item_identities(now, key)) present.emplace(std::move(id), present.size());
  std::vector<std::size_t> wanted;
  for (const std::string& id : item_identities(target, key)) {
    if (const auto found = present.find(id); found != present.end()) wanted.push_back(found->second);
  }
  if (std::is_sorted(wanted.begin(), wanted.end())) return {};
  std::vector<std::size_t> places = wanted;
  std::sort(places.begin(), places.end());
  std::vector<std::size_t> order(now.items().size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = 0; i < places.size(); ++i) order[places[i]] = wanted[i];
  return order;
}

struct Move {
  const YamlLayout* list = nullptr;
  std::vector<std::size_t> order;
};

// The outermost list of records that is in another order than in `target`. Without a layout every list counts; with one those in block
// style, for comments in brackets are rare.
std::optional<Move> find_move(const YamlLayout* at, const Node& now, const Node& target) {
  const auto child_at = [&](std::size_t i) { return at == nullptr ? nullptr : &at->children[i]; };
  if (now.is(Node::Kind::mapping) && target.is(Node::Kind::mapping) && (at == nullptr || at->shape == Shape::block_mapping)) {
    const MemberIndex before(&now);
    const MemberIndex after(&target);
    const std::size_t count = at == nullptr ? now.items().size() : at->children.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string& key = at == nullptr ? now.items()[i].key() : at->children[i].key;
      const Node* was = before.find(key);
      const Node* wanted = after.find(key);
      if (was == nullptr || wanted == nullptr) continue;
      if (auto move = find_move(child_at(i), *was, *wanted)) return move;
    }
  }
  if (!now.is(Node::Kind::sequence) || !target.is(Node::Kind::sequence)) return std::nullopt;
  if (at != nullptr && (at->shape != Shape::block_sequence || at->children.size() != now.items().size())) return std::nullopt;
  const std::string_view key = record_key({&now, &target});
  if (key.empty()) return std::nullopt;
  if (auto order = new_order(now, target, key); !order.empty()) return Move{at, std::move(order)};
  std::unordered_map<std::string, const Node*> wanted;
  for (std::string& id : item_identities(target, key)) wanted.emplace(std::move(id), &target.items()[wanted.size()]);
  const auto ids = item_identities(now, key);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto found = wanted.find(ids[i]);
    if (found == wanted.end()) continue;
    if (auto move = find_move(child_at(i), now.items()[i], *found->second)) return move;
  }
  return std::nullopt;
}

}  // namespace

bool moves_records(const Node& from, const Node& to) { return find_move(nullptr, from, to).has_value(); }

namespace detail {

Result<std::optional<std::string>> reorder_records(const LaidOut& live, const Node& target) {
  if (live.roots.empty()) return std::optional<std::string>();
  const auto move = find_move(&live.roots[0], *live.node, target);
  if (!move) return std::optional<std::string>();
  std::vector<Range> records;
  for (const YamlLayout& item : move->list->children) {
    if (!live.is_first_on_line(item.key_begin)) return error(Code::yaml, "a record does not begin on a line of its own");
    const Range record{live.comments_above(item.key_begin).begin, live.end_of_part(item, live.column(item.key_begin))};
    if (!records.empty() && record.begin < records.back().end) return error(Code::yaml, "two records share a line");
    records.push_back(record);
  }
  std::string text(live.slice(0, records.front().begin));
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Range& taken = records[move->order[i]];
    std::string lines(live.slice(taken.begin, taken.end));
    const bool is_last = i + 1 == records.size();
    if (!lines.ends_with('\n') && !(is_last && records[i].end == live.text().size())) lines += live.newline();
    text += lines;
    text += live.slice(records[i].end, is_last ? live.text().size() : records[i + 1].begin);
  }
  // The file's last line is without a line end as before.
  if (!live.text().ends_with('\n') && text.ends_with(live.newline())) text.resize(text.size() - live.newline().size());
  return std::optional<std::string>(std::move(text));
}

}  // namespace detail
}  // namespace kopi
