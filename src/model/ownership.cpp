#include "model/ownership.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_user_owned[] = {
    // credentials
    ".env", "auth.json", "auth.lock", ".op.env", "npmrc", ".npmrc", "google_chat_user_token.json", "honcho.json", "pairing", "pairing.json",
    // state and memory
    "state.db", "state.db-shm", "state.db-wal", "hermes_state.db", "hermes_state.db-shm", "hermes_state.db-wal", "response_store.db",
    "response_store.db-shm", "response_store.db-wal", "gateway.pid", "gateway_state.json", "processes.json", "active_profile",
    ".update_check", "errors.log", ".hermes_history", ".kopi_history", "memories", "sessions", "logs", "plans", "workspace", "home",
    "local", "MEMORY.md", "USER.md", "profile.yaml",
    // caches and machinery
    "image_cache", "audio_cache", "document_cache", "browser_screenshots", "checkpoints", "sandboxes", "backups", "cache", "hermes-agent",
    ".hermes-runtime", ".worktrees", "profiles", "bin", "node", "node_modules", "installs", "source-checks",
    // kopi's own
    ".kopi", "store", "trust", "locks", "policy.yaml", "registries.yaml", ".git"};

// Credential stores that lie deeper.
constexpr std::string_view k_user_owned_paths[] = {"platforms/whatsapp/session", "platforms/pairing"};

}  // namespace

bool is_beside(std::string_view name) { return fold(name).ends_with(".kopi-new"); }

bool is_user_owned_root(std::string_view name) {
  // Folded: on a file system that ignores case, `.ENV` would be the user's `.env`.
  const std::string folded = fold(name);
  if (is_beside(name)) return true;
  static const std::set<std::string> names = [] {
    std::set<std::string> all;
    for (const std::string_view owned : k_user_owned) all.insert(fold(owned));
    return all;
  }();
  return names.contains(folded);
}

bool is_user_owned(const RelPath& path) {
  if (is_user_owned_root(path.first())) return true;
  const auto names = path.components();
  if (std::any_of(names.begin(), names.end(), is_beside)) return true;
  return std::any_of(std::begin(k_user_owned_paths), std::end(k_user_owned_paths),
                     [&](std::string_view owned) { return path.is_within(owned); });
}

Result<std::string> normalise_owned(std::string_view entry) {
  const std::string slashed = replace_all(entry, "\\", "/");
  std::string_view text = trim(slashed);
  if (text.starts_with('/')) return error(Code::path, "it is absolute");
  while (text.starts_with("./")) text = trim(text.substr(2));
  while (text.ends_with('/')) text = trim(text.substr(0, text.size() - 1));
  KOPI_TRY(const RelPath path, RelPath::parse(text));
  if (is_user_owned(path)) return error(Code::path, "'{}' always belongs to the user", path.first());
  return path.str();
}

Taking taking_of(const RelPath& path, const std::optional<std::vector<std::string>>& owned) {
  if (path.str() == "distribution.yaml") return Taking::taken;
  if (is_user_owned(path)) return Taking::user_owned;
  if (!owned) return Taking::taken;
  const bool listed = std::any_of(owned->begin(), owned->end(), [&](const std::string& entry) { return path.is_within(entry); });
  return listed ? Taking::taken : Taking::not_listed;
}

}  // namespace kopi
