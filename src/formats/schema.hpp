// formats/schema.hpp
//
// Holds a document against one of kopi's own schemas (schemas/*.json): the part of JSON Schema 2020-12 that they use
// (type, properties, patternProperties, additionalProperties, items, enum, minimum, maximum, pattern-free). Findings have
// the document's places; an unknown key comes with "did you mean".
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/finding.hpp"
#include "formats/node.hpp"

namespace kopi {

struct SchemaCheck {
  std::string_view rule_prefix;  ///< "config": rules become config.unknown-key, config.type, ...
  std::string_view file;
};

/// Unknown keys are low, wrong types medium: neither keeps a profile from starting.
Findings check_against_schema(const Node& document, const Node& schema, const SchemaCheck& check);

/// The schema of the value at `path`, or null when the schema knows no such key.
const Node* find_schema(const Node& schema, std::span<const std::string> path);
/// The names that `schema` lists as members.
std::vector<std::string> schema_keys(const Node& schema);
/// The type that a schema asks for: "string", "integer", ...; empty when it leaves that open.
std::string schema_type(const Node& schema);

}  // namespace kopi
