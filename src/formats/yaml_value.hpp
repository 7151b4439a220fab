// formats/yaml_value.hpp
//
// How a value is written into a YAML text: on one line, quoted only where a YAML 1.1 or 1.2 reader would take it for something else.
#pragma once

#include <string>
#include <string_view>

#include "formats/node.hpp"
#include "formats/yaml_events.hpp"

namespace kopi::detail {

/// Lists and mappings in flow style. `like`: the quotes of the value that it replaces, kept where they fit.
std::string render_yaml(const Node& value, YamlEvent::Style like = YamlEvent::Style::plain);
std::string render_yaml_string(std::string_view text, YamlEvent::Style like = YamlEvent::Style::plain);

}  // namespace kopi::detail
