// The journal of a transaction: whatever stands in the file, it is read or refused as damaged; what is read says only what can be
// carried out below a profile, and is written again the same.
#include "store/transaction_journal.hpp"

#include "fuzz.hpp"

using namespace kopi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto journal = detail::parse_journal(text, "journal");
  if (!journal) {
    KOPI_MUST(journal.error().code == Code::state, fuzz::words_of(journal.error()));
    KOPI_MUST(journal.error().message.starts_with("journal is damaged"), fuzz::words_of(journal.error()));
    return 0;
  }
  for (const auto& step : journal->steps) KOPI_MUST(RelPath::parse(step.path.str()).has_value(), step.path.str());
  for (const auto& container : journal->containers) KOPI_MUST(container.mode <= 07777, container.path.str());
  const std::string written = detail::render_journal(*journal);
  const auto again = detail::parse_journal(written, "journal");
  KOPI_MUST(again.has_value(), written);
  KOPI_MUST(detail::render_journal(*again) == written, written);
  return 0;
}
