#include "formats/node.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fmt/core.h>

#include "base/text.hpp"

namespace kopi {
namespace {

bool is_any_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// YAML 1.2.2, section 10.3.2 (core schema): [-+]? [0-9]+ | 0o[0-7]+ | 0x[0-9a-fA-F]+
std::optional<std::int64_t> core_integer(std::string_view text) {
  std::int64_t value = 0;
  int base = 10;
  std::string_view digits = text;
  if (text.starts_with("0o") || text.starts_with("0x")) {
    base = text[1] == 'o' ? 8 : 16;
    digits.remove_prefix(2);
  } else if (digits.starts_with('+')) {
    digits.remove_prefix(1);
  }
  if (digits.empty() || (digits.front() == '-' && (base != 10 || text.starts_with('+')))) return std::nullopt;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (problem != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?   Infinity and NaN are left as text: no key wants them.
std::optional<double> core_real(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('+') || digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (digits.front() != '.' && (digits.front() < '0' || digits.front() > '9')) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return std::nullopt;
  if (problem == std::errc::result_out_of_range) {  // too small is zero, too large is no number that could be kept
    value = std::strtod(std::string(text).c_str(), nullptr);
    if (!std::isfinite(value)) return std::nullopt;
  }
  return value;
}

// With a point or an exponent, so that it is read as a real again.
std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

}  // namespace

Node::Node() = default;
Node::Node(const Node& other) = default;
Node::Node(Node&& other) noexcept = default;
Node& Node::operator=(const Node& other) = default;
Node& Node::operator=(Node&& other) noexcept = default;
Node::~Node() = default;

Node::Node(bool value) : kind_(Kind::boolean), boolean_(value) {}
Node::Node(Integer value) : kind_(Kind::integer), integer_(value.value) {}
Node::Node(double value) : kind_(Kind::real), real_(value) {}
Node::Node(std::string value) : kind_(Kind::string), text_(std::move(value)) {}
Node::Node(std::string_view value) : kind_(Kind::string), text_(value) {}
Node::Node(const char* value) : kind_(Kind::string), text_(value) {}

Node& Node::push(Node item) { return items_.emplace_back(std::move(item)); }

Node Node::sequence(std::vector<Node> items) {
  Node node;
  node.kind_ = Kind::sequence;
  node.items_ = std::move(items);
  return node;
}

Node Node::mapping(std::initializer_list<std::pair<std::string_view, Node>> members) {
  Node node;
  node.kind_ = Kind::mapping;
  for (const auto& [key, value] : members) node.set(key, value);
  return node;
}

Node Node::strings(const std::vector<std::string>& items) {
  Node node = sequence();
  for (const auto& item : items) node.push(item);
  return node;
}

Node Node::scalar(std::string text, bool plain) {
  Node node;
  node.plain_ = plain;
  node.kind_ = Kind::string;
  if (plain) {
    if (is_any_of(text, {"", "~", "null", "Null", "NULL"})) {
      node.kind_ = Kind::null;
    } else if (is_any_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"})) {
      node.kind_ = Kind::boolean;
      node.boolean_ = text[0] == 't' || text[0] == 'T';
    } else if (const auto integer = core_integer(text)) {
      node.kind_ = Kind::integer;
      node.integer_ = *integer;
    } else if (const auto real = core_real(text)) {
      node.kind_ = Kind::real;
      node.real_ = *real;
    }
  }
  node.text_ = std::move(text);
  return node;
}

std::string Node::as_text() const {
  if (kind_ == Kind::string || !text_.empty()) return text_;
  switch (kind_) {
    case Kind::boolean: return boolean_ ? "true" : "false";
    case Kind::integer: return fmt::format("{}", integer_);
    case Kind::real: return real_text(real_);
    default: return {};
  }
}

std::optional<std::string> Node::as_string() const {
  if (kind_ != Kind::string) return std::nullopt;
  return text_;
}

std::optional<std::int64_t> Node::as_integer() const {
  if (kind_ != Kind::integer) return std::nullopt;
  return integer_;
}

std::optional<double> Node::as_real() const {
  if (kind_ == Kind::integer) return static_cast<double>(integer_);
  if (kind_ != Kind::real) return std::nullopt;
  return real_;
}

std::optional<bool> Node::as_bool() const {
  if (kind_ == Kind::boolean) return boolean_;
  if (kind_ != Kind::string || !plain_) return std::nullopt;
  const std::string word = to_lower_ascii(text_);
  if (is_any_of(word, {"yes", "on"})) return true;
  if (is_any_of(word, {"no", "off"})) return false;
  return std::nullopt;
}

const Node* Node::find(std::string_view key) const {
  if (kind_ != Kind::mapping) return nullptr;
  for (const Node& member : items_) {
    if (member.key_ == key) return &member;
  }
  return nullptr;
}

Node* Node::find(std::string_view key) { return const_cast<Node*>(std::as_const(*this).find(key)); }

Node& Node::set(std::string_view key, Node value) {
  kind_ = Kind::mapping;
  value.key_ = std::string(key);
  if (Node* present = find(key)) return *present = std::move(value);
  return items_.emplace_back(std::move(value));
}

void Node::erase(std::string_view key) {
  std::erase_if(items_, [&](const Node& member) { return member.key_ == key; });
}

bool Node::operator==(const Node& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::null: return true;
    case Kind::boolean: return boolean_ == other.boolean_;
    case Kind::integer: return integer_ == other.integer_;
    case Kind::real: return real_ == other.real_;
    case Kind::string: return text_ == other.text_;
    case Kind::sequence: return items_ == other.items_;
    case Kind::mapping: break;
  }
  return items_.size() == other.items_.size() && std::all_of(items_.begin(), items_.end(), [&](const Node& member) {
           const Node* same = other.find(member.key_);
           return same != nullptr && *same == member;
         });
}

std::string_view name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null: return "null";
    case Node::Kind::boolean: return "boolean";
    case Node::Kind::integer: return "integer";
    case Node::Kind::real: return "number";
    case Node::Kind::string: return "string";
    case Node::Kind::sequence: return "list";
    case Node::Kind::mapping: return "mapping";
  }
  return "null";
}

std::string with_article(Node::Kind kind) {
  if (kind == Node::Kind::null) return "null";
  return std::string(kind == Node::Kind::integer ? "an " : "a ").append(name(kind));
}

}  // namespace kopi
