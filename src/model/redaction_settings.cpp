#include "model/redaction_settings.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "model/redaction.hpp"

namespace kopi::detail {
namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_word(char c) { return (c >= 'a' && c <= 'z') || is_upper(c) || is_digit(c) || c == '_' || c == '-'; }
constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::size_t skip_blanks(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank(line[at])) ++at;
  return at;
}

/// Behind `- - ` of a list.
std::size_t skip_dashes(std::string_view line, std::size_t at) {
  while (at < line.size() && line[at] == '-' && (at + 1 == line.size() || is_blank(line[at + 1]))) at = skip_blanks(line, at + 1);
  return at;
}

bool is_constant(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return is_upper(c) || is_digit(c) || c == '_'; }) &&
         std::any_of(name.begin(), name.end(), is_upper);
}

/// What stands where a secret would: nothing, a variable, a hint at what to fill in, a switch.
bool is_no_secret(std::string_view name, std::string_view value, bool quoted = false) {
  value = trim(value);
  const std::string lower = to_lower_ascii(value);
  if (value.empty() || value.find(k_redacted) != npos || value.find("${") != npos || value.find("{{") != npos) return true;
  const char second = value.size() > 1 ? value[1] : ' ';
  if (value[0] == '$' && (second == '(' || second == '_' || (is_word(second) && !is_digit(second)))) return true;
  if (value[0] == '<' || value[0] == '*' || lower.starts_with("env:") || lower.starts_with("{env:") || lower.starts_with("$env:"))
    return true;
  constexpr std::string_view words[] = {"true", "false", "null", "none",     "~",      "yes",      "no",       "on",
                                        "off",  "auto",  "{}",   "[]",       "string", "optional", "\\",       "required",
                                        "...",  "…",     "todo", "password", "secret", "token",    "undefined"};
  if (std::find(std::begin(words), std::end(words), lower) != std::end(words)) return true;
  for (const std::string_view start : {"your", "example", "dummy", "xxx", "..."}) {
    if (lower.starts_with(start)) return true;
  }
  for (const std::string_view part : {"placeholder", "changeme", "change-me", "change_me", "example.com", "redacted"}) {
    if (lower.find(part) != npos) return true;
  }
  // The name of the variable that holds it: `api_key: OPENAI_API_KEY`.
  if (is_constant(value) && value.find('_') != npos && is_secret_name(value)) return true;
  // `use_token: 1` is a switch, `max_token: 4096` a figure; a password may be any number, and nobody quotes a figure.
  const bool is_number = std::all_of(value.begin(), value.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (!is_number || value.size() >= 6 || (quoted && value.size() > 1)) return false;
  const std::string plain = to_lower_ascii(name);
  for (const std::string_view part : {"pass", "pwd", "secret", "key"}) {
    if (plain.find(part) != npos) return false;
  }
  return true;
}

/// Behind the value's anchor and tag, its quote excluded.
std::size_t skip_properties(std::string_view line, std::size_t at) {
  while (at < line.size() && (line[at] == '&' || line[at] == '!')) {
    const auto blank = line.find_first_of(" \t", at);
    if (blank == npos) break;
    at = skip_blanks(line, blank);
  }
  return at;
}

/// Where the quotation ends that begins before `at`: its closing quote, or npos.
std::size_t closing(std::string_view line, std::size_t at, char quote) {
  for (; at < line.size(); ++at) {
    if (quote == '"' && line[at] == '\\') {
      ++at;
    } else if (line[at] == quote) {
      if (quote != '\'' || at + 1 >= line.size() || line[at + 1] != '\'') return at;
      ++at;  // '' is one quote
    }
  }
  return npos;
}

/// `|`, `>-`, `|2 # why`
bool is_block_header(std::string_view text) {
  if (text.empty() || (text[0] != '|' && text[0] != '>')) return false;
  std::size_t at = 1;
  while (at < text.size() && (text[at] == '+' || text[at] == '-' || is_digit(text[at]))) ++at;
  const std::string_view behind = trim(text.substr(at));
  return behind.empty() || (behind[0] == '#' && is_blank(text[at]));
}

/// A key at the beginning of a line: `name:`, `"name":`, `export NAME=`, `a.b.name =`.
struct Key {
  std::size_t column = 0;  ///< where it begins, its quote included
  std::string_view name;
  std::size_t separator = 0;
  char quote = 0;
};
std::optional<Key> key_at(std::string_view line, std::size_t at) {
  Key key;
  key.column = at;
  if (line.substr(at).starts_with("export ")) at = skip_blanks(line, at + 7);
  if (at < line.size() && (line[at] == '"' || line[at] == '\'')) key.quote = line[at++];
  const std::size_t begin = at;
  while (at < line.size() && (is_word(line[at]) || line[at] == '.' || line[at] == '/')) ++at;
  key.name = line.substr(begin, at - begin);
  if (key.quote != 0 && (at >= line.size() || line[at++] != key.quote)) return std::nullopt;
  at = skip_blanks(line, at);
  if (key.name.empty() || at >= line.size() || (line[at] != ':' && line[at] != '=')) return std::nullopt;
  // `https://…` and `a:b` are words of YAML; in JSON nothing need follow the colon.
  if (line[at] == ':' && key.quote == 0 && at + 1 < line.size() && !is_blank(line[at + 1])) return std::nullopt;
  key.separator = at;
  return key;
}

std::size_t skip_scheme(std::string_view line, std::size_t at) {
  for (const std::string_view scheme : {"bearer ", "basic ", "token "}) {
    if (to_lower_ascii(line.substr(at, scheme.size())) == scheme) return skip_blanks(line, at + scheme.size());
  }
  return at;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  while (!name.empty() && (is_digit(name.back()) || name.back() == '_')) name.remove_suffix(1);  // API_KEY_2
  if (is_constant(name) && name.ends_with("_KEY") && !name.ends_with("PUBLIC_KEY")) return true;
  std::string plain;
  for (const char c : to_lower_ascii(name)) {
    if (c != '_' && c != '-') plain += c;
  }
  constexpr std::string_view ends[] = {"apikey",  "accesskey", "secretkey",  "privatekey", "signingkey", "encryptionkey", "token",
                                       "secret",  "password",  "passwd",     "passphrase", "passcode",   "authorization", "credential",
                                       "authkey", "pwd",       "webhookkey", "xapikey",    "apikeys",    "secrets",       "passwords"};
  const std::string lower = to_lower_ascii(name);
  if (plain == "cookie" || plain == "setcookie" || (lower.starts_with("x-") && lower.ends_with("-key"))) return true;
  return lower == "pass" || lower.ends_with("_pass") || lower.ends_with("-pass") ||
         std::any_of(std::begin(ends), std::end(ends), [&](std::string_view end) { return plain.ends_with(end); });
}

SettingsScanner::Line SettingsScanner::scan(std::string_view line, bool starts) {
  Line found;
  const bool is_text = in_block_ || quote_ != 0;  // of a value that goes on: no items are in it
  scan_open(line, starts, found);
  if (is_text && (in_block_ || quote_ != 0 || found.dropped)) return found;
  scan_options(line, found);
  std::sort(found.spans.begin(), found.spans.end(), [](const SecretSpan& a, const SecretSpan& b) { return a.begin < b.begin; });
  return found;
}

void SettingsScanner::scan_open(std::string_view line, bool starts, Line& found) {
  const std::size_t indent = skip_blanks(line, line.starts_with("\xEF\xBB\xBF") ? 3 : 0);
  if (indent == line.size()) return;
  if (!starts) return scan_pairs(line, found, false);
  if (quote_ != 0) {
    const std::size_t end = closing(line, indent, quote_);
    if (end != npos) quote_ = 0;
    found.dropped = end == npos;
    if (end != npos && end > indent) found.spans.push_back({indent, end, k_named, SecretKind::named});
    if (end != npos) scan_behind(line, end, found);
    return;
  }
  if (in_items_) {
    return scan_items(line, indent, found);
  }
  if (in_block_ && indent > block_column_) {
    return scan_block(line, indent, found);
  }
  in_block_ = false;
  if (line[indent] == '#' || (below_ && scan_below(line, indent, found))) return;
  scan_start(line, indent, found);
  return;
}

void SettingsScanner::scan_block(std::string_view line, std::size_t indent, Line& found) {
  if (!block_is_secret_) return scan_pairs(line, found, true);
  if (is_no_secret("secret", line.substr(indent))) return;
  found.dropped = block_is_replaced_;
  if (!block_is_replaced_) found.spans.push_back({indent, line.size(), k_named, SecretKind::named});
  block_is_replaced_ = true;
}

// The value of `secret:` in the lines below: the items of a list, or a text. A mapping's own names say what they mean.
// Whether the line was that.
bool SettingsScanner::scan_below(std::string_view line, std::size_t indent, Line& found) {
  const std::size_t item = skip_dashes(line, indent);
  const bool is_item = item != indent;
  if (is_item ? indent < *below_ : indent <= *below_) {
    below_.reset();
    return false;
  }
  if (item >= line.size()) return true;
  const char first = line[item];
  if (key_at(line, item) || first == '{' || first == '}' || first == ']') {
    if (!is_item) below_.reset();
    return false;
  }
  const auto column = below_;
  scan_value(line, item, indent, false, found);
  below_ = column;
  return true;
}

void SettingsScanner::scan_start(std::string_view line, std::size_t indent, Line& found) {
  below_.reset();
  const std::size_t start = skip_dashes(line, indent);
  const auto key = key_at(line, start);
  const std::size_t value = key ? skip_blanks(line, key->separator + 1) : start;
  if ((key || start != indent) && (!key || !is_secret_name(key->name)) && is_block_header(line.substr(value))) {
    in_block_ = true, block_is_secret_ = false;
    block_column_ = key ? key->column : indent;
    return;
  }
  if (!key || !is_secret_name(key->name)) return scan_pairs(line, found, false);
  const bool is_yaml = line[key->separator] == ':' && key->quote != '"';
  if (value >= line.size() || line[value] == '#') {
    if (line[key->separator] == ':') below_ = key->column;
    return;
  }
  if (line[value] == '{') return scan_pairs(line, found, false);
  const auto name = key->name;
  const std::size_t before = found.spans.size();
  scan_value(line, value, key->column, key->quote == '"', found);
  for (std::size_t i = found.spans.size(); i-- > before;) {
    const SecretSpan& span = found.spans[i];
    const bool quoted = span.begin > 0 && (line[span.begin - 1] == '"' || line[span.begin - 1] == '\'');
    if (is_no_secret(name, line.substr(span.begin, span.end - span.begin), quoted))
      found.spans.erase(found.spans.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const bool is_plain = line[value] != '"' && line[value] != '\'' && !in_items_ && !in_block_;
  if (is_yaml && is_plain && found.spans.size() > before) below_ = key->column;  // a text may go on below
  // More of them may be behind it, in JSON that is written in one line.
  if (!found.spans.empty()) scan_behind(line, found.spans.back().end, found);
}

void SettingsScanner::scan_behind(std::string_view line, std::size_t at, Line& found) const {
  Line rest;
  scan_pairs(line, rest, false);
  for (const SecretSpan& span : rest.spans) {
    if (span.begin >= at) found.spans.push_back(span);
  }
}

/// A value from `at` on: a quotation, a block's header, a list, or the rest of the line.
void SettingsScanner::scan_value(std::string_view line, std::size_t at, std::size_t column, bool is_json, Line& found) {
  at = skip_properties(line, at);
  if (at >= line.size()) return;
  if (is_block_header(line.substr(at))) {
    in_block_ = block_is_secret_ = true;
    block_is_replaced_ = false;
    block_column_ = column;
    return;
  }
  if (line[at] == '[') return scan_items(line, at + 1, found);
  if (line[at] == '"' || line[at] == '\'') {
    const char quote = line[at];
    const std::size_t begin = skip_scheme(line, at + 1);
    const std::size_t end = closing(line, begin, quote);
    const SecretSpan span{begin, std::min(end, line.size()), k_named, SecretKind::named};
    if (is_no_secret("secret", line.substr(begin, span.end - begin))) return;
    if (end == npos) quote_ = quote;
    found.spans.push_back(span);
    return;
  }
  at = skip_scheme(line, at);
  std::size_t end = line.find(" #", at);
  if (end == npos) end = line.size();
  while (end > at && std::string_view(" \t,;]}").find(line[end - 1]) != npos) --end;
  if (is_json) {
    // Without quotes JSON has numbers only; YAML takes the same key, and then the value is the rest of the line.
    const std::size_t stop = std::min(line.find_first_not_of("0123456789+-.eE", at), line.size());
    const std::size_t behind = skip_blanks(line, stop);
    is_json = stop > at && (behind == line.size() || std::string_view(",}]").find(line[behind]) != npos);
    if (is_json) end = stop;
  }
  if (!is_no_secret(is_digit(line[at]) ? "password" : "", line.substr(at, end - at)))
    found.spans.push_back({at, end, k_named, SecretKind::named, is_json});
}

/// The items of `[a, "b"]`, which may go on in the next line.
void SettingsScanner::scan_items(std::string_view line, std::size_t at, Line& found) {
  in_items_ = true;
  while ((at = skip_blanks(line, at)) < line.size() && line[at] != '#') {
    if (line[at] == ',') {
      ++at;
      continue;
    }
    if (line[at] == ']' || line[at] == '{' || line[at] == '[' || line[at] == '}') {
      in_items_ = false;
      return;
    }
    const char quote = line[at] == '"' || line[at] == '\'' ? line[at] : '\0';
    const std::size_t begin = at + (quote != 0 ? 1 : 0);
    const std::size_t end = std::min(quote != 0 ? closing(line, begin, quote) : line.find_first_of(",]", begin), line.size());
    if (!is_no_secret("secret", line.substr(begin, end - begin))) found.spans.push_back({begin, end, k_named, SecretKind::named});
    at = end + (quote != 0 ? 1 : 0);
  }
}

/// Pairs within a line: of JSON and of YAML's `{}`, of a command line, of a URL.
void SettingsScanner::scan_pairs(std::string_view line, Line& found, bool in_prose) const {
  bool in_braces = false, in_string = false;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"' && (at == 0 || line[at - 1] != '\\')) in_string = !in_string;
    if (line[at] == '{' && !in_string) in_braces = !in_prose;
    if (line[at] != ':' && line[at] != '=') continue;
    std::size_t end = at;
    while (end > 0 && is_blank(line[end - 1])) --end;
    const bool is_quoted = end > 0 && (line[end - 1] == '"' || line[end - 1] == '\'');
    const bool is_escaped = is_quoted && end > 1 && line[end - 2] == '\\';
    if (is_quoted) end -= is_escaped ? 2 : 1;
    std::size_t begin = end;
    while (begin > 0 && is_word(line[begin - 1]) && end - begin < 80) --begin;
    const std::string_view name = line.substr(begin, end - begin);
    if (name.empty() || !is_secret_name(name)) continue;
    const char before = begin == 0 ? ' ' : line[begin - 1];
    const bool is_key =
        is_quoted ? before == '"' || before == '\'' : in_braces && !in_string && (before == '{' || before == ',' || is_blank(before));
    const bool is_assigned =
        line[at] == '=' && end == at && (before == '?' || before == '&' || name.starts_with("--") || is_constant(name));
    if (!is_assigned && !(is_key && line[at] == ':')) continue;
    std::size_t value = skip_blanks(line, at + 1);
    if (value < line.size() && line[value] == '\\') ++value;
    const char quote = value < line.size() && (line[value] == '"' || line[value] == '\'') ? line[value] : '\0';
    if (quote != 0 && is_assigned) {  // it may be the end of the quotation that the name stands in
      const std::size_t behind = skip_blanks(line, value + 1);
      if (behind != value + 1 || behind >= line.size() || std::string_view(",]}:").find(line[behind]) != npos) continue;
    }
    value = skip_scheme(line, value + (quote != 0 ? 1 : 0));
    std::size_t stop = quote == 0 ? npos : is_escaped ? line.find_first_of("\\\"", value) : closing(line, value, quote);
    // A quotation that stays open may stand within another one, which must not lose its end.
    if (stop == npos && (quote == 0 || is_assigned))
      stop = line.find_first_of(is_assigned ? std::string_view(" \t\"'`,;&)]}\\") : std::string_view(",}]"), value);
    stop = std::min(stop, line.size());
    while (quote == 0 && stop > value && is_blank(line[stop - 1])) --stop;
    if (stop <= value || (quote == 0 && (line[value] == '{' || line[value] == '['))) continue;
    if (is_no_secret(name, line.substr(value, stop - value), quote != 0)) continue;
    found.spans.push_back({value, stop, k_named, SecretKind::named, quote == 0 && is_quoted && !is_escaped});
    if (quote == '"' && !is_escaped) in_string = true;  // its end comes next
    at = stop - 1;
  }
}

// The item behind "--token" of a list, or the word behind it in a command; what follows `at` of the line, or of the next one.
std::size_t SettingsScanner::scan_word_behind(std::string_view line, std::size_t at, Line& found) const {
  const char quote = line[at] == '"' || line[at] == '\'' ? line[at] : '\0';
  const std::size_t begin = at + (quote != 0 ? 1 : 0);
  std::size_t end = quote != 0 ? closing(line, begin, quote) : line.find_first_of(" \t,]}\"'`;|)\\", begin);
  if (quote != 0 && end == npos) return begin;
  end = std::min(end, line.size());
  const std::size_t behind = skip_blanks(line, end + (quote != 0 ? 1 : 0));
  const bool is_key = behind < line.size() && line[behind] == ':';
  const std::string_view value = line.substr(begin, end - begin);
  const bool is_known =
      std::any_of(found.spans.begin(), found.spans.end(), [&](const SecretSpan& span) { return span.begin < end && begin < span.end; });
  if (is_key || is_known || value.starts_with('-') || value.find_first_of("{[&|>=") == 0 || is_no_secret("password", value)) return end;
  found.spans.push_back({begin, end, k_named, SecretKind::named, quote == 0 && std::all_of(value.begin(), value.end(), is_digit)});
  return end;
}

/// `["--token", "VALUE"]`, its two items on a line each, and `run: tool --token VALUE`.
void SettingsScanner::scan_options(std::string_view line, Line& found) {
  std::size_t at = skip_dashes(line, skip_blanks(line, 0));
  if (at >= line.size()) return;
  if (std::exchange(after_option_, false) && line[at] != '#' && !key_at(line, at)) scan_word_behind(line, at, found);
  for (at = line.find("-"); at != npos; at = line.find("-", at)) {
    const char before = at == 0 ? ' ' : line[at - 1];
    const std::size_t name = line.find_first_not_of('-', at);
    std::size_t end = std::min(name, line.size());
    while (end < line.size() && is_word(line[end])) ++end;
    const bool is_option = std::string_view(" \t\"'[,").find(before) != npos && name != npos && end > name && name - at <= 2;
    if (!is_option || !is_secret_name(line.substr(name, end - name))) {
      at = std::max(end, at + 1);
      continue;
    }
    const bool is_item = before == '"' || before == '\'';
    at = end;
    if (is_item ? end >= line.size() || line[end] != before : false) continue;
    std::size_t behind = skip_blanks(line, end + (is_item ? 1 : 0));
    const bool has_comma = behind < line.size() && line[behind] == ',';
    if (has_comma) behind = skip_blanks(line, behind + 1);
    if (behind >= line.size()) {
      after_option_ = true;
      return;
    }
    // Of a quoted item only a comma leads to the next one; of a word in a command, only blanks.
    if (is_item ? has_comma : has_comma || behind > end) at = scan_word_behind(line, behind, found);
  }
}

}  // namespace kopi::detail
