// A collection is its opening, its parts, what stands between them, and its closing. Parts that go take the separator before them along;
// new parts stand behind the part that they stand behind where they come from, separated as the others are.
#include "formats/rewrite_flow.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "formats/yaml_value.hpp"

namespace kopi::detail {
namespace {

using Shape = YamlLayout::Shape;
using Style = YamlEvent::Style;

// How much deeper the first part of the text's outermost collection stands.
std::string unit_of(const LaidOut& text) {
  if (text.roots.empty() || text.roots[0].children.empty()) return "  ";
  const auto inner = text.indentation(text.roots[0].children[0].key_begin);
  const auto outer = text.indentation(text.roots[0].begin);
  return inner.size() > outer.size() ? std::string(inner.substr(outer.size())) : "  ";
}

bool is_plain_in_flow(std::string_view text) { return text.find_first_of(",[]{}?\r\n") == std::string_view::npos; }

}  // namespace

FlowWriter::FlowWriter(const LaidOut& live, Syntax syntax, const Comments& may_go)
    : live_(live), syntax_(syntax), may_go_(may_go), unit_(unit_of(live)) {
  if (live.roots.empty()) return;
  const YamlLayout& root = live.roots[0];
  one_line_ = live.slice(root.begin, root.end).find('\n') == std::string_view::npos;
  if (syntax == Syntax::json && !root.children.empty() && root.is_mapping()) {
    const std::size_t colon = root.children[0].colon;
    spaced_ = root.children[0].begin > colon + 1;
  }
}

Result<std::string> FlowWriter::value(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const {
  if (means_the_same(node, target)) return std::string(live_.slice(now.begin, now.end));
  if (now.shape == Shape::alias) return std::string(live_.slice(now.begin, now.end));  // what it stands for may change as it shall
  if (now.is_block_collection() || (now.has_properties && now.children.empty())) return cannot_edit(now);
  const bool same_kind = !target.is_scalar() &&
                         ((now.is_mapping() && target.is(Node::Kind::mapping)) || (now.is_sequence() && target.is(Node::Kind::sequence)));
  if (same_kind) return collection(now, node, target, spots);
  if (now.has_properties) return cannot_edit(now);
  return new_value(target, spots, now);
}

Result<std::string> FlowWriter::collection(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const {
  KOPI_TRY(auto pieces, target.is(Node::Kind::mapping) ? members(now, node, target, spots) : items(now, node, target, spots));
  return join_pieces(now, std::move(pieces));
}

Result<std::vector<FlowWriter::Piece>> FlowWriter::members(const YamlLayout& now, const Node& node, const Node& target,
                                                           const Spots& spots) const {
  const MemberIndex before(&node);
  const MemberIndex after(&target);
  const MemberSpots sources(spots);
  std::unordered_map<std::string_view, std::vector<Piece>> behind;
  std::unordered_map<std::string_view, bool> placed;
  std::vector<Piece> pieces;
  const auto add = [&](const Node& member, std::vector<Piece>& to) {
    const auto spot = sources.holding(member.key(), member);
    const bool copies = spot && spot->layout->key_end > spot->layout->key_begin && syntax_ == Syntax::json;
    to.push_back({copies
                      ? copied(*spot, spot->layout->key_begin, spot->layout->end, now)
                      : key_text(member.key(), sources.find(member.key())) + colon() + new_value(member, sources.find(member.key()), now)});
    placed[member.key()] = true;
  };
  if (const auto source = sources.first_mapping()) {
    std::string_view anchor;
    bool anchored = false;
    for (const YamlLayout& child : source->layout->children) {
      const Node* wanted = after.find(child.key);
      if (wanted == nullptr) continue;
      if (before.find(child.key) != nullptr) {
        anchor = child.key;
        anchored = true;
      } else if (anchored) {
        add(*wanted, behind[anchor]);
      }
    }
  }
  for (std::size_t i = 0; i < now.children.size(); ++i) {
    const YamlLayout& child = now.children[i];
    const Node* was = before.find(child.key);
    const Node* wanted = after.find(child.key);
    if (was == nullptr) return cannot_edit(child);
    if (wanted != nullptr) {
      KOPI_TRY(std::string text, part(child, *was, *wanted, sources.find(child.key)));
      pieces.push_back({std::move(text), static_cast<int>(i)});
    }
    for (Piece& piece : behind[child.key]) pieces.push_back(std::move(piece));
  }
  for (const Node& member : target.items()) {
    if (before.find(member.key()) == nullptr && !placed.contains(member.key())) add(member, pieces);
  }
  return pieces;
}

Result<std::vector<FlowWriter::Piece>> FlowWriter::items(const YamlLayout& now, const Node& node, const Node& target,
                                                         const Spots& spots) const {
  const auto match = match_items(node, target);
  const ItemSpots sources(spots, target);
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < match.size(); ++i) {
    const Node& wanted = target.items()[i];
    if (match[i] < 0) {
      pieces.push_back({new_value(wanted, sources.at(i), now)});
      continue;
    }
    const auto place = static_cast<std::size_t>(match[i]);
    KOPI_TRY(std::string text, value(now.children[place], node.items()[place], wanted, sources.at(i)));
    pieces.push_back({std::move(text), match[i]});
  }
  return pieces;
}

// A member with its key.
Result<std::string> FlowWriter::part(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const {
  if (means_the_same(node, target)) return std::string(live_.slice(now.key_begin, end_of(now)));
  KOPI_TRY(std::string text, value(now, node, target, spots));
  if (!now.is_null) return std::string(live_.slice(now.key_begin, now.begin)) + text;
  if (now.colon == std::string::npos && now.key_end == now.key_begin) return cannot_edit(now);
  return std::string(live_.slice(now.key_begin, now.key_end)) + ": " + text;
}

std::string FlowWriter::new_value(const Node& value, const Spots& spots, const YamlLayout& inside) const {
  const auto spot = holding(spots, value);
  if (!spot) return render(value);
  const YamlLayout& layout = *spot->layout;
  const std::string_view bytes = spot->source->slice(layout.begin, layout.end);
  if (syntax_ == Syntax::json) return copied(*spot, layout.begin, layout.end, inside);
  const bool is_short = bytes.find('\n') == std::string_view::npos && !bytes.empty();
  const bool fits =
      layout.shape == Shape::scalar ? (layout.style == Style::plain ? is_plain_in_flow(bytes) : true) : !layout.is_block_collection();
  return is_short && fits && layout.style != Style::literal && layout.style != Style::folded ? std::string(bytes) : render(value);
}

// JSON from another text, as deep as its new neighbours: strings hold no line breaks, so every line can be moved.
std::string FlowWriter::copied(const Spot& spot, std::size_t begin, std::size_t end, const YamlLayout& inside) const {
  const std::string_view bytes = spot.source->slice(begin, end);
  const YamlLayout& from = *spot.layout;
  if (bytes.find('\n') == std::string_view::npos || !has_lines(inside)) {
    const std::string_view value = spot.source->slice(from.begin, from.end);
    const bool is_short = value.find('\n') == std::string_view::npos;
    const std::string key =
        from.key_begin == begin && from.key_end > begin ? std::string(spot.source->slice(begin, from.key_end)) + colon() : "";
    return key + (is_short ? std::string(value) : render(*spot.node));
  }
  const std::string unit = unit_of(*spot.source);
  const std::size_t outer = spot.source->indentation(begin).size();
  const std::string base = indentation_inside(inside);
  std::string out;
  for (const std::string_view line : split_lines(bytes)) {
    if (!out.empty()) {
      const std::size_t depth = std::min(line.find_first_not_of(" \t"), line.size());
      out += live_.newline() + base;
      for (std::size_t level = depth > outer ? (depth - outer) / unit.size() : 0; level > 0; --level) out += unit_;
    }
    out += out.empty() ? line : trim(line);
  }
  return out;
}

std::string FlowWriter::render(const Node& value, YamlEvent::Style like) const {
  if (syntax_ == Syntax::yaml) return render_yaml(value, like);
  return value.is(Node::Kind::integer) || value.is(Node::Kind::real) ? value.as_text() : render_json(value);
}

std::string FlowWriter::key_text(std::string_view key, const Spots& spots) const {
  for (const Spot& spot : spots) {
    const std::string_view bytes = spot.source->slice(spot.layout->key_begin, spot.layout->key_end);
    if (!bytes.empty() && spot.layout->key == key && (spot.in_brackets || is_plain_in_flow(bytes))) return std::string(bytes);
  }
  return syntax_ == Syntax::yaml ? render_yaml_string(key) : render_json(Node(key));
}

// Its parts stand on lines of their own. An empty one would, where the text has lines at all and is JSON.
bool FlowWriter::has_lines(const YamlLayout& collection) const {
  if (!collection.is_mapping() && !collection.is_sequence()) return false;
  if (collection.children.empty()) return syntax_ == Syntax::json && !one_line_;
  return live_.slice(collection.begin, collection.children.front().key_begin).find('\n') != std::string_view::npos;
}

std::string FlowWriter::indentation_inside(const YamlLayout& collection) const {
  if (collection.children.empty()) return std::string(live_.indentation(collection.begin)) + unit_;
  return std::string(live_.indentation(collection.children.front().key_begin));
}

std::string FlowWriter::separator(const YamlLayout& collection) const {
  if (has_lines(collection)) return "," + live_.newline() + indentation_inside(collection);
  return spaced_ ? ", " : ",";
}

// What stands between two parts, with the comments of parts that stood there and are gone, each on a line of its own.
std::string FlowWriter::with_comments(std::string between, std::size_t begin, std::size_t end) const {
  const auto last_line = between.rfind('\n');
  if (last_line == std::string::npos || begin >= end) return between;
  std::string lines;
  for (const std::string& comment : live_.comments_to_keep(begin, end, may_go_)) {
    lines += live_.newline() + std::string(live_.indentation(begin)) + comment;
  }
  const bool has_return = last_line > 0 && between[last_line - 1] == '\r';
  return between.insert(has_return ? last_line - 1 : last_line, lines);
}

// What stands from `left` on, the end of a part, to `to`, where parts between them up to `right` are gone: the rest of the left one's line
// is its comma and its comment, and what follows the right one's line belongs to what comes next.
std::string FlowWriter::bridge(std::size_t left, std::size_t right, std::size_t to) const {
  const std::size_t left_line = live_.end_of_line(left);
  const std::size_t right_line = live_.end_of_line(right);
  if (left >= right || left_line >= right || right_line >= to) return with_comments(std::string(live_.slice(right, to)), left, right);
  const std::string rest_of_line(live_.slice(left, left_line));
  const bool is_whole =
      rest_of_line.find_first_not_of(", \t") == std::string::npos || trim(replace_all(rest_of_line, ",", " ")).starts_with('#');
  if (!is_whole) return with_comments(std::string(live_.slice(right, to)), left, right);  // the next part stands in the same line
  return with_comments(rest_of_line + std::string(live_.slice(right_line, to)), left_line, right_line);
}

std::string FlowWriter::join_pieces(const YamlLayout& now, std::vector<Piece> pieces) const {
  const auto& parts = now.children;
  const std::string_view brackets = now.is_mapping() ? "{}" : "[]";
  if (pieces.empty()) return std::string(brackets);
  const std::string between = separator(now);
  std::string out(brackets.substr(0, 1));
  std::string closing(brackets.substr(1));
  std::size_t covered = 0;  // comments are taken care of up to here
  if (!parts.empty()) {
    const auto first = std::find_if(pieces.begin(), pieces.end(), [](const Piece& piece) { return piece.present >= 0; });
    covered = first == pieces.end() ? end_of(parts.back()) : parts[static_cast<std::size_t>(first->present)].key_begin;
    out = with_comments(std::string(live_.slice(now.begin, parts.front().key_begin)), parts.front().key_begin, covered);
    closing = live_.slice(end_of(parts.back()), now.end);
  } else if (has_lines(now)) {
    out += between.substr(1);
    closing = live_.newline() + std::string(live_.indentation(now.begin)) + closing;
  }
  bool used = false;  // what stood behind the part before stands before a new one now
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const int right = pieces[i].present;
    const YamlLayout* part = right < 0 ? nullptr : &parts[static_cast<std::size_t>(right)];
    if (i > 0) {
      const int left = pieces[i - 1].present;
      const YamlLayout* before = left < 0 ? nullptr : &parts[static_cast<std::size_t>(left)];
      if (part != nullptr && right > 0 && !used) {
        out += bridge(covered, end_of(*(part - 1)), part->key_begin);
      } else if (part == nullptr && before != nullptr && before != &parts.back()) {  // a comment behind a comma stays with its part
        out += live_.slice(end_of(*before), before[1].key_begin);
        covered = before[1].key_begin;
        used = true;
      } else if (before != nullptr && before == &parts.back() && closing.find('#') < closing.find_last_of('\n')) {
        const auto line_end = closing.find_first_of("\r\n");
        out += "," + closing.substr(0, line_end) + live_.newline() + indentation_inside(now);
        closing.erase(0, line_end);
      } else {
        out += part == nullptr ? between : with_comments(between, covered, part->key_begin);
      }
    }
    out += pieces[i].text;
    if (part != nullptr) {
      covered = end_of(*part);
      used = false;
    }
  }
  const std::size_t last = parts.empty() ? covered : end_of(parts.back());
  if (covered >= last) return out + closing;
  closing = bridge(covered, last, now.end);
  if (const auto comma = closing.find(','); comma < closing.find('#') && comma < closing.find('\n')) closing.erase(comma, 1);
  return out + closing;
}

std::size_t FlowWriter::end_of(const YamlLayout& part) const {
  const std::size_t colon = part.colon == std::string::npos || !part.is_null ? 0 : part.colon + 1;
  return std::max({part.end, part.key_end, part.key_end > part.key_begin ? colon : 0});
}

Error FlowWriter::cannot_edit(const YamlLayout& part) const {
  const auto bytes = live_.text().substr(0, part.begin);
  return error(Code::yaml, "line {} is written in a way that can't be changed in place (anchor, alias, tag or '? key')",
               1 + std::count(bytes.begin(), bytes.end(), '\n'));
}

}  // namespace kopi::detail
