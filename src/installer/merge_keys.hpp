// installer/merge_keys.hpp
//
// Two files without a common past: what the user lacks is added from the other, key by key; every value that the user has
// stays as it is, in place, with its comments.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kopi {

/// The user's text with the shipped text's missing keys. Nothing when the file is neither YAML nor JSON, when one of the two
/// is no mapping, or when the change can't be made without touching other lines.
std::optional<std::string> merge_missing_keys(std::string_view path, std::string_view ours, std::string_view theirs);

}  // namespace kopi
