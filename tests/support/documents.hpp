// tests/support/documents.hpp
//
// Documents in tests: as JSON where they are shown, from JSON where they are made.
#pragma once

#include <string>
#include <string_view>

#include "formats/json.hpp"
#include "formats/node.hpp"
#include "support/outcome.hpp"

namespace kopi::test {

inline std::string shown(const Node& node) { return render_json(node); }

/// A document for a test to start from; the text must be JSON.
inline Node json(std::string_view text) { return must(parse_json(text, "test")); }

}  // namespace kopi::test

namespace Catch {

template <>
struct StringMaker<kopi::Node> {
  static std::string convert(const kopi::Node& node) { return kopi::render_json(node); }
};

}  // namespace Catch
