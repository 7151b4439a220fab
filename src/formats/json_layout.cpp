#include "formats/json_layout.hpp"

#include <algorithm>

#include "formats/json.hpp"

namespace kopi::detail {
namespace {

using Shape = YamlLayout::Shape;

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {
    if (text.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  YamlLayout value() {
    skip_space();
    YamlLayout built;
    built.begin = at_;
    if (text_[at_] == '{' || text_[at_] == '[') {
      collection(built);
    } else {
      if (text_[at_] == '"') {
        skip_string();
        built.style = YamlEvent::Style::double_quoted;
      } else {
        at_ = std::min(text_.find_first_of(" \t\r\n,]}", at_), text_.size());
      }
      built.end = at_;
    }
    return built;
  }

 private:
  void collection(YamlLayout& built) {
    const bool is_object = text_[at_] == '{';
    built.shape = is_object ? Shape::flow_mapping : Shape::flow_sequence;
    ++at_;
    for (skip_space(); text_[at_] != (is_object ? '}' : ']'); skip_space()) {
      if (text_[at_] == ',') {
        ++at_;
        skip_space();
      }
      built.children.push_back(is_object ? member() : item());
    }
    built.end = ++at_;
  }

  YamlLayout member() {
    const std::size_t key_begin = at_;
    skip_string();
    const std::size_t key_end = at_;
    skip_space();
    const std::size_t colon = at_++;
    YamlLayout built = value();
    const std::string_view quoted = text_.substr(key_begin, key_end - key_begin);
    built.key = quoted.find('\\') == std::string_view::npos ? std::string(quoted.substr(1, quoted.size() - 2)) : unescaped(quoted);
    built.key_begin = key_begin;
    built.key_end = key_end;
    built.colon = colon;
    return built;
  }

  static std::string unescaped(std::string_view quoted) {
    const auto read = parse_json(quoted, "");
    return read ? read->as_text() : std::string();
  }

  YamlLayout item() {
    YamlLayout built = value();
    built.key_begin = built.key_end = built.colon = built.begin;
    return built;
  }

  void skip_string() {
    ++at_;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    ++at_;
  }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

YamlLayout read_json_layout(std::string_view text) { return Scanner(text).value(); }

}  // namespace kopi::detail
