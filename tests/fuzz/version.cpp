// Versions and ranges: an order is an order, what is printed is read again, and a caret or tilde holds its own version.
// The input's lines are versions and ranges.
#include "model/version.hpp"

#include <vector>

#include "base/text.hpp"
#include "fuzz.hpp"

using namespace kopi;

namespace {

void check_order(const Version& a, const Version& b, const Version& c) {
  const auto detail = [&] { return a.str() + "\n" + b.str() + "\n" + c.str(); };
  KOPI_MUST((a <=> b) == (0 <=> (b <=> a)), detail());
  KOPI_MUST(!(a <= b && b <= c) || a <= c, detail());
  KOPI_MUST((a == b) == (a.str() == b.str()), detail());
}

void check_range(const VersionRange& range, const std::vector<Version>& versions) {
  const auto again = VersionRange::parse(range.str());
  KOPI_MUST(again.has_value(), range.str());
  for (const Version& version : versions)
    KOPI_MUST(range.contains(version) == again->contains(version), range.str() + "\n" + version.str());
}

void check_operators(const Version& version, const std::vector<Version>& versions) {
  const std::string text = version.str();
  const auto range = [&](std::string_view sign) {
    const auto parsed = VersionRange::parse(std::string(sign) + text);
    KOPI_MUST(parsed.has_value(), std::string(sign) + text);
    return *parsed;
  };
  for (const std::string_view sign : {"", "^", "~", ">=", "<=", "=", "=="})
    KOPI_MUST(range(sign).contains(version), std::string(sign) + text);
  for (const std::string_view sign : {"<", ">", "!="}) KOPI_MUST(!range(sign).contains(version), std::string(sign) + text);
  for (const Version& other : versions) {
    const std::string both = text + "\n" + other.str();
    KOPI_MUST(range(">=").contains(other) == (other >= version), both);
    KOPI_MUST(range("<").contains(other) == (other < version), both);
    KOPI_MUST(!range("~").contains(other) || range("^").contains(other) || text.starts_with("0."), both);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<Version> versions;
  for (const std::string_view line : split_lines(text)) {
    const auto version = Version::parse(line);
    if (!version || versions.size() >= 6) continue;
    const auto again = Version::parse(version->str());
    KOPI_MUST(again && *again == *version && again->str() == version->str(), version->str());
    versions.push_back(*version);
  }
  for (const Version& a : versions) {
    for (const Version& b : versions) {
      for (const Version& c : versions) check_order(a, b, c);
    }
    check_operators(a, versions);
  }
  for (const std::string_view line : split_lines(text)) {
    if (const auto range = VersionRange::parse(line)) check_range(*range, versions);
  }
  return 0;
}
