// formats/rewrite_flow.hpp   (inside formats only)
//
// Collections between brackets, of YAML and JSON: written anew from the bytes of their parts.
#pragma once

#include <string>

#include "formats/rewrite_text.hpp"

namespace kopi::detail {

class FlowWriter {
 public:
  FlowWriter(const LaidOut& live, Syntax syntax, const Comments& may_go);

  /// The bytes of a value that stands at `now` and shall mean `target`. What stays the same keeps its bytes.
  /// @error yaml  an anchor, an alias, a tag or `? key` is in the way
  Result<std::string> value(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const;
  /// A key as one of the spots writes it, where that can stand between brackets.
  std::string key_text(std::string_view key, const Spots& spots) const;

 private:
  struct Piece {
    std::string text;
    int present = -1;  ///< which of the collection's parts it is
  };

  Result<std::string> collection(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const;
  Result<std::vector<Piece>> members(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const;
  Result<std::vector<Piece>> items(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const;
  Result<std::string> part(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots) const;
  std::string new_value(const Node& value, const Spots& spots, const YamlLayout& inside) const;
  std::string copied(const Spot& spot, std::size_t begin, std::size_t end, const YamlLayout& inside) const;
  std::string render(const Node& value, YamlEvent::Style like = YamlEvent::Style::plain) const;
  const char* colon() const { return spaced_ ? ": " : ":"; }
  bool has_lines(const YamlLayout& collection) const;
  std::string indentation_inside(const YamlLayout& collection) const;
  std::string separator(const YamlLayout& collection) const;
  std::string with_comments(std::string between, std::size_t begin, std::size_t end) const;
  std::string bridge(std::size_t left, std::size_t right, std::size_t to) const;
  std::string join_pieces(const YamlLayout& now, std::vector<Piece> pieces) const;
  std::size_t end_of(const YamlLayout& part) const;
  Error cannot_edit(const YamlLayout& part) const;

  const LaidOut& live_;
  Syntax syntax_;
  const Comments& may_go_;
  std::string unit_;       ///< one level of indentation
  bool one_line_ = false;  ///< the whole text is
  bool spaced_ = true;     ///< a space stands behind ':' and ','
};

}  // namespace kopi::detail
