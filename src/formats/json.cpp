// How places are found. nlohmann's parser tells a SAX handler of each token after it has read it, and says nothing of
// where. But it reads byte by byte, so an iterator that counts tells where the token ended (a number is known to end only
// once the byte behind it was read: one less). It began at the first byte after the end of the token before that is
// neither space nor ',' nor ':'.
#include "formats/json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unordered_set>

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
  TreeBuilder(std::string_view text, std::string_view file, const DocumentLimits& limits)
      : text_(text), file_(file), limits_(limits) {}

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
    Place place = place_of(std::min(position > 0 ? position - 1 : 0, text_.size()));
    std::string_view reason = problem.what();
    if (const auto colon = reason.rfind("; "); colon != std::string_view::npos) reason.remove_prefix(colon + 2);
    if (const auto last = reason.rfind(" - "); last != std::string_view::npos) reason.remove_prefix(last + 3);
    failure = error(Code::json, "{}:{}:{}: not JSON: {}", file_, place.line, place.column, reason);
    return false;
  }

 private:
  Place place_of(std::size_t offset) {
    // Offsets only grow, so lines are counted once over the whole text.
    while (scanned_ < offset) {
      if (text_[scanned_] == '\n') {
        ++line_;
        line_start_ = scanned_ + 1;
      }
      ++scanned_;
    }
    int column = 1;
    for (std::size_t i = line_start_; i < offset; ++i) column += (text_[i] & 0xC0) != 0x80;
    return {line_, column};
  }

  Place begin_token(std::size_t token_end) {
    std::size_t begin = previous_end_;
    while (begin < text_.size() && std::string_view(" \t\r\n,:").find(text_[begin]) != std::string_view::npos) ++begin;
    if (begin == 0 && text_.starts_with("\xEF\xBB\xBF")) begin = 3;
    begin_ = begin;
    previous_end_ = token_end;
    return place_of(begin);
  }

  bool add_number() {
    std::size_t end = consumed;
    while (end > 0 && std::string_view("0123456789+-.eE").find(text_[end - 1]) == std::string_view::npos) --end;
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
  std::size_t line_start_ = 0;
  std::size_t nodes_ = 0;
  int line_ = 1;
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

void append_scalar(std::string& out, const Node& node) {
  switch (node.kind()) {
    case Node::Kind::null: out += "null"; break;
    case Node::Kind::boolean: out += *node.as_bool() ? "true" : "false"; break;
    case Node::Kind::integer: fmt::format_to(std::back_inserter(out), "{}", *node.as_integer()); break;
    case Node::Kind::real: fmt::format_to(std::back_inserter(out), "{}", *node.as_real()); break;
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

void append_canonical(std::string& out, const Node& node) {
  if (node.is(Node::Kind::string)) return append_canonical_string(out, node.as_text());
  if (node.is_scalar()) {
    KOPI_ASSERT(!node.is(Node::Kind::real));
    return append_scalar(out, node);
  }
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
  if (text.find('\0') != std::string_view::npos) return error(Code::json, "{}: holds a NUL byte", file);
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
