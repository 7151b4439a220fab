// store/home.hpp
//
// Where everything lies: kopi's root, its profiles, and which profile a command means. ARCHITECTURE.md has the table of every
// file that kopi writes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/name.hpp"
#include "system/environment.hpp"
#include "system/lock.hpp"

namespace kopi {

struct Home {
  std::string root;                            ///< `~/.kopi`, or as KOPI_HOME says; the default profile itself
  std::string user_home;                       ///< $HOME
  std::optional<std::string> pointed_profile;  ///< KOPI_HOME lay below a directory `profiles`: that profile is meant

  std::string profile_path(const ProfileName& name) const;
  std::string profiles_path() const;
  std::string tombstone_path(const ProfileName& name) const;  ///< profiles/.deleted/<name>
  std::string sticky_path() const;                            ///< active_profile
  std::string store_path() const;
  std::string cache_path() const;
  std::string alias_directory() const;  ///< ~/.local/bin
  /// The root is where it is without KOPI_HOME: a wrapper need not carry it.
  bool is_standard() const;
};

/// @error io  HOME is not set and this user has no home directory
Result<Home> find_home(const Environment& environment, const std::string& working_directory);

struct Selection {
  enum class Origin { flag, home, variable, sticky, none };
  ProfileName name = ProfileName::default_profile();
  Origin origin = Origin::none;
};

/// Which profile a command means: `-p` > KOPI_HOME below `profiles/` > KOPI_PROFILE > the sticky one > default. Whether it
/// exists is not looked at.   @error name  the text is no profile name
Result<Selection> select_profile(const Home& home, const std::optional<std::string>& flag, const Environment& environment);
/// Which of them decides, whether it says anything sensible or not.
Selection::Origin choice_origin(const Home& home, const std::optional<std::string>& flag, const Environment& environment);

/// Nothing when the file is missing, unreadable or empty, or says `default`.
std::optional<std::string> read_sticky(const Home& home);
/// `default` removes the file.
Result<void> write_sticky(const Home& home, const ProfileName& name);

/// The error for a profile that does not exist; the hint depends on what chose it.
Error no_such_profile(const Selection& selection);

/// Everything that writes below a profile holds this lock.
Result<FileLock> lock_profile(const Home& home, const ProfileName& name, LockMode mode, const std::string& holder,
                              const Interrupt* interrupt, std::function<void(std::string_view)> on_wait);

/// Shared: blobs are being added that no record names yet. Exclusive: what no record names is being removed.
Result<FileLock> lock_store(const Home& home, LockMode mode, const std::string& holder, const Interrupt* interrupt,
                            std::function<void(std::string_view)> on_wait);

}  // namespace kopi
