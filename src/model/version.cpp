#include "model/version.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_identifier = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";

std::optional<std::uint64_t> number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_numeric(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

bool identifiers(std::string_view text, std::vector<std::string>* into, bool leading_zeros) {
  for (const std::string_view part : split(text, '.')) {
    if (part.empty() || part.find_first_not_of(k_identifier) != std::string_view::npos) return false;
    if (!leading_zeros && is_numeric(part) && part.size() > 1 && part[0] == '0') return false;
    if (into != nullptr) into->emplace_back(part);
  }
  return true;
}

std::strong_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const bool a_number = is_numeric(a);
  const bool b_number = is_numeric(b);
  if (a_number != b_number) return a_number ? std::strong_ordering::less : std::strong_ordering::greater;
  if (a_number && a.size() != b.size()) return a.size() <=> b.size();  // no leading zeros: longer is larger
  return a.compare(b) <=> 0;
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  text = trim(text);
  if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
  Version version;
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    if (!identifiers(text.substr(plus + 1), nullptr, true)) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    if (!identifiers(text.substr(dash + 1), &version.prerelease_, false)) return std::nullopt;
    text = text.substr(0, dash);
  }
  const auto parts = split(text, '.');
  if (parts.size() > 3) return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto value = number(parts[i]);
    if (!value) return std::nullopt;
    version.numbers_[i] = *value;
  }
  version.given_ = static_cast<int>(parts.size());
  return version;
}

std::string Version::str() const {
  std::string text = std::to_string(numbers_[0]) + "." + std::to_string(numbers_[1]) + "." + std::to_string(numbers_[2]);
  if (!prerelease_.empty()) text += "-" + join(prerelease_, ".");
  return text;
}

std::strong_ordering Version::operator<=>(const Version& other) const {
  for (int i = 0; i < 3; ++i) {
    if (numbers_[i] != other.numbers_[i]) return numbers_[i] <=> other.numbers_[i];
  }
  // 1.0.0-alpha < 1.0.0
  if (prerelease_.empty() != other.prerelease_.empty()) {
    return prerelease_.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  for (std::size_t i = 0; i < std::min(prerelease_.size(), other.prerelease_.size()); ++i) {
    if (const auto order = compare_identifiers(prerelease_[i], other.prerelease_[i]); order != 0) return order;
  }
  return prerelease_.size() <=> other.prerelease_.size();
}

// `^1.2` allows what keeps the first number that is not zero, `~1.2` what keeps the last one that was written but the patch.
// The upper bound is taken before its own pre-releases, so that ^1.2 does not take 2.0.0-beta.
bool VersionRange::add(std::string_view text, std::vector<Comparator>& comparators) {
  static constexpr std::pair<std::string_view, Operator> operators[] = {
      {">=", Operator::greater_equal}, {"<=", Operator::less_equal}, {"==", Operator::equal}, {"!=", Operator::not_equal},
      {">", Operator::greater},        {"<", Operator::less},        {"=", Operator::equal}};
  const bool caret = text.starts_with('^');
  if (caret || text.starts_with('~')) {
    const auto lower = Version::parse(text.substr(1));
    if (!lower) return false;
    Version upper;
    int kept = lower->given_ >= 2 ? 1 : 0;  // tilde: the minor number is kept, if it was written
    if (caret) {
      kept = 0;
      while (kept < lower->given_ - 1 && lower->numbers_[kept] == 0) ++kept;
    }
    for (int i = 0; i <= kept; ++i) upper.numbers_[i] = lower->numbers_[i];
    comparators.push_back({Operator::greater_equal, *lower});
    while (kept >= 0 && ++upper.numbers_[kept] == 0) --kept;  // the largest number there is: carry
    if (kept < 0) return true;                                // nothing lies above
    upper.prerelease_ = {"0"};
    comparators.push_back({Operator::less, upper});
    return true;
  }
  Operator op = Operator::greater_equal;
  for (const auto& [symbol, meaning] : operators) {
    if (!text.starts_with(symbol)) continue;
    op = meaning;
    text = trim(text.substr(symbol.size()));
    break;
  }
  const auto version = Version::parse(text);
  if (!version) return false;
  comparators.push_back({op, *version});
  return true;
}

std::optional<VersionRange> VersionRange::parse(std::string_view text) {
  VersionRange range;
  range.text_ = std::string(trim(text));
  if (range.text_ == "*") return range;
  std::string pending;  // an operator that stands alone belongs to the word behind it: ">= 1.2"
  for (const std::string_view part : split(range.text_, ',')) {
    bool any = false;
    for (const std::string_view word : split(part, ' ')) {
      if (trim(word).empty()) continue;
      any = true;
      const std::string comparator = pending + std::string(trim(word));
      if (comparator.find_first_not_of("<>=!^~") == std::string::npos) {
        pending = comparator;
        continue;
      }
      if (!add(comparator, range.comparators_)) return std::nullopt;
      pending.clear();
    }
    if (!any || !pending.empty()) return std::nullopt;
  }
  return range;
}

bool VersionRange::contains(const Version& version) const {
  return std::all_of(comparators_.begin(), comparators_.end(), [&](const Comparator& comparator) {
    const auto order = version <=> comparator.version;
    switch (comparator.op) {
      case Operator::less: return order < 0;
      case Operator::less_equal: return order <= 0;
      case Operator::greater: return order > 0;
      case Operator::greater_equal: return order >= 0;
      case Operator::equal: return order == 0;
      case Operator::not_equal: return order != 0;
    }
    return false;
  });
}

}  // namespace kopi
