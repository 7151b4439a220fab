// formats/json.hpp
//
// Strict JSON (RFC 8259) in and out. Reading is nlohmann_json's, with what it leaves open closed: duplicate keys, depth and
// size are refused, and every value knows its line and column. docs/formats/json.md lists the rules.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/node.hpp"

namespace kopi {

struct DocumentLimits {
  std::size_t bytes = 1 << 20;
  std::size_t depth = 64;       ///< nested lists and mappings
  std::size_t nodes = 100'000;  ///< after YAML aliases are followed
};

/// @param file  how the user knows the text, for messages
/// @error json  not JSON, or a key twice; the message holds file, line and column.   @error limit  over a limit.
Result<Node> parse_json(std::string_view text, std::string_view file, const DocumentLimits& limits = {});

enum class JsonStyle { one_line, indented };
/// UTF-8; control and bidirectional characters are written as \u escapes, so that the text is safe on a terminal.
/// Invalid UTF-8 becomes U+FFFD.
std::string render_json(const Node& node, JsonStyle style = JsonStyle::one_line);

/// The text whose hash names the data: RFC 8785 (JCS). All numbers are doubles there: integers beyond 2^53 lose digits.
std::string canonical_json(const Node& node);

}  // namespace kopi
