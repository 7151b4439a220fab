// Redaction: whatever the text, it comes out the same in one piece and in many; JSON that was read before is read afterwards, with
// the same keys, and a second pass finds nothing more in it.
#include "model/redaction.hpp"

#include "formats/json.hpp"
#include "fuzz.hpp"

using namespace kopi;

namespace {

std::string in_pieces(std::string_view text, TextKind kind, std::size_t size) {
  std::string out;
  Redactor redactor(
      [&](std::string_view piece) -> Result<void> {
        out += piece;
        return {};
      },
      kind);
  for (std::size_t at = 0; at < text.size(); at += size) KOPI_MUST(redactor.feed(text.substr(at, size)).has_value(), std::string(text));
  KOPI_MUST(redactor.finish().has_value(), std::string(text));
  return out;
}

bool is_mark(const Node& node) { return node.is_scalar() && node.as_text().find(k_redacted) != std::string::npos; }

// A secret may have been a whole list; everything else keeps its place.
bool same_but_for_secrets(const Node& before, const Node& after) {
  if (is_mark(after)) return true;
  if (before.kind() != after.kind()) return false;
  if (before.is_scalar()) return before == after;
  if (before.items().size() != after.items().size()) return false;
  for (std::size_t i = 0; i < before.items().size(); ++i) {
    const Node &one = before.items()[i], &other = after.items()[i];
    if (before.is(Node::Kind::mapping) && one.key() != other.key() && other.key().find(k_redacted) == std::string::npos) return false;
    if (!same_but_for_secrets(one, other)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  const std::size_t piece = input.ConsumeIntegralInRange<std::size_t>(1, 64);
  const TextKind kind = input.ConsumeBool() ? TextKind::settings : TextKind::prose;
  const std::string text = input.ConsumeRemainingBytesAsString();

  const Redacted once = redact(text, kind);
  KOPI_MUST(in_pieces(text, kind, piece) == once.text, once.text);
  if (!utf16_of(text)) KOPI_MUST(once.has_marks == (once.text.find(k_redacted) != std::string::npos), once.text);
  if (once.redactions.empty()) KOPI_MUST(once.text == text, once.text);
  if (kind != TextKind::settings) return 0;

  if (const auto before = parse_json(text, "a.json")) {
    const std::string twice = redact(once.text, kind).text;
    KOPI_MUST(twice == once.text, once.text + "\n---- again ----\n" + twice);
    const auto after = parse_json(once.text, "a.json");
    KOPI_MUST(after.has_value(), once.text);
    KOPI_MUST(same_but_for_secrets(*before, *after), once.text);
  }
  return 0;
}
