#include "installer/merge_keys.hpp"

#include "installer/merge.hpp"

namespace kopi {

std::optional<std::string> merge_missing_keys(std::string_view path, std::string_view ours, std::string_view theirs) {
  MergeOutcome outcome = merge_file({path, std::nullopt, ours, theirs});
  if (!outcome.clean && outcome.keys.empty()) return std::nullopt;
  return std::move(outcome.text);
}

}  // namespace kopi
