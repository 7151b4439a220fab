// installer/merge_nodes.hpp
//
// The three-way merge of documents as data: which value each key has when two people changed the same file. What the text looks like
// is installer/merge.cpp's part.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/node.hpp"
#include "system/text_merge.hpp"

namespace kopi {

/// A place that both sides changed, and not alike. What a side does not have is absent there.
struct KeyConflict {
  std::string key;  ///< "model.default", "jobs[id=digest].schedule"; a part with other characters is in double quotes: a."b.c"
  std::optional<Node> base, ours, theirs;

  bool operator==(const KeyConflict&) const = default;
};

/// [{key, base, ours, theirs}], each value as JSON text; null: that side does not have it.
Node to_json(const std::vector<KeyConflict>& conflicts);

struct NodeMerge {
  Node merged;
  std::vector<KeyConflict> conflicts;  ///< in each of them `merged` holds ours' value, or theirs' where they are favoured
};

/// A mapping is merged key by key, a list of records by their `id` (else `name`) where all of them have one of their own; any other list
/// is one value, as a scalar is. `base` null: there is no common past, as if it were an empty mapping.
/// The user's order of records is kept, unless only the author changed it; the author's new records stand behind their predecessor.
NodeMerge merge_nodes(const Node* base, const Node& ours, const Node& theirs, MergeFavor favor);

}  // namespace kopi
