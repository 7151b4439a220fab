#include "model/name.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_first = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view k_rest = "abcdefghijklmnopqrstuvwxyz0123456789_-";

bool matches_pattern(std::string_view text) {
  return !text.empty() && text.size() <= 64 && k_first.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of(k_rest) == std::string_view::npos;
}

bool contains(std::span<const std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// These would collide with the installation itself or with a program that every system has.
constexpr std::string_view k_reserved[] = {"kopi", "hermes", "default", "test", "tmp", "root", "sudo"};

constexpr std::string_view k_commands[] = {
    "acp",     "audit",   "backstory", "chat",    "completion", "config",    "conflicts", "cost",     "cron",    "describe",
    "doctor",  "dump",    "env",       "gateway", "help",       "honcho",    "info",      "insights", "install", "kb",
    "key",     "koi",     "kois",      "login",   "logout",     "logs",      "mcp",       "memory",   "model",   "pairing",
    "persona", "plugins", "policy",    "profile", "profiles",   "prompt",    "publish",   "registry", "role",    "route",
    "sbom",    "scan",    "search",    "server",  "session",    "sessions",  "setup",     "skill",    "skills",  "status",
    "store",   "team",    "tool",      "tools",   "trust",      "uninstall", "update",    "version",  "whatsapp"};

}  // namespace

Result<ProfileName> ProfileName::parse(std::string_view text) {
  std::string normal = to_lower_ascii(trim(text));
  if (!matches_pattern(normal)) {
    return error(Code::name, "invalid profile name '{}': it must match [a-z0-9][a-z0-9_-]{{0,63}}", text);
  }
  return ProfileName(std::move(normal));
}

Result<ProfileName> parse_new_profile_name(std::string_view text) {
  KOPI_TRY(ProfileName name, ProfileName::parse(text));
  if (name.is_default()) return error(Code::name, "'default' is the profile in kopi's own home and can't be made anew");
  if (name.str() == "main") {
    return error(Code::name, "the profile name 'main' is reserved: session keys of the default profile start with it");
  }
  if (contains(k_reserved, name.str())) {
    return error(Code::name, "the profile name '{}' is reserved: it collides with kopi's installation or a system program", name.str());
  }
  return name;
}

Result<std::string> parse_existing_alias(std::string_view text) {
  std::string normal = to_lower_ascii(trim(text));
  if (!matches_pattern(normal)) {
    return error(Code::alias, "invalid alias '{}': it must match [a-z0-9][a-z0-9_-]{{0,63}}", text);
  }
  return normal;
}

Result<std::string> parse_alias(std::string_view text) {
  KOPI_TRY(std::string normal, parse_existing_alias(text));
  if (contains(k_reserved, normal)) return error(Code::alias, "the alias '{}' is reserved", normal);
  if (contains(k_commands, normal)) return error(Code::alias, "the alias '{}' is the name of a kopi command", normal);
  return normal;
}

std::span<const std::string_view> command_words() { return k_commands; }

}  // namespace kopi
