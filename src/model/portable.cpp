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

// Folded. Names that mean keys or tokens in whatever directory they lie; some of them are directories.
constexpr std::string_view k_credentials[] = {".env",
                                              ".envrc",
                                              ".op.env",
                                              "auth.json",
                                              "auth.lock",
                                              "npmrc",
                                              ".npmrc",
                                              "honcho.json",
                                              ".netrc",
                                              "_netrc",
                                              ".git-credentials",
                                              ".pypirc",
                                              ".pgpass",
                                              "pgpass.conf",
                                              ".my.cnf",
                                              ".mylogin.cnf",
                                              ".htpasswd",
                                              ".vault-token",
                                              ".s3cfg",
                                              ".boto",
                                              ".dockercfg",
                                              ".dockerconfigjson",
                                              ".terraformrc",
                                              "rclone.conf",
                                              "kubeconfig",
                                              "id_rsa",
                                              "id_dsa",
                                              "id_ecdsa",
                                              "id_ecdsa_sk",
                                              "id_ed25519",
                                              "id_ed25519_sk",
                                              ".ssh",
                                              ".gnupg",
                                              ".password-store",
                                              ".aws",
                                              ".azure",
                                              ".kube",
                                              ".docker",
                                              "credentials.json",
                                              ".credentials.json",
                                              "credentials.toml",
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
// As .gitignore writes them. Copies of settings were made before there was an .env to keep keys in.
constexpr std::string_view k_credential_patterns[] = {
    ".env.*", "auth.json.*", "config*.bak*", "client_secret_*.json", "*.env",  "*.pem", "*.key",
    "*.p12",  "*.pfx",       "*.jks",        "*.keystore",           "*.kdbx", "*.ppk", "*.kubeconfig"};
// Of `.env.SOMETHING` and `SOMETHING.env`: these show which variables there are, and no values.
constexpr std::string_view k_example_words[] = {"example", "template", "tmpl", "sample", "dist"};

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

/// "*.pem", ".env.*", whose `*` is something; "config*.bak*", whose two may be nothing.
bool fits(std::string_view name, std::string_view pattern) {
  const auto star = pattern.find('*');
  if (!name.starts_with(pattern.substr(0, star))) return false;
  const std::string_view behind = pattern.substr(star + 1);
  const auto next = behind.find('*');
  if (next != std::string_view::npos) return name.find(behind.substr(0, next), star) != std::string_view::npos;
  return name.size() >= pattern.size() && name.ends_with(behind);
}

/// `.env.example`, `.env.local.template`, `sample.env`
bool is_env_example(std::string_view folded) {
  std::string_view word = folded;
  if (folded.starts_with(".env")) {
    word = folded.substr(folded.rfind('.') + 1);
  } else if (folded.ends_with(".env")) {
    word = folded.substr(0, folded.size() - 4);
  }
  return word.size() < folded.size() && is_any_of(word, k_example_words);
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
  if (is_env_example(folded)) return false;
  return is_any_of(folded, k_credentials) || std::any_of(std::begin(k_credential_patterns), std::end(k_credential_patterns),
                                                         [&](std::string_view pattern) { return fits(folded, pattern); });
}

bool is_credential_path(const RelPath& path) {
  const auto components = path.components();
  return std::any_of(components.begin(), components.end(), is_credential_name);
}

std::string credential_ignore_rules() {
  std::string rules;
  const auto add = [&](std::string_view rule) { rules += std::string(rule) + "\n"; };
  for (const std::string_view name : k_credentials) add(name);
  for (const std::string_view pattern : k_credential_patterns) add(pattern);
  for (const std::string_view word : k_example_words) add("!.env*." + std::string(word));
  add("!.env.EXAMPLE");
  for (const std::string_view word : k_example_words) add("!" + std::string(word) + ".env");
  return rules;
}

std::optional<RelPath> database_of_log(const RelPath& path) {
  const std::string folded = fold(path.str());
  if (!is_database_log(folded) || folded.ends_with("-shm")) return std::nullopt;
  auto database = RelPath::parse(path.str().substr(0, path.str().rfind('-')));
  return database ? std::optional(*std::move(database)) : std::nullopt;
}

ProfilePart part_of(const RelPath& path) {
  if (is_credential_path(path)) return ProfilePart::credential;
  const auto components = path.components();
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
