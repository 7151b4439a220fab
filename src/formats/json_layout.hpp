// formats/json_layout.hpp   (inside formats only)
//
// Where the parts of a JSON text stand, byte for byte. The same shape as a YAML text's: JSON is YAML in flow style.
#pragma once

#include <string_view>

#include "formats/yaml_layout.hpp"

namespace kopi::detail {

/// @param text  what parse_json() took: this only finds the ends of tokens and checks nothing
YamlLayout read_json_layout(std::string_view text);

}  // namespace kopi::detail
