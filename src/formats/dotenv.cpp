#include "formats/dotenv.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"

namespace kopi {
namespace {

bool is_name_character(char c, bool first) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (!first && c >= '0' && c <= '9');
}

class Reader {
 public:
  Reader(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  Dotenv read() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < text_.size()) {
      line_begin_ = at_;
      entry_line_ = line_;
      read_line();
      skip_line();
    }
    note_duplicates();
    return std::move(result_);
  }

 private:
  void read_line() {
    skip_blanks();
    if (at_end_of_line() || peek() == '#') return;
    skip_export();
    const std::size_t name_begin = at_;
    while (at_ < text_.size() && is_name_character(peek(), at_ == name_begin)) ++at_;
    const std::string name(text_.substr(name_begin, at_ - name_begin));
    skip_blanks();
    if (name.empty() || peek() != '=') return complain("dotenv.syntax", "not a NAME=value line");
    ++at_;
    const std::size_t behind_sign = at_;
    skip_blanks();
    DotenvEntry entry{name, Secret(), entry_line_, line_begin_, 0, at_, 0};
    std::string value;
    if (peek() == '"' || peek() == '\'') {
      if (!read_quoted(value, entry.value_end)) return;
    } else if (at_end_of_line() || (peek() == '#' && at_ > behind_sign)) {
      entry.value_begin = entry.value_end = behind_sign;  // there is none
    } else {
      read_unquoted(value);
      entry.value_end = at_;
    }
    if (value.find('\0') != std::string::npos) return complain("dotenv.syntax", "a value can't hold a NUL byte");
    if (is_protected_variable(name)) {
      return complain("dotenv.protected", fmt::format("'{}' can't be set here and is ignored", name));
    }
    entry.value = Secret(std::move(value));
    const auto line_break = text_.find('\n', at_);
    entry.end = line_break == std::string_view::npos ? text_.size() : line_break + 1;
    result_.entries.push_back(std::move(entry));
  }

  void skip_export() {
    constexpr std::string_view word = "export";
    if (!text_.substr(at_).starts_with(word)) return;
    const char next = at_ + word.size() < text_.size() ? text_[at_ + word.size()] : '\n';
    if (next != ' ' && next != '\t') return;
    at_ += word.size();
    skip_blanks();
  }

  bool read_quoted(std::string& value, std::size_t& end) {
    const char quote = peek();
    ++at_;
    while (at_ < text_.size() && peek() != quote) {
      if (quote == '"' && peek() == '\\' && at_ + 1 < text_.size()) {
        ++at_;
        value += unescaped(peek());
      } else {
        value += peek();
      }
      if (peek() == '\n') ++line_;
      ++at_;
    }
    if (at_ >= text_.size()) {
      complain("dotenv.syntax", "a quote is not closed");
      at_ = line_begin_;  // the lines behind it count all the same
      line_ = entry_line_;
      return false;
    }
    end = ++at_;
    skip_blanks();
    if (at_end_of_line() || peek() == '#') return true;
    complain("dotenv.syntax", "text behind the closing quote");
    return false;
  }

  static std::string unescaped(char c) {
    switch (c) {
      case 'n': return "\n";
      case 'r': return "\r";
      case 't': return "\t";
      case '"':
      case '\\':
      case '$': return {c};
      default: return {'\\', c};
    }
  }

  // Up to the end of the line, or to a '#' behind a blank. Stray '\r's around the value are no part of it, but go when it is replaced.
  void read_unquoted(std::string& value) {
    std::string_view rest = text_.substr(at_, std::min(text_.find('\n', at_), text_.size()) - at_);
    if (rest.ends_with('\r')) rest.remove_suffix(1);
    for (const std::string_view comment : {" #", "\t#"}) rest = rest.substr(0, rest.find(comment));
    while (rest.ends_with(' ') || rest.ends_with('\t')) rest.remove_suffix(1);
    value = trim(rest);
    at_ += rest.size();
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  bool at_end_of_line() const { return peek() == '\n' || (peek() == '\r' && (at_ + 1 >= text_.size() || text_[at_ + 1] == '\n')); }
  void skip_blanks() {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\t')) ++at_;
  }
  void skip_line() {
    at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ < text_.size()) ++at_;
    ++line_;
  }

  void complain(std::string rule, std::string message) {
    result_.findings.push_back({Severity::medium, std::move(rule), std::string(file_), entry_line_, 0, std::move(message), "", ""});
  }

  void note_duplicates() {
    std::map<std::string_view, int> counts_on;
    for (const DotenvEntry& entry : result_.entries) counts_on[entry.name] = entry.line;
    for (const DotenvEntry& entry : result_.entries) {
      const int last = counts_on.at(entry.name);
      if (last == entry.line) continue;
      result_.findings.push_back({Severity::low, "dotenv.duplicate", std::string(file_), entry.line, 0,
                                  fmt::format("'{}' is set again on line {}, which counts", entry.name, last), "", ""});
    }
  }

  std::string_view text_;
  std::string_view file_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  int line_ = 1;
  int entry_line_ = 1;
  Dotenv result_;
};

std::string render_value(std::string_view value) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,=-";  // what a shell takes as it stands, too
  if (value.find_first_not_of(plain) == std::string_view::npos) return std::string(value);
  if (value.find_first_of("'\r\n") == std::string_view::npos) return fmt::format("'{}'", value);
  std::string quoted = "\"";
  for (const char c : value) {
    switch (c) {
      case '\n': quoted += "\\n"; break;
      case '\r': quoted += "\\r"; break;
      case '"':
      case '\\':
      case '$': quoted += '\\'; [[fallthrough]];
      default: quoted += c;
    }
  }
  return quoted + "\"";
}

std::string write_value(std::string_view text, const Dotenv& present, std::string_view name, const std::string& written) {
  std::string edited(text);
  if (const DotenvEntry* entry = present.find(name))
    return edited.replace(entry->value_begin, entry->value_end - entry->value_begin, written);
  const std::string_view newline = text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
  // Behind a lone '\r' a '\n' completes the line's end; another '\r' would become part of the line.
  if (!edited.empty() && edited.back() != '\n') edited += edited.back() == '\r' ? "\n" : newline;
  return edited + fmt::format("{}={}{}", name, written, newline);
}

// The proof of an edit: every entry reads as before, and the one that counts for `name` as `value`.
bool is_that_change(const Dotenv& before, const Dotenv& after, std::string_view name, const Secret& value) {
  const DotenvEntry* replaced = before.find(name);
  if (after.entries.size() != before.entries.size() + (replaced == nullptr ? 1 : 0)) return false;
  for (std::size_t i = 0; i < after.entries.size(); ++i) {
    const bool is_set = replaced == nullptr ? i + 1 == after.entries.size() : &before.entries[i] == replaced;
    const DotenvEntry& now = after.entries[i];
    if (now.name != (is_set ? name : std::string_view(before.entries[i].name))) return false;
    if (now.value.reveal() != (is_set ? value : before.entries[i].value).reveal()) return false;
  }
  return true;
}

}  // namespace

const DotenvEntry* Dotenv::find(std::string_view name) const {
  const auto found = std::find_if(entries.rbegin(), entries.rend(), [&](const auto& entry) { return entry.name == name; });
  return found == entries.rend() ? nullptr : &*found;
}

Dotenv parse_dotenv(std::string_view text, std::string_view file) { return Reader(text, file).read(); }

Result<std::string> set_dotenv_value(std::string_view text, std::string_view file, std::string_view name, const Secret& value) {
  if (value.reveal().find('\0') != std::string_view::npos) return error(Code::schema, "the value for {} holds a NUL byte", name);
  const Dotenv present = parse_dotenv(text, file);
  std::string edited = write_value(text, present, name, render_value(value.reveal()));
  if (is_that_change(present, parse_dotenv(edited, file), name, value)) return edited;
  if (value.reveal().empty()) {  // nothing before a '#' makes the comment the value
    edited = write_value(text, present, name, "''");
    if (is_that_change(present, parse_dotenv(edited, file), name, value)) return edited;
  }
  return error(Code::schema, "{}: {} can't be set in this file without changing other lines", file, name);
}

Result<std::string> unset_dotenv_value(std::string_view text, std::string_view file, std::string_view name) {
  const Dotenv present = parse_dotenv(text, file);
  if (present.find(name) == nullptr) return error(Code::not_found, "{} is not set in {}", name, file);
  std::string edited(text);
  for (auto entry = present.entries.rbegin(); entry != present.entries.rend(); ++entry) {
    if (entry->name == name) edited.erase(entry->begin, entry->end - entry->begin);
  }
  return edited;
}

bool is_variable_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

bool is_protected_variable(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  static constexpr std::string_view whole[] = {"PATH", "HOME", "SHELL", "IFS", "NODE_OPTIONS", "PYTHONPATH"};
  if (std::find(std::begin(whole), std::end(whole), upper) != std::end(whole)) return true;
  return upper.starts_with("LD_") || upper.starts_with("DYLD_") || upper.starts_with("KOPI_") || upper.ends_with("_PROXY");
}

}  // namespace kopi
