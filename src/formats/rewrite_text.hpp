// formats/rewrite_text.hpp   (inside formats only)
//
// Texts with the places of all that is in them, and pieces of one text made to fit into another.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "formats/node_compare.hpp"
#include "formats/rewrite.hpp"
#include "formats/yaml_layout.hpp"

namespace kopi::detail {

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A text, line by line.
class LineText {
 public:
  explicit LineText(std::string_view text);

  std::string_view text() const { return text_; }
  const std::string& newline() const { return newline_; }
  std::string_view slice(std::size_t begin, std::size_t end) const { return text_.substr(begin, end - begin); }
  std::size_t start_of_line(std::size_t at) const;  ///< behind a byte order mark
  std::size_t end_of_line(std::size_t at) const;    ///< before its "\n" or "\r\n"
  std::size_t next_line(std::size_t at) const;      ///< the text's end where there is none
  std::size_t column(std::size_t at) const { return at - start_of_line(at); }
  /// Nothing but spaces stands before `at` in its line.
  bool is_first_on_line(std::size_t at) const;
  /// The spaces and tabs that the line of `at` begins with.
  std::string_view indentation(std::size_t at) const;

 private:
  std::string_view text_;
  std::string newline_;
  std::vector<std::size_t> starts_;  ///< of each line: a text may be one line of a mebibyte
};

/// A text that was read, with its layout and comments.
struct LaidOut : LineText {
  LaidOut(std::string_view text, const Node* node) : LineText(text), node(node) {}

  const Node* node;
  std::vector<YamlLayout> roots = {};
  std::vector<Range> comments = {};  ///< in order

  std::string comment_text(const Range& comment) const;
  /// The comment that begins in [begin, end), or null; the first of them.
  const Range* comment_in(std::size_t begin, std::size_t end) const;
  /// The comment lines right above `at`, which is the first of its line, in the same column; an empty range where there are none.
  Range comments_above(std::size_t at) const;
  /// The comments of [begin, end) that are in no count of `may_go`: somebody else's than the author who changes this.
  std::vector<std::string> comments_to_keep(std::size_t begin, std::size_t end, const Comments& may_go) const;
  /// Where the lines of a block collection's part end: behind its value, and behind comments that stand deeper than `column`.
  std::size_t end_of_part(const YamlLayout& part, std::size_t column) const;
};

Result<LaidOut> lay_out(Syntax syntax, const ReadText& read, std::string_view file);

/// The same place in one of the texts that values are copied from.
struct Spot {
  const LaidOut* source = nullptr;
  const Node* node = nullptr;
  const YamlLayout* layout = nullptr;
  bool in_brackets = false;  ///< a part of a flow collection
};
using Spots = std::vector<Spot>;

/// The members of the mappings at some spots, by key.
class MemberSpots {
 public:
  explicit MemberSpots(const Spots& spots);
  Spots find(std::string_view key) const;
  /// The first that holds exactly `value`, in bytes that mean the same elsewhere: no anchors, aliases and tags.
  std::optional<Spot> holding(std::string_view key, const Node& value) const;
  std::optional<Spot> first_mapping() const;

 private:
  struct Entry {
    Spot spot;
    MemberIndex nodes;
    std::unordered_map<std::string_view, const YamlLayout*> layouts;
  };
  std::vector<Entry> entries_;
};

/// The items of the lists at some spots that are the same as those of `target`: with its id, or with its value.
class ItemSpots {
 public:
  ItemSpots(const Spots& spots, const Node& target);
  Spots at(std::size_t index) const;

 private:
  std::vector<std::vector<Spot>> entries_;
};

/// For each item of `target` the item of `now` that it is made from, or -1. The numbers that are not -1 grow.
std::vector<int> match_items(const Node& now, const Node& target);

/// The first spot that holds exactly `value` and can be copied.
std::optional<Spot> holding(const Spots& spots, const Node& value);

/// [begin, end) of a text, its lines moved by `shift` columns and ended like this. What does not begin a line is not moved.
std::string moved(const LaidOut& from, std::size_t begin, std::size_t end, std::ptrdiff_t shift, std::string_view newline);

}  // namespace kopi::detail
