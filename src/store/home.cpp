#include "store/home.hpp"

#include <pwd.h>
#include <unistd.h>

#include "base/text.hpp"
#include "system/files.hpp"

namespace kopi {

namespace {

// How a person gets rid of a choice that does not work; "" for one that was made for this command alone.
std::string another_choice(Selection::Origin origin) {
  switch (origin) {
    case Selection::Origin::home: return "unset KOPI_HOME";
    case Selection::Origin::variable: return "unset KOPI_PROFILE";
    case Selection::Origin::sticky: return "kopi profile use default";
    case Selection::Origin::flag:
    case Selection::Origin::none: break;
  }
  return "";
}

}  // namespace

std::string Home::profile_path(const ProfileName& name) const { return name.is_default() ? root : join_path(profiles_path(), name.str()); }
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

Selection::Origin choice_origin(const Home& home, const std::optional<std::string>& flag, const Environment& environment) {
  if (flag) return Selection::Origin::flag;
  if (home.pointed_profile) return Selection::Origin::home;
  if (environment.get("KOPI_PROFILE")) return Selection::Origin::variable;
  return read_sticky(home) ? Selection::Origin::sticky : Selection::Origin::none;
}

Result<Selection> select_profile(const Home& home, const std::optional<std::string>& flag, const Environment& environment) {
  const Selection::Origin origin = choice_origin(home, flag, environment);
  std::string text = "default";
  std::string where;
  switch (origin) {
    case Selection::Origin::flag:
      text = *flag;
      where = "-p";
      break;
    case Selection::Origin::home:
      text = *home.pointed_profile;
      where = "KOPI_HOME";
      break;
    case Selection::Origin::variable:
      text = *environment.get("KOPI_PROFILE");
      where = "KOPI_PROFILE";
      break;
    case Selection::Origin::sticky:
      text = read_sticky(home).value_or("default");
      where = home.sticky_path();
      break;
    case Selection::Origin::none: break;
  }
  auto name = ProfileName::parse(text);
  if (!name) {
    name.error().context.push_back("reading " + where);
    return with_hint(std::move(name).error(), another_choice(origin));
  }
  return Selection{*std::move(name), origin};
}

Error no_such_profile(const Selection& selection) {
  const std::string& name = selection.name.str();
  if (selection.origin == Selection::Origin::sticky) {
    return with_hint(error(Code::not_found, "the sticky profile '{}' does not exist", name), another_choice(selection.origin));
  }
  std::string hint = another_choice(selection.origin);
  if (hint.empty()) hint = parse_new_profile_name(name) ? "kopi profile create " + name : "kopi profile list";
  return with_hint(error(Code::not_found, "profile '{}' does not exist", name), std::move(hint));
}

}  // namespace kopi
