#include "model/secret_shapes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/text.hpp"

namespace kopi {
namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || is_upper(c); }
constexpr bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }
constexpr bool is_word(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }
constexpr bool is_dotted(char c) { return is_word(c) || c == '.'; }
constexpr bool is_upper_or_digit(char c) { return is_upper(c) || is_digit(c); }
constexpr bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
constexpr bool is_base64(char c) { return is_alphanumeric(c) || c == '+' || c == '/' || c == '='; }
constexpr bool is_token(char c) { return is_dotted(c) || is_base64(c) || c == '~'; }  // RFC 6750, "b64token"

/// A key as a service makes it: a prefix of its own, and at least so many characters behind it.
struct KeyShape {
  std::string_view prefix;
  std::size_t least;
  bool (*belongs)(char);
  std::string_view what;
  std::size_t most = 4096;
};

// From the services' own documentation of their key formats. Longer prefixes first.
constexpr KeyShape k_keys[] = {
    {"sk-ant-", 16, is_word, "an Anthropic key"},
    {"sk-proj-", 16, is_word, "an OpenAI key"},
    {"sk-svcacct-", 16, is_word, "an OpenAI key"},
    {"sk-or-", 16, is_word, "an OpenRouter key"},
    {"sk-lf-", 16, is_word, "a Langfuse key"},
    {"sk-", 16, is_word, "a model provider's key"},
    {"sk_live_", 16, is_word, "a payment key"},
    {"sk_test_", 16, is_word, "a payment key"},
    {"rk_live_", 16, is_word, "a payment key"},
    {"whsec_", 16, is_base64, "a webhook's secret"},
    {"github_pat_", 20, is_word, "a GitHub token"},
    {"ghp_", 20, is_alphanumeric, "a GitHub token"},
    {"gho_", 20, is_alphanumeric, "a GitHub token"},
    {"ghu_", 20, is_alphanumeric, "a GitHub token"},
    {"ghs_", 20, is_alphanumeric, "a GitHub token"},
    {"ghr_", 20, is_alphanumeric, "a GitHub token"},
    {"glpat-", 16, is_dotted, "a GitLab token"},
    {"gldt-", 16, is_dotted, "a GitLab token"},
    {"xoxb-", 10, is_word, "a Slack token"},
    {"xoxp-", 10, is_word, "a Slack token"},
    {"xoxa-", 10, is_word, "a Slack token"},
    {"xoxr-", 10, is_word, "a Slack token"},
    {"xoxs-", 10, is_word, "a Slack token"},
    {"xapp-", 10, is_word, "a Slack token"},
    {"AKIA", 16, is_upper_or_digit, "an AWS key", 16},
    {"ASIA", 16, is_upper_or_digit, "an AWS key", 16},
    {"AIza", 30, is_word, "a Google key"},
    {"ya29.", 20, is_dotted, "a Google token"},
    {"GOCSPX-", 16, is_word, "a Google client secret"},
    {"hf_", 20, is_alphanumeric, "a Hugging Face token"},
    {"nvapi-", 40, is_word, "an NVIDIA key"},
    {"gsk_", 20, is_alphanumeric, "a Groq key"},
    {"xai-", 20, is_word, "an xAI key"},
    {"pplx-", 20, is_word, "a Perplexity key"},
    {"r8_", 20, is_alphanumeric, "a Replicate token"},
    {"npm_", 30, is_alphanumeric, "an npm token"},
    {"pypi-", 30, is_word, "a PyPI token"},
    {"dckr_pat_", 20, is_word, "a Docker token"},
    {"dop_v1_", 20, is_alphanumeric, "a DigitalOcean token"},
    {"SG.", 30, is_dotted, "a SendGrid key"},
    {"shpat_", 16, is_alphanumeric, "a Shopify token"},
    {"lin_api_", 16, is_alphanumeric, "a Linear key"},
    {"ntn_", 20, is_alphanumeric, "a Notion token"},
    {"secret_", 30, is_alphanumeric, "a secret"},
    {"tvly-", 16, is_word, "a Tavily key"},
    {"AGE-SECRET-KEY-1", 30, is_alphanumeric, "an age key"},
    {"RWRTY0Iy", 40, is_base64, "a minisign secret key"},
    {"hvs.", 20, is_dotted, "a Vault token"},
    {"mfa.", 60, is_word, "a chat account's token"},
    {"dapi", 32, is_hex, "a Databricks token", 40},
};
// Prefixes that begin words and names of people's own as well: a key has digits behind them, or is long and of both cases.
constexpr std::string_view k_wordy[] = {"sk-", "secret_", "xai-", "pplx-", "tvly-", "hf_", "pypi-", "sk-or-", "sk-lf-", "mfa."};

// Addresses that are keys: whoever knows one may post. Behind `://`.
struct AddressShape {
  std::string_view start;
  std::string_view what;
};
constexpr AddressShape k_addresses[] = {{"hooks.slack.com/", "a Slack webhook's address"},
                                        {"discord.com/api/webhooks/", "a Discord webhook's address"},
                                        {"discordapp.com/api/webhooks/", "a Discord webhook's address"},
                                        {"ptb.discord.com/api/webhooks/", "a Discord webhook's address"},
                                        {"canary.discord.com/api/webhooks/", "a Discord webhook's address"},
                                        {"outlook.office.com/webhook/", "a Teams webhook's address"},
                                        {"hooks.zapier.com/hooks/catch/", "a Zapier webhook's address"}};

// Which two characters a key can start with: nearly every word of a text is told apart by one look.
constexpr std::size_t pair_of(char first, char second) {
  return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8 | static_cast<unsigned char>(second);
}
constexpr std::string_view k_schemes[] = {"Bearer ", "bearer ", "Basic ", "basic "};
constexpr std::string_view k_account_starts = "MNO";  // of a number's first digit in base64
constexpr auto k_pairs = [] {
  std::array<std::uint64_t, 1024> pairs{};
  const auto add = [&](std::size_t pair) { pairs[pair / 64] |= std::uint64_t{1} << pair % 64; };
  for (const KeyShape& key : k_keys) add(pair_of(key.prefix[0], key.prefix[1]));
  for (const std::string_view scheme : k_schemes) add(pair_of(scheme[0], scheme[1]));
  add(pair_of('e', 'y'));  // a JSON web token
  for (const char first : k_account_starts) {
    for (const char second : std::string_view("DTjz")) add(pair_of(first, second));
  }
  return pairs;
}();
constexpr bool may_start(char first, char second) { return (k_pairs[pair_of(first, second) / 64] >> pair_of(first, second) % 64 & 1) != 0; }

std::size_t run(std::string_view text, std::size_t at, bool (*belongs)(char)) {
  while (at < text.size() && belongs(text[at])) ++at;
  return at;
}

bool is_random_letters(std::string_view text) {
  constexpr std::size_t least = 30;
  const bool has_upper = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  const bool has_lower = std::any_of(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return text.size() >= least && has_upper && has_lower && text.find_first_of("-_.") == npos;
}

bool has_digit(std::string_view text) { return std::any_of(text.begin(), text.end(), is_digit); }

/// Nothing that belongs to a word stands before it; the `\n` of a JSON string does not.
bool starts_word(std::string_view text, std::size_t at) {
  if (at == 0 || !is_word(text[at - 1])) return true;
  return at > 1 && text[at - 2] == '\\' && std::string_view("nrt").find(text[at - 1]) != npos;
}

std::optional<SecretSpan> prefixed_key(std::string_view text, std::size_t at) {
  for (const KeyShape& key : k_keys) {
    if (!text.substr(at).starts_with(key.prefix)) continue;
    const std::size_t begin = at + key.prefix.size();
    std::size_t end = run(text, begin, key.belongs);
    while (end > begin && (text[end - 1] == '.' || text[end - 1] == '-')) --end;  // the end of a sentence
    if (end - begin < key.least || end - begin > key.most) continue;
    const bool is_wordy = std::find(std::begin(k_wordy), std::end(k_wordy), key.prefix) != std::end(k_wordy);
    const std::string_view random = text.substr(begin, end - begin);
    if (is_wordy && !has_digit(random) && !is_random_letters(random)) continue;
    return SecretSpan{at, end, key.what};
  }
  return std::nullopt;
}

/// Three parts in base64url, the first of which is a JSON object (RFC 7519).
std::optional<SecretSpan> web_token(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("eyJ")) return std::nullopt;
  std::size_t end = run(text, at, is_dotted);
  while (text[end - 1] == '.') --end;
  const std::string_view token = text.substr(at, end - at);
  if (token.size() < 40 || std::count(token.begin(), token.end(), '.') < 2) return std::nullopt;
  return SecretSpan{at, end, "a JSON web token"};
}

/// Discord's: the account's number in base64, a time, a signature, with dots between.
std::optional<SecretSpan> account_token(std::string_view text, std::size_t at) {
  constexpr std::string_view digits[] = {k_account_starts, "DTjz", "AEIMQUYcgk", "wxyz012345"};  // of three digits in base64
  const std::size_t first = run(text, at, is_word);
  if (first - at < 23 || first - at > 28 || first >= text.size() || text[first] != '.') return std::nullopt;
  for (std::size_t i = 0; i + 4 <= first - at; ++i) {
    if (digits[i % 4].find(text[at + i]) == npos) return std::nullopt;
  }
  const std::size_t second = run(text, first + 1, is_word);
  if (second - first - 1 < 5 || second - first - 1 > 7 || second >= text.size() || text[second] != '.') return std::nullopt;
  const std::size_t end = run(text, second + 1, is_word);
  return end - second - 1 >= 27 ? std::optional(SecretSpan{at, end, "a bot's token"}) : std::nullopt;
}

std::string from_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == npos) break;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if ((count += 6) >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFF);
  }
  return bytes;
}

/// `Bearer TOKEN`, and `Basic` with what reads as user and password (RFC 6750, RFC 7617).
std::optional<SecretSpan> behind_scheme(std::string_view text, std::size_t at) {
  for (const std::string_view scheme : k_schemes) {
    if (!text.substr(at).starts_with(scheme)) continue;
    const std::size_t begin = at + scheme.size();
    const bool is_basic = to_lower_ascii(scheme) == "basic ";
    std::size_t end = run(text, begin, is_basic ? is_base64 : is_token);
    while (end > begin && text[end - 1] == '.') --end;
    const std::string_view token = text.substr(begin, end - begin);
    if (is_placeholder_for_secret(token)) return std::nullopt;
    if (is_basic) {
      const std::string pair = from_base64(token);
      const bool is_pair = pair.find(':') != npos && std::all_of(pair.begin(), pair.end(), [](char c) { return c >= ' ' && c <= '~'; });
      return token.size() >= 8 && is_pair ? std::optional(SecretSpan{begin, end, "a user's password"}) : std::nullopt;
    }
    const bool is_mixed = has_digit(token) && std::any_of(token.begin(), token.end(), is_letter);
    return token.size() >= 16 && is_mixed ? std::optional(SecretSpan{begin, end, "a token"}) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<SecretSpan> key_at(std::string_view text, std::size_t at) {
  if (at + 1 >= text.size() || !may_start(text[at], text[at + 1]) || !starts_word(text, at)) return std::nullopt;
  if (const auto key = prefixed_key(text, at)) return key;
  if (const auto token = web_token(text, at)) return token;
  if (const auto token = account_token(text, at)) return token;
  return behind_scheme(text, at);
}

std::optional<SecretSpan> webhook(std::string_view text, std::size_t colon) {
  const std::size_t host = colon + 3;
  for (const AddressShape& address : k_addresses) {
    if (to_lower_ascii(text.substr(host, address.start.size())) != address.start) continue;
    const std::size_t begin = host + address.start.size();
    std::size_t end = run(text, begin, [](char c) { return is_token(c) || c == '%'; });
    while (end > begin && text[end - 1] == '.') --end;
    const std::string_view path = text.substr(begin, end - begin);
    if (path.size() >= 16 && has_digit(path)) return SecretSpan{begin, end, address.what};
  }
  return std::nullopt;
}

/// `scheme://user:password@host`
std::optional<SecretSpan> url_password(std::string_view text, std::size_t colon) {
  std::size_t password = 0;
  for (std::size_t at = colon + 3; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' ||
        static_cast<unsigned char>(c) <= ' ')
      return std::nullopt;
    if (c == ':' && password == 0) password = at + 1;
    if (c != '@') continue;
    const std::string_view found = password == 0 ? std::string_view() : text.substr(password, at - password);
    // A token can be the user's name as well: https://TOKEN:x-oauth-basic@host. Then both go.
    for (std::size_t start = colon + 3; start + 1 < password; ++start) {
      if (key_at(text, start)) return SecretSpan{start, at, "a token in a URL", SecretKind::url_password};
    }
    const bool stands_for_one = found.empty() || found == "REDACTED_BY_KOPI" || found.find_first_of("${*") == 0 || found == "%s" ||
                                found.starts_with("%(") || at + 1 >= text.size() || static_cast<unsigned char>(text[at + 1]) <= ' ';
    return stands_for_one ? std::nullopt : std::optional(SecretSpan{password, at, "a password in a URL", SecretKind::url_password});
  }
  return std::nullopt;
}

/// A Telegram bot's token: `123456789:AAH…`, thirty-five characters behind the colon.
std::optional<SecretSpan> bot_token(std::string_view text, std::size_t colon) {
  std::size_t begin = colon;
  while (begin > 0 && is_digit(text[begin - 1])) --begin;
  const std::size_t digits = colon - begin;
  if (digits < 8 || digits > 12 || !text.substr(colon + 1).starts_with("AA")) return std::nullopt;
  const std::size_t end = run(text, colon + 1, is_word);
  const bool fits = end - colon - 1 >= 33 && end - colon - 1 <= 40;
  return fits ? std::optional(SecretSpan{begin, end, "a bot's token"}) : std::nullopt;
}

/// `curl -u user:password`, `--user user:password`
std::optional<SecretSpan> command_password(std::string_view line, std::size_t at, bool in_curl) {
  std::size_t user = 0;
  for (const std::string_view option : {"-u ", "-u", "--user ", "--user="}) {
    if (user == 0 && line.substr(at).starts_with(option)) user = at + option.size();
  }
  if (user == 0 || at == 0 || (line[at - 1] != ' ' && line[at - 1] != '\t')) return std::nullopt;
  if (!in_curl && line.substr(0, at).find("curl") == npos) return std::nullopt;
  if (user < line.size() && (line[user] == '"' || line[user] == '\'')) ++user;
  const std::size_t end = std::min(line.find_first_of(" \t\r\n\"'`;|)\\", user), line.size());
  const std::size_t colon = line.substr(0, end).find(':', user);
  if (colon == npos || colon == user || colon + 1 >= end) return std::nullopt;
  const std::string_view password = line.substr(colon + 1, end - colon - 1);
  if (is_placeholder_for_secret(password) || password.starts_with("//")) return std::nullopt;
  return SecretSpan{colon + 1, end, "a password on a command line"};
}

}  // namespace

bool is_placeholder_for_secret(std::string_view value) {
  constexpr std::string_view words[] = {"your", "example", "placeholder", "changeme", "change-me",
                                        "xxxx", "****",    "....",        "redacted", "dummy"};
  const std::string lower = to_lower_ascii(value);
  if (value.find_first_of("${<(") != npos) return true;
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return lower.find(word) != npos; });
}

std::optional<SecretSpan> secret_shape_at(std::string_view text, std::size_t at, bool in_curl) {
  const char c = text[at];
  if (c == '-') return command_password(text, at, in_curl);
  if (c != ':') return key_at(text, at);
  if (!text.substr(at).starts_with("://")) return bot_token(text, at);
  if (const auto address = webhook(text, at)) return address;
  return url_password(text, at);
}

}  // namespace kopi
