// tests/support/documents.hpp
//
// Documents in tests: as JSON where they are shown, from JSON where they are made.
#pragma once

#include <string>
#include <string_view>

#include "formats/json.hpp"
#include "formats/node.hpp"
#include "support/outcome.hpp"

namespace Catch {

template <>
struct StringMaker<kopi::Node> {
  static std::string convert(const kopi::Node& node) { return kopi::render_json(node); }
};

}  // namespace Catch

namespace kopi::test {

/// A document for a test to start from; the text must be JSON.
inline Node json(std::string_view text) { return must(parse_json(text, "test")); }

}  // namespace kopi::test
