#include "model/portable.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/outcome.hpp"

using namespace kopi;

namespace {

std::string_view part_name(std::string_view path) {
  switch (part_of(test::must(RelPath::parse(path)))) {
    case ProfilePart::settings: return "settings";
    case ProfilePart::memories: return "memories";
    case ProfilePart::sessions: return "sessions";
    case ProfilePart::credential: return "credential";
    case ProfilePart::passing: return "passing";
    case ProfilePart::machine: return "machine";
    case ProfilePart::unknown: return "unknown";
  }
  return "";
}

}  // namespace

TEST_CASE("every file of a profile belongs to one part") {
  const std::pair<std::string_view, std::string_view> parts[] = {
      {"config.yaml", "settings"},
      {"skills/a/bin/tool", "settings"},
      {"skills/logs/SKILL.md", "settings"},
      {"skills/pairing/SKILL.md", "settings"},
      {"tools/bin/x", "settings"},
      {".env.EXAMPLE", "settings"},
      {"cron/jobs.json", "settings"},
      {"memories/MEMORY.md", "memories"},
      {"USER.md", "memories"},
      {"sessions/a/b.txt", "sessions"},
      {"state.db", "sessions"},
      {"state.db-wal", "machine"},
      {"memories/memory.db-wal", "passing"},
      {"memories/great-wal", "memories"},
      {"skills/a/.env", "credential"},
      {".env", "credential"},
      {".ENV", "credential"},
      {".env.local", "credential"},
      {"skills/a/.env.sample", "settings"},
      {"knowledge/Server.PEM", "credential"},
      {"tools/.ssh/config", "credential"},
      {"Auth.json", "credential"},
      {"config.yaml.bak", "credential"},
      {"skills/a/.aws/credentials", "credential"},
      {"knowledge/.kube/config", "credential"},
      {".pgpass", "credential"},
      {"tools/.docker/config.json", "credential"},
      {"tools/.gnupg/pubring.kbx", "credential"},
      {"knowledge/my.kdbx", "credential"},
      {"skills/a/server.key", "credential"},
      {"tools/client_secret_1234-a.apps.googleusercontent.com.json", "credential"},
      {"skills/a/.env.local.example", "settings"},
      {"skills/a/sample.env", "settings"},
      {"skills/a/prod.env", "credential"},
      {"skills/a/id_rsa.pub", "settings"},
      {"skills/a/environment.md", "settings"},
      {"skills/a/author.json", "settings"},
      {"skills/a/.key", "settings"},
      {"platforms/whatsapp/session/creds", "machine"},
      {".kopi/install.json", "machine"},
      {".KOPI/approvals.json", "machine"},
      {"workspace/x", "machine"},
      {"profiles/other/SOUL.md", "machine"},
      {"profile.yaml", "settings"},
      {"skills/a/.git/config", "passing"},
      {"skills/a/GIT~1/config", "passing"},
      {"skills/__pycache__/x", "passing"},
      {"skills/a.md.kopi-new", "passing"},
      {"notes.txt", "unknown"},
      {"plugins/p/p.py", "unknown"},
      {"CONFIG.yaml", "unknown"},
  };
  for (const auto& [path, part] : parts) {
    CAPTURE(path);
    CHECK(part_name(path) == part);
  }
}

TEST_CASE("a .gitignore has a line for each name of credentials, and none for examples") {
  const std::string rules = "\n" + credential_ignore_rules();
  for (const std::string_view line :
       {".env", ".env.*", "*.pem", "*.key", "*.kdbx", ".ssh", ".aws", ".gnupg", ".pgpass", "!.env*.example"}) {
    CAPTURE(line);
    CHECK(rules.find("\n" + std::string(line) + "\n") != std::string::npos);
  }
}
