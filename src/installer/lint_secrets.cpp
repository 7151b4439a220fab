#include <algorithm>

#include "base/text.hpp"
#include "installer/lint_text.hpp"

namespace kopi {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_upper(c) || is_lower(c) || is_digit(c); }
bool is_word(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
bool is_dotted(char c) { return is_word(c) || c == '.'; }
bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }
bool is_base64(char c) { return is_alphanumeric(c) || c == '+' || c == '/' || c == '='; }

/// A key as a service makes it: a prefix of its own, and at least so many characters behind it.
struct KeyShape {
  std::string_view prefix;
  bool (*belongs)(char);
  std::size_t least;
  std::size_t most;
  std::string_view whose;
};

// From the services' own documentation of their key formats. Longer prefixes first.
constexpr KeyShape k_shapes[] = {
    {"sk-ant-", is_word, 20, 400, "Anthropic"},
    {"sk-proj-", is_word, 20, 400, "OpenAI"},
    {"sk-svcacct-", is_word, 20, 400, "OpenAI"},
    {"sk-or-", is_word, 20, 400, "OpenRouter"},
    {"sk-lf-", is_word, 20, 400, "Langfuse"},
    {"sk_live_", is_alphanumeric, 16, 200, "Stripe"},
    {"rk_live_", is_alphanumeric, 16, 200, "Stripe"},
    {"sk_test_", is_alphanumeric, 16, 200, "Stripe"},
    {"sk-", is_word, 20, 400, "OpenAI or the like"},
    {"github_pat_", is_word, 22, 255, "GitHub"},
    {"ghp_", is_alphanumeric, 20, 255, "GitHub"},
    {"gho_", is_alphanumeric, 20, 255, "GitHub"},
    {"ghu_", is_alphanumeric, 20, 255, "GitHub"},
    {"ghs_", is_alphanumeric, 20, 255, "GitHub"},
    {"ghr_", is_alphanumeric, 20, 255, "GitHub"},
    {"glpat-", is_word, 20, 100, "GitLab"},
    {"gldt-", is_word, 20, 100, "GitLab"},
    {"whsec_", is_alphanumeric, 20, 100, "a webhook"},
    {"hvs.", is_dotted, 20, 200, "Vault"},
    {"xoxb-", is_word, 10, 200, "Slack"},
    {"xoxa-", is_word, 10, 200, "Slack"},
    {"xoxp-", is_word, 10, 200, "Slack"},
    {"xoxr-", is_word, 10, 200, "Slack"},
    {"xoxs-", is_word, 10, 200, "Slack"},
    {"xapp-", is_word, 10, 200, "Slack"},
    {"AKIA", is_upper_or_digit, 16, 16, "AWS"},
    {"ASIA", is_upper_or_digit, 16, 16, "AWS"},
    {"AIza", is_word, 35, 35, "Google"},
    {"ya29.", is_dotted, 20, 400, "Google"},
    {"GOCSPX-", is_word, 20, 100, "Google"},
    {"hf_", is_alphanumeric, 30, 100, "Hugging Face"},
    {"gsk_", is_alphanumeric, 30, 100, "Groq"},
    {"xai-", is_alphanumeric, 30, 200, "xAI"},
    {"pplx-", is_alphanumeric, 30, 100, "Perplexity"},
    {"tvly-", is_word, 20, 100, "Tavily"},
    {"r8_", is_alphanumeric, 30, 60, "Replicate"},
    {"npm_", is_alphanumeric, 30, 60, "npm"},
    {"pypi-", is_word, 40, 400, "PyPI"},
    {"dckr_pat_", is_word, 20, 60, "Docker"},
    {"dop_v1_", is_alphanumeric, 40, 80, "DigitalOcean"},
    {"lin_api_", is_alphanumeric, 20, 80, "Linear"},
    {"ntn_", is_alphanumeric, 30, 80, "Notion"},
    {"shpat_", is_alphanumeric, 32, 40, "Shopify"},
    {"SG.", is_dotted, 40, 100, "SendGrid"},
    {"AGE-SECRET-KEY-1", is_alphanumeric, 40, 80, "age"},
    {"RWRTY0Iy", is_base64, 40, 400, "minisign"},
    {"dapi", is_alphanumeric, 32, 40, "Databricks"},
};

struct Scan {
  std::string_view text;
  std::vector<TextMatch> found;

  char before(std::size_t at) const { return at == 0 ? ' ' : text[at - 1]; }
  void add(std::size_t begin, std::size_t end, std::string_view rule, std::string what, bool doubtful) {
    found.push_back({begin, end, rule, std::move(what), doubtful});
  }
  std::size_t run(std::size_t at, bool (*belongs)(char)) const {
    std::size_t end = at;
    while (end < text.size() && belongs(text[end])) ++end;
    return end;
  }

  // One end for the match at `at`, or 0.
  std::size_t key_at(std::size_t at) {
    if (is_word(before(at))) return 0;
    for (const KeyShape& shape : k_shapes) {
      if (!text.substr(at).starts_with(shape.prefix)) continue;
      const std::size_t begin = at + shape.prefix.size();
      std::size_t end = run(begin, shape.belongs);
      while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) --end;  // the end of a sentence
      if (end - begin < shape.least || end - begin > shape.most) continue;
      const std::string_view body = text.substr(begin, end - begin);
      // "sk-" starts words as well: a key has digits in it, a name in kebab case mostly none.
      if (shape.prefix == "sk-" && std::none_of(body.begin(), body.end(), is_digit)) continue;
      add(at, end, "secret.api-key", "a key for " + std::string(shape.whose), is_placeholder(body));
      return end;
    }
    return telegram_at(at);
  }

  // 123456789:AA…, 35 behind the colon.
  std::size_t telegram_at(std::size_t at) {
    if (!is_digit(text[at])) return 0;
    const std::size_t colon = run(at, is_digit);
    if (colon - at < 8 || colon - at > 10 || colon >= text.size() || text[colon] != ':') return 0;
    const std::size_t end = run(colon + 1, is_word);
    if (end - colon - 1 != 35 || !text.substr(colon + 1).starts_with("AA")) return 0;
    add(at, end, "secret.api-key", "a Telegram bot's token", is_placeholder(text.substr(colon + 1, 35)));
    return end;
  }

  // "-----BEGIN … PRIVATE KEY-----" with something of a key behind it: a text may well talk about such lines.
  std::size_t private_key_at(std::size_t at) {
    constexpr std::string_view begin = "-----BEGIN ";
    if (!text.substr(at).starts_with(begin)) return 0;
    const std::size_t line_end = std::min(text.find_first_of("\r\n", at), text.size());
    const auto label = text.substr(at, line_end - at).find("PRIVATE KEY");
    if (label == std::string_view::npos) return 0;
    const auto dashes = text.substr(at + label, line_end - at - label).find("-----");
    if (dashes == std::string_view::npos) return 0;
    std::size_t body = at + label + dashes + 5;
    // Line breaks of the text, or "\n" as JSON and shells write them.
    while (body < text.size() && (text[body] == '\r' || text[body] == '\n' || text[body] == ' ' || text[body] == '\\' ||
                                  (text[body] == 'n' && text[body - 1] == '\\') || (text[body] == 'r' && text[body - 1] == '\\')))
      ++body;
    const std::size_t end = run(body, is_base64);
    const bool is_header = text.substr(body).starts_with("Proc-Type:") || text.substr(body).starts_with("Version:");
    if (end - body < 8 && !is_header) return 0;
    add(at, end, "secret.private-key", "a private key", false);
    return end;
  }

  // scheme://user:password@host
  std::size_t url_password_at(std::size_t at) {
    if (!text.substr(at).starts_with("://")) return 0;
    const std::size_t user = at + 3;
    const std::size_t end = std::min(text.find_first_of(" \t\r\n/\"'`<>()[]|,;", user), text.size());
    const std::string_view authority = text.substr(user, end - user);
    const auto sign = authority.rfind('@');
    const auto colon = authority.find(':');
    if (sign == std::string_view::npos || colon == std::string_view::npos || colon == 0 || colon + 1 >= sign ||
        sign + 1 >= authority.size())
      return 0;
    const std::string_view password = authority.substr(colon + 1, sign - colon - 1);
    if (password.find_first_of("${}*%") == 0) return 0;
    add(user + colon + 1, user + sign, "secret.url-password", "a password in a URL", is_placeholder(password));
    return user + sign;
  }
};

constexpr std::string_view k_stand_ins[] = {
    "password", "passwd",  "pass",     "pwd",      "secret",   "token",    "key",       "user",        "username",  "changeme", "change-me",
    "example",  "none",    "null",     "true",     "false",    "local",    "dev",       "localhost",   "apikey",    "api_key",  "none_yet",
    "disabled", "enabled", "required", "optional", "keychain", "external", "automatic", "environment", "anonymous", "unlimited"};

bool has_long_run(std::string_view value) {
  std::size_t run = 1;
  for (std::size_t i = 1; i < value.size(); ++i) {
    run = value[i] == value[i - 1] ? run + 1 : 1;
    const bool is_filler = value[i] == 'x' || value[i] == 'X' || value[i] == '*' || value[i] == '.' || value[i] == '0';
    if (run >= 4 && is_filler) return true;
  }
  return false;
}

}  // namespace

bool is_placeholder(std::string_view value) {
  const std::string lower = to_lower_ascii(trim(value));
  if (lower.find_first_of("${}<>") != std::string::npos || lower.find("…") != std::string::npos || has_long_run(lower)) return true;
  for (const std::string_view word : {"example", "your", "placeholder", "redacted", "changeme", "dummy", "insert", "replace"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return std::find(std::begin(k_stand_ins), std::end(k_stand_ins), lower) != std::end(k_stand_ins);
}

bool names_secret(std::string_view name) {
  std::string plain;
  for (const char c : to_lower_ascii(name)) plain += c == '-' || c == '.' || c == ' ' ? '_' : c;
  const auto ends = [&](std::string_view word) { return plain == word || plain.ends_with("_" + std::string(word)); };
  for (const std::string_view word : {"api_key", "apikey", "key", "token", "secret", "password", "passwd", "passphrase", "credential",
                                      "credentials", "authorization", "pat"}) {
    if (ends(word)) return plain != "key" && !ends("public_key");
  }
  return plain.ends_with("apikey") || plain.ends_with("password");
}

std::vector<TextMatch> find_secrets(std::string_view text) {
  Scan scan{text, {}};
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = 0;
    const char c = text[at];
    if (c == ':') {
      end = scan.url_password_at(at);
    } else if (c == '-') {
      end = scan.private_key_at(at);
    } else if (is_alphanumeric(c)) {
      end = scan.key_at(at);
      if (end == 0) end = scan.run(at, is_alphanumeric);  // a key starts where a word does
    }
    at = std::max(end, at + 1);
  }
  return std::move(scan.found);
}

}  // namespace kopi
