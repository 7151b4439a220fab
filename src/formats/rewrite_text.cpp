#include "formats/rewrite_text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/json_layout.hpp"

namespace kopi::detail {
namespace {

using Shape = YamlLayout::Shape;
using Style = YamlEvent::Style;

bool is_block_scalar(const YamlLayout& layout) {
  return layout.shape == Shape::scalar && (layout.style == Style::literal || layout.style == Style::folded);
}

// Where no comment can begin: keys and scalars. The header of a block scalar may have one behind it.
void collect_tokens(const LineText& text, const YamlLayout& layout, std::vector<Range>& tokens) {
  if (layout.key_end > layout.key_begin) tokens.push_back({layout.key_begin, layout.key_end});
  if (layout.shape == Shape::scalar && !layout.is_null) {
    tokens.push_back({is_block_scalar(layout) ? text.end_of_line(layout.begin) : layout.begin, layout.end});
  }
  for (const YamlLayout& child : layout.children) collect_tokens(text, child, tokens);
}

std::vector<Range> comments_of(const LineText& text, const std::vector<YamlLayout>& roots) {
  std::vector<Range> tokens;
  for (const YamlLayout& root : roots) collect_tokens(text, root, tokens);
  std::sort(tokens.begin(), tokens.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
  std::vector<Range> comments;
  auto token = tokens.begin();
  const std::string_view bytes = text.text();
  for (std::size_t at = bytes.find('#'); at != std::string_view::npos; at = bytes.find('#', at)) {
    while (token != tokens.end() && token->end <= at) ++token;
    if (token != tokens.end() && token->begin <= at) {
      at = token->end;
    } else if (at == text.start_of_line(at) || bytes[at - 1] == ' ' || bytes[at - 1] == '\t') {
      comments.push_back({at, text.end_of_line(at)});
      at = comments.back().end;
    } else {
      ++at;
    }
  }
  return comments;
}

// Bytes that mean something only where they stand.
bool refers_elsewhere(const YamlLayout& layout) {
  return layout.has_properties || layout.shape == Shape::alias ||
         std::any_of(layout.children.begin(), layout.children.end(), refers_elsewhere);
}

// The places in `values` of a longest growing run; -1 takes no part.
std::vector<bool> longest_growing(const std::vector<int>& values) {
  std::vector<std::size_t> tails;  // tails[n]: where the run of n + 1 with the smallest end stops
  std::vector<std::ptrdiff_t> before(values.size(), -1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] < 0) continue;
    const auto at =
        std::lower_bound(tails.begin(), tails.end(), values[i], [&](std::size_t tail, int value) { return values[tail] < value; });
    if (at != tails.begin()) before[i] = static_cast<std::ptrdiff_t>(*std::prev(at));
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<bool> chosen(values.size(), false);
  for (auto i = tails.empty() ? -1 : static_cast<std::ptrdiff_t>(tails.back()); i >= 0; i = before[static_cast<std::size_t>(i)]) {
    chosen[static_cast<std::size_t>(i)] = true;
  }
  return chosen;
}

}  // namespace

LineText::LineText(std::string_view text) : text_(text), newline_(text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n") {
  starts_.push_back(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) starts_.push_back(at + 1);
}

std::size_t LineText::start_of_line(std::size_t at) const {
  const auto behind = std::upper_bound(starts_.begin(), starts_.end(), at);
  return behind == starts_.begin() ? starts_.front() : *std::prev(behind);
}

std::size_t LineText::end_of_line(std::size_t at) const {
  const auto behind = std::upper_bound(starts_.begin(), starts_.end(), at);
  if (behind == starts_.end()) return text_.size();
  const std::size_t end = *behind - 1;
  return end > at && text_[end - 1] == '\r' ? end - 1 : end;
}

std::size_t LineText::next_line(std::size_t at) const {
  const auto behind = std::upper_bound(starts_.begin(), starts_.end(), at);
  return behind == starts_.end() ? text_.size() : *behind;
}

bool LineText::is_first_on_line(std::size_t at) const { return trim(slice(start_of_line(at), at)).empty(); }

std::string_view LineText::indentation(std::size_t at) const {
  const auto begin = start_of_line(at);
  return slice(begin, std::min(text_.find_first_not_of(" \t", begin), text_.size()));
}

std::string LaidOut::comment_text(const Range& comment) const { return std::string(trim(slice(comment.begin, comment.end))); }

const Range* LaidOut::comment_in(std::size_t begin, std::size_t end) const {
  const auto at = std::lower_bound(comments.begin(), comments.end(), begin,
                                   [](const Range& comment, std::size_t from) { return comment.begin < from; });
  return at != comments.end() && at->begin < end ? &*at : nullptr;
}

Range LaidOut::comments_above(std::size_t at) const {
  const std::size_t line = start_of_line(at);
  Range above{line, line};
  while (above.begin > 0) {
    const std::size_t previous = start_of_line(above.begin - 1);
    const Range* comment = comment_in(previous, above.begin);
    if (previous >= above.begin || comment == nullptr || !is_first_on_line(comment->begin) || column(comment->begin) != column(at)) break;
    above.begin = previous;
  }
  return above;
}

std::vector<std::string> LaidOut::comments_to_keep(std::size_t begin, std::size_t end, const Comments& may_go) const {
  std::vector<std::string> kept;
  for (const Range* comment = comment_in(begin, end); comment != nullptr; comment = comment_in(comment->end, end)) {
    std::string text = comment_text(*comment);
    if (!may_go.contains(text)) kept.push_back(std::move(text));
  }
  return kept;
}

std::size_t LaidOut::end_of_part(const YamlLayout& part, std::size_t column_of_part) const {
  std::size_t end = next_line(std::max(part.end, part.colon == std::string::npos ? part.key_end : part.colon + 1));
  const YamlLayout* last = &part;
  while (!last->children.empty() && last->is_block_collection()) last = &last->children.back();
  const bool keeps_blank_lines =
      is_block_scalar(*last) && slice(last->begin, end_of_line(last->begin)).substr(0, 3).find('+') != std::string_view::npos;
  std::size_t at = end;
  while (at < text().size()) {
    const std::size_t line_end = end_of_line(at);
    const std::size_t first = std::min(text().find_first_not_of(" \t", at), line_end);
    const bool blank = first >= line_end;
    const bool deeper = !blank && first - at > column_of_part && comment_in(first, first + 1) != nullptr;
    if (!blank && !deeper) break;
    at = next_line(at);
    if (deeper || keeps_blank_lines) end = at;
  }
  return end;
}

Result<LaidOut> lay_out(Syntax syntax, const ReadText& read, std::string_view file) {
  LaidOut laid(read.text, read.value);
  if (syntax == Syntax::json) {
    laid.roots.push_back(read_json_layout(read.text));
  } else {
    KOPI_TRY(laid.roots, read_yaml_layout(read.text, file, {}));
    laid.comments = comments_of(laid, laid.roots);
  }
  return laid;
}

MemberSpots::MemberSpots(const Spots& spots) {
  for (const Spot& spot : spots) {
    if (spot.layout == nullptr || !spot.layout->is_mapping() || !spot.node->is(Node::Kind::mapping)) continue;
    Entry entry{spot, MemberIndex(spot.node), {}};
    for (const YamlLayout& child : spot.layout->children) entry.layouts.emplace(child.key, &child);
    entries_.push_back(std::move(entry));
  }
}

Spots MemberSpots::find(std::string_view key) const {
  Spots found;
  for (const Entry& entry : entries_) {
    const Node* node = entry.nodes.find(key);
    const auto layout = entry.layouts.find(key);
    if (node != nullptr && layout != entry.layouts.end()) {
      found.push_back({entry.spot.source, node, layout->second, !entry.spot.layout->is_block_collection()});
    }
  }
  return found;
}

std::optional<Spot> MemberSpots::holding(std::string_view key, const Node& value) const { return detail::holding(find(key), value); }

std::optional<Spot> MemberSpots::first_mapping() const { return entries_.empty() ? std::nullopt : std::optional(entries_.front().spot); }

ItemSpots::ItemSpots(const Spots& spots, const Node& target) {
  for (const Spot& spot : spots) {
    if (spot.layout == nullptr || !spot.layout->is_sequence() || !spot.node->is(Node::Kind::sequence)) continue;
    const std::string_view key = record_key({spot.node, &target});
    std::unordered_map<std::string, std::size_t> places;
    for (std::string& identity : item_identities(*spot.node, key)) places.emplace(std::move(identity), places.size());
    auto& found = entries_.emplace_back();
    for (const std::string& identity : item_identities(target, key)) {
      const auto at = places.find(identity);
      const bool in_brackets = !spot.layout->is_block_collection();
      found.push_back(at == places.end()
                          ? Spot{}
                          : Spot{spot.source, &spot.node->items()[at->second], &spot.layout->children[at->second], in_brackets});
    }
  }
}

Spots ItemSpots::at(std::size_t index) const {
  Spots found;
  for (const auto& entry : entries_) {
    if (entry[index].source != nullptr) found.push_back(entry[index]);
  }
  return found;
}

std::vector<int> match_items(const Node& now, const Node& target) {
  const std::string_view key = record_key({&now, &target});
  std::unordered_map<std::string, int> present;
  for (const std::string& identity : item_identities(now, key)) present.emplace(identity, static_cast<int>(present.size()));
  std::vector<int> match;
  for (const std::string& identity : item_identities(target, key)) {
    const auto found = present.find(identity);
    match.push_back(found == present.end() ? -1 : found->second);
  }
  const auto stays = longest_growing(match);
  for (std::size_t i = 0; i < match.size(); ++i) match[i] = stays[i] ? match[i] : -1;
  if (!key.empty()) return match;
  // Items that are told apart by nothing but their value: what stands between the same neighbours is the same item, changed.
  std::vector<int> limit(match.size(), static_cast<int>(now.items().size()));
  for (std::size_t i = match.size(); i-- > 0;) limit[i] = match[i] >= 0 ? match[i] : i + 1 < match.size() ? limit[i + 1] : limit[i];
  int next = 0;
  for (std::size_t i = 0; i < match.size(); ++i) {
    if (match[i] < 0 && next < limit[i]) match[i] = next;
    if (match[i] >= 0) next = match[i] + 1;
  }
  return match;
}

std::optional<Spot> holding(const Spots& spots, const Node& value) {
  for (const Spot& spot : spots) {
    if (spot.layout->colon != std::string::npos && means_the_same(*spot.node, value) && !refers_elsewhere(*spot.layout)) return spot;
  }
  return std::nullopt;
}

std::string moved(const LaidOut& from, std::size_t begin, std::size_t end, std::ptrdiff_t shift, std::string_view newline) {
  std::string out;
  for (std::size_t at = begin; at < end;) {
    const std::size_t line_end = std::min(from.end_of_line(at), end);
    std::string_view line = from.slice(at, line_end);
    if (at == from.start_of_line(at) && !line.empty()) {
      if (shift > 0) out.append(static_cast<std::size_t>(shift), ' ');
      const auto spaces = std::min(line.find_first_not_of(' '), line.size());
      if (shift < 0) line.remove_prefix(std::min(spaces, static_cast<std::size_t>(-shift)));
    }
    out += line;
    if (line_end < end) out += newline;
    at = std::max(from.next_line(line_end), line_end + 1);
  }
  return out;
}

}  // namespace kopi::detail
