#include "model/redaction.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/text.hpp"

namespace kopi {

using detail::SettingsScanner;

namespace {

constexpr std::size_t k_longest_line = 64u << 10;
constexpr std::size_t k_most_redactions = 100;

constexpr std::string_view k_redacted_quoted = "\"REDACTED_BY_KOPI\"";

constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_base64(char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '='; }

/// A key that says by its first characters whose it is. `length`: of what follows the prefix, at least.
struct Prefix {
  std::string_view start;
  std::size_t length;
  std::string_view what;
};
constexpr Prefix k_prefixes[] = {{"sk-", 16, "a model provider's key"},
                                 {"sk_live_", 16, "a payment key"},
                                 {"sk_test_", 16, "a payment key"},
                                 {"rk_live_", 16, "a payment key"},
                                 {"whsec_", 16, "a webhook's secret"},
                                 {"ghp_", 20, "a GitHub token"},
                                 {"gho_", 20, "a GitHub token"},
                                 {"ghu_", 20, "a GitHub token"},
                                 {"ghs_", 20, "a GitHub token"},
                                 {"ghr_", 20, "a GitHub token"},
                                 {"github_pat_", 20, "a GitHub token"},
                                 {"glpat-", 16, "a GitLab token"},
                                 {"gldt-", 16, "a GitLab token"},
                                 {"xoxb-", 10, "a Slack token"},
                                 {"xoxp-", 10, "a Slack token"},
                                 {"xoxa-", 10, "a Slack token"},
                                 {"xoxr-", 10, "a Slack token"},
                                 {"xoxs-", 10, "a Slack token"},
                                 {"xapp-", 10, "a Slack token"},
                                 {"AKIA", 16, "an AWS key"},
                                 {"ASIA", 16, "an AWS key"},
                                 {"AIza", 30, "a Google key"},
                                 {"ya29.", 20, "a Google token"},
                                 {"GOCSPX-", 16, "a Google client secret"},
                                 {"hf_", 20, "a Hugging Face token"},
                                 {"gsk_", 20, "a Groq key"},
                                 {"xai-", 20, "an xAI key"},
                                 {"pplx-", 20, "a Perplexity key"},
                                 {"r8_", 20, "a Replicate token"},
                                 {"npm_", 30, "an npm token"},
                                 {"pypi-", 30, "a PyPI token"},
                                 {"dckr_pat_", 20, "a Docker token"},
                                 {"dop_v1_", 20, "a DigitalOcean token"},
                                 {"SG.", 30, "a SendGrid key"},
                                 {"shpat_", 16, "a Shopify token"},
                                 {"lin_api_", 16, "a Linear key"},
                                 {"ntn_", 20, "a Notion token"},
                                 {"secret_", 30, "a secret"},
                                 {"tvly-", 16, "a Tavily key"},
                                 {"AGE-SECRET-KEY-1", 30, "an age key"},
                                 {"RWRTY0Iy", 40, "a minisign secret key"},
                                 {"hvs.", 20, "a Vault token"},
                                 {"dapi", 32, "a Databricks token"}};

// Which two characters a key can start with: nearly every word of a text is told apart by one look.
constexpr std::size_t pair_of(char first, char second) {
  return static_cast<std::size_t>(static_cast<unsigned char>(first)) << 8 | static_cast<unsigned char>(second);
}
constexpr auto k_pairs = [] {
  std::array<std::uint64_t, 1024> pairs{};
  const auto add = [&](std::string_view start) {
    pairs[pair_of(start[0], start[1]) / 64] |= std::uint64_t{1} << pair_of(start[0], start[1]) % 64;
  };
  for (const Prefix& prefix : k_prefixes) add(prefix.start);
  add("ey");  // a JSON web token
  return pairs;
}();
constexpr bool may_start(char first, char second) { return (k_pairs[pair_of(first, second) / 64] >> pair_of(first, second) % 64 & 1) != 0; }

using detail::is_secret_name;
using detail::Span;

std::size_t word_end(std::string_view line, std::size_t at, bool dots) {
  while (at < line.size() && (is_word(line[at]) || (dots && line[at] == '.'))) ++at;
  return at;
}

std::optional<Span> prefixed(std::string_view line, std::size_t at) {
  const std::string_view rest = line.substr(at);
  for (const Prefix& prefix : k_prefixes) {
    if (!rest.starts_with(prefix.start)) continue;
    const bool dots = prefix.start.ends_with('.');
    std::size_t end = word_end(line, at + prefix.start.size(), dots);
    if (prefix.start == "RWRTY0Iy") {
      while (end < line.size() && is_base64(line[end])) ++end;
    }
    if (end - at >= prefix.start.size() + prefix.length) return Span{at, end, prefix.what};
  }
  if (!rest.starts_with("eyJ")) return std::nullopt;
  const std::size_t end = word_end(line, at, true);
  const bool is_token =
      std::count(line.begin() + static_cast<std::ptrdiff_t>(at), line.begin() + static_cast<std::ptrdiff_t>(end), '.') >= 2;
  return is_token && end - at >= 40 ? std::optional(Span{at, end, "a JSON web token"}) : std::nullopt;
}

/// `scheme://user:password@host`
std::optional<Span> url_password(std::string_view line, std::size_t colon) {
  if (line.substr(colon, 3) != "://") return std::nullopt;
  std::size_t password = 0;
  for (std::size_t at = colon + 3; at < line.size(); ++at) {
    const char c = line[at];
    if (c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' ||
        static_cast<unsigned char>(c) <= ' ')
      break;
    if (c == ':' && password == 0) password = at + 1;
    if (c != '@') continue;
    const std::string_view found = password == 0 ? std::string_view() : line.substr(password, at - password);
    // A token can be the user's name as well: https://TOKEN:x-oauth-basic@host. Then both go.
    for (std::size_t start = colon + 3; start + 1 < password; ++start) {
      if (is_word(line[start - 1]) || !may_start(line[start], line[start + 1]) || !prefixed(line, start)) continue;
      return Span{start, at, "a token in a URL"};
    }
    const bool stands_for_one = found.empty() || found == k_redacted || found.starts_with('$') || found.starts_with('{');
    return stands_for_one ? std::nullopt : std::optional(Span{password, at, "a password in a URL"});
  }
  return std::nullopt;
}

/// A Telegram bot's token: `123456789:AAH…`, thirty-five characters behind the colon.
std::optional<Span> bot_token(std::string_view line, std::size_t colon) {
  std::size_t begin = colon;
  while (begin > 0 && is_digit(line[begin - 1])) --begin;
  const std::size_t digits = colon - begin;
  const std::size_t end = word_end(line, colon + 1, false);
  const bool fits = digits >= 8 && digits <= 12 && end - colon - 1 >= 33 && end - colon - 1 <= 40;
  return fits ? std::optional(Span{begin, end, "a bot's token"}) : std::nullopt;
}

/// Something that stands where a secret would: a variable, a hint at what to fill in.
bool is_placeholder(std::string_view value) {
  constexpr std::string_view words[] = {"your", "example", "placeholder", "changeme", "change-me",
                                        "xxxx", "****",    "....",        "redacted", "dummy"};
  const std::string lower = to_lower_ascii(value);
  if (value.find_first_of("${<(") != std::string_view::npos) return true;
  return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

bool looks_secret(std::string_view name, std::string_view value, bool quoted) {
  if (value.size() < 8 || is_placeholder(value)) return false;
  const bool letters = std::any_of(value.begin(), value.end(), is_letter);
  const bool digits = std::any_of(value.begin(), value.end(), is_digit);
  if (digits && (letters || value.size() >= 16)) return true;
  // A password may be words alone; so are the values in prose and in type annotations, which nobody quotes.
  const bool is_password = to_lower_ascii(name).find("pass") != std::string::npos;
  return is_password && quoted && value.find(' ') == std::string_view::npos;
}

/// `api_key: VALUE`, `"password": "VALUE"`, `TOKEN=VALUE`, `Authorization: Bearer VALUE`; `at` is the colon or equals sign.
std::optional<Span> named_value(std::string_view line, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && (line[end - 1] == ' ' || line[end - 1] == '"' || line[end - 1] == '\'' || line[end - 1] == '\\')) --end;
  std::size_t begin = end;
  while (begin > 0 && is_word(line[begin - 1]) && end - begin < 80) --begin;
  const std::string_view name = line.substr(begin, end - begin);
  if (name.empty() || !is_secret_name(name)) return std::nullopt;
  std::size_t value = at + 1;
  while (value < line.size() && (line[value] == ' ' || line[value] == '\t' || line[value] == '\\')) ++value;
  bool quoted = false;
  char quote = 0;
  if (value < line.size() && (line[value] == '"' || line[value] == '\'')) quoted = true, quote = line[value++];
  for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic ", "Token ", "token "}) {
    if (line.substr(value).starts_with(scheme)) value += scheme.size();
  }
  std::size_t stop = value;
  constexpr std::string_view ends = " \t\"'`,;})]\\";
  if (quoted && line.find(quote, value) == std::string_view::npos) quoted = false;  // it may stand within another quotation
  while (stop < line.size() && (quoted ? line[stop] != quote && line[stop] != '\\' : ends.find(line[stop]) == std::string_view::npos))
    ++stop;
  if (!looks_secret(name, line.substr(value, stop - value), quoted)) return std::nullopt;
  return Span{value, stop, detail::k_named};
}

std::optional<Span> secret_at(std::string_view line, std::size_t at) {
  const char c = line[at];
  if (at + 1 < line.size() && may_start(c, line[at + 1]) && (at == 0 || !is_word(line[at - 1]))) {
    if (const auto span = prefixed(line, at)) return span;
  }
  if (c != ':' && c != '=') return std::nullopt;
  if (c == ':') {
    if (const auto span = url_password(line, at)) return span;
    if (const auto span = bot_token(line, at)) return span;
  }
  return named_value(line, at);
}

bool is_begin_of_key(std::string_view line, std::size_t at) {
  const std::string_view rest = line.substr(at);
  return rest.starts_with("-----BEGIN ") && rest.substr(0, 64).find("PRIVATE KEY-----") != std::string_view::npos;
}

/// Where a private key ends that is written in one line, its line ends spelled `\n`; the line's end when it goes on. A key that is cut off
/// goes no further than the quotation that it stands in.
std::size_t end_of_key(std::string_view line, std::size_t at) {
  const std::size_t end = line.find("-----END ", at);
  if (end == std::string_view::npos) return std::min(line.find_first_of("\"'", at), line.size());
  const std::size_t dashes = line.find("-----", end + 9);
  return dashes == std::string_view::npos ? line.size() : dashes + 5;
}

}  // namespace

void Redactor::note(std::string_view what) {
  has_marks_ = true;
  if (redactions_.size() < k_most_redactions) redactions_.push_back({line_, what});
}

// Within a private key: its lines are base64, its two headers, or empty, and all of them go. Any other line ends it: it was never
// finished. What stands behind its end stays. Whether the line was the key's.
Result<bool> Redactor::drop_key_line(std::string_view line) {
  const std::string_view text = trim(line);
  const std::size_t end = line.find("-----END ");
  const bool is_header = text.starts_with("Proc-Type:") || text.starts_with("DEK-Info:");
  in_key_ = end == std::string_view::npos && (is_header || std::all_of(text.begin(), text.end(), is_base64));
  if (end == std::string_view::npos) return in_key_;
  const std::string_view behind = line.substr(end_of_key(line, 0));
  if (!trim(behind).empty()) KOPI_CHECK(sink_(behind));
  return true;
}

Result<void> Redactor::flush(std::string_view line) {
  const bool ends = line.ends_with('\n');
  if (in_key_) {
    KOPI_TRY(const bool dropped, drop_key_line(line));
    if (dropped) {
      line_ += ends ? 1 : 0;
      return {};
    }
  }
  std::string_view body = line;
  while (body.ends_with('\n') || body.ends_with('\r')) body.remove_suffix(1);
  if (body.find(k_redacted) != std::string_view::npos) has_marks_ = true;
  SettingsScanner::Line named;
  if (kind_ == TextKind::settings) named = settings_.scan(body, std::exchange(starts_line_, ends));
  if (named.dropped) {
    line_ += ends ? 1 : 0;
    return {};
  }
  auto next_named = named.spans.begin();
  std::size_t written = 0;
  for (std::size_t at = 0; at < body.size(); ++at) {
    auto span = secret_at(body, at);
    if (body[at] == '-' && is_begin_of_key(body, at)) {
      span = Span{at, end_of_key(body, at), "a private key"};
      in_key_ = span->end == body.size() && body.find("-----END ", at) == std::string_view::npos;
    }
    while (next_named != named.spans.end() && next_named->begin < at) ++next_named;
    // What the settings' own rules say of a value, they know better.
    if (next_named != named.spans.end() && next_named->begin == (span ? span->begin : at)) span = *next_named;
    if (!span || span->begin < written) continue;
    KOPI_CHECK(sink_(body.substr(written, span->begin - written)));
    KOPI_CHECK(sink_(span->needs_quotes ? k_redacted_quoted : k_redacted));
    note(span->what);
    written = span->end;
    at = span->end - 1;
  }
  line_ += ends ? 1 : 0;
  return sink_(line.substr(written));
}

Result<void> Redactor::feed(std::string_view text) {
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t count = std::min(newline == std::string_view::npos ? text.size() : newline + 1, k_longest_line - pending_.size());
    pending_.append(text.substr(0, count));
    text.remove_prefix(count);
    if (pending_.ends_with('\n')) {
      KOPI_CHECK(flush(std::exchange(pending_, {})));
    } else if (pending_.size() == k_longest_line) {
      // Cut where no secret goes on; a word as long as the line is none.
      std::size_t cut = pending_.size();
      while (cut > k_longest_line / 2 && std::string_view(" \t,{}[]").find(pending_[cut - 1]) == std::string_view::npos) --cut;
      const std::string rest = pending_.substr(cut);
      pending_.resize(cut);
      KOPI_CHECK(flush(std::exchange(pending_, rest)));
    }
  }
  return {};
}

Result<void> Redactor::finish() { return pending_.empty() ? Result<void>{} : flush(std::exchange(pending_, {})); }

Redacted redact(std::string_view text, TextKind kind) {
  Redacted result;
  Redactor redactor(
      [&](std::string_view piece) -> Result<void> {
        result.text += piece;
        return {};
      },
      kind);
  const auto done = redactor.feed(text);
  const auto finished = redactor.finish();
  KOPI_ASSERT(done && finished);
  result.redactions = redactor.redactions();
  result.has_marks = redactor.has_marks();
  return result;
}

TextKind text_kind(std::string_view path) {
  const std::string name = to_lower_ascii(path.substr(path.rfind('/') + 1));
  if (name.starts_with(".env")) return TextKind::settings;
  for (const std::string_view end :
       {".yaml", ".yml", ".json", ".jsonc", ".json5", ".jsonl", ".toml", ".ini", ".cfg", ".conf", ".config", ".properties", ".env"}) {
    if (name.ends_with(end)) return TextKind::settings;
  }
  return TextKind::prose;
}

bool looks_like_text(std::string_view start) {
  constexpr std::string_view layout = "\t\n\r\f\b\x1b";
  return std::all_of(start.begin(), start.end(),
                     [&](char c) { return static_cast<unsigned char>(c) >= ' ' || layout.find(c) != std::string_view::npos; });
}

}  // namespace kopi
