// cli/diff_view.hpp
//
// What changes in files, as a person reads it and as a record.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/text.hpp"
#include "formats/node.hpp"
#include "model/ledger.hpp"

namespace kopi::cli {

struct FileDiff {
  std::string path;
  std::string_view kind;  ///< "added", "changed" or "removed"
  std::string diff;       ///< unified, as git writes it; of binary content only that it differs
};

/// One side of a comparison; a file that is not there has none.
struct DiffSide {
  std::string content;
  FileMode mode = FileMode::regular;
};

/// Nothing when the sides are equal.
Result<std::optional<FileDiff>> diff_file(const std::string& path, const std::optional<DiffSide>& before,
                                          const std::optional<DiffSide>& after);

/// `changed`, what diff_file() made of `to`, as a rename: nothing where only the name changed.
FileDiff renamed_file(const std::string& from, const std::string& to, std::optional<FileDiff> changed);

Text render_diffs(const std::vector<FileDiff>& diffs);
/// [{path, kind, diff}]
Node to_json(const std::vector<FileDiff>& diffs);

}  // namespace kopi::cli
