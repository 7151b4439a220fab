// An edit is a few splices of the text: replace these bytes by those. They are found on the layout (byte ranges of keys and
// values), applied from the back, and proven by reading the result again.
#include "formats/yaml_edit.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "formats/yaml_layout.hpp"

namespace kopi {
namespace {

using detail::YamlLayout;
using Shape = YamlLayout::Shape;

struct Splice {
  std::size_t begin;
  std::size_t end;
  std::string text;
};

// Numbers, dates and times, as YAML 1.1 writes them too: base 60, octals, 0b1, 1_000, 2026-11-21T14:30:00Z.
bool looks_numeric(std::string_view text) {
  if (std::string_view("0123456789+-.").find(text.front()) == std::string_view::npos) return false;
  return text.find_first_not_of("0123456789abcdefABCDEFxXoOtTzZ.:_+- ") == std::string_view::npos;
}

bool is_plain_safe(std::string_view text) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`=~<").find(text.front()) != std::string_view::npos) return false;
  if (text.find_first_of(",[]{}\t\"'") != std::string_view::npos) return false;
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

std::string render_string(std::string_view text, detail::YamlEvent::Style like) {
  const bool as_it_is = !needs_escapes(text);
  if (as_it_is && like == detail::YamlEvent::Style::single_quoted) return single_quoted(text);
  if (as_it_is && like != detail::YamlEvent::Style::double_quoted && is_plain_safe(text)) return std::string(text);
  return render_json(Node(text));  // a JSON string is a double-quoted YAML scalar
}

std::string render_value(const Node& value, detail::YamlEvent::Style like) {
  switch (value.kind()) {
    case Node::Kind::string: return render_string(*value.as_string(), like);
    case Node::Kind::null: return "null";
    case Node::Kind::sequence: {
      std::vector<std::string> items;
      for (const Node& item : value.items()) items.push_back(render_value(item, detail::YamlEvent::Style::plain));
      return "[" + join(items, ", ") + "]";
    }
    case Node::Kind::mapping: {
      std::vector<std::string> members;
      for (const Node& member : value.items()) {
        members.push_back(render_string(member.key(), detail::YamlEvent::Style::plain) + ": " +
                          render_value(member, detail::YamlEvent::Style::plain));
      }
      return "{" + join(members, ", ") + "}";
    }
    default: return value.as_text();
  }
}

class Editor {
 public:
  Editor(std::string_view text, std::string_view file) : text_(text), file_(file) {
    newline_ = text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n";
  }

  Result<std::string> set(std::span<const std::string> path, const Node& value) {
    KOPI_TRY(const auto roots, detail::read_yaml_layout(text_, file_, {}));
    if (roots.empty() || roots[0].is_null) {
      add_line(text_.size(), nested_block(path, value, ""));
    } else {
      if (!roots[0].is_mapping()) return error(Code::schema, "{}: the file is not a mapping of keys to values", file_);
      KOPI_CHECK(set_below(roots[0], path, 0, value));
    }
    return apply();
  }

  Result<std::string> unset(std::span<const std::string> path) {
    KOPI_TRY(const auto roots, detail::read_yaml_layout(text_, file_, {}));
    std::vector<const YamlLayout*> chain;
    const YamlLayout* at = roots.empty() ? nullptr : &roots[0];
    for (const std::string& key : path) {
      const YamlLayout* child = at == nullptr ? nullptr : at->find(key);
      if (child == nullptr) return error(Code::not_found, "{} is not set in {}", join(path, "."), file_);
      chain.push_back(at);
      at = child;
    }
    std::size_t depth = path.size() - 1;
    while (depth > 0 && chain[depth]->children.size() == 1) --depth;  // a mapping that is emptied goes too
    removed_ = depth + 1;
    KOPI_CHECK(remove(*chain[depth], *chain[depth]->find(path[depth])));
    return apply();
  }

  /// How many keys of the path unset() took away as one.
  std::size_t removed_keys() const { return removed_; }

 private:
  Result<void> set_below(const YamlLayout& mapping, std::span<const std::string> path, std::size_t depth, const Node& value) {
    const auto rest = path.subspan(depth);
    const YamlLayout* child = mapping.find(rest.front());
    if (child == nullptr) return insert_member(mapping, rest, value);
    if (child->colon == std::string::npos || child->has_properties) return cannot_edit(*child);
    if (rest.size() == 1) return replace_value(*child, render_value(value, child->style));
    if (child->is_mapping()) return set_below(*child, path, depth + 1, value);
    if (!child->is_null) {
      return error(Code::schema, "{}: '{}' holds a value, so '{}' can't be set below it", file_, join(path.subspan(0, depth + 1), "."),
                   rest[1]);
    }
    if (mapping.shape == Shape::flow_mapping) return replace_value(*child, nested_flow(rest.subspan(1), value));
    add_line(end_of_line(child->colon), nested_block(rest.subspan(1), value, indent_of(child->key_begin) + "  "));
    return {};
  }

  Result<void> insert_member(const YamlLayout& mapping, std::span<const std::string> path, const Node& value) {
    if (mapping.shape == Shape::flow_mapping) {
      const std::string member = nested_flow(path, value);
      const std::string inner = member.substr(1, member.size() - 2);
      if (mapping.children.empty()) {
        splices_.push_back({mapping.begin + 1, mapping.begin + 1, inner});
      } else {
        const YamlLayout& last = mapping.children.back();
        const std::size_t at = last.is_null ? std::max(last.key_end, last.end) : last.end;
        splices_.push_back({at, at, ", " + inner});
      }
      return {};
    }
    const YamlLayout& last = mapping.children.back();
    if (mapping.children.front().colon == std::string::npos) return cannot_edit(mapping.children.front());
    add_line(end_of_line(std::max(last.end, last.key_end)), nested_block(path, value, indent_of(mapping.children.front().key_begin)));
    return {};
  }

  Result<void> replace_value(const YamlLayout& child, std::string value) {
    const std::size_t after_colon = child.colon + 1;
    const std::size_t line_end = end_of_line(child.colon);
    if (child.is_null) {
      splices_.push_back({after_colon, after_colon, " " + value});
    } else if (child.begin > line_end) {  // the value starts on a later line: put the new one behind the key, drop the old
      splices_.push_back({after_colon, after_colon, " " + value});
      splices_.push_back({line_end, std::max(line_end, child.end), ""});
    } else {
      splices_.push_back({child.begin, child.end, std::move(value)});
    }
    return {};
  }

  Result<void> remove(const YamlLayout& mapping, const YamlLayout& child) {
    if (child.colon == std::string::npos) return cannot_edit(child);
    const std::size_t end = std::max(child.end, child.colon + 1);
    if (mapping.shape == Shape::block_mapping) {
      const std::size_t line_end = end_of_line(end);
      splices_.push_back({start_of_line(child.key_begin), std::min(line_end + line_break_at(line_end), text_.size()), ""});
      return {};
    }
    const std::size_t comma = text_.find_first_not_of(" \t\r\n", end);
    if (text_[comma] == ',') {
      const std::size_t next = text_.find_first_not_of(" \t", comma + 1);
      const std::size_t line = start_of_line(child.key_begin);
      const bool alone = trim(text_.substr(line, child.key_begin - line)).empty() && end_of_line(next) == next;
      splices_.push_back(alone ? Splice{line, next + line_break_at(next), ""} : Splice{child.key_begin, next, ""});
    } else {
      const std::size_t before = text_.find_last_not_of(" \t\r\n", child.key_begin - 1);
      splices_.push_back({text_[before] == ',' ? before : child.key_begin, end, ""});
    }
    return {};
  }

  Error cannot_edit(const YamlLayout& child) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(child.key_begin), '\n');
    return with_hint(
        error(Code::yaml, "{}:{}: '{}' is written in a way that can't be edited in place (anchor, tag or '? key')", file_, line, child.key),
        "kopi config edit");
  }

  std::string nested_block(std::span<const std::string> path, const Node& value, std::string indent) const {
    std::string block;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (i > 0) block += newline_;
      block += indent + render_string(path[i], detail::YamlEvent::Style::plain) + ":";
      indent += "  ";
    }
    return block + " " + render_value(value, detail::YamlEvent::Style::plain);
  }

  static std::string nested_flow(std::span<const std::string> path, const Node& value) {
    Node nested = value;
    for (auto key = path.rbegin(); key != path.rend(); ++key) nested = Node::mapping({{*key, nested}});
    return render_value(nested, detail::YamlEvent::Style::plain);
  }

  // Puts `line` on a line of its own behind offset `at`, which is the end of a line or of the text.
  void add_line(std::size_t at, std::string line) {
    if (at >= text_.size()) {
      const bool needs_break = !text_.empty() && text_.back() != '\n';
      splices_.push_back({text_.size(), text_.size(), (needs_break ? newline_ : "") + line + newline_});
    } else {
      splices_.push_back({at, at, newline_ + line});
    }
  }

  std::size_t start_of_line(std::size_t at) const {
    const auto before = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
    if (before != std::string_view::npos) return before + 1;
    return text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  }
  std::size_t end_of_line(std::size_t at) const {
    const auto end = std::min(text_.find('\n', at), text_.size());
    return end > at && end > 0 && end < text_.size() && text_[end - 1] == '\r' ? end - 1 : end;
  }
  std::size_t line_break_at(std::size_t at) const { return text_.substr(at).starts_with("\r\n") ? 2 : 1; }
  std::string indent_of(std::size_t key_begin) const {
    return std::string(text_.substr(start_of_line(key_begin), key_begin - start_of_line(key_begin)));
  }

  std::string apply() {
    std::sort(splices_.begin(), splices_.end(), [](const Splice& a, const Splice& b) { return a.begin > b.begin; });
    std::string edited(text_);
    for (const Splice& splice : splices_) edited.replace(splice.begin, splice.end - splice.begin, splice.text);
    return edited;
  }

  std::string_view text_;
  std::string_view file_;
  std::string newline_;
  std::vector<Splice> splices_;
  std::size_t removed_ = 0;
};

// The proof: `edited` must read as exactly `expected`.
Result<std::string> proven(std::string edited, std::string_view file, const Node& expected) {
  auto read = parse_yaml(edited, file);
  const bool same = read && (*read == expected || (read->is_null() && expected.items().empty() && !expected.is_scalar()));
  if (same) return edited;
  return with_hint(error(Code::yaml, "{}: this change can't be made without touching other lines", file), "kopi config edit");
}

void set_in(Node& node, std::span<const std::string> path, const Node& value) {
  if (path.size() == 1) {
    node.set(path[0], value);
    return;
  }
  Node* child = node.find(path[0]);
  if (child == nullptr || child->is_scalar()) child = &node.set(path[0], Node::mapping());
  set_in(*child, path.subspan(1), value);
}

void unset_in(Node& node, std::span<const std::string> path) {
  if (path.size() == 1) {
    node.erase(path[0]);
  } else if (Node* child = node.find(path[0])) {
    unset_in(*child, path.subspan(1));
  }
}

}  // namespace

Result<std::string> set_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path, const Node& value) {
  KOPI_TRY(Node expected, parse_yaml(text, file));
  KOPI_TRY(std::string edited, Editor(text, file).set(path, value));
  set_in(expected, path, value);
  return proven(std::move(edited), file, expected);
}

Result<std::string> unset_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path) {
  KOPI_TRY(Node expected, parse_yaml(text, file));
  Editor editor(text, file);
  KOPI_TRY(std::string edited, editor.unset(path));
  unset_in(expected, path.subspan(0, editor.removed_keys()));
  return proven(std::move(edited), file, expected);
}

std::string render_yaml_value(const Node& value) { return render_value(value, detail::YamlEvent::Style::plain); }

}  // namespace kopi
