// formats/yaml_edit.hpp
//
// Changes one value of a YAML text and leaves every other byte as it was: comments, blank lines, order, quoting, CRLF.
// Each edit is proven before it is returned: the new text is read again and must hold exactly the change that was asked.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/node.hpp"

namespace kopi {

/// The text with `path` set to `value`; missing mappings on the way are added. A list or mapping is written in flow style, but a
/// list that stands on lines of its own stays so, and its items that do not change keep their lines.
/// @param path  keys from the root, not empty; a step into a list is an item's number, and the number behind the last one adds an item
/// @error schema  the path leads through a value that is neither mapping nor list, or a value would replace a whole section
/// @error yaml    the text does not parse, or holds a construct (anchor, tag, `? key`) that can't be edited in place
Result<std::string> set_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path, const Node& value);

/// The text without `path`. A mapping that this empties goes too, unless a comment stands in it; a list stays, as `[]`.
/// @error not_found  there is no such key.   Other errors as above.
Result<std::string> unset_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path);

/// The value at a path as set_yaml_value understands it, or null.
const Node* find_yaml_value(const Node& document, std::span<const std::string> path);

/// A scalar or flow collection as YAML writes it: plain where that reads back the same (in YAML 1.1 too), else quoted.
std::string render_yaml_value(const Node& value);

}  // namespace kopi
