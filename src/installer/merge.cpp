// Prose is merged by line. YAML and JSON:
//
// 1. The three are parsed, and merged as data (merge_nodes.cpp): M is what the file must mean afterwards, whatever its lines are.
// 2. A merge of lines is taken if it reads as exactly M: first the clean one, then the one where ours wins.
// 3. Else the merge of lines where ours wins (for the author's comments that are in it) or ours itself is rewritten to M at the bytes of
// the
//    values that differ (formats/rewrite); the result is read again, and must be M with every comment that the author did not take out.
//    Where a key is in conflict it is ours itself: the merged lines may hold half of what the author did to that value.
// 4. Else it is a conflict of the whole file.
#include "installer/merge.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/json.hpp"
#include "formats/node_compare.hpp"
#include "formats/rewrite.hpp"
#include "formats/yaml.hpp"

namespace kopi {
namespace {

MergeOutcome conflict(const MergeInput& input, std::string reason) { return {std::string(input.ours), false, {}, std::move(reason)}; }

// What can't be merged at all is taken from the favoured side as a whole.
MergeOutcome one_side(const MergeInput& input, std::string reason) {
  if (input.favor == Favor::none) return conflict(input, std::move(reason));
  return {std::string(input.favor == Favor::ours ? input.ours : input.theirs), true, {}, std::move(reason)};
}

bool is_text(std::string_view bytes) { return bytes.find('\0') == std::string_view::npos && is_valid_utf8(bytes); }

std::optional<Syntax> syntax_of(std::string_view path) {
  const std::string name = to_lower_ascii(path);
  if (name.ends_with(".json")) return Syntax::json;
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return Syntax::yaml;
  return std::nullopt;
}

std::string shown_lines(const TextMerge& merge) {
  if (merge.first_line == 0) return "both changed the same lines";
  if (merge.last_line < merge.first_line)
    return fmt::format("you deleted lines before line {}, and the author changed them", merge.first_line);
  if (merge.last_line == merge.first_line) return fmt::format("both changed line {}", merge.first_line);
  return fmt::format("both changed lines {}-{}", merge.first_line, merge.last_line);
}

MergeOutcome merge_prose(const MergeInput& input) {
  for (const std::string_view side : {input.base.value_or(""), input.ours, input.theirs}) {
    if (!is_text(side)) return one_side(input, "binary");
  }
  if (!input.base) return one_side(input, "your own file, and no common past");
  auto merged = merge_text(*input.base, input.ours, input.theirs, input.favor);
  if (!merged) return conflict(input, merged.error().message);
  if (!merged->clean) return conflict(input, shown_lines(*merged));
  return {std::move(merged->text), true, {}, "merged"};
}

class DocumentMerge {
 public:
  DocumentMerge(const MergeInput& input, Syntax syntax) : input_(input), syntax_(syntax) {}

  MergeOutcome run() {
    for (const auto& [text, whose] : sides()) {
      auto read = documents_.size() == 1 ? parse(text) : compare(text);  // ours is live
      if (!read) return unreadable(whose, read.error());
      documents_.push_back(*std::move(read));
    }
    if (!input_.base && !(is_table(ours()) && is_table(theirs()))) {
      if (const auto read = parse(input_.theirs); !read) return unreadable("the author's", read.error());  // it may be taken as a whole
      return one_side(input_, "your own file, and no common past");
    }
    std::optional<TakenNodes> taken;
    if (input_.taken) {
      if (auto read = compare(input_.taken->text)) taken = TakenNodes{*std::move(read), input_.taken->undecided};
    }
    NodeMerge merge = merge_nodes(input_.base ? &documents_[0] : nullptr, ours(), theirs(), input_.favor, taken ? &*taken : nullptr);
    auto text = text_of(merge);
    if (!text) return not_merged(text.error());
    std::string reason = merge.conflicts.empty() ? "merged" : fmt::format("both changed {}", named(merge.conflicts));
    if (const Comments lost = lost_comments(*text); !lost.empty() && merge.conflicts.empty()) {
      if (auto whole = from_theirs(merge.merged, lost)) {
        text = *std::move(whole);
      } else {
        reason += fmt::format("; without the author's comment {}", truncate_to_width(lost.begin()->first, 60));
      }
    }
    if (!merge.conflicts.empty()) {
      if (const auto live = parse(*text)) find_places(merge.conflicts, *live);
    }
    const bool decided = merge.conflicts.empty() || input_.favor != Favor::none;
    return {*text, decided, std::move(merge.conflicts), std::move(reason)};
  }

 private:
  // What goes live is read by all that ever read it; what is only compared, by one reader.
  Result<Node> parse(std::string_view text) const {
    return syntax_ == Syntax::json ? parse_json(text, input_.path) : parse_yaml(text, input_.path);
  }
  Result<Node> compare(std::string_view text) const {
    return syntax_ == Syntax::json ? parse_json(text, input_.path) : compare_yaml(text, input_.path);
  }
  std::vector<std::pair<std::string_view, std::string_view>> sides() const {
    return {{input_.base.value_or(input_.ours), input_.base ? "what was shipped last" : "yours"},
            {input_.ours, "yours"},
            {input_.theirs, "the author's"}};
  }
  const Node& ours() const { return documents_[1]; }
  const Node& theirs() const { return documents_[2]; }
  // The text that ours' lines come from. Where ours took in a later version than the base, only its lines tell what the user did.
  std::string_view shipped_last() const { return input_.taken ? input_.taken->text : *input_.base; }
  static bool is_table(const Node& node) { return node.is(Node::Kind::mapping) || node.is_null(); }

  // Theirs is never taken where it can't be read: what is live must parse.
  MergeOutcome unreadable(std::string_view whose, const Error& why) const {
    std::string reason = fmt::format("{} does not parse: {}", whose, why.message);
    if (input_.favor == Favor::theirs && !parse(input_.theirs)) return conflict(input_, std::move(reason));
    return one_side(input_, std::move(reason));
  }

  // Where a side was taken for more readable than it is, that is the reason.
  MergeOutcome not_merged(const Error& why) const {
    for (const auto& [text, whose] : sides()) {
      if (const auto read = parse(text); !read) return unreadable(whose, read.error());
    }
    return conflict(input_, why.message);
  }

  static bool means(const Node& read, const Node& merged) {
    const bool both_empty = read.is_null() && merged.is(Node::Kind::mapping) && merged.items().empty();
    return both_empty || means_the_same(read, merged);
  }
  bool reads_as(std::string_view text, const Node& merged) const {
    const auto read = parse(text);
    return read && means(*read, merged);
  }

  Result<std::string> text_of(const NodeMerge& merge) const {
    const Node& merged = merge.merged;
    const auto lines = merged_lines(Favor::none);
    if (lines && reads_as(*lines, merged)) return *lines;
    Rewrite task{syntax_, input_.path, {input_.ours, &ours()}, &merged, {{input_.theirs, &theirs()}, {input_.ours, &ours()}}};
    look_at_comments(task);
    // Merged by line a record that moved leaves the user's comments behind.
    const bool moves = syntax_ == Syntax::yaml && moves_records(ours(), merged);
    if (moves) {
      auto text = rewrite(task);
      if (text || !task.must_stay.empty()) return text;
    }
    const auto mostly_ours = lines ? lines : merged_lines(Favor::ours);  // without a conflict they are the same
    if (mostly_ours) {
      const auto read = compare(*mostly_ours);
      const bool fits = read && means(*read, merged) && has_comments(*mostly_ours, task.must_stay);
      if (fits && (syntax_ == Syntax::json || parse(*mostly_ours))) return *mostly_ours;
      if (read && merge.conflicts.empty()) {
        task.live = {*mostly_ours, &*read};
        if (auto text = rewrite(task)) return text;
        task.live = {input_.ours, &ours()};
      }
    }
    return rewrite(task);
  }

  // Comments that the author wrote anew, and that are not in the text.
  Comments lost_comments(const std::string& text) const {
    if (syntax_ == Syntax::json || !input_.base) return {};
    return without(without(find_comments(input_.theirs), find_comments(shipped_last())), find_comments(text));
  }

  // The other way round, for the author's comments: the user's values put into the author's text. Only where that keeps every line
  // that the user wrote, and the user moved none.
  std::optional<std::string> from_theirs(const Node& merged, const Comments& lost) const {
    Rewrite task{syntax_, input_.path, {input_.ours, &ours()}, &merged, {{input_.ours, &ours()}, {input_.theirs, &theirs()}}};
    look_at_comments(task);
    task.live = {input_.theirs, &theirs()};
    task.may_go = without(find_comments(shipped_last()), find_comments(input_.ours));
    for (const auto& [comment, times] : lost) task.must_stay[comment] += times;
    auto text = rewrite(task);
    if (!text || !reads_as(*text, merged) || !keeps_lines(*text)) return std::nullopt;
    return *std::move(text);
  }

  bool keeps_lines(std::string_view text) const {
    const auto before = split_lines(shipped_last());
    const std::set<std::string_view> shipped(before.begin(), before.end());
    std::map<std::string_view, std::vector<std::size_t>> places;
    const auto after = split_lines(text);
    for (std::size_t i = 0; i < after.size(); ++i) places[after[i]].push_back(i);
    std::size_t last = 0;
    for (const std::string_view line : split_lines(input_.ours)) {
      const auto found = places.find(line);
      if (found == places.end() && !shipped.contains(line)) return false;
      if (found == places.end() || found->second.size() != 1) continue;  // changed by the author, or nothing to tell it by
      if (found->second.front() < last) return false;
      last = found->second.front();
    }
    return true;
  }

  std::optional<std::string> merged_lines(Favor favor) const {
    if (!input_.base) return std::nullopt;
    auto lines = merge_text(shipped_last(), input_.ours, input_.theirs, favor);
    if (!lines || !lines->clean) return std::nullopt;
    return std::move(lines->text);
  }

  // Comments that the author had and took out may go; all others of ours must stay.
  void look_at_comments(Rewrite& task) const {
    if (syntax_ == Syntax::json) return;
    task.must_stay = find_comments(input_.ours);
    if (!input_.base) return;
    task.may_go = without(find_comments(shipped_last()), find_comments(input_.theirs));
    task.must_stay = without(std::move(task.must_stay), task.may_go);
  }

  static Comments without(Comments some, const Comments& others) {
    for (const auto& [comment, times] : others) {
      const auto found = some.find(comment);
      if (found != some.end() && (found->second -= times) <= 0) some.erase(found);
    }
    return some;
  }

  static std::string named(const std::vector<KeyConflict>& conflicts) {
    constexpr std::size_t shown = 3;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < std::min(shown, conflicts.size()); ++i) names.push_back(shown_place(conflicts[i].key));
    return join(names, ", ") + (conflicts.size() > shown ? fmt::format(" and {} more", conflicts.size() - shown) : "");
  }

  const MergeInput& input_;
  Syntax syntax_;
  std::vector<Node> documents_;  ///< base, ours, theirs
};

}  // namespace

MergeOutcome merge_file(const MergeInput& input) {
  if (input.ours == input.theirs || (input.theirs == input.base && !input.taken)) return {std::string(input.ours), true, {}, "merged"};
  if (input.ours == input.base || (input.taken && input.ours == input.taken->text)) return {std::string(input.theirs), true, {}, "merged"};
  const auto syntax = syntax_of(input.path);
  return syntax ? DocumentMerge(input, *syntax).run() : merge_prose(input);
}

}  // namespace kopi
