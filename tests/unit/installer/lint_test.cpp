#include "installer/lint.hpp"

#include <unistd.h>

#include "support/scratch.hpp"
#include "system/process.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

constexpr std::string_view k_manifest = "name: bot\nversion: 1.0.0\ndescription: Says hello\nlicense: MIT\n";

struct World {
  Scratch scratch;

  World() {
    write("distribution.yaml", k_manifest);
    write("SOUL.md", "You are a bot.\n");
  }
  void write(std::string_view path, std::string_view content, unsigned mode = 0644) const {
    scratch.write("bot/" + std::string(path), content, mode);
  }
  LintReport lint() const { return must(lint_directory({scratch.at("bot"), false, {}, "0.1.0"})); }
  // "rule file:line:column severity", one a line.
  std::string found() const {
    std::string text;
    for (const Finding& f : lint().findings) {
      text += fmt::format("{} {}:{}:{} {}\n", f.rule, f.file, f.line, f.column, name(f.severity));
    }
    return text;
  }
  std::string refusal() const {
    const auto report = lint();
    return report.refusal ? std::string(info(report.refusal->code).name) : "none";
  }
  void git(std::vector<std::string> words) const {
    words.insert(words.begin(), {"git", "-C", scratch.at("bot")});
    REQUIRE(must(run_command({std::move(words), Environment::of_this_process()}, "", std::chrono::seconds(20))).status == 0);
  }
};

}  // namespace

TEST_CASE("a distribution in order has no findings, and says what it is") {
  const World world;
  const LintReport report = world.lint();
  CHECK(report.findings.empty());
  CHECK_FALSE(report.refusal);
  CHECK(report.name == "bot");
  CHECK(report.version == "1.0.0");
  CHECK(report.files == 2);
}

TEST_CASE("the manifest: what is missing, and where") {
  const World world;
  world.write("distribution.yaml",
              "name: bot\nversion: v1\nenv_requires:\n  - name: A_TOKEN\n    default: abc\n    descripton: x\ndistribution_owned: "
              "[SOUL.md, skils/]\n");
  CHECK(world.found() ==
        "manifest.description-missing distribution.yaml:1:1 medium\n"
        "env.description-missing distribution.yaml:4:5 medium\n"
        "env.secret-default distribution.yaml:5:14 medium\n"
        "manifest.owned-missing distribution.yaml:7:31 medium\n"
        "manifest.license-missing distribution.yaml:1:1 low\n"
        "manifest.version-form distribution.yaml:2:10 low\n"
        "env.unused distribution.yaml:4:5 low\n"
        "manifest.unknown-key distribution.yaml:6:5 low\n");
  CHECK(world.refusal() == "none");
}

TEST_CASE("what an install refuses is found all at once, and ends with the install's own code") {
  const World world;
  world.write("config.yaml", "model: [\n");
  world.write("mcp.json", "{,}");
  must(remove_file(world.scratch.at("bot/SOUL.md")));
  REQUIRE(::symlink("/etc/hostname", world.scratch.at("bot/SOUL.md").c_str()) == 0);
  world.write("docs/A.md", "a\n");
  world.write("docs/a.md", "a\n");
  CHECK(world.refusal() == "E_LINK");
  const std::string found = world.found();
  for (const std::string_view rule :
       {"tree.link SOUL.md", "config.unreadable config.yaml:", "mcp.unreadable mcp.json:1:", "tree.collision docs/a.md"}) {
    CAPTURE(rule, found);
    CHECK(found.find(rule) != std::string::npos);
  }
}

TEST_CASE("every way to have no manifest, or no name") {
  const World world;
  world.write("distribution.yaml", "name: Release Bot\nversion: 1.0.0\ndescription: x\nlicense: MIT\n");
  CHECK(world.found() == "manifest.name distribution.yaml:1:7 high\n");
  CHECK(world.refusal() == "E_NAME");
  world.write("distribution.yaml", "name: bot\nversion: 1.0.0\ndescription: x\nlicense: MIT\nkopi_requires: '>=9'\n");
  CHECK(world.found() == "manifest.requires distribution.yaml:5:16 high\n");
  CHECK(world.refusal() == "E_REQUIRES");
  world.write("distribution.yaml", "name: [\n");
  CHECK(world.refusal() == "E_YAML");
  CHECK(world.found().starts_with("manifest.invalid distribution.yaml:"));
  world.write("distribution.yaml", "version: 1.0.0\n");
  CHECK(world.refusal() == "E_MANIFEST");
  must(remove_file(world.scratch.at("bot/distribution.yaml")));
  CHECK(world.found() == "manifest.missing :0:0 high\n");
  CHECK(world.refusal() == "E_MANIFEST");
}

TEST_CASE("limits are those of an install") {
  const World world;
  LintRequest request{world.scratch.at("bot"), false, {}, "0.1.0"};
  request.limits.files = 1;
  const LintReport report = must(lint_directory(request));
  REQUIRE(report.refusal);
  CHECK(report.refusal->code == Code::limit);
  CHECK(report.findings.front().rule == "tree.limit");
}

TEST_CASE("servers: paths that another machine need not have") {
  const World world;
  world.write("mcp.json", R"({"mcpServers": {
  "a": {"command": "/opt/acme/search", "args": ["--data", "~/data", "/usr/bin/env", "docs/a.md", "//x"], "cwd": "/srv/x"},
  "b": {"command": "/usr/bin/env", "args": ["/etc/ssl/certs", "/home/ada/x", "http://h.example/a"]}}})");
  CHECK(world.found() ==
        "path.machine mcp.json:3:64 medium\n"
        "path.absolute mcp.json:2:20 low\n"
        "path.absolute mcp.json:2:59 low\n"
        "path.absolute mcp.json:2:113 low\n");
}

TEST_CASE("servers: what is downloaded at its newest version") {
  const World world;
  world.write("mcp.json", R"({"mcpServers": {
  "a": {"command": "npx", "args": ["-y", "@acme/search"]},
  "b": {"command": "npx", "args": ["-y", "@acme/search@1.2.3"]},
  "c": {"command": "npx", "args": ["-y", "search@latest"]},
  "d": {"command": "uvx", "args": ["mcp-git"]},
  "e": {"command": "uvx", "args": ["--from", "mcp-git==1.2.3", "mcp-git"]},
  "f": {"command": "/usr/bin/docker", "args": ["run", "-i", "--rm", "-e", "A", "acme/mcp"]},
  "g": {"command": "docker", "args": ["run", "--rm", "acme/mcp:1.2"]},
  "h": {"command": "npx", "args": ["--package", "x@^1", "run"]},
  "i": {"command": "uvx", "args": ["git+https://h.example/o/r"]},
  "j": {"command": "pipx", "args": ["run", "mcp>=1"]},
  "k": {"command": "node", "args": ["server.js"]},
  "l": {"url": "http://mcp.example.com/x"},
  "m": {"url": "http://localhost:3000"},
  "n": {"command": "docker", "args": ["run", "h.example:5000/acme/mcp:latest"]}}})");
  CHECK(world.found() ==
        "mcp.floating-package mcp.json:2:42 medium\n"
        "mcp.floating-package mcp.json:4:42 medium\n"
        "mcp.floating-package mcp.json:5:36 medium\n"
        "mcp.floating-package mcp.json:7:80 medium\n"
        "mcp.floating-package mcp.json:9:49 medium\n"
        "mcp.floating-package mcp.json:10:36 medium\n"
        "mcp.floating-package mcp.json:11:44 medium\n"
        "mcp.plain-http mcp.json:13:16 medium\n"
        "mcp.floating-package mcp.json:15:46 medium\n");
}

TEST_CASE("variables: used and not asked for, asked for and not used, values where names belong") {
  const World world;
  world.write("distribution.yaml", std::string(k_manifest) +
                                       "env_requires:\n  - name: IN_SCRIPT\n    description: d\n  - name: NOWHERE\n    description: d\n  - "
                                       "name: ACME_API_KEY\n    description: d\n");
  world.write("config.yaml",
              "model:\n  default: acme/large\nproviders:\n  acme:\n    base_url: https://h.example/v1\n    api_key_env: OTHER_KEY\n");
  world.write("scripts/run.sh", "#!/bin/sh\necho $IN_SCRIPT $NOT_NOWHERE_AT_ALL\n", 0755);
  world.write(
      "mcp.json",
      R"({"mcpServers": {"a": {"url": "https://h.example", "headers": {"Authorization": "Bearer ${A_TOKEN}", "X-Api-Key": "k3y-of-mine-12345"}},
    "b": {"command": "b", "env": {"HOME": "${HOME}", "PORT": "${PORT:-80}", "PASSWORD": "changeme", "TOKEN": "${A_TOKEN}"}}}})");
  CHECK(world.found() ==
        "secret.literal mcp.json:1:114 high\n"
        "env.undeclared config.yaml:6:18 medium\n"
        "env.undeclared mcp.json:1:80 medium\n"
        "env.unused distribution.yaml:8:5 low\n"
        "env.undeclared mcp.json:2:62 low\n");
}

TEST_CASE("skills and jobs are looked at where they are") {
  const World world;
  world.write("skills/none/SKILL.md", "# A skill\n");
  world.write("skills/notes/SKILL.md", "---\nname: release-notes\ndescription: d\n---\nx\n");
  world.write("skills/odd/SKILL.md", "---\nname: Odd Name\n---\nx\n");
  world.write("skills/colon/SKILL.md", "---\nname: colon\ndescription: Notes: the long way\n---\nx\n");
  world.write("skills/group/good/SKILL.md", "---\nname: good\ndescription: d\n---\nx\n");
  world.write("cron/a.yaml", "id: a\nschedule: 0 25 * * *\nprompt: x\n");
  world.write(
      "cron/b.json",
      R"({"jobs": [{"id": "b", "schedule": {"kind": "cron", "expr": "0 8 * * *"}, "prompt": "x"}, {"id": "c", "schedule": "0 8 * * *"}, 3]})");
  world.write("cron/c.yaml", "a: [\n");
  CHECK(world.found() ==
        "cron.schedule cron/a.yaml:2:11 medium\n"
        "cron.prompt-missing cron/b.json:1:90 medium\n"
        "cron.invalid cron/b.json:1:128 medium\n"
        "cron.invalid cron/c.yaml:2:1 medium\n"
        "skill.front-matter skills/none/SKILL.md:1:1 medium\n"
        "skill.description-missing skills/odd/SKILL.md:2:0 medium\n"
        "skill.unreadable skills/colon/SKILL.md:2:0 low\n"
        "skill.name-differs skills/notes/SKILL.md:2:7 low\n"
        "skill.name-form skills/odd/SKILL.md:2:7 low\n");
}

TEST_CASE("texts: secrets are shown masked, and scripts must be able to run") {
  const World world;
  const std::string secret = std::string("ghp_") + "Zq7Lr2Xk9Wm4Tp6Vb3Nc8Hd5Jf1Gs0Ya";
  world.write("skills/a/SKILL.md", "---\nname: a\ndescription: d\n---\nuse " + secret + "\nin /home/ada/x\n");
  world.write("run.sh", "#!/bin/sh\r\necho\r\n", 0755);
  world.write("notes.md", "text\n", 0755);
  CHECK(world.found() ==
        "secret.api-key skills/a/SKILL.md:5:5 critical\n"
        "file.crlf run.sh:1:10 medium\n"
        "path.machine skills/a/SKILL.md:6:4 medium\n"
        "file.executable-text notes.md:0:0 low\n");
  for (const Finding& finding : world.lint().findings) {
    CHECK(finding.message.find(secret) == std::string::npos);
    CHECK(finding.evidence.find(secret.substr(0, 12)) == std::string::npos);
  }
}

TEST_CASE("credential files: shipped, committed, or about to be") {
  const World world;
  world.write(".env", "A=1\n");
  CHECK(world.found() == "secret.unignored .env:0:0 high\n");
  world.write(".gitignore", ".env\nmemories/\n");
  CHECK(world.found().empty());
  world.write("skills/a/.env", "A=1\n");
  CHECK(world.found() == "secret.file skills/a/.env:0:0 critical\n");
  world.git({"init", "-q"});
  CHECK(world.found().empty());  // ignored, so no clone has it
  world.git({"add", "-f", ".env"});
  world.write("memories/MEMORY.md", "x\n");
  world.write("sessions/1", "x\n");
  CHECK(world.found() ==
        "secret.file .env:0:0 critical\n"
        "private.unignored sessions:0:0 medium\n");
}

TEST_CASE("in a work tree what git ignores is no part of the distribution") {
  const World world;
  world.git({"init", "-q"});
  world.write(".gitignore", ".venv/\n*.tmp\n");
  must(make_directories(world.scratch.at("bot/.venv")));
  REQUIRE(::symlink("/usr/bin/env", world.scratch.at("bot/.venv/python").c_str()) == 0);
  world.write("a.tmp", std::string("ghp_") + "Zq7Lr2Xk9Wm4Tp6Vb3Nc8Hd5Jf1Gs0Ya");
  const LintReport report = world.lint();
  CHECK(report.findings.empty());
  CHECK_FALSE(report.refusal);
  CHECK(report.files == 3);
}

TEST_CASE("an example of variables holds no real ones, and the manifest no place of one machine") {
  const World world;
  world.write(
      "distribution.yaml",
      std::string(k_manifest) + "env_requires:\n  - name: NOTES\n    description: d\n    default: /home/ada/notes\n    secret: false\n");
  world.write(".env.EXAMPLE", "NOTES=\nA_TOKEN=hunter2-and-more\nB_TOKEN=your-token-here\nC_KEY=\nPORT=12345678\n");
  world.write("run.sh", "#!/bin/sh\necho $NOTES\n", 0755);
  CHECK(world.found() ==
        "secret.literal .env.EXAMPLE:2:0 high\n"
        "path.machine distribution.yaml:8:14 medium\n");
}

TEST_CASE("a thousand times the same mistake in one file is told fifty times, each at its place") {
  const World world;
  std::string text = "---\nname: a\ndescription: d\n---\n";
  for (int i = 0; i < 1000; ++i) text += "é /home/ada/x\n";
  world.write("skills/a/SKILL.md", text);
  const LintReport report = world.lint();
  REQUIRE(report.findings.size() == 50);
  CHECK(report.findings.back().line == 54);
  CHECK(report.findings.back().column == 3);
}

TEST_CASE("a profile's own secrets are where they belong") {
  const World world;
  world.write(".env", "A=1\n");
  world.write("memories/MEMORY.md", "x\n");
  const LintReport report = must(lint_directory({world.scratch.at("bot"), true, {}, "0.1.0"}));
  CHECK(report.findings.empty());
}
