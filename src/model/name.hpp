// model/name.hpp
//
// Names of profiles and of the commands that stand for them. A ProfileName is safe as one component of a path.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kopi {

class ProfileName {
 public:
  /// Trims and lower-cases, then accepts `[a-z0-9][a-z0-9_-]{0,63}`. Reserved names pass: an existing directory of that
  /// name must stay reachable.   @error name
  static Result<ProfileName> parse(std::string_view text);
  static ProfileName default_profile() { return ProfileName("default"); }

  const std::string& str() const { return text_; }
  bool is_default() const { return text_ == "default"; }
  auto operator<=>(const ProfileName&) const = default;

 private:
  explicit ProfileName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// As parse(), for a profile that is about to be made: reserved names, `main` and `default` are refused too.
Result<ProfileName> parse_new_profile_name(std::string_view text);

/// A command alias: a profile name that hides no command of kopi's.   @error alias
Result<std::string> parse_alias(std::string_view text);
/// As parse_alias(), for an alias that is there already: kopi may have got a command of that name since.
Result<std::string> parse_existing_alias(std::string_view text);

/// Every top-level command of kopi, now or announced: none of them can become an alias.
std::span<const std::string_view> command_words();

}  // namespace kopi
