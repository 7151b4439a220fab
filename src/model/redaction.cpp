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

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }
constexpr bool is_base64(char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '/' || c == '='; }

bool looks_secret(std::string_view name, std::string_view value, bool quoted) {
  if (value.size() < 8 || is_placeholder_for_secret(value)) return false;
  const bool letters = std::any_of(value.begin(), value.end(), is_letter);
  const bool digits = std::any_of(value.begin(), value.end(), is_digit);
  if (digits && (letters || value.size() >= 16)) return true;
  // A password may be words alone; so are the values in prose and in type annotations, which nobody quotes.
  const bool is_password = to_lower_ascii(name).find("pass") != std::string::npos;
  return is_password && quoted && value.find(' ') == std::string_view::npos;
}

/// `api_key: VALUE`, `"password": "VALUE"`, `TOKEN=VALUE`, `Authorization: Bearer VALUE`; `at` is the colon or equals sign.
std::optional<SecretSpan> named_value(std::string_view line, std::size_t at) {
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
  // A header with several of them: all go.
  const bool is_cookie = to_lower_ascii(name).ends_with("cookie") && line.substr(value, stop - value).find('=') != std::string_view::npos;
  if (is_cookie && !quoted) stop = std::min(line.find_first_of("\"'`\\", value), line.size());
  if (!looks_secret(name, line.substr(value, stop - value), quoted)) return std::nullopt;
  return SecretSpan{value, stop, detail::k_named, SecretKind::named};
}

/// `--token VALUE` of a command; `at` is its first dash.
std::optional<SecretSpan> option_value(std::string_view line, std::size_t at) {
  if (!line.substr(at).starts_with("--") || (at > 0 && is_word(line[at - 1]))) return std::nullopt;
  std::size_t end = at + 2;
  while (end < line.size() && is_word(line[end])) ++end;
  if (end >= line.size() || line[end] != ' ' || !is_secret_name(line.substr(at + 2, end - at - 2))) return std::nullopt;
  std::size_t value = std::min(line.find_first_not_of(' ', end), line.size());
  const bool quoted = value < line.size() && (line[value] == '"' || line[value] == '\'');
  if (quoted) ++value;
  const std::size_t stop = std::min(line.find_first_of(" \t\"'`,;})]\\", value), line.size());
  if (!looks_secret("token", line.substr(value, stop - value), false)) return std::nullopt;
  return SecretSpan{value, stop, detail::k_named, SecretKind::named};
}

std::optional<SecretSpan> secret_at(std::string_view line, std::size_t at, bool in_curl) {
  if (const auto span = secret_shape_at(line, at, in_curl)) return span;
  if (line[at] == '-') return option_value(line, at);
  return line[at] == ':' || line[at] == '=' ? named_value(line, at) : std::nullopt;
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

SecretScanner::Line SecretScanner::scan(std::string_view line, bool starts) {
  Line found;
  SettingsScanner::Line named;
  if (kind_ == TextKind::settings) named = settings_.scan(line, starts);
  const bool in_curl = std::exchange(in_curl_, line.ends_with('\\') && (in_curl_ || line.find("curl") != std::string_view::npos));
  found.dropped = named.dropped;
  if (found.dropped) return found;
  auto next_named = named.spans.begin();
  std::size_t told = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    auto span = secret_at(line, at, in_curl);
    if (line[at] == '-' && is_begin_of_key(line, at)) {
      span = SecretSpan{at, end_of_key(line, at), "a private key", SecretKind::private_key};
      found.opens_key = span->end == line.size() && line.find("-----END ", at) == std::string_view::npos;
    }
    while (next_named != named.spans.end() && next_named->begin < at) ++next_named;
    // What the settings' own rules say of a value, they know better.
    if (next_named != named.spans.end() && next_named->begin == (span ? span->begin : at)) span = *next_named;
    if (!span || span->begin < told || span->end <= span->begin) continue;
    told = span->end;
    at = span->end - 1;
    found.spans.push_back(*std::move(span));
  }
  return found;
}

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
  if (!trim(behind).empty()) KOPI_CHECK(write(behind));
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
  const SecretScanner::Line found = scanner_.scan(body, std::exchange(starts_line_, ends));
  if (found.dropped) {
    line_ += ends ? 1 : 0;
    return {};
  }
  std::size_t written = 0;
  for (const SecretSpan& span : found.spans) {
    KOPI_CHECK(write(body.substr(written, span.begin - written)));
    KOPI_CHECK(write(span.needs_quotes ? k_redacted_quoted : k_redacted));
    note(span.what);
    written = span.end;
  }
  in_key_ = found.opens_key;
  line_ += ends ? 1 : 0;
  return write(line.substr(written));
}

Result<void> Redactor::write(std::string_view text) { return encoder_ ? sink_(encoder_->feed(text)) : sink_(text); }

// The first four bytes say what the text is written in.
Result<void> Redactor::take_start(std::string_view& text, bool is_all) {
  const std::size_t count = std::min(text.size(), 4 - start_.size());
  start_.append(text.substr(0, count));
  text.remove_prefix(count);
  if (start_.size() < 4 && !is_all) return {};
  is_started_ = true;
  if (const auto order = utf16_of(start_)) {
    decoder_.emplace(*order);
    encoder_.emplace(*order);
  }
  return decoder_ ? feed_utf8(decoder_->feed(start_)) : feed_utf8(start_);
}

Result<void> Redactor::feed(std::string_view text) {
  if (!is_started_) KOPI_CHECK(take_start(text, false));
  if (!is_started_ || text.empty()) return {};
  return decoder_ ? feed_utf8(decoder_->feed(text)) : feed_utf8(text);
}

Result<void> Redactor::feed_utf8(std::string_view text) {
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

Result<void> Redactor::finish() {
  std::string_view nothing;
  if (!is_started_) KOPI_CHECK(take_start(nothing, true));
  if (decoder_) KOPI_CHECK(feed_utf8(decoder_->finish()));
  if (!pending_.empty()) KOPI_CHECK(flush(std::exchange(pending_, {})));
  return decoder_ && !decoder_->rest().empty() ? sink_(decoder_->rest()) : Result<void>{};
}

std::vector<SecretSpan> find_secret_spans(std::string_view text, TextKind kind) {
  std::vector<SecretSpan> all;
  SecretScanner scanner(kind);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(std::min(text.find('\n', at), text.size() - 1) + 1, at + k_longest_line);
    std::string_view line = text.substr(at, next - at);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    for (SecretSpan span : scanner.scan(line, at == 0 || text[at - 1] == '\n').spans) {
      span.begin += at;
      span.end += at;
      all.push_back(span);
    }
    at = next;
  }
  return all;
}

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
  const auto decoded = utf8_of_utf16(start);
  const std::string_view text = decoded ? std::string_view(*decoded) : start;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return static_cast<unsigned char>(c) >= ' ' || layout.find(c) != std::string_view::npos; });
}

}  // namespace kopi
