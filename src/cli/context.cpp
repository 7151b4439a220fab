#include "cli/context.hpp"

#include <algorithm>

#include "store/locks.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {

InstallContext Context::install_context() const {
  return {home, environment, *clock, console, &interrupt, console.can_ask(), std::string(program_version())};
}

AliasContext Context::alias_context() const { return {program, environment.get("PATH").value_or("")}; }

Result<ProfileName> Context::profile(const std::optional<std::string>& name) const {
  if (!name) return selection.name;
  KOPI_TRY(ProfileName parsed, ProfileName::parse(*name));
  KOPI_CHECK(check_profile(home, Selection{parsed, Selection::Origin::flag}));
  return parsed;
}

Result<FileLock> Context::lock(const ProfileName& name, const std::string& holder) const {
  return lock_profile(home, name, LockMode::exclusive, holder, &interrupt,
                      [this](std::string_view other) { console.note(fmt::format("waiting for another kopi ({})", other)); });
}

Result<FileLock> Context::lock_existing(const ProfileName& name, const std::string& holder) const {
  KOPI_TRY(FileLock held, lock(name, holder));
  if (!profile_exists(home, name)) return no_such_profile(Selection{name, Selection::Origin::flag});
  return held;
}

std::string Context::addressed(std::string command) const {
  constexpr std::string_view about_one_profile[] = {"kopi chat", "kopi config", "kopi doctor", "kopi env", "kopi setup", "kopi skills"};
  const bool is_about_one = std::any_of(std::begin(about_one_profile), std::end(about_one_profile),
                                        [&](std::string_view start) { return command.starts_with(start); });
  if (selection.origin != Selection::Origin::flag || !is_about_one) return command;
  return fmt::format("kopi -p {}{}", selection.name.str(), command.substr(4));
}

Error Context::addressed(Error problem) const {
  problem.hint = addressed(std::move(problem.hint));
  return problem;
}

Result<void> Context::consent(const Text& question, bool yes) const {
  if (yes) return {};
  if (!console.can_ask()) {
    return with_hint(Error{Code::consent_needed, "this needs your consent, and there is no terminal to ask on"}, "add --yes");
  }
  if (console.confirm(question)) return {};
  if (interrupt.requested()) return interrupted_error();
  return Error{Code::declined, "declined"};
}

}  // namespace kopi::cli
