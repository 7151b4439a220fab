// cli/several.hpp
//
// One command for several profiles: each has a record of its own, and the worst of them decides how the command ends.
#pragma once

#include <optional>
#include <vector>

#include "cli/command.hpp"
#include "cli/context.hpp"

namespace kopi::cli {

/// The profiles that the arguments `NAME` or the flag `--all` mean; the chosen one when neither is given. `--all`: those that were
/// installed from a distribution, and those whose record is damaged.
/// @error usage  both are given.   @error name, not_found
Result<std::vector<ProfileName>> named_profiles(const Context& context, const Arguments& given);

class SeveralOutcomes {
 public:
  /// @param what_failed  behind the name: "could not be updated"
  explicit SeveralOutcomes(std::string what_failed) : what_failed_(std::move(what_failed)) {}

  /// The contract's record of one profile joins the others; what went wrong with it is told.
  /// @param name  of the profile, or of the file that was to become one
  void add(Context& context, const std::string& name, Result<Outcome> one);
  void add(Context& context, const ProfileName& name, Result<Outcome> one) { add(context, name.str(), std::move(one)); }
  /// `{profiles: [...]}`, all texts one below the other, and the problem that counts most.
  Outcome finish() &&;

 private:
  std::string what_failed_;
  Node records_ = Node::sequence();
  Text text_;
  std::optional<Error> worst_;
  std::vector<std::string> failed_, undecided_;
};

}  // namespace kopi::cli
