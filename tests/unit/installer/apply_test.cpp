// From a directory to a profile and on to its next version: decided by prepare, done by apply, explained when it fails.
#include <sys/resource.h>

#include <csignal>

#include "installer/operation.hpp"
#include "model/source_ref.hpp"
#include "store/blobs.hpp"
#include "store/lifecycle.hpp"
#include "store/profiles.hpp"
#include "support/scratch.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

class StoppedClock final : public Clock {
 public:
  Time now() const override { return must(parse_time("2026-11-21T14:30:00Z")); }
};

/// A home, and a directory that ships a bot.
struct World {
  Scratch scratch;
  Home home{scratch.at("home/.kopi"), scratch.at("home"), std::nullopt};
  Environment environment;
  StoppedClock clock;
  SilentReporter reporter;
  InstallContext context{home, environment, clock, reporter, nullptr, false, "0.1.0"};
  ProfileName bot = must(ProfileName::parse("bot"));

  World() {
    ship("distribution.yaml", "name: bot\nversion: '1'\n");
    ship("SOUL.md", "one");
  }
  void ship(const std::string& name, std::string_view content, unsigned mode = 0644) const {
    scratch.write("source/" + name, content, mode);
  }
  void drop(const std::string& name) const { must(remove_tree(scratch.at("source/" + name))); }
  std::string at(std::string_view name) const { return join_path(home.profile_path(bot), name); }
  void edit(std::string_view name, std::string_view content) const { must(write_file(at(name), content, 0644)); }
  std::string read(std::string_view name) const {
    const auto content = must(read_file_if_present(at(name)));
    return content.value_or("(absent)");
  }

  Result<Prepared> prepare(bool force = false) const {
    InstallRequest request;
    request.source = must(parse_source(scratch.at("source"), std::nullopt, {"/", "/"}));
    request.force = force;
    return prepare_install(request, context);
  }
  Result<UpdateOutcome> prepare_next() const { return prepare_update({.name = bot, .to = std::nullopt}, context); }
  void install() const { must(apply_prepared(must(prepare()), context)); }
  void update() const { must(apply_prepared(*must(prepare_next()).prepared, context)); }
  Ledger ledger() const { return must(read_installed(home, bot))->ledger; }
  std::string ledger_digest(std::string_view name) const { return ledger().at(must(RelPath::parse(name))).digest.hex(); }
};

std::string files_below(const std::string& directory) {
  std::string text;
  for (const std::string& name : must(list_directory(directory))) text += name + " ";
  return text;
}

/// While it lives, no file can grow beyond `bytes`: every write behind that fails, as on a disk that is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limited{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limited) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE("a new profile holds what is shipped, a record of it, and what every profile has") {
  const World world;
  world.ship("scripts/run.sh", "#!/bin/sh\n", 0755);
  world.ship(".env", "SECRET=1");
  world.install();
  CHECK(files_below(world.home.profile_path(world.bot)) ==
        ".kopi SOUL.md cron distribution.yaml home local logs memories plans scripts sessions skills workspace ");
  CHECK(world.scratch.mode("home/.kopi/profiles/bot/scripts/run.sh") == 0755);
  CHECK(world.scratch.mode("home/.kopi/profiles/bot/SOUL.md") == 0644);
  CHECK(files_below(world.home.profiles_path()) == "bot ");
  const auto installed = must(read_installed(world.home, world.bot));
  REQUIRE(installed);
  CHECK(installed->record.installed_at == "2026-11-21T14:30:00Z");
  CHECK(installed->record.source == world.scratch.at("source"));
  CHECK(installed->record.commit.empty());
  CHECK(installed->record.tree == sha256(render_ledger(installed->ledger)));
  CHECK(render_ledger(installed->ledger) == "100644 " + sha256("one").hex() + "  SOUL.md\n100644 " +
                                                sha256("name: bot\nversion: '1'\n").hex() + "  distribution.yaml\n100755 " +
                                                sha256("#!/bin/sh\n").hex() + "  scripts/run.sh\n");
  for (const auto& [path, entry] : installed->ledger) CHECK(code_of(Blobs(world.home).get(entry.digest)) == "ok");
}

TEST_CASE("an update follows the author where the user did nothing, and the user where he did") {
  const World world;
  for (const std::string name : {"follow", "drop", "edited", "edited-dropped", "deleted", "typed/x", "skills/a/SKILL.md"})
    world.ship(name, "old " + name);
  world.install();
  world.edit("edited", "mine");
  world.edit("edited-dropped", "mine");
  world.edit("skills/a/mine.md", "mine");
  must(remove_file(world.at("deleted")));
  world.ship("follow", "new", 0755);
  world.ship("edited", "new");
  world.ship("deleted", "new");
  world.ship("added/deep", "new");
  for (const std::string name : {"drop", "edited-dropped", "typed", "skills/a/SKILL.md"}) world.drop(name);
  world.ship("typed", "a file now");
  world.update();
  CHECK(world.read("follow") == "new");
  CHECK(world.scratch.mode("home/.kopi/profiles/bot/follow") == 0755);
  CHECK(world.read("drop") == "(absent)");
  CHECK(world.read("edited") == "mine");
  CHECK(world.read("edited-dropped") == "mine");
  CHECK(world.read("deleted") == "(absent)");
  CHECK(world.read("added/deep") == "new");
  CHECK(world.read("typed") == "a file now");
  CHECK(world.read("skills/a/mine.md") == "mine");
  CHECK(world.read("skills/a/SKILL.md") == "(absent)");
  CHECK(world.ledger_digest("edited") == sha256("new").hex());
  CHECK(world.read("edited.kopi-new") == "new");
  CHECK_FALSE(world.ledger().contains(must(RelPath::parse("edited-dropped"))));
  CHECK(must(world.prepare_next()).kind == UpdateOutcome::Kind::up_to_date);
}

TEST_CASE("a file that its user closed to others stays closed when it is replaced") {
  const World world;
  world.ship("notes.md", "old");
  world.ship("run.sh", "old");
  world.install();
  must(write_file(world.at("notes.md"), "old", 0600));
  must(write_file(world.at("run.sh"), "old", 0640));
  world.ship("notes.md", "new");
  world.ship("run.sh", "new", 0755);
  world.update();
  CHECK(world.read("notes.md") == "new");
  CHECK(world.scratch.mode("home/.kopi/profiles/bot/notes.md") == 0600);
  CHECK(world.scratch.mode("home/.kopi/profiles/bot/run.sh") == 0750);
}

TEST_CASE("into a plain profile the user's values stay live, and what clashes lands beside") {
  const World world;
  must(make_directories(world.home.profile_path(world.bot)));
  world.edit("config.yaml", "a: mine # keep\n");
  world.edit("SOUL.md", "my own soul");
  world.ship("config.yaml", "a: theirs\nb: new\n");
  CHECK(code_of(world.prepare()) == "E_EXISTS");
  const Prepared prepared = must(world.prepare(true));
  CHECK(prepared.plan.has_conflicts());
  must(apply_prepared(prepared, world.context));
  CHECK(world.read("config.yaml") == "a: mine # keep\nb: new\n");
  CHECK(world.read("SOUL.md") == "my own soul");
  CHECK(world.read("SOUL.md.kopi-new") == "one");
}

TEST_CASE("a plan is applied to the profile that it was made on, or not at all") {
  const World world;
  world.install();
  world.ship("SOUL.md", "two");
  world.ship("new.md", "new");
  const auto outcome = must(world.prepare_next());
  REQUIRE(outcome.prepared);
  const auto refused = [&] {
    const auto applied = apply_prepared(*outcome.prepared, world.context);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().code == Code::changed);
    CHECK(applied.error().message == "profile 'bot' changed since the plan was made; nothing was written");
    CHECK(applied.error().hint == "run the command again");
  };
  SECTION("the user edited a file") {
    world.edit("SOUL.md", "edited meanwhile");
    refused();
    CHECK(world.read("SOUL.md") == "edited meanwhile");
  }
  SECTION("a file of that name appeared") {
    world.edit("new.md", "mine");
    refused();
    CHECK(world.read("new.md") == "mine");
  }
  SECTION("another update was faster") {
    world.update();
    refused();
  }
  SECTION("the profile was deleted") {
    must(delete_profile(world.home, world.bot));
    CHECK(code_of(apply_prepared(*outcome.prepared, world.context)) == "E_CHANGED");
    CHECK_FALSE(path_exists(world.home.profile_path(world.bot)));
  }
  SECTION("a link was put in the way") {
    must(remove_file(world.at("SOUL.md")));
    REQUIRE(::symlink("/etc/passwd", world.at("SOUL.md").c_str()) == 0);
    CHECK(code_of(apply_prepared(*outcome.prepared, world.context)) == "E_CHANGED");
    CHECK(world.read("new.md") == "(absent)");
    CHECK(code_of(world.prepare_next()) == "E_LINK");
  }
}

TEST_CASE("a new profile appears whole or not at all") {
  const World world;
  world.ship("big.bin", std::string(100'000, 'x'));
  const Prepared prepared = must(world.prepare());
  SECTION("the disk is full while it is written") {
    const std::string big(100'000, 'x');
    must(Blobs(world.home).put(sha256(big), big));  // it is the profile's own copy that finds no room
    {
      const FileSizeLimit full(50'000);
      const auto applied = apply_prepared(prepared, world.context);
      REQUIRE_FALSE(applied);
      CHECK(applied.error().code == Code::io);
      CHECK(applied.error().message.find("big.bin: file too large") != std::string::npos);
      CHECK(applied.error().context == std::vector<std::string>{"installing bot"});
    }
    CHECK(files_below(world.home.profiles_path()).empty());
    CHECK_FALSE(profile_exists(world.home, world.bot));
    world.install();
    CHECK(world.read("big.bin").size() == 100'000);
  }
  SECTION("somebody made a profile of that name meanwhile") {
    must(make_directories(world.home.profile_path(world.bot)));
    world.edit("SOUL.md", "mine");
    CHECK(code_of(apply_prepared(prepared, world.context)) == "E_EXISTS");
    CHECK(files_below(world.home.profiles_path()) == "bot ");
    CHECK(world.read("SOUL.md") == "mine");
  }
}

TEST_CASE("an update that fails half-way names the file and leaves everything as it was") {
  const World world;
  for (const std::string name : {"a.md", "b.bin", "c.md"}) world.ship(name, "old");
  world.install();
  world.edit("c.md", "mine");
  const std::string big(100'000, 'x');
  must(Blobs(world.home).put(sha256(big), big));
  world.ship("a.md", "new");
  world.ship("b.bin", big);
  world.ship("c.md", "new");
  world.ship("d.md", "new");
  const Ledger before = world.ledger();
  const std::string files = files_below(world.home.profile_path(world.bot));
  {
    const auto outcome = must(world.prepare_next());
    const FileSizeLimit full(50'000);
    const auto applied = apply_prepared(*outcome.prepared, world.context);
    REQUIRE_FALSE(applied);
    CHECK(applied.error().context == std::vector<std::string>{"writing b.bin", "updating bot"});
    CHECK(applied.error().message.find("file too large") != std::string::npos);
  }
  CHECK(world.ledger() == before);
  CHECK(files_below(world.home.profile_path(world.bot)) == files);
  world.update();
  CHECK(world.read("a.md") == "new");
  CHECK(world.read("b.bin") == big);
  CHECK(world.read("c.md") == "mine");
  CHECK(world.read("d.md") == "new");
  CHECK(world.ledger_digest("a.md") == sha256("new").hex());
}

TEST_CASE("names and versions are held against this kopi before anything is written") {
  const World world;
  const auto with_manifest = [&](std::string_view text) {
    world.ship("distribution.yaml", text);
    const auto prepared = world.prepare();
    return prepared ? "ok " + prepared->name.str() : test::shown(prepared.error());
  };
  CHECK(with_manifest("name: Bot\n") == "ok bot");
  CHECK(with_manifest("name: Exo Agent\n") ==
        "E_NAME invalid profile name 'Exo Agent': it must match [a-z0-9][a-z0-9_-]{0,63}\n  hint: add --name NAME");
  CHECK(with_manifest("name: default\n").ends_with("hint: add --name NAME"));
  CHECK(with_manifest("name: main\n").starts_with("E_NAME the profile name 'main' is reserved"));
  CHECK(with_manifest("name: bot\nkopi_requires: '>=0.2'\n") ==
        "E_REQUIRES bot needs kopi >=0.2, this is 0.1.0\n  while reading " + world.scratch.at("source") + "\n  hint: kopi update");
  CHECK(with_manifest("name: bot\nkopi_requires: '>=0.1,<1'\n") == "ok bot");
  CHECK(with_manifest("name: bot\nhermes_requires: '>=99'\n") == "ok bot");
  CHECK_FALSE(path_exists(world.home.profiles_path()));
}

TEST_CASE("variables count as set in the profile's .env or in kopi's own environment, not when they are empty") {
  World world;
  world.ship("distribution.yaml", "name: bot\nenv_requires:\n  - name: A\n  - name: B\n  - name: C\n  - name: D\n");
  must(make_directories(world.home.profile_path(world.bot)));
  world.edit(".env", "A=1\nC=\n");
  world.environment.set("B", "x");
  world.environment.set("D", "");
  const Prepared prepared = must(world.prepare(true));
  std::string text;
  for (const EnvStatus& status : prepared.env) text += status.variable.name + (status.set ? "+ " : "- ");
  CHECK(text == "A+ B+ C- D- ");
}
