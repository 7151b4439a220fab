#include "model/ownership.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::outcome;

namespace {

using Owned = std::optional<std::vector<std::string>>;

std::string taking(std::string_view path, const Owned& owned = std::nullopt) {
  switch (taking_of(must(RelPath::parse(path)), owned)) {
    case Taking::taken: return "taken";
    case Taking::user_owned: return "user_owned";
    case Taking::not_listed: return "not_listed";
  }
  return "?";
}

// Credentials, state, the user's own work, caches, machinery, kopi's records: what no distribution may bring.
constexpr std::string_view k_never[] = {".env",
                                        "auth.json",
                                        "auth.lock",
                                        ".op.env",
                                        "npmrc",
                                        "google_chat_user_token.json",
                                        "honcho.json",
                                        "pairing",
                                        "state.db",
                                        "state.db-shm",
                                        "state.db-wal",
                                        "hermes_state.db",
                                        "hermes_state.db-shm",
                                        "hermes_state.db-wal",
                                        "response_store.db",
                                        "response_store.db-shm",
                                        "response_store.db-wal",
                                        "gateway.pid",
                                        "gateway_state.json",
                                        "processes.json",
                                        "active_profile",
                                        ".update_check",
                                        "errors.log",
                                        ".hermes_history",
                                        "memories",
                                        "sessions",
                                        "logs",
                                        "plans",
                                        "workspace",
                                        "home",
                                        "local",
                                        "image_cache",
                                        "audio_cache",
                                        "document_cache",
                                        "browser_screenshots",
                                        "checkpoints",
                                        "sandboxes",
                                        "backups",
                                        "cache",
                                        "hermes-agent",
                                        ".worktrees",
                                        ".hermes-runtime",
                                        "profiles",
                                        "bin",
                                        "node",
                                        "node_modules",
                                        "installs",
                                        "source-checks",
                                        "store",
                                        "trust",
                                        "locks",
                                        "policy.yaml",
                                        "registries.yaml",
                                        "profile.yaml",
                                        "MEMORY.md",
                                        "USER.md",
                                        ".kopi",
                                        ".git",
                                        "SOUL.md.kopi-new",
                                        "x.kopi-new"};

}  // namespace

TEST_CASE("what is the user's or kopi's own is never taken, as a file, as a directory, in any case, however it is listed") {
  for (const std::string_view name : k_never) {
    std::string shouted;
    for (const char c : name) shouted += static_cast<char>(std::toupper(c));
    for (const std::string& root : {std::string(name), shouted}) {
      CAPTURE(root);
      CHECK(is_user_owned_root(root));
      CHECK(taking(root) == "user_owned");
      CHECK(taking(root + "/deep/file.md") == "user_owned");
      CHECK(taking(root, Owned({root})) == "user_owned");
      CHECK(test::code_of(normalise_owned(root)) == "E_PATH");
      CHECK(test::code_of(normalise_owned(root + "\\x/")) == "E_PATH");
    }
  }
}

TEST_CASE("those names count at the root alone") {
  for (const std::string_view name : k_never) {
    if (is_beside(name)) continue;
    CAPTURE(name);
    CHECK(taking("skills/a/" + std::string(name)) == "taken");
    CHECK(taking("tools/" + std::string(name) + "/x") == "taken");
  }
}

TEST_CASE("the place beside a file is never taken, at whatever depth") {
  for (const std::string_view path : {"x.kopi-new", "docs/x.kopi-new", "docs/X.KOPI-NEW", "docs/x.kopi-new/y"}) {
    CAPTURE(path);
    CHECK(taking(path) == "user_owned");
    CHECK(taking(path, Owned({"docs"})) == "user_owned");
  }
  CHECK(taking("docs/x.kopi-new.md") == "taken");
}

TEST_CASE("everything else at the root is taken when the author lists nothing") {
  for (const std::string_view path : {"distribution.yaml",
                                      "SOUL.md",
                                      "config.yaml",
                                      "mcp.json",
                                      "README.md",
                                      "LICENSE",
                                      ".github/workflows/x.yml",
                                      "skills/a/SKILL.md",
                                      "cron/jobs.json",
                                      "tools/bin/x",
                                      "tools",
                                      "scripts/logs/x",
                                      "plugins/p/main.py",
                                      ".env.EXAMPLE",
                                      ".env.template",
                                      "environment",
                                      "binary",
                                      "localisation/de.md",
                                      "knowledge/x.md",
                                      "docs/cache.md",
                                      "state.db.md",
                                      "platforms/telegram.json",
                                      "platforms/whatsapp/README.md",
                                      "MEMORY.md.txt",
                                      "x.kopi-newer",
                                      ".gitignore",
                                      ".no-bundled-skills",
                                      "AGENTS.md"}) {
    CHECK(std::string(path) + " " + taking(path) == std::string(path) + " taken");
  }
  CHECK(taking("platforms/whatsapp/session/creds.json") == "user_owned");
  CHECK(taking("platforms/whatsapp/session") == "user_owned");
  CHECK(taking("platforms/pairing/x") == "user_owned");
}

TEST_CASE("a list takes exactly what it names, and the manifest") {
  const Owned owned({"SOUL.md", "skills/research", "cron/digest.json", "memories"});
  const std::pair<std::string_view, std::string_view> rows[] = {{"distribution.yaml", "taken"},
                                                                {"SOUL.md", "taken"},
                                                                {"skills/research/SKILL.md", "taken"},
                                                                {"skills/research", "taken"},
                                                                {"cron/digest.json", "taken"},
                                                                {"cron/other.json", "not_listed"},
                                                                {"skills/researcher/SKILL.md", "not_listed"},
                                                                {"skills/SKILL.md", "not_listed"},
                                                                {"README.md", "not_listed"},
                                                                {"soul.md", "not_listed"},
                                                                {"sub/distribution.yaml", "not_listed"},
                                                                {"memories/MEMORY.md", "user_owned"},
                                                                {".env", "user_owned"}};
  for (const auto& [path, expected] : rows) {
    CHECK(std::string(path) + " " + taking(path, owned) == std::string(path) + " " + std::string(expected));
  }
  CHECK(taking("SOUL.md", Owned(std::vector<std::string>{})) == "not_listed");
  CHECK(taking("distribution.yaml", Owned(std::vector<std::string>{})) == "taken");
}

TEST_CASE("an entry of the author's list is normalised, or ignored with the reason") {
  const std::string rows[][2] = {{"skills", "skills"},
                                 {"skills/", "skills"},
                                 {"./skills//", "skills"},
                                 {".\\skills\\a\\", "skills/a"},
                                 {" SOUL.md ", "SOUL.md"},
                                 {"././a", "a"},
                                 {"./ a b /", "a b"},
                                 {".\\ a \\ /", "a"},
                                 {".github/actions/", ".github/actions"},
                                 {"/skills", "E_PATH it is absolute"},
                                 {"\\skills", "E_PATH it is absolute"},
                                 {"C:\\skills", "E_PATH path 'C:/skills' is not allowed: it starts with a drive letter"},
                                 {"../x", "E_PATH path '../x' is not allowed: it holds '..'"},
                                 {"a/..", "E_PATH path 'a/..' is not allowed: it holds '..'"},
                                 {"skills\\..\\memories", "E_PATH path 'skills/../memories' is not allowed: it holds '..'"},
                                 {"a//b", "E_PATH path 'a//b' is not allowed: it holds an empty component"},
                                 {"", "E_PATH path '' is not allowed: it is empty"},
                                 {"./", "E_PATH path '' is not allowed: it is empty"},
                                 {".", "E_PATH path '.' is not allowed: it holds '.'"},
                                 {"memories\\x", "E_PATH 'memories' always belongs to the user"},
                                 {"./.env", "E_PATH '.env' always belongs to the user"},
                                 {"bin/", "E_PATH 'bin' always belongs to the user"},
                                 {"platforms/whatsapp/session", "E_PATH 'platforms' always belongs to the user"}};
  for (const auto& [entry, expected] : rows) CHECK(outcome(normalise_owned(entry)) == expected);
}
