#include "store/clone.hpp"

#include "store/lifecycle.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "store/profiles.hpp"
#include "support/scratch.hpp"
#include "system/sqlite.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Home home{scratch.at("root"), scratch.path(), std::nullopt};
  ProfileName from = must(ProfileName::parse("coder"));
  ProfileName to = must(ProfileName::parse("twin"));
  std::string staging;

  void put(const std::string& name, std::string_view content = "x", unsigned mode = 0644) const {
    scratch.write("root/profiles/coder/" + name, content, mode);
  }
  void link(const std::string& name, const std::string& target) const {
    const std::string path = scratch.at("root/profiles/coder/" + name);
    must(make_directories(parent_path(path)));
    REQUIRE(::symlink(target.c_str(), path.c_str()) == 0);
  }
  Result<CloneReport> clone(CloneDepth depth, Channels channels = Channels::leave) {
    staging = must(make_staging(home, to));
    return clone_profile(home, from, to, staging, depth, channels);
  }
  std::string got() const {
    std::string text;
    for (const std::string& name : must(list_directory(staging))) text += name + " ";
    return text;
  }
  std::string read(std::string_view name) const { return must(read_file(join_path(staging, name))); }
  bool has(std::string_view name) const { return path_exists(join_path(staging, name)); }
  bool is_link(std::string_view name) const { return must(stat_path(join_path(staging, name)))->type == EntryType::link; }
  unsigned mode(std::string_view name) const { return must(stat_path(join_path(staging, name)))->mode; }
};

std::string words(const std::vector<std::string>& texts) {
  std::string line;
  for (const std::string& text : texts) line += text + " ";
  return line;
}

}  // namespace

TEST_CASE("a clone of the settings takes those and nothing that was lived") {
  World world;
  for (const std::string name :
       {"SOUL.md", "mcp.json", "skills/a/SKILL.md", ".no-bundled-skills", "memories/MEMORY.md", "sessions/1.json", "cron/jobs.json",
        "workspace/x", "logs/x", "auth.json", "plugins/p/x", "STYLE.md", ".kopi/install.json", ".kopi/approvals.json", ".kopi/bundled"}) {
    world.put(name);
  }
  world.put("config.yaml", "# mine\nmodel:\n  default: a/b\n");
  world.put(".env", "OPENAI_API_KEY=1\n", 0644);
  const CloneReport report = must(world.clone(CloneDepth::settings));
  CHECK(world.got() == ".env .kopi .no-bundled-skills SOUL.md config.yaml mcp.json skills ");
  CHECK(words(report.copied) == ".env .no-bundled-skills SOUL.md config.yaml mcp.json skills ");
  CHECK(words(must(list_directory(join_path(world.staging, ".kopi")))) == "bundled ");
  CHECK(world.mode(".env") == 0600);
  CHECK(world.read("config.yaml") == "# mine\nmodel:\n  default: a/b\n");
  CHECK(world.scratch.read("root/profiles/coder/.env") == "OPENAI_API_KEY=1\n");
}

TEST_CASE("a clone of everything takes what was lived, never accounts, running state or machinery") {
  World world;
  for (const std::string name : {"SOUL.md",
                                 "memories/MEMORY.md",
                                 "sessions/1.json",
                                 "cron/jobs.json",
                                 "plugins/p/x",
                                 "workspace/deep/x",
                                 "auth.json",
                                 "auth.lock",
                                 "gateway.pid",
                                 "gateway_state.json",
                                 "processes.json",
                                 "active_profile",
                                 "store/x",
                                 "trust/x",
                                 "cache/x",
                                 "profiles/other/SOUL.md",
                                 "locks/x",
                                 "registries.yaml",
                                 "policy.yaml",
                                 ".kopi/approvals.json",
                                 ".kopi/install.json",
                                 "skills/a/__pycache__/x.pyc",
                                 "skills/a/x.pyc",
                                 "skills/a/x.tmp",
                                 "skills/a/SKILL.md"}) {
    world.put(name);
  }
  REQUIRE(::mkfifo(world.scratch.at("root/profiles/coder/pipe").c_str(), 0600) == 0);
  const CloneReport report = must(world.clone(CloneDepth::everything));
  CHECK(world.got() == ".kopi SOUL.md cron memories plugins sessions skills workspace ");
  CHECK(words(report.copied) == ".kopi SOUL.md cron memories plugins sessions skills workspace ");
  CHECK(words(report.plugins) == "p ");
  CHECK(words(must(list_directory(join_path(world.staging, ".kopi")))) == "install.json ");
  CHECK(words(must(list_directory(join_path(world.staging, "skills/a")))) == "SKILL.md ");
  CHECK(world.read("workspace/deep/x") == "x");
}

TEST_CASE("messaging channels stay behind unless they are asked for; providers' keys come along") {
  World world;
  world.put(".env", "OPENAI_API_KEY=1\n# bots\nTELEGRAM_BOT_TOKEN=2\nDISCORD_TOKEN=3\nTELEGRAPH=4\n");
  world.put("config.yaml", "model:\n  default: a/b  # keep\ntelegram:\n  allow: [1]\nplatforms:\n  slack:\n    token: x\nz: 1\n");
  world.put("platforms/whatsapp/session/creds.json");
  world.put("pairing/signal.json");
  SECTION("left") {
    const CloneReport report = must(world.clone(CloneDepth::everything));
    CHECK(world.read(".env") == "OPENAI_API_KEY=1\n# bots\nTELEGRAPH=4\n");
    CHECK(world.read("config.yaml") == "model:\n  default: a/b  # keep\nz: 1\n");
    CHECK_FALSE(world.has("platforms"));
    CHECK_FALSE(world.has("pairing"));
    CHECK(words(report.channels_left) == "discord signal slack telegram whatsapp ");
  }
  SECTION("kept") {
    const CloneReport report = must(world.clone(CloneDepth::settings, Channels::copy));
    CHECK(world.read(".env").find("TELEGRAM_BOT_TOKEN=2") != std::string::npos);
    CHECK(world.read("config.yaml").find("telegram:") != std::string::npos);
    CHECK(world.has("platforms/whatsapp/session/creds.json"));
    CHECK(report.channels_left.empty());
  }
}

TEST_CASE("links inside stay links; what they bring from outside becomes the clone's own") {
  World world;
  world.scratch.write("dotfiles/env", "A=1\n");
  world.scratch.write("dotfiles/skill/SKILL.md", "shared");
  world.put("SOUL.md", "soul");
  world.put("memories/m.md", "m");
  world.put("auth.json", "grant");
  world.link(".env", world.scratch.at("dotfiles/env"));
  world.link("skills/inside", "../SOUL.md");
  world.link("skills/outside", world.scratch.at("dotfiles/skill"));
  world.link("skills/dangling", "nowhere");
  world.link("skills/loop", ".");
  world.link("skills/whole", "..");
  world.link("skills/lived", "../memories");
  world.link("skills/grant", "../auth.json");
  world.link("skills/by-name", "../../coder/SOUL.md");
  const CloneReport report = must(world.clone(CloneDepth::settings));
  CHECK_FALSE(world.is_link(".env"));
  CHECK(world.read(".env") == "A=1\n");
  CHECK(world.is_link("skills/inside"));
  CHECK(world.read("skills/inside") == "soul");
  CHECK_FALSE(world.is_link("skills/outside"));
  CHECK(world.read("skills/outside/SKILL.md") == "shared");
  CHECK_FALSE(world.has("skills/dangling"));
  CHECK_FALSE(world.has("skills/whole"));
  CHECK_FALSE(world.has("skills/grant"));
  CHECK_FALSE(world.is_link("skills/by-name"));
  CHECK(world.read("skills/by-name") == "soul");
  // An edit of the clone reaches nothing else.
  must(write_file(join_path(world.staging, ".env"), "B=2\n", 0600));
  CHECK(world.scratch.read("dotfiles/env") == "A=1\n");
  CHECK(words(report.dropped_links).find("skills/dangling ") != std::string::npos);
  CHECK(words(report.dropped_links).find("skills/grant ") != std::string::npos);
}

TEST_CASE("modes come along, and a closed directory is not opened") {
  World world;
  world.put("skills/private/run.sh", "#!", 0750);
  REQUIRE(::chmod(world.scratch.at("root/profiles/coder/skills/private").c_str(), 0700) == 0);
  must(world.clone(CloneDepth::settings));
  CHECK(world.mode("skills/private") == 0700);
  CHECK(world.mode("skills/private/run.sh") == 0750);
}

TEST_CASE("a database in use is copied whole; what only looks like one is copied as it is") {
  World world;
  world.put("SOUL.md");
  Database live = must(Database::open(world.scratch.at("root/profiles/coder/state.db")));
  must(live.execute("CREATE TABLE t(x)"));
  must(live.execute("INSERT INTO t VALUES (1)"));
  REQUIRE(path_exists(world.scratch.at("root/profiles/coder/state.db-wal")));
  const std::string fake("SQLite format 3\0 but not really", 31);
  world.put("workspace/fake.db", fake);
  must(world.clone(CloneDepth::everything));
  CHECK_FALSE(world.has("state.db-wal"));
  Database copy = must(Database::open(join_path(world.staging, "state.db")));
  CHECK(must(copy.query("SELECT x FROM t"))[0].integer(0) == 1);
  CHECK(world.read("workspace/fake.db") == fake);
}

TEST_CASE("a Honcho peer gets the new name, and the rest of its settings stays") {
  World world;
  world.put("honcho.json", R"({"workspace": "w", "aiPeer": "coder", "x": [1]})");
  must(world.clone(CloneDepth::settings));
  CHECK(world.read("honcho.json") == "{\n  \"workspace\": \"w\",\n  \"aiPeer\": \"twin\",\n  \"x\": [\n    1\n  ]\n}\n");
  CHECK(world.mode("honcho.json") == 0600);
}

TEST_CASE("a broken config is not copied blindly: channels could hide in it") {
  World world;
  world.put("config.yaml", "telegram: [\n");
  const auto failed = world.clone(CloneDepth::settings);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code == Code::yaml);
  CHECK(failed.error().message.find("/profiles/coder/config.yaml:") != std::string::npos);
  REQUIRE(failed.error().context.size() == 1);
  CHECK(failed.error().context[0].find("--clone-channels") != std::string::npos);
}
