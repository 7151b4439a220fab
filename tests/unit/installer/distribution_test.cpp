#include "installer/distribution.hpp"

#include "support/outcome.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::must;

namespace {

using Files = std::vector<std::pair<std::string_view, std::string>>;

Result<Distribution> understand_files(const Files& files) {
  Snapshot snapshot;
  const auto add = [&](std::string_view path, const std::string& content) {
    snapshot.files.emplace(must(RelPath::parse(path)), SnapshotFile{FileMode::regular, content, sha256(content)});
  };
  bool has_manifest = false;
  for (const auto& [path, content] : files) {
    add(path, content);
    has_manifest = has_manifest || path == "distribution.yaml";
  }
  if (!has_manifest) add("distribution.yaml", "name: bot\n");
  snapshot.manifest = must(read_manifest(snapshot.files.at(must(RelPath::parse("distribution.yaml"))).content, "distribution.yaml"));
  return understand(std::move(snapshot), "0.1.0");
}

std::string paths(const Files& files) {
  const Distribution distribution = must(understand_files(files));
  std::string text;
  for (const auto& file : distribution.files) text += file.first.str() + " ";
  return text;
}

constexpr const char* k_needs_key = "name: bot\nenv_requires:\n  - name: A_KEY\n";

}  // namespace

TEST_CASE("an example of .env is the author's, or made from what he asks for") {
  CHECK(paths({}) == "distribution.yaml ");
  CHECK(paths({{"distribution.yaml", k_needs_key}}) == ".env.EXAMPLE distribution.yaml ");
  CHECK(paths({{".env.template", "A=1"}}) == ".env.EXAMPLE distribution.yaml ");
  CHECK(paths({{".env.EXAMPLE", "A=1"}, {"distribution.yaml", k_needs_key}}) == ".env.EXAMPLE distribution.yaml ");
  const RelPath example = must(RelPath::parse(".env.EXAMPLE"));
  CHECK(must(understand_files({{".env.EXAMPLE", "A=1"}, {".env.template", "B=2"}})).files.at(example).content == "A=1");
  CHECK(must(understand_files({{".env.template", "B=2"}, {"distribution.yaml", k_needs_key}})).files.at(example).content == "B=2");
  CHECK(must(understand_files({{"distribution.yaml", k_needs_key}})).files.at(example).content.find("A_KEY=") != std::string::npos);
  const SnapshotFile made = must(understand_files({{"distribution.yaml", k_needs_key}})).files.at(example);
  CHECK(made.digest == sha256(made.content));
  CHECK(paths({{".env.example", "A=1"}, {"distribution.yaml", k_needs_key}}) == ".env.example distribution.yaml ");
}

TEST_CASE("what can't be read can't be shown, so it is not installed") {
  const std::pair<Files, std::string_view> rows[] = {{{{"config.yaml", "a: [1\n"}}, "E_YAML"},
                                                     {{{"config.yaml", "- a\n"}}, "E_YAML"},
                                                     {{{"config.yaml", "a: 1\na: 2\n"}}, "E_YAML"},
                                                     {{{"mcp.json", "{"}}, "E_JSON"},
                                                     {{{"mcp.json", "[]"}}, "E_JSON"},
                                                     {{{"config.yaml", ""}, {"mcp.json", "{}"}}, "ok"},
                                                     {{{"skills/a/config.yaml", "a: [1\n"}, {"x.json", "{"}}, "ok"}};
  for (const auto& [files, code] : rows) {
    CAPTURE(files.front().first, files.front().second);
    CHECK(test::code_of(understand_files(files)) == code);
  }
}

TEST_CASE("a job file that can't be read runs nothing, and the preview says so") {
  const Distribution distribution = must(understand_files({{"cron/bad.json", "{"},
                                                           {"cron/good.yaml", "schedule: '0 8 * * *'\nprompt: hi\n"},
                                                           {"cron/README.md", "{"},
                                                           {"cron/deep/x.json", "{"}}));
  REQUIRE(distribution.cron_jobs.size() == 1);
  CHECK(distribution.cron_jobs[0].id == "good");
  REQUIRE(distribution.findings.size() == 1);
  CHECK(distribution.findings[0].rule == "cron.invalid");
  CHECK(distribution.findings[0].file == "cron/bad.json");
}

TEST_CASE("what a distribution brings is listed from all of its files") {
  Snapshot snapshot;
  const auto add = [&](std::string_view path, std::string content, FileMode mode = FileMode::regular) {
    const Digest digest = sha256(content);
    snapshot.files.emplace(must(RelPath::parse(path)), SnapshotFile{mode, std::move(content), digest});
  };
  add("distribution.yaml", "name: bot\n");
  add("config.yaml", "tools: {allow: [web]}\nmcp_servers: {s: {enabled: false}}\n");
  add("mcp.json", R"({"mcpServers": {"s": {"command": "npx"}}})");
  add("cron/jobs.json", R"({"jobs": [{"id": "j", "schedule": "@daily", "enabled": true}]})");
  add("plugins/p/main.py", "x");
  add("plugins/README.md", "x");
  add("scripts/run", "x", FileMode::executable);
  snapshot.manifest = must(read_manifest("name: bot\n", "distribution.yaml"));
  std::string text;
  for (const Capability& capability : must(understand(std::move(snapshot), "0.1.0")).capabilities) {
    text += capability.kind + " " + capability.name + " " + capability.detail + "\n";
  }
  CHECK(text == "cron j @daily; digest fd82f5c4c06f\nexecutable scripts/run \nmcp-command s npx; off\nplugin p \ntool web \n");
}

TEST_CASE("the tree's digest is that of the ledger") {
  const Distribution distribution = must(understand_files({{"SOUL.md", "x"}}));
  CHECK(distribution.tree_digest == sha256(render_ledger(distribution.ledger())));
  CHECK(distribution.manifest_digest == sha256("name: bot\n"));
}
