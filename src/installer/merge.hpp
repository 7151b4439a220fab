// installer/merge.hpp
//
// The three-way merge of one file: bytes in, bytes out. base = as shipped last, ours = what the user has, theirs = as shipped now.
// docs/formats/merge.md says what comes of which change.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "installer/merge_nodes.hpp"

namespace kopi {

using Favor = MergeFavor;

/// A version of the author's that `ours` took in already, but for the keys then in conflict: elsewhere, what is alike in both is no
/// change of the user's.
struct TakenVersion {
  std::string_view text;
  std::set<std::string> undecided;  ///< KeyConflict::key
};

struct MergeInput {
  std::string_view path;                 ///< decides how the file is read: .yaml, .yml and .json by key, everything else by line
  std::optional<std::string_view> base;  ///< absent: the two files have no common past
  std::string_view ours, theirs;
  Favor favor = Favor::none;  ///< what wins where both changed the same; all else is merged as ever
  /// Of a file that an earlier merge left undecided, `base` being what that merge started from. Only where files are merged by key.
  std::optional<TakenVersion> taken = std::nullopt;
};

struct MergeOutcome {
  std::string text;    ///< what goes live: parses where `ours` did, has no conflict markers, and holds the user's value in each conflict
  bool clean = false;  ///< nothing is left to decide
  std::vector<KeyConflict> keys;  ///< each key that both changed, also those that `favor` decided
  std::string reason;  ///< for people: "merged", "merged; without the author's comment # …", "both changed lines 3-5", "yours does not
                       ///< parse: config.yaml:3:1: …"
};

/// Not clean and without keys: nothing of `theirs` was taken, and `text` is `ours`. Not clean with keys: everything of `theirs` is in
/// but those keys.
MergeOutcome merge_file(const MergeInput& input);

}  // namespace kopi
