#include "formats/yaml_value.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/json.hpp"

namespace kopi::detail {
namespace {

// Numbers, dates and times, as YAML 1.1 writes them too: base 60, octals, 0b1, 1_000, 2026-11-21T14:30:00Z.
bool looks_numeric(std::string_view text) {
  if (std::string_view("0123456789+-.").find(text.front()) == std::string_view::npos) return false;
  return text.find_first_not_of("0123456789abcdefABCDEFxXoOtTzZ.:_+- ") == std::string_view::npos;
}

bool is_plain_safe(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`=~<").find(text.front()) != std::string_view::npos) return false;
  // '?' too: yaml-cpp does not read a key between braces that ends in one.
  if (text.find_first_of(",[]{}?\t\"'") != std::string_view::npos) return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos) return false;
  if (text.starts_with("---") || text.starts_with("...")) return false;
  // What YAML 1.1 readers would not take for a string either.
  const std::string word = to_lower_ascii(text);
  for (const std::string_view taken : {"yes", "no", "on", "off", "y", "n", "true", "false", "null", ".inf", "+.inf", ".nan"}) {
    if (word == taken) return false;
  }
  return !looks_numeric(text) && Node::scalar(std::string(text), true).is(Node::Kind::string);
}

// Characters that break lines, steer the terminal or can't be seen: they are written as escapes.
bool needs_escapes(std::string_view text) {
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    const bool is_break = point.value == 0x2028 || point.value == 0x2029 || point.value == 0xFEFF;
    if (!point.valid || is_break || is_control(point.value) || is_bidi_control(point.value)) return true;
    text.remove_prefix(point.size);
  }
  return false;
}

std::string single_quoted(std::string_view text) { return "'" + replace_all(text, "'", "''") + "'"; }

}  // namespace

std::string render_yaml_string(std::string_view text, YamlEvent::Style like) {
  const bool as_it_is = !needs_escapes(text);
  if (as_it_is && like == YamlEvent::Style::single_quoted) return single_quoted(text);
  if (as_it_is && like != YamlEvent::Style::double_quoted && is_plain_safe(text)) return std::string(text);
  return render_json(Node(text));  // a JSON string is a double-quoted YAML scalar
}

std::string render_yaml(const Node& value, YamlEvent::Style like) {
  switch (value.kind()) {
    case Node::Kind::string: {
      const bool is_switch = value.as_bool().has_value();  // a plain `yes`, which quotes would make text
      return is_switch ? value.as_text() : render_yaml_string(*value.as_string(), like);
    }
    case Node::Kind::null: return "null";
    case Node::Kind::sequence: {
      std::vector<std::string> items;
      for (const Node& item : value.items()) items.push_back(render_yaml(item, YamlEvent::Style::plain));
      return "[" + join(items, ", ") + "]";
    }
    case Node::Kind::mapping: {
      std::vector<std::string> members;
      for (const Node& member : value.items()) {
        members.push_back(render_yaml_string(member.key(), YamlEvent::Style::plain) + ": " + render_yaml(member, YamlEvent::Style::plain));
      }
      return "{" + join(members, ", ") + "}";
    }
    default: return value.as_text();
  }
}

}  // namespace kopi::detail
