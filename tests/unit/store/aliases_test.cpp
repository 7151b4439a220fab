#include "store/aliases.hpp"

#include <unistd.h>

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Home home{scratch.at(".kopi"), scratch.path(), std::nullopt};
  AliasContext context{"/opt/it's/kopi", scratch.at("usr")};
  ProfileName coder = must(ProfileName::parse("coder"));

  World() { scratch.write(".kopi/profiles/coder/SOUL.md", "x"); }
  Result<std::string> make(const std::string& alias) const { return create_alias(home, alias, coder, context); }
  std::string script(std::string_view alias) const { return scratch.read(".local/bin/" + std::string(alias)); }
  std::string write(std::string_view alias, std::string_view content, unsigned mode = 0755) const {
    return scratch.write(".local/bin/" + std::string(alias), content, mode);
  }
  std::string list() const {
    std::string text;
    for (const auto& [profile, names] : all_aliases(home)) {
      text += profile + ":";
      for (const std::string& name : names) text += " " + name;
      text += "\n";
    }
    return text;
  }
};

}  // namespace

TEST_CASE("an alias is a script of three lines that hides nothing from the shell") {
  const World world;
  CHECK(must(world.make(" Coder ")) == world.scratch.at(".local/bin/coder"));
  CHECK(world.script("coder") == "#!/bin/sh\n# kopi alias: coder\nexec '/opt/it'\\''s/kopi' -p coder \"$@\"\n");
  CHECK(world.scratch.mode(".local/bin/coder") == 0755);
}

TEST_CASE("where the root is elsewhere, the script says where") {
  World world;
  world.home.root = world.scratch.at("other root");
  world.scratch.write("other root/profiles/coder/SOUL.md", "x");
  must(world.make("coder"));
  CHECK(world.script("coder") ==
        "#!/bin/sh\n# kopi alias: coder\nKOPI_HOME='" + world.scratch.at("other root") + "' exec '/opt/it'\\''s/kopi' -p coder \"$@\"\n");
  CHECK(world.list() == "coder: coder\n");
  // Another home's aliases are neither shown nor taken nor removed.
  world.home.root = world.scratch.at(".kopi");
  CHECK(world.list().empty());
  CHECK(test::outcome(world.make("coder"))
            .starts_with("E_ALIAS the alias 'coder' is taken: " + world.scratch.at(".local/bin/coder") + " belongs to another kopi home"));
  CHECK(test::outcome(remove_alias(world.home, "coder")) ==
        "E_ALIAS " + world.scratch.at(".local/bin/coder") + " belongs to another kopi home, so it stays");
  CHECK(path_exists(world.scratch.at(".local/bin/coder")));
}

TEST_CASE("whose script it is does not hang on what a path looks like") {
  World world;
  world.home.root = world.scratch.at("exec 'q' exec /bin/x");
  must(world.make("coder"));
  CHECK(world.list() == "coder: coder\n");
  CHECK(must(remove_alias(world.home, "coder")));
}

TEST_CASE("a file that is not ours is neither replaced nor removed, whatever it holds") {
  const World world;
  const std::string foreign[] = {"",
                                 "#!/bin/sh\nexec other\n",
                                 "# kopi alias: coder\n#!/bin/sh\n",
                                 "#!/bin/sh\n\n# kopi alias: coder\nexec x\n",
                                 "#!/bin/bash\n# kopi alias: coder\nexec kopi -p coder\n",
                                 "#!/bin/sh\n# kopi alias: coder\n",  // cut off
                                 "#!/bin/sh\n#kopi alias: coder\nexec kopi\n",
                                 std::string("\x7f"
                                             "ELF\0\0",
                                             6)};
  for (const std::string& content : foreign) {
    world.write("coder", content);
    CAPTURE(content);
    CHECK(code_of(world.make("coder")) == "E_ALIAS");
    CHECK(code_of(remove_alias(world.home, "coder")) == "E_ALIAS");
    CHECK(world.script("coder") == content);
    CHECK(world.list().empty());
  }
  must(remove_file(world.scratch.at(".local/bin/coder")));
  must(make_directories(world.scratch.at(".local/bin/coder")));
  CHECK(code_of(world.make("coder")) == "E_ALIAS");
  CHECK(code_of(remove_alias(world.home, "coder")) == "E_ALIAS");
  must(remove_tree(world.scratch.at(".local/bin/coder")));
  REQUIRE(::symlink("/nowhere", world.scratch.at(".local/bin/coder").c_str()) == 0);
  CHECK(code_of(world.make("coder")) == "E_ALIAS");
  CHECK(path_exists(world.scratch.at(".local/bin/coder")));
}

TEST_CASE("an alias hides no program, no command of kopi's and no other profile's alias") {
  const World world;
  world.scratch.write("usr/grep", "#!/bin/sh\n", 0755);
  world.scratch.write("usr/notes", "text", 0644);
  CHECK(code_of(world.make("grep")) == "E_ALIAS");
  CHECK(code_of(world.make("install")) == "E_ALIAS");
  CHECK(code_of(world.make("../../.bashrc")) == "E_ALIAS");
  CHECK(code_of(world.make("root")) == "E_ALIAS");
  CHECK(code_of(world.make("notes")) == "ok");  // no program
  world.scratch.write(".kopi/profiles/writer/SOUL.md", "x");
  const ProfileName writer = must(ProfileName::parse("writer"));
  must(create_alias(world.home, "pen", writer, world.context));
  CHECK(code_of(world.make("pen")) == "E_ALIAS");
  CHECK(world.script("pen").find("-p writer") != std::string::npos);
  must(world.make("notes"));  // one's own may be written again
}

TEST_CASE("an alias whose profile is gone can be taken over, or removed") {
  const World world;
  const ProfileName gone = must(ProfileName::parse("gone"));
  must(create_alias(world.home, "bot", gone, world.context));
  must(world.make("bot"));
  CHECK(world.list() == "coder: bot\n");
  CHECK(must(remove_alias(world.home, "bot")));
  CHECK_FALSE(must(remove_alias(world.home, "bot")));
  CHECK(code_of(remove_alias(world.home, "../x")) == "E_ALIAS");
}

TEST_CASE("all aliases of a profile are found; the one that is called like it stands for it") {
  const World world;
  CHECK(all_aliases(world.home).empty());  // there is no such directory yet
  for (const std::string alias : {"zed", "bot", "coder"}) must(world.make(alias));
  world.write("binary", std::string(100'000, '\0'));
  world.write("Not-a-name", "#!/bin/sh\n# kopi alias: coder\nexec x\n");
  must(make_directories(world.scratch.at(".local/bin/folder")));
  CHECK(world.list() == "coder: bot coder zed\n");
  CHECK(find_aliases(world.home) == std::map<std::string, std::string>{{"coder", "coder"}});
  must(remove_alias(world.home, "coder"));
  CHECK(find_aliases(world.home) == std::map<std::string, std::string>{{"coder", "bot"}});
}

TEST_CASE("aliases are reachable when their directory is on the search path") {
  const World world;
  const auto reachable = [&](std::string_view path) { return aliases_are_reachable(world.home, {"/k", std::string(path)}); };
  CHECK(reachable("/usr/bin:" + world.home.alias_directory()));
  CHECK(reachable(world.home.alias_directory() + "/:/bin"));
  CHECK_FALSE(reachable(world.home.alias_directory() + "/x:/bin"));
  CHECK_FALSE(reachable(""));
}
