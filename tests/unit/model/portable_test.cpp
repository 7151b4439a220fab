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
