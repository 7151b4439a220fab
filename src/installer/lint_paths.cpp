#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "installer/lint_text.hpp"

namespace kopi {
namespace {

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Who writes these means whoever reads.
bool is_anybody(std::string_view name) {
  constexpr std::string_view words[] = {"user",   "username",  "you",       "yourname",  "your-name", "your_name", "name",
                                        "me",     "someone",   "somebody",  "example",   "shared",    "public",    "default",
                                        "runner", "linuxbrew", "user-name", "user_name", "xxx"};
  const std::string lower = to_lower_ascii(name);
  return lower.find_first_not_of(".") == std::string::npos || std::find(std::begin(words), std::end(words), lower) != std::end(words);
}

struct HomeRoot {
  std::string_view start;
  bool ignores_case;
};

// As they are written, in JSON and YAML strings too.
constexpr HomeRoot k_roots[] = {{"/home/", false},        {"/Users/", false}, {":\\Users\\", true},
                                {":\\\\Users\\\\", true}, {":/Users/", true}, {"/mnt/c/Users/", true}};

bool starts_with(std::string_view text, const HomeRoot& root) {
  if (text.size() < root.start.size()) return false;
  const std::string_view start = text.substr(0, root.start.size());
  return root.ignores_case ? to_lower_ascii(start) == to_lower_ascii(root.start) : start == root.start;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// cron(5), one field: "*", "*/5", "1-5", "1,15", "mon-fri".
struct Field {
  std::string_view what;
  int least, most;
  std::string_view names;  ///< three letters each, the first one standing for `least`
};

constexpr Field k_fields[] = {{"minute", 0, 59, ""},
                              {"hour", 0, 23, ""},
                              {"day of the month", 1, 31, ""},
                              {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
                              {"day of the week", 0, 7, "sunmontuewedthufrisat"}};

std::optional<int> field_value(std::string_view text, const Field& field) {
  if (const auto number = parse_integer(text)) {
    return *number >= field.least && *number <= field.most ? std::optional(static_cast<int>(*number)) : std::nullopt;
  }
  if (text.size() != 3 || field.names.empty()) return std::nullopt;
  const auto at = field.names.find(to_lower_ascii(text));
  if (at == std::string_view::npos || at % 3 != 0) return std::nullopt;
  return static_cast<int>(at / 3) + field.least;
}

bool is_field_part(std::string_view part, const Field& field) {
  const auto slash = part.find('/');
  if (slash != std::string_view::npos) {
    const auto step = parse_integer(part.substr(slash + 1));
    if (!step || *step < 1 || *step > field.most) return false;
    part = part.substr(0, slash);
  }
  if (part == "*" || part == "?") return true;
  const auto dash = part.find('-');
  if (dash == std::string_view::npos) return field_value(part, field).has_value();
  const auto from = field_value(part.substr(0, dash), field);
  const auto to = field_value(part.substr(dash + 1), field);
  return from && to && (*from <= *to || *to == field.least);
}

// "30m", "2h", "every 15 minutes": what other programs' jobs say.
bool is_interval(std::string_view text) {
  if (text.starts_with("every ")) text = trim(text.substr(6));
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 && !text.empty()) {
    constexpr std::string_view spans[] = {"minute", "hour", "day", "week", "month"};
    return std::find(std::begin(spans), std::end(spans), text) != std::end(spans);
  }
  const std::string_view unit = trim(text.substr(digits));
  constexpr std::string_view units[] = {"s",  "sec",  "second", "seconds", "m",   "min",  "mins", "minute", "minutes", "h",
                                        "hr", "hour", "hours",  "d",       "day", "days", "w",    "week",   "weeks"};
  return std::find(std::begin(units), std::end(units), unit) != std::end(units);
}

// 2026-03-14, 2026-03-14T15:09:26Z
bool is_time(std::string_view text) {
  if (text.size() < 10) return false;
  for (std::size_t i = 0; i < 10; ++i) {
    const bool is_dash = i == 4 || i == 7;
    if (is_dash ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  return text.size() == 10 || text[10] == 'T' || text[10] == ' ';
}

}  // namespace

std::vector<TextMatch> find_machine_paths(std::string_view text) {
  std::vector<TextMatch> found;
  for (std::size_t at = text.find_first_of("/:"); at != std::string_view::npos; at = text.find_first_of("/:", at + 1)) {
    const auto root =
        std::find_if(std::begin(k_roots), std::end(k_roots), [&](const HomeRoot& r) { return starts_with(text.substr(at), r); });
    if (root == std::end(k_roots)) continue;
    const bool is_drive = root->start.front() == ':';
    const char before = at == 0 ? ' ' : text[at - 1];
    if (is_drive ? !is_letter(before) : is_name(before) || std::string_view("~$}>").find(before) != std::string_view::npos) continue;
    const std::size_t name = at + root->start.size();
    std::size_t end = name;
    while (end < text.size() && is_name(text[end])) ++end;
    std::string_view who = text.substr(name, end - name);
    while (who.ends_with('.')) who.remove_suffix(1);  // the end of a sentence
    if (who.empty() || is_anybody(who)) continue;
    const std::size_t begin = is_drive ? at - 1 : at;
    found.push_back({begin, name + who.size(), "path.machine", std::string(text.substr(begin, name + who.size() - begin)), false});
    at = end == at ? at : end - 1;
  }
  return found;
}

std::optional<std::string> schedule_problem(std::string_view text) {
  text = trim(text);
  if (text.empty()) return "there is no schedule";
  if (text.starts_with('@')) {
    constexpr std::string_view words[] = {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@reboot"};
    if (std::find(std::begin(words), std::end(words), text) != std::end(words)) return std::nullopt;
    return fmt::format("'{}' is no schedule", text);
  }
  std::vector<std::string_view> fields;
  for (const std::string_view word : split(text, ' ')) {
    for (const std::string_view field : split(word, '\t')) {
      if (!field.empty()) fields.push_back(field);
    }
  }
  if (fields.size() != 5) {
    if (is_interval(to_lower_ascii(text)) || is_time(text)) return std::nullopt;
    return fmt::format("'{}' has {}, not the five of cron(5)", text, count_of(fields.size(), "field"));
  }
  for (std::size_t i = 0; i < 5; ++i) {
    for (const std::string_view part : split(fields[i], ',')) {
      if (!is_field_part(part, k_fields[i])) return fmt::format("'{}' can be no {}", fields[i], k_fields[i].what);
    }
  }
  return std::nullopt;
}

}  // namespace kopi
