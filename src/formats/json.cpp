// How places are found. nlohmann's parser tells a SAX handler of each token after it has read it, and says nothing of
// where. But it reads byte by byte, so an iterator that counts tells where the token ended (a number is known to end only
// once the byte behind it was read: one less). It began at the first byte after the end of the token before that is
// neither space nor ',' nor ':'.
#include "formats/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace kopi {
namespace {

class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : at_(at), count_(count) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  std::size_t* count_;
};

class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(std::string_view text, std::string_view file, const DocumentLimits& limits) : text_(text), file_(file), limits_(limits) {
    if (text.starts_with("\xEF\xBB\xBF")) previous_end_ = scanned_ = 3;
  }

  std::size_t consumed = 0;
  Error failure;
  Node root;

  bool null() override { return add(Node()); }
  bool boolean(bool value) override { return add(Node(value)); }
  bool number_integer(std::int64_t) override { return add_number(); }
  bool number_unsigned(std::uint64_t) override { return add_number(); }
  bool number_float(double, const std::string&) override { return add_number(); }
  bool string(std::string& value) override { return add(Node(std::move(value))); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Node::mapping()); }
  bool start_array(std::size_t) override { return open(Node::sequence()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& value) override {
    const Place place = begin_token(consumed);
    if (!keys_.back().insert(value).second) {
      failure = error(Code::json, "{}:{}:{}: duplicate key '{}'", file_, place.line, place.column, value);
      return false;
    }
    stack_.back()->push(Node()).set_key(std::move(value), place);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& problem) override {
    const Place place = place_of(std::min(position > 0 ? position - 1 : 0, text_.size()));
    failure = error(Code::json, "{}:{}:{}: not JSON: {}", file_, place.line, place.column,
                    text_.empty() ? "the text is empty" : reason_in(problem.what()));
    return false;
  }

 private:
  // Of "[json.exception...] parse error at line 1, column 4: syntax error while parsing value - invalid literal; last read: 'nulx'".
  static std::string reason_in(std::string_view text) {
    if (text.find("number overflow") != std::string_view::npos) return "the number is too large";
    if (const auto dash = text.find(" - "); dash != std::string_view::npos) text.remove_prefix(dash + 3);
    text = text.substr(0, text.find("; last read: "));
    return replace_all(text, "; expected ", ", expected ");
  }

  // Offsets only grow, so that lines and columns are counted once over the whole text.
  Place place_of(std::size_t offset) {
    for (; scanned_ < offset; ++scanned_) {
      if (text_[scanned_] == '\n') {
        ++line_;
        column_ = 1;
      } else if ((text_[scanned_] & 0xC0) != 0x80) {
        ++column_;
      }
    }
    return {line_, column_};
  }

  Place begin_token(std::size_t token_end) {
    std::size_t begin = previous_end_;
    while (begin < text_.size() && std::string_view(" \t\r\n,:").find(text_[begin]) != std::string_view::npos) ++begin;
    begin_ = begin;
    previous_end_ = token_end;
    return place_of(begin);
  }

  bool add_number() {
    std::size_t end = consumed;
    if (text_[end - 1] < '0' || text_[end - 1] > '9') --end;  // the byte behind it; a number ends with a digit
    const Place place = begin_token(end);
    Node node = Node::scalar(std::string(text_.substr(begin_, end - begin_)), true);
    return attach(std::move(node), place) != nullptr;
  }

  bool add(Node node) {
    const Place place = begin_token(consumed);
    return attach(std::move(node), place) != nullptr;
  }

  Node* attach(Node node, Place place) {
    node.set_place(place);
    if (++nodes_ > limits_.nodes) {
      failure = error(Code::limit, "{}:{}: more than {} values", file_, place.line, limits_.nodes);
      return nullptr;
    }
    if (stack_.empty()) return &(root = std::move(node));
    Node& parent = *stack_.back();
    if (!parent.is(Node::Kind::mapping)) return &parent.push(std::move(node));
    Node& slot = parent.items().back();  // key() put it there
    node.set_key(slot.key(), slot.key_place());
    return &(slot = std::move(node));
  }

  bool open(Node node) {
    const Place place = begin_token(consumed);
    if (stack_.size() >= limits_.depth) {
      failure = error(Code::limit, "{}:{}:{}: nested deeper than {} levels", file_, place.line, place.column, limits_.depth);
      return false;
    }
    Node* attached = attach(std::move(node), place);
    if (attached == nullptr) return false;
    stack_.push_back(attached);
    keys_.emplace_back();
    return true;
  }

  bool close() {
    stack_.pop_back();
    keys_.pop_back();
    previous_end_ = consumed;
    return true;
  }

  std::string_view text_;
  std::string_view file_;
  DocumentLimits limits_;
  std::vector<Node*> stack_;
  std::vector<std::unordered_set<std::string>> keys_;
  std::size_t previous_end_ = 0;
  std::size_t begin_ = 0;
  std::size_t scanned_ = 0;
  std::size_t nodes_ = 0;
  int line_ = 1;
  int column_ = 1;
};

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    switch (point.value) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (is_control(point.value) || is_bidi_control(point.value) || point.value == 0x2028 || point.value == 0x2029) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(point.value));
        } else {
          append_utf8(out, point.value);
        }
    }
    text.remove_prefix(point.size);
  }
  out += '"';
}

// A whole number beyond 64 bits keeps the digits that it was written with.
bool is_whole(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.front() != '0' && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string real_as_json(const Node& node) {
  if (!std::isfinite(*node.as_real())) return "null";
  std::string written = node.as_text();
  return is_whole(written) ? written : Node(*node.as_real()).as_text();
}

void append_scalar(std::string& out, const Node& node) {
  switch (node.kind()) {
    case Node::Kind::null: out += "null"; break;
    case Node::Kind::boolean: out += *node.as_bool() ? "true" : "false"; break;
    case Node::Kind::integer: fmt::format_to(std::back_inserter(out), "{}", *node.as_integer()); break;
    case Node::Kind::real: out += real_as_json(node); break;
    default: append_string(out, node.as_text()); break;
  }
}

void append_node(std::string& out, const Node& node, JsonStyle style, std::size_t indent) {
  if (node.is_scalar()) return append_scalar(out, node);
  const bool is_list = node.is(Node::Kind::sequence);
  const std::size_t count = node.items().size();
  const auto new_line = [&](std::size_t spaces) {
    if (style == JsonStyle::indented && count > 0) out += "\n" + std::string(spaces, ' ');
  };
  out += is_list ? '[' : '{';
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) out += style == JsonStyle::indented ? "," : ", ";
    new_line(indent + 2);
    if (!is_list) {
      append_string(out, node.items()[i].key());
      out += ": ";
    }
    append_node(out, node.items()[i], style, indent + 2);
  }
  new_line(indent);
  out += is_list ? ']' : '}';
}

std::u16string utf16(std::string_view text) {
  std::u16string units;
  while (!text.empty()) {
    const CodePoint point = decode_utf8(text);
    if (point.value < 0x10000) {
      units += static_cast<char16_t>(point.value);
    } else {
      units += static_cast<char16_t>(0xD7C0 + (point.value >> 10));
      units += static_cast<char16_t>(0xDC00 + (point.value & 0x3FF));
    }
    text.remove_prefix(point.size);
  }
  return units;
}

// RFC 8785, 3.2.2.2: only the two-character escapes and \u00xx for the other C0 controls; everything else as it is.
void append_canonical_string(std::string& out, std::string_view text) {
  static constexpr std::string_view plain = "\"\\\b\f\n\r\t";
  static constexpr std::string_view letter = "\"\\bfnrt";
  out += '"';
  for (const char c : to_valid_utf8(text)) {
    if (const auto at = plain.find(c); at != std::string_view::npos) {
      out += '\\';
      out += letter[at];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

// ECMAScript's Number::toString, which RFC 8785, 3.2.2.3 asks for: the shortest digits that read back the same, with an
// exponent only from 1e21 on and below 1e-6.
std::string canonical_number(double value) {
  if (!std::isfinite(value)) return "null";  // JSON has no word for it
  if (value == 0) return "0";
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::abs(value), std::chars_format::scientific).ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));  // d.ddde+xx
  const auto e = text.find('e');
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  const auto exponent = *parse_integer(text.substr(text[e + 1] == '+' ? e + 2 : e + 1));
  const auto count = static_cast<long long>(digits.size());
  const auto point = exponent + 1;  // the decimal point stands behind so many digits
  std::string out = value < 0 ? "-" : "";
  if (count <= point && point <= 21) return out + digits + std::string(static_cast<std::size_t>(point - count), '0');
  if (0 < point && point <= 21)
    return out + digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
  if (-6 < point && point <= 0) return out + "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  out += digits.substr(0, 1);
  if (count > 1) out += "." + digits.substr(1);
  return out + fmt::format("e{}{}", exponent < 0 ? '-' : '+', std::abs(exponent));
}

void append_canonical(std::string& out, const Node& node) {
  if (node.is(Node::Kind::string)) return append_canonical_string(out, node.as_text());
  if (const auto number = node.as_real()) {
    out += canonical_number(*number);
    return;
  }
  if (node.is_scalar()) return append_scalar(out, node);
  if (node.is(Node::Kind::sequence)) {
    out += '[';
    for (const Node& item : node.items()) {
      if (&item != node.items().data()) out += ',';
      append_canonical(out, item);
    }
    out += ']';
    return;
  }
  std::vector<std::pair<std::u16string, const Node*>> sorted;
  for (const Node& member : node.items()) sorted.emplace_back(utf16(member.key()), &member);
  std::sort(sorted.begin(), sorted.end());
  out += '{';
  for (const auto& entry : sorted) {
    if (&entry != sorted.data()) out += ',';
    append_canonical_string(out, entry.second->key());
    out += ':';
    append_canonical(out, *entry.second);
  }
  out += '}';
}

}  // namespace

Result<Node> parse_json(std::string_view text, std::string_view file, const DocumentLimits& limits) {
  if (text.size() > limits.bytes) return error(Code::limit, "{}: larger than {} bytes", file, limits.bytes);
  if (text.find('\0') != std::string_view::npos) return error(Code::json, "{}: not JSON: it holds a NUL byte", file);
  TreeBuilder builder(text, file, limits);
  const CountingIterator begin(text.data(), &builder.consumed);
  const CountingIterator end(text.data() + text.size(), &builder.consumed);
  bool parsed = false;
  try {
    parsed = nlohmann::json::sax_parse(begin, end, &builder);
  } catch (const std::exception& problem) {  // the library's own limits; the text is still only text
    builder.failure = error(Code::json, "{}: not JSON: {}", file, problem.what());
  }
  if (!parsed) return std::move(builder.failure);
  return std::move(builder.root);
}

std::string render_json(const Node& node, JsonStyle style) {
  std::string out;
  append_node(out, node, style, 0);
  return out;
}

std::string canonical_json(const Node& node) {
  std::string out;
  append_canonical(out, node);
  return out;
}

}  // namespace kopi
