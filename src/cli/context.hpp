// cli/context.hpp
//
// What a command is given to work with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "installer/context.hpp"
#include "store/aliases.hpp"
#include "store/home.hpp"
#include "store/locks.hpp"
#include "system/clock.hpp"
#include "system/environment.hpp"
#include "system/interrupt.hpp"

namespace kopi::cli {

struct Context {
  Environment environment;
  std::string working_directory;
  std::string program;  ///< absolute path of this kopi
  Console& console;
  Interrupt& interrupt;
  std::unique_ptr<Clock> clock;
  Home home;
  Selection selection;
  std::vector<ProfileName> finished_deletions;  ///< of this start: broken off earlier
  std::optional<Error> broken_choice;  ///< what is wrong with the sticky choice, for a command that works all the same
  bool json = false;

  InstallContext install_context() const;
  AliasContext alias_context() const;
  /// The profile named by argument `name`, else the chosen one.   @error name   @error not_found  it does not exist
  Result<ProfileName> profile(const std::optional<std::string>& name) const;
  /// Holds the profile for writing; says so when it has to wait.
  Result<FileLock> lock(const ProfileName& name, const std::string& holder) const;
  /// The same for a profile that must be there: it may have been deleted or renamed while we waited.   @error not_found
  Result<FileLock> lock_existing(const ProfileName& name, const std::string& holder) const;
  /// The command as a hint: where -p (or an alias) said which profile is meant, plain `kopi env set X` would mean another one.
  std::string addressed(std::string command) const;
  Error addressed(Error problem) const;
  /// Asks for consent to `question` unless `yes`.   @error declined   @error consent_needed  nobody can be asked
  Result<void> consent(const Text& question, bool yes) const;
};

std::string_view program_version();  ///< "0.1.0"
std::string_view program_commit();   ///< short commit id of the build, or "unknown"

}  // namespace kopi::cli
