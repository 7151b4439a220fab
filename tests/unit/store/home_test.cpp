#include "store/home.hpp"

#include "store/locks.hpp"

#include <thread>

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

std::string where(Variables variables, const std::string& working_directory = "/srv") {
  const auto home = find_home(Environment(std::move(variables)), working_directory);
  if (!home) return test::shown(home.error());
  return home->root + (home->pointed_profile ? " -> " + *home->pointed_profile : "") + (home->is_standard() ? " (standard)" : "");
}

std::string chosen(const Home& home, const std::optional<std::string>& flag, Variables variables) {
  const auto selection = select_profile(home, flag, Environment(std::move(variables)));
  if (!selection) return test::shown(selection.error());
  static constexpr std::string_view origins[] = {"flag", "home", "variable", "sticky", "none"};
  return selection->name.str() + " by " + std::string(origins[static_cast<std::size_t>(selection->origin)]);
}

constexpr std::string_view k_pattern = "it must match [a-z0-9][a-z0-9_-]{0,63}";

}  // namespace

TEST_CASE("the root is ~/.kopi, or where KOPI_HOME says, or above `profiles` when it points below it") {
  const std::pair<Variables, std::string> rows[] = {
      {{{"HOME", "/home/ada"}}, "/home/ada/.kopi (standard)"},
      {{{"HOME", "/home/ada/"}, {"KOPI_HOME", ""}}, "/home/ada/.kopi (standard)"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/home/ada/.kopi/"}}, "/home/ada/.kopi (standard)"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/opt/data"}}, "/opt/data"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "data/../k"}}, "/srv/k"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/opt/profiles/coder"}}, "/opt -> coder"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/opt//profiles/./coder/"}}, "/opt -> coder"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/home/ada/.kopi/profiles/Coder"}}, "/home/ada/.kopi -> Coder (standard)"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/opt/profiles"}}, "/opt/profiles"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/opt/profiles/coder/deeper"}}, "/opt/profiles/coder/deeper"},
      {{{"HOME", "/home/ada"}, {"KOPI_HOME", "/opt/my-profiles/coder"}}, "/opt/my-profiles/coder"}};
  for (const auto& [variables, expected] : rows) CHECK(where(variables) == expected);
}

TEST_CASE("everything lies below the root; the default profile is the root itself") {
  const Home home{"/k", "/home/ada", std::nullopt};
  const ProfileName coder = must(ProfileName::parse("coder"));
  CHECK(home.profile_path(ProfileName::default_profile()) == "/k");
  CHECK(home.profile_path(coder) == "/k/profiles/coder");
  CHECK(home.tombstone_path(coder) == "/k/profiles/.deleted/coder");
  CHECK(home.sticky_path() == "/k/active_profile");
  CHECK(home.store_path() == "/k/store");
  CHECK(home.cache_path() == "/k/cache");
  CHECK(home.alias_directory() == "/home/ada/.local/bin");
}

TEST_CASE("-p counts before KOPI_HOME, that before KOPI_PROFILE, that before the sticky choice") {
  const Scratch scratch;
  Home home{scratch.path(), "/home/ada", "pointed"};
  scratch.write("active_profile", " Sticky\n");
  const Variables both = {{"KOPI_PROFILE", "variable"}};
  CHECK(chosen(home, "Flag", both) == "flag by flag");
  CHECK(chosen(home, "default", both) == "default by flag");
  CHECK(chosen(home, std::nullopt, both) == "pointed by home");
  home.pointed_profile.reset();
  CHECK(chosen(home, std::nullopt, both) == "variable by variable");
  CHECK(chosen(home, std::nullopt, {{"KOPI_PROFILE", "Default"}}) == "default by variable");
  CHECK(chosen(home, std::nullopt, {{"KOPI_PROFILE", ""}}) == "sticky by sticky");
  CHECK(chosen(home, std::nullopt, {}) == "sticky by sticky");
  must(remove_file(home.sticky_path()));
  CHECK(chosen(home, std::nullopt, {}) == "default by none");
}

TEST_CASE("a choice that can't be a name is an error, never another profile; the hint undoes it") {
  const Scratch scratch;
  Home home{scratch.path(), "/home/ada", std::nullopt};
  scratch.write("active_profile", "../x\n");
  const auto invalid = [](std::string_view name, std::string_view where, std::string_view hint) {
    return fmt::format("E_NAME invalid profile name '{}': {}\n  while reading {}{}", name, k_pattern, where, hint);
  };
  CHECK(chosen(home, "a b", {{"KOPI_PROFILE", "coder"}}) == invalid("a b", "-p", ""));
  CHECK(chosen(home, "", {}) == invalid("", "-p", ""));
  CHECK(chosen(home, std::nullopt, {{"KOPI_PROFILE", "a/b"}}) == invalid("a/b", "KOPI_PROFILE", "\n  hint: unset KOPI_PROFILE"));
  CHECK(chosen(home, std::nullopt, {}) == invalid("../x", home.sticky_path(), "\n  hint: kopi profile use default"));
  home.pointed_profile = ".x";
  CHECK(chosen(home, std::nullopt, {}) == invalid(".x", "KOPI_HOME", "\n  hint: unset KOPI_HOME"));
}

TEST_CASE("a sticky choice that says nothing is none") {
  const Scratch scratch;
  const Home home{scratch.path(), "/home/ada", std::nullopt};
  CHECK_FALSE(read_sticky(home));
  for (const std::string_view text : {"", "\n", "  ", "default", " Default\n"}) {
    scratch.write("active_profile", text);
    CAPTURE(text);
    CHECK_FALSE(read_sticky(home));
  }
  scratch.write("active_profile", std::string(5000, 'a'));
  CHECK_FALSE(read_sticky(home));
  must(remove_file(home.sticky_path()));
  must(make_directories(home.sticky_path()));
  CHECK_FALSE(read_sticky(home));
}

TEST_CASE("a choice is written as a line, and `default` is no file") {
  const Scratch scratch;
  const Home home{scratch.at("new/root"), "/home/ada", std::nullopt};
  must(write_sticky(home, must(ProfileName::parse("coder"))));
  CHECK(scratch.read("new/root/active_profile") == "coder\n");
  CHECK(scratch.mode("new/root") == 0700);
  CHECK(read_sticky(home) == "coder");
  must(write_sticky(home, ProfileName::default_profile()));
  CHECK_FALSE(path_exists(home.sticky_path()));
  must(write_sticky(home, ProfileName::default_profile()));  // again is fine
}

TEST_CASE("a profile that is missing is called so, with what helps for the way it was chosen") {
  const ProfileName coder = must(ProfileName::parse("coder"));
  const std::pair<Selection::Origin, std::string> rows[] = {
      {Selection::Origin::flag, "E_NOT_FOUND profile 'coder' does not exist\n  hint: kopi profile create coder"},
      {Selection::Origin::home, "E_NOT_FOUND profile 'coder' does not exist\n  hint: unset KOPI_HOME"},
      {Selection::Origin::variable, "E_NOT_FOUND profile 'coder' does not exist\n  hint: unset KOPI_PROFILE"},
      {Selection::Origin::sticky, "E_NOT_FOUND the sticky profile 'coder' does not exist\n  hint: kopi profile use default"}};
  for (const auto& [origin, expected] : rows) CHECK(test::shown(no_such_profile({coder, origin})) == expected);
}

TEST_CASE("two profiles have two locks, one profile has one") {
  const Scratch scratch;
  const Home home{scratch.at("root"), "/home/ada", std::nullopt};
  const ProfileName a = must(ProfileName::parse("a"));
  const ProfileName b = must(ProfileName::parse("b"));
  auto held = std::make_optional(must(lock_profile(home, a, LockMode::exclusive, "test", nullptr, [](std::string_view) {})));
  must(lock_profile(home, b, LockMode::exclusive, "test", nullptr, [](std::string_view) {}));
  std::string told;
  // Whoever waits is told who holds it; then it is let go, and the wait ends.
  must(lock_profile(home, a, LockMode::exclusive, "second", nullptr, [&](std::string_view holder) {
    told = holder;
    held.reset();
  }));
  CHECK(told == fmt::format("pid {}, test", ::getpid()));
}
