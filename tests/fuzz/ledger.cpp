// Ledgers: text and value are each other's image, and no path leaves the profile.
#include "model/ledger.hpp"

#include "fuzz.hpp"

using namespace kopi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto ledger = parse_ledger(text, "ledger");
  if (!ledger) {
    KOPI_MUST(ledger.error().code == Code::state, fuzz::words_of(ledger.error()));
    return 0;
  }
  const std::string rendered = render_ledger(*ledger);
  const auto again = parse_ledger(rendered, "rendered");
  KOPI_MUST(again.has_value() && *again == *ledger, rendered);
  KOPI_MUST(render_ledger(*again) == rendered, rendered);
  for (const auto& [path, entry] : *ledger) {
    KOPI_MUST(is_valid_utf8(path.str()) && !has_control_characters(path.str()), path.str());
    for (const std::string_view part : path.components()) KOPI_MUST(!part.empty() && part != "." && part != "..", path.str());
  }
  return 0;
}
