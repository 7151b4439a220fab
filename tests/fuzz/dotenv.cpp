// `.env` files: any text is read; setting and unsetting one name leaves every other line as it was.
#include "formats/dotenv.hpp"

#include <vector>

#include "fuzz.hpp"

using namespace kopi;

namespace {

struct Pair {
  std::string name, value;
  bool operator==(const Pair&) const = default;
};

std::vector<Pair> others(std::string_view text, std::string_view without) {
  std::vector<Pair> pairs;
  for (const DotenvEntry& entry : parse_dotenv(text, ".env").entries) {
    if (entry.name != without) pairs.push_back({entry.name, std::string(entry.value.reveal())});
  }
  return pairs;
}

void check_reading(std::string_view text, const Dotenv& read) {
  std::size_t behind = 0;
  for (const DotenvEntry& entry : read.entries) {
    KOPI_MUST(entry.begin >= behind && entry.begin < entry.end && entry.end <= text.size(), entry.name);
    KOPI_MUST(!entry.name.empty() && !is_protected_variable(entry.name), entry.name);
    KOPI_MUST(text.substr(entry.begin, entry.end - entry.begin).find(entry.name) != std::string_view::npos, entry.name);
    behind = entry.end;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  static const char* const names[] = {"NEW", "A", "API_KEY", "B_2", "_", "OPENAI_API_KEY"};
  const std::size_t length = input.ConsumeIntegral<std::uint8_t>();
  const std::size_t from = input.ConsumeIntegral<std::uint16_t>();
  const std::string picked = input.PickValueInArray(names);
  const bool existing = input.ConsumeBool();
  const std::string text = input.ConsumeRemainingBytesAsString();
  const Dotenv read = parse_dotenv(text, ".env");
  check_reading(text, read);
  if (text.find("\xEF\xBB\xBF", 1) != std::string::npos) return 0;  // the mark means nothing but at the start, where a removal could put it

  const std::string name = existing && !read.entries.empty() ? read.entries[from % read.entries.size()].name : picked;
  const Secret value(text.substr(std::min(from, text.size()), length));
  const bool has_nul = value.reveal().find('\0') != std::string_view::npos;
  const auto edited = set_dotenv_value(text, ".env", name, value);
  if (edited) {
    const Dotenv now = parse_dotenv(*edited, ".env");
    check_reading(*edited, now);
    KOPI_MUST(now.find(name) != nullptr && now.find(name)->value.reveal() == value.reveal(), *edited);
    KOPI_MUST(others(*edited, name) == others(text, name), *edited);
    const auto again = set_dotenv_value(*edited, ".env", name, value);
    KOPI_MUST(again.has_value() && *again == *edited, *edited);
    if (read.find(name) == nullptr) KOPI_MUST(edited->starts_with(text), *edited);
  } else {
    KOPI_MUST(edited.error().code == Code::schema, fuzz::words_of(edited.error()));
    // A quote that is never closed swallows what follows; nothing else may stand in the way.
    KOPI_MUST(has_nul || text.find_first_of("'\"") != std::string::npos, text);
  }

  const auto removed = unset_dotenv_value(text, ".env", name);
  KOPI_MUST(removed.has_value() == (read.find(name) != nullptr), name);
  if (removed) {
    KOPI_MUST(parse_dotenv(*removed, ".env").find(name) == nullptr, *removed);
    KOPI_MUST(others(*removed, name) == others(text, name), *removed);
  }
  return 0;
}
