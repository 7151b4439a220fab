#include "store/profiles.hpp"

#include "store/lifecycle.hpp"

#include <unistd.h>

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Home home{scratch.path(), scratch.at("user"), std::nullopt};

  ProfileName name(std::string_view text) const { return must(ProfileName::parse(text)); }
  void make(std::string_view profile, std::string_view file = "SOUL.md") const {
    scratch.write("profiles/" + std::string(profile) + "/" + std::string(file), "x");
  }
  void bury(std::string_view profile) const { scratch.write("profiles/.deleted/" + std::string(profile), ""); }
  std::string list() const {
    std::string text;
    for (const ProfileName& profile : must(list_profiles(home))) text += profile.str() + " ";
    return text;
  }
  std::string entries(std::string_view directory) const {
    std::string text;
    for (const std::string& entry : must(list_directory(scratch.at(directory)))) text += entry + " ";
    return text;
  }
  // The message with the scratch directory's name taken out.
  template <class T>
  std::string outcome(const Result<T>& result) const {
    std::string text = test::outcome(result);
    while (text.find(scratch.path()) != std::string::npos) text.replace(text.find(scratch.path()), scratch.path().size(), "R");
    return text;
  }
};

}  // namespace

TEST_CASE("only directories that are profiles are listed, default first") {
  const World world;
  CHECK(world.list() == "default ");
  for (const std::string_view file :
       {"config.yaml", ".env", "SOUL.md", "profile.yaml", "auth.json", "state.db", "distribution.yaml", ".kopi"}) {
    std::string profile = "has-";
    for (const char c : file) profile += c == '.' ? '-' : static_cast<char>(std::tolower(c));
    world.make(profile, file);
    CHECK(profile_exists(world.home, world.name(profile)));
  }
  world.make("zeta");
  world.make("alpha");
  const std::string before = world.list();
  CHECK(before.starts_with("default alpha has-"));
  CHECK(before.ends_with("zeta "));
  world.make("Upper");  // not spelled as a name
  world.make("bad name");
  world.make(".hidden");
  world.make("default");
  world.make("empty/deeper");  // no identity
  world.make("only-notes", "notes.md");
  world.make("gone");
  world.bury("gone");
  world.scratch.write("profiles/file", "x");
  CHECK(world.list() == before);
  must(make_directories(world.scratch.at("profiles/dangling")));
  REQUIRE(::symlink("nowhere", world.scratch.at("profiles/dangling/.env").c_str()) == 0);
  CHECK(world.list().find("dangling") != std::string::npos);
}

TEST_CASE("the default profile is always there") {
  const World world;
  CHECK(profile_exists(world.home, ProfileName::default_profile()));
  CHECK_FALSE(profile_exists(world.home, world.name("coder")));
  CHECK(profile_exists({world.scratch.at("nothing"), "", std::nullopt}, ProfileName::default_profile()));
}

TEST_CASE("what stands where a profile would be made is respected") {
  const World world;
  world.make("taken");
  world.make("notes", "notes.md");
  world.make("buried-shell", "logs/x.log");
  world.bury("buried-shell");
  world.make("buried-full", ".env");
  world.bury("buried-full");
  const auto free = [&](std::string_view profile) { return world.outcome(check_free(world.home, world.name(profile))); };
  CHECK(free("new") == "ok");
  CHECK(free("buried-shell") == "ok");
  CHECK(free("taken") == "E_EXISTS profile 'taken' already exists at R/profiles/taken");
  CHECK(free("notes") == "E_EXISTS R/profiles/notes is in the way: it is no profile, and kopi does not touch it");
  CHECK(free("buried-full") ==
        "E_EXISTS profile 'buried-full' was deleted, but R/profiles/buried-full still holds its files\n  hint: kopi profile delete "
        "buried-full");
}

TEST_CASE("a profile is made beside the others and appears by one rename") {
  const World world;
  world.make("shell", "logs/x.log");
  world.bury("shell");
  const ProfileName shell = world.name("shell");
  const std::string staging = must(make_staging(world.home, shell));
  CHECK(file_name(staging).starts_with(".shell.staging-"));
  must(write_file(join_path(staging, "SOUL.md"), "new", 0644));
  CHECK(world.list() == "default ");
  must(publish_profile(world.home, shell, staging));
  CHECK(world.list() == "default shell ");
  CHECK(world.entries("profiles/shell") == "SOUL.md ");
  CHECK_FALSE(path_exists(world.home.tombstone_path(shell)));
  // A second one does not replace it.
  const std::string late = must(make_staging(world.home, shell));
  CHECK(code_of(publish_profile(world.home, shell, late)) == "E_EXISTS");
  CHECK(world.entries("profiles/shell") == "SOUL.md ");
}

TEST_CASE("a rename takes the sticky choice along and clears the new name's tombstone") {
  const World world;
  world.make("old");
  world.bury("new");
  must(write_sticky(world.home, world.name("old")));
  must(rename_profile(world.home, world.name("old"), world.name("new"), {"/bin/kopi", ""}));
  CHECK(world.list() == "default new ");
  CHECK(read_sticky(world.home) == "new");
  world.make("other");
  CHECK(code_of(rename_profile(world.home, world.name("other"), world.name("new"), {"/bin/kopi", ""})) == "E_EXISTS");
  CHECK(code_of(rename_profile(world.home, world.name("missing"), world.name("x"), {"/bin/kopi", ""})) == "E_NOT_FOUND");
  CHECK(read_sticky(world.home) == "new");
  must(rename_profile(world.home, world.name("other"), world.name("another"), {"/bin/kopi", ""}));
  CHECK(read_sticky(world.home) == "new");
}

TEST_CASE("a deleted profile is gone, with its sticky choice, and can be made again") {
  const World world;
  world.make("coder", "memories/deep/x.md");
  world.make("coder");
  must(write_sticky(world.home, world.name("coder")));
  must(delete_profile(world.home, world.name("coder")));
  CHECK(world.list() == "default ");
  CHECK_FALSE(read_sticky(world.home));
  CHECK_FALSE(path_exists(world.scratch.at("profiles/coder")));
  CHECK(code_of(delete_profile(world.home, world.name("coder"))) == "E_NOT_FOUND");
  must(publish_profile(world.home, world.name("coder"), [&] {
    const std::string staging = must(make_staging(world.home, world.name("coder")));
    must(write_file(join_path(staging, "SOUL.md"), "new", 0644));
    return staging;
  }()));
  CHECK(world.list() == "default coder ");
}

TEST_CASE("what a deletion left behind, or something wrote afterwards, is no profile and can be deleted") {
  const World world;
  world.make("coder", ".env");
  world.bury("coder");
  CHECK(world.list() == "default ");
  must(delete_profile(world.home, world.name("coder")));
  CHECK_FALSE(path_exists(world.scratch.at("profiles/coder")));
}

TEST_CASE("deleting follows no link out of the profile") {
  const World world;
  world.make("coder");
  world.scratch.write("outside/keep", "x");
  REQUIRE(::symlink(world.scratch.at("outside").c_str(), world.scratch.at("profiles/coder/link").c_str()) == 0);
  must(delete_profile(world.home, world.name("coder")));
  CHECK(world.scratch.read("outside/keep") == "x");
}

TEST_CASE("profile.yaml keeps what kopi does not know, and a broken one breaks no list") {
  const World world;
  const ProfileName coder = world.name("coder");
  const std::string directory = world.home.profile_path(coder);
  CHECK(read_card(world.home, coder).description.empty());
  must(write_card(directory, {{"description", "writes code"}, {"description_auto", true}}));
  world.scratch.write("profiles/coder/profile.yaml",
                      world.scratch.read("profiles/coder/profile.yaml") + "theirs: 1 # stays\ndisplay_name: Cöder 🤖\n");
  must(write_card(directory, {{"description", "writes: more\ncode"}, {"description_auto", false}}));
  const ProfileCard card = read_card(world.home, coder);
  CHECK(card.description == "writes: more\ncode");
  CHECK_FALSE(card.description_auto);
  CHECK(card.display_name == "Cöder 🤖");
  CHECK(world.scratch.read("profiles/coder/profile.yaml").find("theirs: 1 # stays\ndisplay_name: Cöder 🤖\n") != std::string::npos);
  for (const std::string_view broken : {"a: [", "- x", "text", "description: {a: b}", "\xff"}) {
    world.scratch.write("profiles/coder/profile.yaml", broken);
    CAPTURE(broken);
    CHECK(read_card(world.home, coder).description.empty());
  }
  world.scratch.write("profiles/coder/profile.yaml", "a: [");
  CHECK(code_of(check_card(world.home, coder)) == "E_YAML");
  CHECK(code_of(write_card(directory, {{"description", "x"}})) == "E_YAML");
  CHECK(world.scratch.read("profiles/coder/profile.yaml") == "a: [");
}

TEST_CASE("a config that is not there is empty; a broken one is named") {
  const World world;
  CHECK(must(read_config(world.home, world.name("coder"))).is_null());
  world.make("coder", "config.yaml");
  world.scratch.write("profiles/coder/config.yaml", "a: 1\na: 2\n");
  const auto config = read_config(world.home, world.name("coder"));
  REQUIRE_FALSE(config);
  CHECK(config.error().code == Code::yaml);
  CHECK(config.error().message.starts_with(world.scratch.at("profiles/coder/config.yaml:2")));
}
