// formats/rewrite_order.hpp   (inside formats only)
//
// Records of a YAML list in another order: each moves as a whole, with its own comments.
#pragma once

#include <optional>
#include <string>

#include "formats/rewrite_text.hpp"

namespace kopi::detail {

/// The text with the records of one list in the order in which `target` has them; nothing where all of them are.
/// A record is its lines and the comments right above it. What stands between two records stays where it is.
/// @error yaml  a record does not begin on a line of its own
Result<std::optional<std::string>> reorder_records(const LaidOut& live, const Node& target);

}  // namespace kopi::detail
