// Strict JSON: what is read, is rendered and read again the same; canonical text is a fixed point.
#include "formats/json.hpp"

#include "fuzz.hpp"

using namespace kopi;

namespace {

bool holds_reals(const Node& node) {
  return node.is(Node::Kind::real) || std::any_of(node.items().begin(), node.items().end(), holds_reals);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = parse_json(text, "a.json");
  if (!read) {
    KOPI_MUST(fuzz::is_one_of(read.error().code, {Code::json, Code::limit}), fuzz::words_of(read.error()));
    KOPI_MUST(read.error().message.starts_with("a.json"), fuzz::words_of(read.error()));
    return 0;
  }
  KOPI_MUST(is_valid_utf8(text), "bytes that are no UTF-8 passed");
  for (const JsonStyle style : {JsonStyle::one_line, JsonStyle::indented}) {
    const std::string rendered = render_json(*read, style);
    KOPI_MUST(style == JsonStyle::indented || !has_control_characters(rendered), rendered);
    const auto again = parse_json(rendered, "rendered", {.bytes = 16u << 20});
    KOPI_MUST(again.has_value(), rendered);
    KOPI_MUST(fuzz::same_data(*again, *read), rendered);
    KOPI_MUST(holds_reals(*read) || render_json(*again, style) == rendered, rendered);  // -0.0 is written as -0
  }
  if (!holds_reals(*read)) {
    const std::string canonical = canonical_json(*read);
    const auto again = parse_json(canonical, "canonical", {.bytes = 16u << 20});
    KOPI_MUST(again.has_value() && fuzz::same_data(*again, *read), canonical);  // above 2^53 RFC 8785 rounds
    KOPI_MUST(canonical_json(*again) == canonical, canonical);
  }
  return 0;
}
