#include "store/install_record.hpp"

#include "formats/schema.hpp"
#include "support/documents.hpp"
#include "support/scratch.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Home home{scratch.path(), scratch.path(), std::nullopt};
  ProfileName bot = must(ProfileName::parse("bot"));
  std::string directory = home.profile_path(bot);

  World() { must(make_directories(directory)); }
  std::string file(std::string_view name) const { return "profiles/bot/.kopi/" + std::string(name); }
  // The error without the scratch directory's name.
  template <class T>
  std::string failure(const Result<T>& result) const {
    if (result) return "ok";
    std::string text = test::shown(result.error());
    while (text.find(directory) != std::string::npos) text.replace(text.find(directory), directory.size(), "P");
    return text;
  }
  std::string read() const { return failure(read_installed(home, bot)); }
};

Installed sample() {
  Installed installed;
  installed.ledger.emplace(must(RelPath::parse("SOUL.md")), LedgerEntry{FileMode::regular, sha256("x")});
  installed.ledger.emplace(must(RelPath::parse("run.sh")), LedgerEntry{FileMode::executable, sha256("y")});
  InstallRecord& record = installed.record;
  record.name = "bot";
  record.version = "1.10";
  record.description = "says \"hi\"\n\x1b[2J";
  record.source = "https://h/o/r#v1";
  record.identity = "h/o/r";
  record.wanted = "v1";
  record.ref_kind = "tag";
  record.subdirectory = "agents/bot";
  record.commit = std::string(40, 'a');
  record.tree = sha256("tree");
  record.manifest = sha256("manifest");
  record.installed_at = "2026-11-21T14:30:00Z";
  record.updated_at = "2026-11-22T14:30:00Z";
  record.state = 3;
  Node key = Node::mapping({{"key", "model.default"}, {"base", Node()}, {"ours", "\"mine\""}, {"theirs", "2"}});
  record.pending = {{must(RelPath::parse("config.yaml")), LedgerEntry{FileMode::regular, sha256("b")},
                     LedgerEntry{FileMode::regular, sha256("t")}, Node::sequence({std::move(key)}), false},
                    {must(RelPath::parse("run.sh")), std::nullopt, LedgerEntry{FileMode::executable, sha256("y")}, Node::sequence(), true}};
  record.own = {must(RelPath::parse("config.yaml")), must(RelPath::parse("notes.md"))};
  record.capabilities = {{"cron", "digest", "0 8 * * *"}, {"env", "A", "required"}};
  return installed;
}

constexpr std::string_view k_hint = "\n  hint: kopi -p bot doctor --repair";

}  // namespace

TEST_CASE("a record and its ledger are read back as they were written") {
  const World world;
  CHECK_FALSE(must(read_installed(world.home, world.bot)));
  must(write_installed(world.directory, sample()));
  const auto installed = must(read_installed(world.home, world.bot));
  REQUIRE(installed);
  const Installed expected = sample();
  CHECK(installed->ledger == expected.ledger);
  const InstallRecord& record = installed->record;
  CHECK(record.name == expected.record.name);
  CHECK(record.version == expected.record.version);
  CHECK(record.description == expected.record.description);
  CHECK(record.source == expected.record.source);
  CHECK(record.identity == expected.record.identity);
  CHECK(record.wanted == expected.record.wanted);
  CHECK(record.ref_kind == expected.record.ref_kind);
  CHECK(record.subdirectory == expected.record.subdirectory);
  CHECK(record.commit == expected.record.commit);
  CHECK(record.tree == expected.record.tree);
  CHECK(record.manifest == expected.record.manifest);
  CHECK(record.installed_at == expected.record.installed_at);
  CHECK(record.updated_at == expected.record.updated_at);
  CHECK(record.capabilities == expected.record.capabilities);
  CHECK(record.state == expected.record.state);
  CHECK(record.pending == expected.record.pending);
  CHECK(record.own == expected.record.own);
  CHECK(record.ledger == sha256(world.scratch.read(world.file("ledger"))).str());
  CHECK(world.scratch.mode("profiles/bot/.kopi") == 0700);
}

TEST_CASE("what a record lacks is null, and comes back as nothing") {
  const World world;
  Installed installed = sample();
  installed.record.wanted.reset();
  installed.record.version = installed.record.commit = installed.record.ref_kind = installed.record.subdirectory = "";
  installed.record.capabilities.clear();
  must(write_installed(world.directory, installed));
  const Node json = test::json(world.scratch.read(world.file("install.json")));
  for (const std::string_view key : {"wanted", "version", "commit", "ref_kind", "subdirectory", "seq", "signer"}) {
    CAPTURE(key);
    REQUIRE(json.find(key) != nullptr);
    CHECK(json.find(key)->is_null());
  }
  const auto record = must(read_install_record(world.home, world.bot));
  CHECK_FALSE(record->wanted);
  CHECK(record->version.empty());
  CHECK(record->commit.empty());
  CHECK(record->capabilities.empty());
}

TEST_CASE("what is written is what the published schema says") {
  const World world;
  must(write_installed(world.directory, sample()));
  const Node schema = test::json(test::project_file("schemas/install-v1.schema.json"));
  CHECK(test::shown(
            check_against_schema(test::json(world.scratch.read(world.file("install.json"))), schema, {"install", "install.json"})) == "");
}

TEST_CASE("a damaged record is named with what repairs it") {
  const World world;
  must(write_installed(world.directory, sample()));
  const std::string good = world.scratch.read(world.file("install.json"));
  const std::string ledger = world.scratch.read(world.file("ledger"));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    REQUIRE(text.find(from) != std::string::npos);
    text.replace(text.find(from), from.size(), to);
    world.scratch.write(world.file("install.json"), text);
    return world.read();
  };
  CHECK(with("\"schema\": 1", "\"schema\": 2") == "E_STATE P/.kopi/install.json is damaged: it is not of schema 1" + std::string(k_hint));
  CHECK(with("\"tree\": \"sha256:", "\"tree\": \"sha256:0") ==
        "E_STATE P/.kopi/install.json is damaged: it lacks a key" + std::string(k_hint));
  CHECK(with("\"source\": \"https://h/o/r#v1\"", "\"source\": null") ==
        "E_STATE P/.kopi/install.json is damaged: it lacks a key" + std::string(k_hint));
  CHECK(with("{", "").starts_with("E_STATE kopi's record is damaged: P/.kopi/install.json:"));
  world.scratch.write(world.file("install.json"), "");
  CHECK(world.read().starts_with("E_STATE kopi's record is damaged: P/.kopi/install.json"));
  world.scratch.write(world.file("install.json"), "[]");
  CHECK(world.read() == "E_STATE P/.kopi/install.json is damaged: it is not of schema 1" + std::string(k_hint));

  world.scratch.write(world.file("install.json"), good);
  world.scratch.write(world.file("ledger"), ledger + ledger);
  CHECK(world.read() == "E_STATE P/.kopi/ledger is damaged: it does not belong to install.json" + std::string(k_hint));
  must(remove_file(world.scratch.at(world.file("ledger"))));
  CHECK(world.read() == "E_STATE P/.kopi/ledger is damaged: it is missing" + std::string(k_hint));
  CHECK(code_of(read_install_record(world.home, world.bot)) == "ok");  // the record alone is whole
}

TEST_CASE("approvals are private, by kind and name") {
  const World world;
  CHECK(must(read_approvals(world.directory)).digests.empty());
  Approvals approvals;
  approvals.digests["mcp"]["search"] = "sha256:1";
  approvals.digests["cron"]["digest"] = "sha256:2";
  must(write_approvals(world.directory, approvals));
  CHECK(must(read_approvals(world.directory)).digests == approvals.digests);
  CHECK(world.scratch.mode(world.file("approvals.json")) == 0600);
  const Node schema = test::json(test::project_file("schemas/approvals-v1.schema.json"));
  CHECK(test::shown(check_against_schema(test::json(world.scratch.read(world.file("approvals.json"))), schema, {"a", "b"})) == "");
  world.scratch.write(world.file("approvals.json"), "{\"mcp\": {");
  CHECK(world.failure(read_approvals(world.directory)).starts_with("E_STATE kopi's record is damaged: P/.kopi/approvals.json"));
}
