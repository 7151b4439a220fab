// formats/yaml_layout.hpp   (inside formats only)
//
// Where the parts of a YAML text stand, byte for byte: what an edit needs to touch one value and nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/json.hpp"
#include "formats/yaml_events.hpp"

namespace kopi::detail {

struct YamlLayout {
  enum class Shape { scalar, alias, block_mapping, flow_mapping, block_sequence, flow_sequence };

  Shape shape = Shape::scalar;
  YamlEvent::Style style = YamlEvent::Style::plain;
  bool has_properties = false;  ///< an anchor or a tag stands before the value
  bool is_null = false;         ///< nothing is written
  std::size_t begin = 0;        ///< first byte of the value, its block header or bracket
  std::size_t end = 0;          ///< one past its last byte; of a block collection that of its last part

  // As a member of a mapping. Of a list's item, key and colon are its '-', or in [a, b] the place where it begins:
  std::string key = {};
  std::size_t key_begin = 0;
  std::size_t key_end = 0;  ///< one past the key, its closing quote included
  std::size_t colon = 0;    ///< the ':' behind the key; npos where the key is written as `? key`

  std::vector<YamlLayout> children = {};

  bool is_sequence() const { return shape == Shape::block_sequence || shape == Shape::flow_sequence; }
  bool is_mapping() const { return shape == Shape::block_mapping || shape == Shape::flow_mapping; }
  bool is_block_collection() const { return shape == Shape::block_mapping || shape == Shape::block_sequence; }
  /// The member of that key; in a list the item of that number, from 0.
  const YamlLayout* find(std::string_view name) const;
};

/// "0", "1", ...: an item's number as a step of a path.
std::optional<std::size_t> parse_list_index(std::string_view step);

/// Empty when the text has no document.
Result<std::vector<YamlLayout>> read_yaml_layout(std::string_view text, std::string_view file, const DocumentLimits& limits);

}  // namespace kopi::detail
