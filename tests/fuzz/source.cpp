// Sources: what is recorded can be typed again and means the same, and no password is in what is shown, recorded or complained.
#include "model/source_ref.hpp"

#include "base/rel_path.hpp"
#include "base/text.hpp"
#include "fuzz.hpp"

using namespace kopi;

namespace {

const SourceContext k_context{"/home/ada", "/home/ada/work"};

void check_stable(const SourceRef& source) {
  const std::string shown = source.recorded();
  const auto again = parse_source(shown, std::nullopt, k_context);
  KOPI_MUST(again.has_value(), shown + "\n" + fuzz::words_of(again.error()));
  KOPI_MUST(again->recorded() == shown, shown + "\n" + again->recorded());
  KOPI_MUST(again->identity() == source.identity(), shown + "\n" + source.identity() + "\n" + again->identity());
  KOPI_MUST(again->kind == source.kind && again->ref == source.ref && again->subdirectory == source.subdirectory, shown);
  KOPI_MUST(!has_control_characters(shown), shown);
  KOPI_MUST(source.subdirectory.empty() || RelPath::parse(source.subdirectory).has_value(), source.subdirectory);
  KOPI_MUST(source.kind != SourceRef::Kind::path || source.location.starts_with('/'), source.location);
}

// The rest of a URL behind "scheme://user:password@".
void check_password(std::string_view rest) {
  static constexpr std::string_view password = "Xq7-hush_9";
  if (to_lower_ascii(rest).find("xq7") != std::string::npos) return;
  for (const std::string_view scheme : {"https://", "http://", "ssh://", "git://"}) {
    const std::string url = std::string(scheme) + "ada:" + std::string(password) + "@" + std::string(rest);
    const auto source = parse_source(url, std::nullopt, k_context);
    const std::string seen =
        source ? source->shown() + source->recorded() + source->shown_location() + source->identity() : fuzz::words_of(source.error());
    KOPI_MUST(to_lower_ascii(seen).find(to_lower_ascii(password)) == std::string::npos, seen);
    if (source) check_stable(*source);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto source = parse_source(text, std::nullopt, k_context);
  if (source) {
    check_stable(*source);
  } else {
    KOPI_MUST(fuzz::is_one_of(source.error().code, {Code::source, Code::usage, Code::path}), fuzz::words_of(source.error()));
  }
  check_password(text);

  const auto below = parse_source("github.com/acme/bot", std::string(text), k_context);
  if (below) check_stable(*below);
  return 0;
}
