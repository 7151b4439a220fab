// formats/rewrite_block.hpp   (inside formats only)
//
// Changes of a YAML text line by line: each is a splice, and what no splice names stays.
#pragma once

#include <string>

#include "formats/rewrite_flow.hpp"
#include "formats/rewrite_text.hpp"

namespace kopi::detail {

class BlockWriter {
 public:
  /// @param may_go  comments that go with what they stand above
  BlockWriter(const LaidOut& live, const Comments& may_go);

  Result<void> root(const Node& target, const Spots& spots);
  /// The text with all splices made.
  /// @error yaml  two of them meet
  Result<std::string> apply();

 private:
  struct Splice {
    std::size_t begin;
    std::size_t end;
    std::string text;
  };

  Result<void> value(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots, bool in_list);
  bool keeps_its_dash(const YamlLayout& now, const Node& target) const;
  Result<void> members(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots);
  Result<void> add_members(const YamlLayout& now, const Node& node, const Node& target, const MemberSpots& sources);
  Result<void> remove_members(const YamlLayout& now, const Node& target);
  Result<void> items(const YamlLayout& now, const Node& node, const Node& target, const Spots& spots);
  Result<void> replace(const YamlLayout& now, const Node& target, const Spots& spots);
  void remove(const YamlLayout& part);

  std::string new_member(const Node& member, const Spots& spots, std::size_t column) const;
  std::string new_item(const Node& item, const Spots& spots, std::size_t column) const;
  std::string copied_part(const Spot& spot, std::size_t column) const;
  void insert_lines(std::size_t at, std::string lines);
  std::string kept_lines(std::size_t begin, std::size_t end, std::size_t column) const;
  Error cannot_edit(const YamlLayout& part) const;

  const LaidOut& live_;
  const Comments& may_go_;
  FlowWriter flow_;
  std::unordered_set<std::string> present_comments_;
  std::vector<Splice> splices_;
};

}  // namespace kopi::detail
