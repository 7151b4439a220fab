// formats/yaml_events.hpp   (inside formats only)
//
// The gate that every YAML text passes: libfyaml's event stream, checked against kopi's own rules, with the byte range of
// each event. What comes out of it is one document, UTF-8, at most so deep and large.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/json.hpp"
#include "formats/node.hpp"

namespace kopi::detail {

struct YamlEvent {
  enum class Kind { scalar, alias, mapping_start, mapping_end, sequence_start, sequence_end };
  enum class Style { plain, single_quoted, double_quoted, literal, folded, block, flow };

  Kind kind = Kind::scalar;
  Style style = Style::plain;
  std::string text;       ///< scalar: its value; alias: the anchor's name
  std::string anchor;     ///< empty: none
  std::string tag;        ///< long form "tag:yaml.org,2002:str"; empty: none
  std::size_t begin = 0;  ///< byte offset; of a quoted scalar that of its quote; meaningless for block collections' ends
  std::size_t end = 0;    ///< one past the last byte, closing quote or bracket included
  bool marked = false;    ///< false: an empty scalar that stands nowhere
  Place place;
};

/// The events of the text's only document; none for a text without a document.
/// @error yaml  not YAML, or YAML that kopi refuses (docs/formats/yaml.md lists the rules); message has file:line:column.
/// @error limit size or depth.
Result<std::vector<YamlEvent>> read_yaml_events(std::string_view text, std::string_view file, const DocumentLimits& limits);

}  // namespace kopi::detail
