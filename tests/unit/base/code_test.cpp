#include "base/code.hpp"

#include <map>
#include <set>
#include <string>

#include "support/outcome.hpp"

using namespace kopi;

TEST_CASE("every code has the name and the exit status of the public contract") {
  const std::map<int, std::set<std::string>> contract = {
      {0, {"E_CANCELLED"}},
      {1, {"E_NOT_FOUND", "E_EXISTS",  "E_NAME", "E_ALIAS", "E_SOURCE",    "E_MANIFEST", "E_YAML",    "E_JSON",        "E_SCHEMA",
           "E_REQUIRES",  "E_PATH",    "E_LINK", "E_TYPE",  "E_COLLISION", "E_LIMIT",    "E_ARCHIVE", "E_PLAN_STALE",  "E_LOCK_CONFLICT",
           "E_BUSY",      "E_CHANGED", "E_IO",   "E_AUTH",  "E_PROVIDER",  "E_TOOL",     "E_MCP",     "E_TOKEN_IN_USE"}},
      {2, {"E_USAGE"}},
      {3, {"E_DRIFT", "E_LOCK_STALE"}},
      {4,
       {"E_POLICY", "E_AGE", "E_YANKED", "E_REVOKED", "E_CAPS", "E_SCAN", "E_UNICODE", "E_SECRET", "E_SIG_MISSING", "E_SIGNER_CHANGED",
        "E_TRUST_DOWNGRADE", "E_CANCELLED"}},
      {5, {"E_CONFLICT"}},
      {6, {"E_NETWORK", "E_OFFLINE"}},
      {7, {"E_DIGEST", "E_SIG_INVALID", "E_SIG_LEGACY", "E_ROLLBACK", "E_FREEZE", "E_MIX", "E_THRESHOLD", "E_META_SIZE"}},
      {8, {"E_STATE"}},
      {70, {"E_INTERNAL"}},
      {130, {"E_CANCELLED"}}};
  std::map<int, std::set<std::string>> found;
  for (const CodeInfo& entry : all_codes()) found[entry.exit].emplace(entry.name);
  CHECK(found == contract);
}

TEST_CASE("no two codes share name and exit status") {
  std::set<std::pair<std::string_view, int>> seen;
  for (const CodeInfo& entry : all_codes()) CHECK(seen.emplace(entry.name, entry.exit).second);
}

TEST_CASE("a code's meaning is a phrase for a table: lower case, no full stop") {
  for (const CodeInfo& entry : all_codes()) {
    CAPTURE(entry.name, entry.meaning);
    CHECK_FALSE(entry.meaning.empty());
    CHECK_FALSE(entry.meaning.ends_with('.'));
    CHECK(&info(entry.code) == &entry);
  }
}
