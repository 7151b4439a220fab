// An edit is a few splices of the text: replace these bytes by those. They are found on the layout (byte ranges of keys and
// values), applied from the back, and proven by reading the result again.
#include "formats/yaml_edit.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/yaml.hpp"
#include "formats/yaml_layout.hpp"
#include "formats/yaml_splicer.hpp"
#include "formats/yaml_value.hpp"

namespace kopi {
namespace {

using detail::parse_list_index;
using detail::render_yaml;
using detail::render_yaml_string;
using detail::YamlLayout;
using Shape = YamlLayout::Shape;

class Editor : private detail::YamlSplicer {
 public:
  Editor(std::string_view text, std::string_view file) : YamlSplicer(text), file_(file) {}

  /// `old`: the document as it reads now.
  Result<std::string> set(std::span<const std::string> path, const Node& value, const Node& old) {
    old_ = find_yaml_value(old, path);
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
    const auto goes_when_empty = [&](const YamlLayout& section) { return section.is_mapping() && !holds_comment(section); };
    while (depth > 0 && chain[depth]->children.size() == 1 && goes_when_empty(*chain[depth])) --depth;
    const YamlLayout& parent = *chain[depth];
    const bool stays_empty = depth > 0 && parent.children.size() == 1;
    removed_ = stays_empty ? depth : depth + 1;
    KOPI_CHECK(stays_empty ? empty(parent) : remove(parent, *parent.find(path[depth])));
    return apply();
  }

  /// What unset() did to the document: it took away the first so many keys of the path as one, or put left_behind() in their place.
  std::size_t removed_keys() const { return removed_; }
  const std::optional<Node>& left_behind() const { return left_; }

 private:
  Result<void> set_below(const YamlLayout& parent, std::span<const std::string> path, std::size_t depth, const Node& value) {
    const auto rest = path.subspan(depth);
    const YamlLayout* child = parent.find(rest.front());
    if (child == nullptr) return parent.is_mapping() ? insert_member(parent, rest, value) : insert_item(parent, path, depth, value);
    if (child->colon == std::string::npos) return cannot_edit(*child);
    if (rest.size() > 1 && (child->is_mapping() || child->is_sequence())) return set_below(*child, path, depth + 1, value);
    if (child->has_properties) return cannot_edit(*child);
    if (rest.size() == 1) return set_whole(*child, path, value);
    const bool is_empty =
        child->is_null || (child->shape == Shape::scalar && child->style == detail::YamlEvent::Style::plain &&
                           Node::scalar(std::string(text_.substr(child->begin, child->end - child->begin)), true).is_null());
    if (child->shape == Shape::alias) return behind_alias(*child, path.subspan(0, depth + 1), rest[1]);
    if (!is_empty) {
      return error(Code::schema, "{}: '{}' holds a value, so '{}' can't be set below it", file_, join(path.subspan(0, depth + 1), "."),
                   rest[1]);
    }
    if (!parent.is_block_collection()) return replace_value(*child, nested_flow(rest.subspan(1), value));
    if (!child->is_null) splices_.push_back({child->colon + 1, child->end, ""});
    add_line(end_of_line(std::max(child->colon, child->end)), nested_block(rest.subspan(1), value, indent_of(child->key_begin) + "  "));
    return {};
  }

  // The last step of the path is there already.
  Result<void> set_whole(const YamlLayout& child, std::span<const std::string> path, const Node& value) {
    if (child.is_mapping() && !child.children.empty() && !value.is(Node::Kind::mapping)) {
      return with_hint(error(Code::schema, "{}: '{}' is a section; a value would replace all that is in it", file_, join(path, ".")),
                       "kopi config unset " + join(path, "."));
    }
    const bool by_item =
        child.shape == Shape::block_sequence && value.is(Node::Kind::sequence) && !value.items().empty() && old_ != nullptr;
    return by_item ? replace_items(child, value) : replace_value(child, render_yaml(value, child.style));
  }

  // A list that is written line by line stays so; items that do not change keep their lines.
  Result<void> replace_items(const YamlLayout& list, const Node& value) {
    const auto& items = value.items();
    const std::size_t present = list.children.size();
    for (std::size_t i = 0; i < present; ++i) {
      const YamlLayout& item = list.children[i];
      if (item.colon == std::string::npos || item.has_properties) return cannot_edit(item);
      if (i >= items.size()) {
        KOPI_CHECK(remove(list, item));
      } else if (old_->items()[i] != items[i]) {
        KOPI_CHECK(replace_value(item, render_yaml(items[i], item.style)));
      }
    }
    std::string added;
    for (std::size_t i = present; i < items.size(); ++i) {
      if (i > present) added += newline_;
      added += indent_of(list.children.front().key_begin) + "- " + render_yaml(items[i]);
    }
    if (!added.empty()) add_line(end_of_line(list.end), std::move(added));
    return {};
  }

  Result<void> insert_item(const YamlLayout& list, std::span<const std::string> path, std::size_t depth, const Node& value) {
    const std::string name = join(path.subspan(0, depth), ".");
    const auto index = parse_list_index(path[depth]);
    if (!index) {
      return with_hint(error(Code::schema, "{}: '{}' is a list, and '{}' is no number of an item", file_, name, path[depth]),
                       fmt::format("kopi config set {}.{} VALUE", name, list.children.size()));
    }
    if (*index != list.children.size()) {
      return with_hint(
          error(Code::schema, "{}: '{}' has {}, so '{}' can't be added", file_, name, count_of(list.children.size(), "item"), path[depth]),
          fmt::format("kopi config set {}.{} VALUE", name, list.children.size()));
    }
    const std::string item = path.size() == depth + 1 ? render_yaml(value) : nested_flow(path.subspan(depth + 1), value);
    if (list.shape == Shape::flow_sequence) {
      const bool empty = list.children.empty();
      const std::size_t at = empty ? list.begin + 1 : list.children.back().end;
      splices_.push_back({at, at, (empty ? "" : ", ") + item});
    } else {
      if (list.children.front().colon == std::string::npos) return cannot_edit(list.children.front());
      add_line(end_of_line(list.end), indent_of(list.children.front().key_begin) + "- " + item);
    }
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
    const YamlLayout& first = mapping.children.front();
    if (first.colon == std::string::npos) return cannot_edit(first);
    std::string lines = nested_block(path, value, indent_of(first.key_begin));
    const YamlLayout* last = &mapping.children.back();
    if (ends_in_open_block(*last)) {  // a line end would become part of its text: the new key goes before it
      if (last == &first) {
        const std::size_t at = start_of_comments_above(first.key_begin);
        splices_.push_back({at, at, lines + newline_});
        return {};
      }
      --last;
    }
    add_line(end_of_line(std::max(last->end, last->key_end)), std::move(lines));
    return {};
  }

  // `|` or `>` whose last line has no line end, which `|-` alone would not count.
  bool ends_in_open_block(const YamlLayout& value) const {
    if (value.is_block_collection()) return ends_in_open_block(value.children.back());
    const bool block = value.style == detail::YamlEvent::Style::literal || value.style == detail::YamlEvent::Style::folded;
    return block && value.end == text_.size() && text_.substr(value.begin, end_of_line(value.begin) - value.begin).find('-') > 2;
  }

  Result<void> replace_value(const YamlLayout& child, std::string value) {
    const std::size_t after_colon = child.colon + 1;
    const std::size_t line_end = end_of_line(child.colon);
    if (child.is_null) {
      splices_.push_back({after_colon, after_colon, " " + value});
    } else if (child.begin > line_end) {  // the value starts on a later line: put the new one behind the key, drop the old
      const std::size_t end = child.is_block_collection() ? end_of_line(child.end) : child.end;
      splices_.push_back({after_colon, after_colon, " " + value});
      splices_.push_back({line_end, std::max(line_end, end), ""});
    } else {
      splices_.push_back({child.begin, child.end, std::move(value)});
    }
    return {};
  }

  Result<void> remove(const YamlLayout& mapping, const YamlLayout& child) {
    if (child.colon == std::string::npos) return cannot_edit(child);
    const std::size_t end = std::max(child.end, child.colon + 1);
    const bool at_dash = !trim(text_.substr(start_of_line(child.key_begin), child.key_begin - start_of_line(child.key_begin))).empty();
    const YamlLayout* sibling = &child == &mapping.children.back() ? nullptr : &child + 1;
    if (mapping.shape == Shape::block_mapping && at_dash && sibling != nullptr) {  // "- a: 1": the dash goes to the next key
      splices_.push_back({child.key_begin, sibling->key_begin, ""});
      return {};
    }
    if (mapping.is_block_collection()) {
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
      const std::size_t line = start_of_line(child.key_begin);
      const std::size_t line_end = end_of_line(end);
      if (line > before && trim(text_.substr(end, line_end - end)).empty()) {  // on a line of its own, which goes
        splices_.push_back({line, std::min(line_end + line_break_at(line_end), text_.size()), ""});
        if (text_[before] == ',') splices_.push_back({before, before + 1, ""});
        return {};
      }
      splices_.push_back({text_[before] == ',' ? before : child.key_begin, end, ""});
    }
    return {};
  }

  // Takes the only part of `parent` away, and leaves `[]`, `{}` or a key with nothing but comments behind it.
  Result<void> empty(const YamlLayout& parent) {
    const YamlLayout& child = parent.children.front();
    if (parent.colon == std::string::npos) return cannot_edit(parent);
    if (!parent.is_block_collection()) {
      left_ = parent.is_sequence() ? Node::sequence() : Node::mapping();
      return remove(parent, child);
    }
    left_ = parent.is_sequence() ? Node::sequence() : Node();
    const std::string written = parent.is_sequence() ? "[]" : "";
    if (parent.begin <= end_of_line(parent.colon)) {  // behind the dash of a list
      splices_.push_back({parent.begin, std::max(child.end, child.colon + 1), written});
      return {};
    }
    const std::size_t at = end_of_code(parent.colon);
    if (!written.empty()) splices_.push_back({at, at, " " + written});
    return remove(parent, child);
  }

  // On a line of its own between the section's key and the next one: it stays whatever goes. What stands behind a key belongs to it.
  bool holds_comment(const YamlLayout& section) const {
    if (section.colon == std::string::npos) return false;
    const YamlLayout& child = section.children.front();
    if (has_comment_line(end_of_line(section.colon), start_of_line(child.key_begin))) return true;
    const std::size_t end = end_of_line(std::max(child.end, child.colon + 1));
    if (!section.is_block_collection()) return end < section.end && has_comment_line(end, section.end);
    return has_comment_line(end, end_of_comments(end, section.key_begin - start_of_line(section.key_begin)));
  }

  auto line_of(std::size_t offset) const {
    return 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
  }

  Error cannot_edit(const YamlLayout& child) const {
    return with_hint(error(Code::yaml, "{}:{}: '{}' is written in a way that can't be edited in place (anchor, tag or '? key')", file_,
                           line_of(child.key_begin), child.key),
                     "kopi config edit");
  }

  // What the anchor stands for is shared: written through it, the change would be one of other places too.
  Error behind_alias(const YamlLayout& child, std::span<const std::string> path, const std::string& below) const {
    return with_hint(error(Code::yaml, "{}:{}: '{}' is written as the YAML alias {}, so '{}' can't be set below it", file_,
                           line_of(child.key_begin), join(path, "."), text_.substr(child.begin, child.end - child.begin), below),
                     "kopi config edit");
  }

  std::string nested_block(std::span<const std::string> path, const Node& value, std::string indent) const {
    std::string block;
    for (std::size_t i = 0; i < path.size(); ++i) {
      if (i > 0) block += newline_;
      block += indent + render_yaml_string(path[i]) + ":";
      indent += "  ";
    }
    return block + " " + render_yaml(value);
  }

  static std::string nested_flow(std::span<const std::string> path, const Node& value) {
    Node nested = value;
    for (auto key = path.rbegin(); key != path.rend(); ++key) nested = Node::mapping({{*key, nested}});
    return render_yaml(nested);
  }

  std::string_view file_;
  std::size_t removed_ = 0;
  std::optional<Node> left_;
  const Node* old_ = nullptr;  ///< what stands there now
};

// The proof: `edited` must read as exactly `expected`.
Result<std::string> proven(std::string edited, std::string_view file, const Node& expected) {
  auto read = parse_yaml(edited, file);
  const bool same = read && (*read == expected || (read->is_null() && expected.items().empty() && !expected.is_scalar()));
  if (same) return edited;
  return with_hint(error(Code::yaml, "{}: this change can't be made without touching other lines", file), "kopi config edit");
}

// A file holds UTF-8 only.
bool is_writable(const Node& value) {
  if (value.is_scalar()) return is_valid_utf8(value.as_text());
  return std::all_of(value.items().begin(), value.items().end(),
                     [](const Node& item) { return is_valid_utf8(item.key()) && is_writable(item); });
}

Node* step_into(Node& node, const std::string& step) {
  if (!node.is(Node::Kind::sequence)) return node.find(step);
  const auto index = parse_list_index(step);
  return index && *index < node.items().size() ? &node.items()[*index] : nullptr;
}

void set_in(Node& node, std::span<const std::string> path, const Node& value) {
  Node* child = step_into(node, path[0]);
  const Node fresh = path.size() == 1 ? value : Node::mapping();
  if (child == nullptr) {
    child = node.is(Node::Kind::sequence) ? &node.push(fresh) : &node.set(path[0], fresh);
  } else if (path.size() == 1 || child->is_scalar()) {
    Node replaced = fresh;
    replaced.set_key(child->key(), child->key_place());
    *child = std::move(replaced);
  }
  if (path.size() > 1) set_in(*child, path.subspan(1), value);
}

void unset_in(Node& node, std::span<const std::string> path) {
  Node* child = step_into(node, path[0]);
  if (child == nullptr) return;
  if (path.size() > 1) return unset_in(*child, path.subspan(1));
  if (node.is(Node::Kind::sequence)) {
    node.items().erase(node.items().begin() + (child - node.items().data()));
  } else {
    node.erase(path[0]);
  }
}

}  // namespace

Result<std::string> set_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path, const Node& value) {
  if (!is_writable(value) || !std::all_of(path.begin(), path.end(), is_valid_utf8)) {
    return error(Code::schema, "{} must be UTF-8 text", join(path, "."));
  }
  KOPI_TRY(Node expected, parse_yaml(text, file));
  KOPI_TRY(std::string edited, Editor(text, file).set(path, value, expected));
  set_in(expected, path, value);
  return proven(std::move(edited), file, expected);
}

Result<std::string> unset_yaml_value(std::string_view text, std::string_view file, std::span<const std::string> path) {
  KOPI_TRY(Node expected, parse_yaml(text, file));
  Editor editor(text, file);
  auto edited = editor.unset(path);
  if (!edited && edited.error().code == Code::not_found && find_yaml_value(expected, path) != nullptr) {
    return with_hint(error(Code::yaml, "{}: '{}' comes from an alias, so it can't be taken out by itself", file, join(path, ".")),
                     "kopi config edit");
  }
  if (!edited) return edited;
  const auto removed = path.subspan(0, editor.removed_keys());
  if (editor.left_behind()) {
    set_in(expected, removed, *editor.left_behind());
  } else {
    unset_in(expected, removed);
  }
  return proven(*std::move(edited), file, expected);
}

const Node* find_yaml_value(const Node& document, std::span<const std::string> path) {
  const Node* at = &document;
  for (const std::string& step : path) {
    if (at->is(Node::Kind::sequence)) {
      const auto index = parse_list_index(step);
      at = index && *index < at->items().size() ? &at->items()[*index] : nullptr;
    } else {
      at = at->find(step);
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::string render_yaml_value(const Node& value) { return render_yaml(value); }

}  // namespace kopi
