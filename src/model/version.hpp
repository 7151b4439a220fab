// model/version.hpp
//
// Versions and ranges as Semantic Versioning 2.0.0 orders them; read a little more leniently than it writes them: a leading
// "v" and missing minor or patch numbers are accepted.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kopi {

class Version {
 public:
  /// Nothing when the text is no version.
  static std::optional<Version> parse(std::string_view text);

  std::string str() const;
  bool is_prerelease() const { return !prerelease_.empty(); }
  /// SemVer 2.0.0, section 11; build metadata plays no part.
  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }

 private:
  friend class VersionRange;
  std::uint64_t numbers_[3] = {};
  int given_ = 3;  ///< how many of the numbers were written
  std::vector<std::string> prerelease_;
};

/// A conjunction of comparators, separated by commas or spaces: `>=0.4,<1`  `^1.2`  `~1.2.3`  `!=2.0.1`  `1.2` (meaning >=).
class VersionRange {
 public:
  static std::optional<VersionRange> parse(std::string_view text);
  bool contains(const Version& version) const;
  const std::string& str() const { return text_; }

 private:
  enum class Operator { less, less_equal, greater, greater_equal, equal, not_equal };
  struct Comparator {
    Operator op;
    Version version;
  };
  static bool add(std::string_view text, std::vector<Comparator>& comparators);
  std::string text_;
  std::vector<Comparator> comparators_;
};

}  // namespace kopi
