// formats/node_compare.hpp
//
// Comparing documents as a merge must: more strictly than Node's ==, and in linear time whatever the documents are.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/node.hpp"

namespace kopi {

/// Equal data, and written to mean the same: 1.10 is not 1.1 (a version), plain `yes` is not the text "yes". The order of keys
/// does not matter.
bool means_the_same(const Node& a, const Node& b);

/// Equal texts exactly where means_the_same() holds: for finding items of one list in another.
std::string meaning_of(const Node& node);

/// The key by which the records of all these lists are told apart: "id", else "name", where every record of every list has a value of
/// its own there; empty when they are no such lists. Null pointers, and what is no list, are passed over.
std::string_view record_key(std::initializer_list<const Node*> lists);

/// What tells each item of a list apart: the value at `key`; without a key the meaning of the item, and which of its equals it is.
std::vector<std::string> item_identities(const Node& list, std::string_view key);

/// The members of a mapping by key; of anything else, none. Views into `node`, which must outlive it.
class MemberIndex {
 public:
  explicit MemberIndex(const Node* node);
  const Node* find(std::string_view key) const;

 private:
  std::unordered_map<std::string_view, const Node*> members_;
};

}  // namespace kopi
