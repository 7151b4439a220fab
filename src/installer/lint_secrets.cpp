#include <algorithm>

#include "base/text.hpp"
#include "installer/lint_text.hpp"
#include "model/redaction.hpp"

namespace kopi {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_base64(char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '='; }

// "-----BEGIN … PRIVATE KEY-----" with something of a key behind it: a text may well talk about such lines.
std::optional<TextMatch> private_key(std::string_view text, const SecretSpan& span) {
  const auto dashes = text.find("-----", span.begin + 11);
  if (dashes == std::string_view::npos) return std::nullopt;
  std::size_t body = dashes + 5;
  // Line breaks of the text, or "\n" as JSON and shells write them.
  while (body < text.size() && (text[body] == '\r' || text[body] == '\n' || text[body] == ' ' || text[body] == '\\' ||
                                (text[body] == 'n' && text[body - 1] == '\\') || (text[body] == 'r' && text[body - 1] == '\\')))
    ++body;
  std::size_t end = body;
  while (end < text.size() && is_base64(text[end])) ++end;
  const bool is_header = text.substr(body).starts_with("Proc-Type:") || text.substr(body).starts_with("Version:");
  if (end - body < 8 && !is_header) return std::nullopt;
  return TextMatch{span.begin, end, "secret.private-key", std::string(span.what), false};
}

/// A key within the value of a name: what it is says more than where it stands.
std::optional<SecretSpan> shape_within(std::string_view text, const SecretSpan& named) {
  for (std::size_t at = named.begin; at < named.end; ++at) {
    if (auto span = secret_shape_at(text, at); span && span->kind == SecretKind::key && span->begin >= named.begin) return span;
  }
  return std::nullopt;
}

/// The value of a name that means a secret, in a text that may be an explanation or a program: what could be a word of a language, or
/// short enough to be made up, is no more than a hint.
std::optional<TextMatch> named_value(std::string_view text, const SecretSpan& span, TextKind kind) {
  const std::string_view value = text.substr(span.begin, span.end - span.begin);
  if (value.size() < 8 || value.find_first_of(" \t\r\n") != std::string_view::npos || is_placeholder(value)) return std::nullopt;
  const auto digits = static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_digit));
  if (digits < 2 || std::none_of(value.begin(), value.end(), is_letter)) return std::nullopt;
  const bool is_quoted = span.begin > 0 && (text[span.begin - 1] == '"' || text[span.begin - 1] == '\'');
  const bool is_assigned = span.begin > 0 && text[span.begin - 1] == '=';
  // A program's own names: `token: settings.auth2.v10`, `token = read(1)[0]`.
  if (kind == TextKind::prose && !is_quoted && !is_assigned && (value.find_first_of(".[:") != std::string_view::npos || value.size() < 12))
    return std::nullopt;
  return TextMatch{span.begin, span.end, "secret.literal", "a secret", value.size() < 12 && kind == TextKind::prose};
}

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
  return is_secret_name(name);
}

std::vector<TextMatch> find_secrets(std::string_view text, TextKind kind) {
  std::vector<TextMatch> found;
  for (SecretSpan span : find_secret_spans(text, kind)) {
    if (span.kind == SecretKind::named) {
      if (const auto shape = shape_within(text, span)) span = *shape;
    }
    std::optional<TextMatch> match;
    switch (span.kind) {
      case SecretKind::private_key: match = private_key(text, span); break;
      case SecretKind::named: match = named_value(text, span, kind); break;
      case SecretKind::key:
      case SecretKind::url_password: {
        const bool doubtful = is_placeholder(text.substr(span.begin, span.end - span.begin));
        const bool is_key = span.kind == SecretKind::key;
        match = TextMatch{span.begin, span.end, is_key ? "secret.api-key" : "secret.url-password", std::string(span.what), doubtful};
      }
    }
    if (match) found.push_back(*std::move(match));
  }
  return found;
}

}  // namespace kopi
