// formats/yaml.hpp
//
// YAML 1.2 as configuration files use it. Two parsers read every text: libfyaml is the gate (it refuses every document
// that yaml-test-suite says must be refused) and yaml-cpp builds the values; a text that they read differently is refused.
// docs/formats/yaml.md lists what else is refused, and why.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "formats/json.hpp"
#include "formats/node.hpp"

namespace kopi {

/// An empty text, or one of comments only, is a null node.
/// Aliases are followed (their copies count against `limits.nodes`), and so is the merge key `<<`.
/// @param file   how the user knows the text, for messages
/// @error yaml   not YAML, a key twice, or refused by a rule; the message holds file, line and column
/// @error limit  larger, deeper or more nodes than `limits`
Result<Node> parse_yaml(std::string_view text, std::string_view file, const DocumentLimits& limits = {});

/// The same by the gate alone, in a quarter of the time: for a text that is only compared or listed, and that nothing will act on. It takes a few
/// texts that parse_yaml() refuses because its second reader does not agree.
Result<Node> compare_yaml(std::string_view text, std::string_view file, const DocumentLimits& limits = {});

}  // namespace kopi
