#include "store/home.hpp"

#include <pwd.h>
#include <unistd.h>

#include "base/text.hpp"
#include "system/files.hpp"

namespace kopi {

std::string Home::profile_path(const ProfileName& name) const {
  return name.is_default() ? root : join_path(profiles_path(), name.str());
}
std::string Home::profiles_path() const { return join_path(root, "profiles"); }
std::string Home::tombstone_path(const ProfileName& name) const { return join_path(profiles_path(), ".deleted/" + name.str()); }
std::string Home::sticky_path() const { return join_path(root, "active_profile"); }
std::string Home::store_path() const { return join_path(root, "store"); }
std::string Home::cache_path() const { return join_path(root, "cache"); }
std::string Home::alias_directory() const { return join_path(user_home, ".local/bin"); }
bool Home::is_standard() const { return root == join_path(user_home, ".kopi"); }

Result<Home> find_home(const Environment& environment, const std::string& working_directory) {
  Home home;
  if (const auto directory = environment.get("HOME")) {
    home.user_home = absolute_path(*directory, working_directory);
  } else if (const passwd* user = ::getpwuid(::getuid()); user != nullptr && user->pw_dir != nullptr && *user->pw_dir != 0) {
    home.user_home = user->pw_dir;
  } else {
    return error(Code::io, "cannot tell the home directory: HOME is not set");
  }
  home.root = join_path(home.user_home, ".kopi");
  if (const auto given = environment.get("KOPI_HOME")) {
    home.root = absolute_path(*given, working_directory);
    const std::string above = parent_path(home.root);
    if (file_name(above) == "profiles") {
      home.pointed_profile = file_name(home.root);
      home.root = parent_path(above);
    }
  }
  return home;
}

std::optional<std::string> read_sticky(const Home& home) {
  const auto text = read_file(home.sticky_path(), 4096);
  if (!text) return std::nullopt;
  std::string name(trim(*text));
  if (name.empty() || to_lower_ascii(name) == "default") return std::nullopt;
  return name;
}

Result<void> write_sticky(const Home& home, const ProfileName& name) {
  if (name.is_default()) return remove_file(home.sticky_path());
  KOPI_CHECK(make_directories(home.root, 0700));
  return write_file(home.sticky_path(), name.str() + "\n", 0644);
}

Result<Selection> select_profile(const Home& home, const std::optional<std::string>& flag, const Environment& environment) {
  const auto parse = [](const std::string& text, Selection::Origin origin, std::string_view where) -> Result<Selection> {
    KOPI_TRY(ProfileName name, ProfileName::parse(text).while_doing("reading {}", where));
    return Selection{std::move(name), origin};
  };
  if (flag) return parse(*flag, Selection::Origin::flag, "-p");
  if (home.pointed_profile) return parse(*home.pointed_profile, Selection::Origin::home, "KOPI_HOME");
  if (const auto variable = environment.get("KOPI_PROFILE")) return parse(*variable, Selection::Origin::variable, "KOPI_PROFILE");
  if (const auto sticky = read_sticky(home)) {
    auto selected = parse(*sticky, Selection::Origin::sticky, home.sticky_path());
    if (!selected) return with_hint(std::move(selected).error(), "kopi profile use default");
    return selected;
  }
  return Selection{};
}

Error no_such_profile(const Home& home, const Selection& selection) {
  if (selection.origin == Selection::Origin::sticky) {
    return with_hint(error(Code::not_found, "the sticky profile '{}' does not exist", selection.name.str()), "kopi profile use default");
  }
  Error problem = error(Code::not_found, "profile '{}' does not exist", selection.name.str());
  problem.hint = selection.origin == Selection::Origin::home ? "unset KOPI_HOME" : "kopi profile create " + selection.name.str();
  (void)home;
  return problem;
}

Result<FileLock> lock_profile(const Home& home, const ProfileName& name, LockMode mode, const std::string& holder,
                              const Interrupt* interrupt, std::function<void(std::string_view)> on_wait) {
  KOPI_CHECK(make_directories(home.root, 0700));
  FileLock::Request request;
  request.path = join_path(home.root, "locks/" + name.str() + ".lock");
  request.mode = mode;
  request.holder = holder;
  request.on_wait = std::move(on_wait);
  request.interrupt = interrupt;
  return FileLock::acquire(request).while_doing("waiting for profile {}", name.str());
}

}  // namespace kopi
