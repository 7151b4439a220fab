#include "model/portable.hpp"

#include <algorithm>

#include "base/unicode.hpp"
#include "model/ownership.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_settings[] = {
    "config.yaml",  "SOUL.md",      "STYLE.md",     "INSTRUCTIONS.md", "AGENTS.md",         "distribution.yaml", "mcp.json",
    "profile.yaml", "skills",       "cron",         "backstory.md",    "backstory",         "preferences.json",  "roles",
    "tools",        "prompts",      "base.md",      "security.md",     "done.md",           "samples",           "examples",
    "knowledge",    ".env.EXAMPLE", ".env.example", ".env.template",   ".no-bundled-skills"};
constexpr std::string_view k_memories[] = {"memories", "MEMORY.md", "USER.md"};
constexpr std::string_view k_sessions[] = {"sessions", "state.db"};

// Folded. Names that mean keys or tokens in whatever directory they lie.
constexpr std::string_view k_credentials[] = {".env",
                                              ".envrc",
                                              ".op.env",
                                              "auth.json",
                                              "auth.lock",
                                              "auth.json.corrupt",
                                              "npmrc",
                                              ".npmrc",
                                              "honcho.json",
                                              ".netrc",
                                              "_netrc",
                                              ".git-credentials",
                                              ".pypirc",
                                              ".pgpass",
                                              ".my.cnf",
                                              ".htpasswd",
                                              ".vault-token",
                                              "id_rsa",
                                              "id_dsa",
                                              "id_ecdsa",
                                              "id_ed25519",
                                              ".ssh",
                                              ".gnupg",
                                              ".aws",
                                              ".azure",
                                              ".kube",
                                              ".docker",
                                              "credentials.json",
                                              "token.json",
                                              "tokens.json",
                                              "client_secret.json",
                                              "service_account.json",
                                              "service-account.json",
                                              "secrets.json",
                                              "secrets.yaml",
                                              "secrets.yml",
                                              "secrets.toml",
                                              "google_chat_user_token.json",
                                              "application_default_credentials.json"};
constexpr std::string_view k_credential_ends[] = {".env", ".pem", ".key", ".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"};
// Of `.env.SOMETHING`: these show which variables there are, and no values.
constexpr std::string_view k_env_examples[] = {".env.example", ".env.template", ".env.sample", ".env.dist"};

template <std::size_t N>
bool is_any_of(std::string_view name, const std::string_view (&names)[N]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// Of a database that is in use. Its copy holds what they hold.
bool is_database_log(std::string_view folded) {
  const auto dash = folded.rfind('-');
  if (dash == std::string_view::npos) return false;
  const std::string_view end = folded.substr(dash);
  const std::string_view base = folded.substr(0, dash);
  return (end == "-wal" || end == "-shm" || end == "-journal") && (base.ends_with(".db") || base.find(".sqlite") != std::string_view::npos);
}

bool is_passing(std::string_view name) {
  const std::string folded = fold(name);
  return folded == "__pycache__" || folded == ".ds_store" || is_git_directory_name(name) || folded.ends_with(".pyc") ||
         folded.ends_with(".pyo") || folded.ends_with(".sock") || folded.ends_with(".tmp") || folded.ends_with(".kopi-new") ||
         is_database_log(folded);
}

}  // namespace

bool is_credential_name(std::string_view name) {
  const std::string folded = fold(name);
  if (is_any_of(folded, k_env_examples)) return false;
  if (is_any_of(folded, k_credentials) || folded.starts_with(".env.") || folded.starts_with("auth.json.")) return true;
  // Copies of settings that were made before there was an .env to keep keys in.
  if (folded.starts_with("config") && folded.find(".bak") != std::string::npos) return true;
  return std::any_of(std::begin(k_credential_ends), std::end(k_credential_ends),
                     [&](std::string_view end) { return folded.size() > end.size() && folded.ends_with(end); });
}

std::optional<RelPath> database_of_log(const RelPath& path) {
  const std::string folded = fold(path.str());
  if (!is_database_log(folded) || folded.ends_with("-shm")) return std::nullopt;
  auto database = RelPath::parse(path.str().substr(0, path.str().rfind('-')));
  return database ? std::optional(*std::move(database)) : std::nullopt;
}

ProfilePart part_of(const RelPath& path) {
  const auto components = path.components();
  if (std::any_of(components.begin(), components.end(), is_credential_name)) return ProfilePart::credential;
  const std::string_view root = path.first();
  const bool is_data = is_any_of(root, k_memories) || is_any_of(root, k_sessions);
  const bool is_owned = is_user_owned_root(path.first()) || (is_user_owned(path) && !is_beside(path.filename()));
  if (!is_data && root != "profile.yaml" && is_owned) return ProfilePart::machine;
  if (std::any_of(components.begin(), components.end(), is_passing)) return ProfilePart::passing;
  if (is_any_of(root, k_memories)) return ProfilePart::memories;
  if (is_any_of(root, k_sessions)) return ProfilePart::sessions;
  return is_any_of(root, k_settings) ? ProfilePart::settings : ProfilePart::unknown;
}

}  // namespace kopi
