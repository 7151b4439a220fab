// Parts of a block collection are whole lines. They are taken out with the comments right above them that their author took out too; what
// somebody else wrote there stays. New ones stand behind the part that they stand behind where they come from, and before what comes next.
#include "formats/rewrite_block.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/yaml_value.hpp"

namespace kopi::detail {
namespace {

using Shape = YamlLayout::Shape;
using Style = YamlEvent::Style;

bool is_block_scalar(const YamlLayout& layout) {
  return layout.shape == Shape::scalar && (layout.style == Style::literal || layout.style == Style::folded);
}

std::size_t end_of(const YamlLayout& part) { return std::max(part.end, part.colon == std::string::npos ? part.key_end : part.colon + 1); }

}  // namespace

BlockWriter::BlockWriter(const LaidOut& live, const Comments& may_go) : live_(live), may_go_(may_go), flow_(live, Syntax::yaml, may_go) {
  for (const Range& comment : live.comments) present_comments_.insert(live.comment_text(comment));
}

Result<void> BlockWriter::root(const Node& target, const Spots& spots) {
  if (live_.roots.empty() || live_.roots[0].is_null) {
    if (!target.is(Node::Kind::mapping)) return error(Code::yaml, "the text holds no data");
    const MemberSpots sources(spots);
    for (const Node& member : target.items()) insert_lines(live_.text().size(), new_member(member, sources.find(member.key()), 0));
    return {};
  }
  const YamlLayout& root = live_.roots[0];
  if (target.is(Node::Kind::mapping) && target.items().empty() && root.shape == Shape::block_mapping) return remove_members(root, target);
  const bool same_kind = root.is_mapping() ? target.is(Node::Kind::mapping) : root.is_sequence() && target.is(Node::Kind::sequence);
  if (!same_kind) return cannot_edit(root);
  return value(root, *live_.node, target, spots, false);
}

Result<void> BlockWriter::value(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots, bool in_list) {
  if (means_the_same(node, target)) return {};
  if (now.shape == Shape::alias) return {};  // what it stands for may change as it shall; the proof decides
  if (now.shape == Shape::block_mapping && target.is(Node::Kind::mapping) && keeps_its_dash(now, target)) {
    return members(now, node, target, spots);
  }
  if (now.shape == Shape::block_sequence && target.is(Node::Kind::sequence) && !target.items().empty())
    return items(now, node, target, spots);
  const bool is_flow = now.shape == Shape::flow_mapping || now.shape == Shape::flow_sequence;
  const bool same_kind = now.is_mapping() ? target.is(Node::Kind::mapping) : target.is(Node::Kind::sequence);
  const bool grows =
      now.children.empty() && std::any_of(spots.begin(), spots.end(), [](const Spot& spot) { return spot.layout->is_block_collection(); });
  if (is_flow && same_kind && (!grows || now.colon == 0)) {
    KOPI_TRY(std::string text, flow_.value(now, node, target, spots));
    splices_.push_back({now.begin, now.end, std::move(text)});
    return {};
  }
  if (now.colon == std::string::npos || now.has_properties || (now.key_begin == now.key_end && !in_list)) return cannot_edit(now);
  return replace(now, target, spots);
}

// Of a mapping in the line of a list's dash some key must stay, to stand there.
bool BlockWriter::keeps_its_dash(const YamlLayout& now, const Node& target) const {
  if (live_.is_first_on_line(now.children.front().key_begin)) return !target.items().empty();
  const MemberIndex after(&target);
  return std::any_of(now.children.begin(), now.children.end(), [&](const YamlLayout& child) { return after.find(child.key) != nullptr; });
}

Result<void> BlockWriter::members(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) {
  const MemberIndex before(&node);
  const MemberIndex after(&target);
  const MemberSpots sources(spots);
  std::size_t seen = 0;
  for (const YamlLayout& child : now.children) {
    const Node* was = before.find(child.key);
    if (was == nullptr) {  // the merge key: what it brings can't be changed here
      continue;
    }
    ++seen;
    if (const Node* wanted = after.find(child.key)) KOPI_CHECK(value(child, *was, *wanted, sources.find(child.key), false));
  }
  if (seen != node.items().size()) {
    std::unordered_set<std::string_view> own;
    for (const YamlLayout& child : now.children) own.insert(child.key);
    for (const Node& member : node.items()) {
      if (own.contains(member.key())) continue;
      const Node* wanted = after.find(member.key());
      if (wanted == nullptr || !means_the_same(member, *wanted)) return cannot_edit(now);
    }
  }
  KOPI_CHECK(add_members(now, node, target, sources));
  return remove_members(now, target);
}

Result<void> BlockWriter::add_members(const YamlLayout& now, const Node& node, const Node& target, const MemberSpots& sources) {
  const MemberIndex before(&node);
  const MemberIndex after(&target);
  std::unordered_map<std::string_view, const YamlLayout*> places;
  for (const YamlLayout& child : now.children) places.emplace(child.key, &child);
  const std::size_t column = live_.column(now.children.front().key_begin);
  std::unordered_set<std::string_view> placed;
  const auto add = [&](const Node& member, const YamlLayout& behind) {
    insert_lines(live_.end_of_part(behind, column), new_member(member, sources.find(member.key()), column));
    placed.insert(member.key());
  };
  if (const auto source = sources.first_mapping()) {
    const YamlLayout* anchor = nullptr;
    for (const YamlLayout& child : source->layout->children) {
      const Node* wanted = after.find(child.key);
      if (wanted == nullptr) continue;
      if (const auto place = places.find(child.key); place != places.end()) {
        anchor = place->second;
      } else if (anchor != nullptr && before.find(child.key) == nullptr) {
        add(*wanted, *anchor);
      }
    }
  }
  for (const Node& member : target.items()) {
    if (before.find(member.key()) == nullptr && !placed.contains(member.key())) add(member, now.children.back());
  }
  return {};
}

Result<void> BlockWriter::remove_members(const YamlLayout& now, const Node& target) {
  const MemberIndex after(&target);
  const auto& children = now.children;
  std::size_t first = 0;
  const auto goes_away = [&](const YamlLayout& child) { return child.key != "<<" && after.find(child.key) == nullptr; };
  if (!live_.is_first_on_line(children.front().key_begin)) {  // "- a: 1": the dash goes to the first key that stays
    while (first < children.size() && goes_away(children[first])) ++first;
    if (first == children.size()) return cannot_edit(now);
    if (first > 0) splices_.push_back({children.front().key_begin, children[first].key_begin, ""});
  }
  for (; first < children.size(); ++first) {
    if (!goes_away(children[first])) continue;
    if (children[first].colon == std::string::npos) return cannot_edit(children[first]);
    remove(children[first]);
  }
  return {};
}

Result<void> BlockWriter::items(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) {
  const auto match = match_items(node, target);
  const ItemSpots sources(spots, target);
  const std::size_t column = live_.column(now.children.front().key_begin);
  std::vector<bool> stays(now.children.size(), false);
  std::vector<int> next(match.size() + 1, static_cast<int>(now.children.size()));  // the item that is kept from here on
  for (std::size_t i = match.size(); i-- > 0;) next[i] = match[i] >= 0 ? match[i] : next[i + 1];
  for (std::size_t i = 0; i < match.size(); ++i) {
    const Node& wanted = target.items()[i];
    if (match[i] >= 0) {
      const auto place = static_cast<std::size_t>(match[i]);
      stays[place] = true;
      KOPI_CHECK(value(now.children[place], node.items()[place], wanted, sources.at(i), true));
      continue;
    }
    // Behind those that go, so that lines which come and lines which go do not meet.
    if (next[i] > 0) {
      const YamlLayout& behind = now.children[static_cast<std::size_t>(next[i]) - 1];
      insert_lines(live_.end_of_part(behind, column), new_item(wanted, sources.at(i), column));
    } else {
      const std::size_t dash = now.children.front().key_begin;
      if (!live_.is_first_on_line(dash)) return cannot_edit(now);
      insert_lines(live_.comments_above(dash).begin, new_item(wanted, sources.at(i), column));
    }
  }
  for (std::size_t i = 0; i < stays.size(); ++i) {
    if (stays[i]) continue;
    if (!live_.is_first_on_line(now.children[i].key_begin)) return cannot_edit(now);
    remove(now.children[i]);
  }
  return {};
}

// Another value behind the same key. A comment in the key's line stays there.
Result<void> BlockWriter::replace(const YamlLayout& now, const Node& target, const Spots& spots) {
  const std::size_t line_end = live_.end_of_line(now.colon);
  const bool on_key_line =
      now.is_null || (now.begin <= line_end && now.end <= line_end && !now.is_block_collection() && !is_block_scalar(now));
  const auto spot = holding(spots, target);
  std::string head = " " + render_yaml(target, now.style);
  std::string rest;
  std::string comment;
  if (spot) {
    const LaidOut& source = *spot->source;
    const YamlLayout& from = *spot->layout;
    const std::size_t from_line = source.end_of_line(from.colon);
    const bool is_short = !from.is_block_collection() && !is_block_scalar(from) && from.end <= from_line && from.begin >= from.colon;
    if (is_short) {
      head = from.is_null ? "" : " " + std::string(source.slice(from.begin, from.end));
      if (on_key_line && !now.is_null && !from.is_null) {
        splices_.push_back({now.begin, now.end, head.substr(1)});
        return {};
      }
    } else if (!spot->in_brackets) {
      const Range* theirs = source.comment_in(from.colon, from_line);
      const std::size_t head_end = theirs == nullptr ? from_line : theirs->begin;
      head = std::string(source.slice(from.colon + 1, head_end));
      while (!head.empty() && (head.back() == ' ' || head.back() == '\t')) head.pop_back();
      if (theirs != nullptr) comment = source.comment_text(*theirs);
      const std::size_t begin = source.next_line(from.colon);
      const auto shift =
          static_cast<std::ptrdiff_t>(live_.column(now.key_begin)) - static_cast<std::ptrdiff_t>(source.column(from.key_begin));
      const std::size_t end = source.end_of_part(from, source.column(from.key_begin));
      rest = live_.newline() + moved(source, begin, end, shift, live_.newline());
      if (rest.ends_with(live_.newline())) rest.resize(rest.size() - live_.newline().size());
    }
  }
  if (on_key_line && rest.empty() && !now.is_null) {
    splices_.push_back({now.begin, now.end, trim(head).empty() ? "null" : std::string(trim(head))});
    return {};
  }
  if (const Range* mine = live_.comment_in(now.colon, line_end)) comment = live_.comment_text(*mine);
  const std::size_t end = now.is_null ? line_end : live_.end_of_line(end_of(now));
  const std::string kept = kept_lines(line_end, end, live_.column(now.key_begin));
  if (!kept.empty() && live_.is_first_on_line(now.key_begin)) {
    const std::size_t line = live_.start_of_line(now.key_begin);
    splices_.push_back({line, line, kept});
  }
  splices_.push_back({now.colon + 1, end, head + (comment.empty() ? "" : "  " + comment) + rest});
  return {};
}

void BlockWriter::remove(const YamlLayout& part) {
  const std::size_t column = live_.column(part.key_begin);
  Range above = live_.comments_above(part.key_begin);
  const Range* comment = live_.comment_in(above.begin, above.end);
  for (; comment != nullptr; comment = live_.comment_in(comment->end, above.end)) {
    if (!may_go_.contains(live_.comment_text(*comment))) above.begin = live_.next_line(comment->end);
  }
  const std::size_t end = live_.end_of_part(part, column);
  splices_.push_back({above.begin, end, kept_lines(live_.start_of_line(part.key_begin), end, column)});
}

// Comments of lines that are taken out, and that stay: each on a line of its own.
std::string BlockWriter::kept_lines(std::size_t begin, std::size_t end, std::size_t column) const {
  std::string kept;
  for (const std::string& comment : live_.comments_to_keep(begin, end, may_go_)) {
    kept += std::string(column, ' ') + comment + live_.newline();
  }
  return kept;
}

std::string BlockWriter::new_member(const Node& member, const Spots& spots, std::size_t column) const {
  if (const auto spot = holding(spots, member); spot && spot->layout->key_end > spot->layout->key_begin) {
    if (!spot->in_brackets) return copied_part(*spot, column);
  }
  return std::string(column, ' ') + flow_.key_text(member.key(), spots) + ": " + render_yaml(member);
}

std::string BlockWriter::new_item(const Node& item, const Spots& spots, std::size_t column) const {
  if (const auto spot = holding(spots, item)) {
    if (!spot->in_brackets) return copied_part(*spot, column);
  }
  return std::string(column, ' ') + "- " + render_yaml(item);
}

// Whole lines of another text, with the comments right above that this one lacks.
std::string BlockWriter::copied_part(const Spot& spot, std::size_t column) const {
  const LaidOut& source = *spot.source;
  const YamlLayout& part = *spot.layout;
  const std::size_t from = source.column(part.key_begin);
  std::string lines;
  if (source.is_first_on_line(part.key_begin)) {
    const Range above = source.comments_above(part.key_begin);
    for (const Range* comment = source.comment_in(above.begin, above.end); comment != nullptr;
         comment = source.comment_in(comment->end, above.end)) {
      const std::string text = source.comment_text(*comment);
      if (!present_comments_.contains(text)) lines += std::string(column, ' ') + text + live_.newline();
    }
  }
  const auto shift = static_cast<std::ptrdiff_t>(column) - static_cast<std::ptrdiff_t>(from);
  lines += std::string(column, ' ') + moved(source, part.key_begin, source.end_of_part(part, from), shift, live_.newline());
  if (lines.ends_with(live_.newline())) lines.resize(lines.size() - live_.newline().size());
  return lines;
}

// Lines of their own at `at`, which is the start of a line or the end of the text.
void BlockWriter::insert_lines(std::size_t at, std::string lines) {
  const std::string_view text = live_.text();
  const bool at_open_end = at == text.size() && !text.empty() && text.back() != '\n' && text != "\xEF\xBB\xBF";
  splices_.push_back({at, at, at_open_end ? live_.newline() + lines : lines + live_.newline()});
}

Error BlockWriter::cannot_edit(const YamlLayout& part) const {
  const auto bytes = live_.text().substr(0, std::max(part.begin, part.key_begin));
  return error(Code::yaml, "line {} is written in a way that can't be changed in place (anchor, alias, tag or '? key')",
               1 + std::count(bytes.begin(), bytes.end(), '\n'));
}

Result<std::string> BlockWriter::apply() {
  std::stable_sort(splices_.begin(), splices_.end(),
                   [](const Splice& a, const Splice& b) { return std::pair(a.begin, a.end) < std::pair(b.begin, b.end); });
  std::string out;
  std::size_t at = 0;
  for (const Splice& splice : splices_) {
    if (splice.begin < at) return error(Code::yaml, "two changes meet in one place");
    out += live_.slice(at, splice.begin);
    out += splice.text;
    at = splice.end;
  }
  out += live_.text().substr(at);
  return out;
}

}  // namespace kopi::detail
