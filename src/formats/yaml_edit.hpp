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

/// The text with `path` set to `value`; missing mappings on the way are added. A list or mapping is written in flow style.
/// @param path  keys from the root, not empty
/// @error schema  the path leads through a value that is no mapping
/// @error yaml    the text does not parse, or holds a construct (anchor, tag, `? key`) that can't be edited in place
Result<std::string> set_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path, const Node& value);

/// The text without `path`; a mapping that this empties goes too.
/// @error not_found  there is no such key.   Other errors as above.
Result<std::string> unset_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path);

/// A scalar or flow collection as YAML writes it: plain where that reads back the same (in YAML 1.1 too), else quoted.
std::string render_yaml_value(const Node& value);

}  // namespace kopi
