// installer/merge_nodes.hpp
//
// The three-way merge of documents as data: which value each key has when two people changed the same file. What the text looks like
// is installer/merge.cpp's part.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "formats/node.hpp"
#include "system/text_merge.hpp"

namespace kopi {

/// A place that both sides changed, and not alike. What a side does not have is absent there.
struct KeyConflict {
  std::string key;  ///< "model.default", "jobs[id=digest].schedule"; a part with other characters is in double quotes: a."b.c"; "$": all
  std::optional<Node> base, ours, theirs;
  /// The same as steps from the root: a member's name, or what the record's `id_key` holds.
  struct Step {
    std::string name;
    std::string id_key;
    bool operator==(const Step&) const = default;
  };
  std::vector<Step> steps = {};
  int line = 0;  ///< of ours' value in the file afterwards, from 1; 0: it is not there
  int column = 0;

  bool operator==(const KeyConflict&) const = default;
};

/// [{key, base, ours, theirs}], each value as JSON text; null: that side does not have it.
Node to_json(const std::vector<KeyConflict>& conflicts);
/// For people: "model.default", "the whole document".
std::string shown_place(const std::string& key);
/// What stands behind a name that means a secret, or looks like one, is replaced: conflicts are printed, and kept in records.
std::vector<KeyConflict> without_secrets(std::vector<KeyConflict> conflicts);
/// Fills in where each conflict's value stands in `document`.
void find_places(std::vector<KeyConflict>& conflicts, const Node& document);

/// TakenVersion as data.
struct TakenNodes {
  Node document;
  std::set<std::string> undecided;
};

struct NodeMerge {
  Node merged;
  std::vector<KeyConflict> conflicts;  ///< in each of them `merged` holds ours' value, or theirs' where they are favoured
};

/// A mapping is merged key by key, a list of records by their `id` (else `name`) where all of them have one of their own; any other list
/// is one value, as a scalar is. `base` null: there is no common past, as if it were an empty mapping. `taken`: MergeInput::taken, if there
/// is one. The user's order of records is kept, unless only the author changed it; the author's new records stand behind their predecessor.
NodeMerge merge_nodes(const Node* base, const Node& ours, const Node& theirs, MergeFavor favor, const TakenNodes* taken = nullptr);

}  // namespace kopi
