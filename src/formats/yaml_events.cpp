#include "formats/yaml_events.hpp"

#include <algorithm>
#include <cstdlib>
#include <libfyaml.h>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace kopi::detail {
namespace {

struct ParserDeleter {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct DiagDeleter {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};

std::string text_of(fy_token* token) {
  if (token == nullptr) return {};
  std::size_t length = 0;
  const char* text = fy_token_get_text(token, &length);
  return text == nullptr ? std::string() : std::string(text, length);
}

YamlEvent::Style style_of(fy_token* token) {
  switch (fy_token_scalar_style(token)) {
    case FYSS_SINGLE_QUOTED: return YamlEvent::Style::single_quoted;
    case FYSS_DOUBLE_QUOTED: return YamlEvent::Style::double_quoted;
    case FYSS_LITERAL: return YamlEvent::Style::literal;
    case FYSS_FOLDED: return YamlEvent::Style::folded;
    default: return YamlEvent::Style::plain;
  }
}

class Gate {
 public:
  Gate(std::string_view text, std::string_view file, const DocumentLimits& limits) : text_(text), file_(file), limits_(limits) {}

  Result<std::vector<YamlEvent>> read() {
    KOPI_CHECK(check_bytes());
    KOPI_CHECK(check_lines());
    fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = nullptr;
    diag_config.output_fn = [](fy_diag*, void*, const char*, std::size_t) {};  // collected, never printed
    const std::unique_ptr<fy_diag, DiagDeleter> diag(fy_diag_create(&diag_config));
    if (!diag) return error(Code::internal, "cannot create a YAML parser");
    fy_diag_set_collect_errors(diag.get(), true);
    fy_parse_cfg config{};
    config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE);
    config.diag = diag.get();
    const std::unique_ptr<fy_parser, ParserDeleter> parser(fy_parser_create(&config));
    if (!parser || fy_parser_set_string(parser.get(), text_.data(), text_.size()) != 0) {
      return error(Code::internal, "cannot create a YAML parser");
    }
    bool ended = false;
    while (fy_event* event = fy_parser_parse(parser.get())) {
      ended = event->type == FYET_STREAM_END;
      auto taken = take(*event);
      fy_parser_event_free(parser.get(), event);
      if (taken && events_.size() > 2 * limits_.nodes)
        taken = refuse(Code::limit, last_place_, fmt::format("more than {} values", limits_.nodes));
      if (!taken) return std::move(taken).error();
    }
    if (!ended) return syntax_error(diag.get());
    return std::move(events_);
  }

 private:
  Error refuse(Code code, Place place, std::string_view reason) const {
    return error(code, "{}:{}:{}: {}", file_, place.line, place.column, reason);
  }

  Result<void> check_bytes() const {
    if (text_.size() > limits_.bytes) return error(Code::limit, "{}: larger than {} bytes", file_, limits_.bytes);
    std::size_t offset = 0;
    while (offset < text_.size()) {
      const CodePoint point = decode_utf8(text_.substr(offset));
      if (!point.valid) return refuse(Code::yaml, place_of(offset), "not UTF-8");
      if (point.value == 0) return refuse(Code::yaml, place_of(offset), "a NUL byte");
      if (point.value < 0x20 && point.value != '\t' && point.value != '\n' && point.value != '\r') {
        return refuse(Code::yaml, place_of(offset), "a control character; write it as an escape in double quotes");
      }
      offset += point.size;
    }
    return {};
  }

  // libfyaml's time grows with the square of a directive's length, of their number, and of the blank lines in a row.
  Result<void> check_lines() const {
    constexpr std::size_t limit = 1024;
    std::size_t directives = 0;
    std::size_t blank = 0;
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find_first_of("\r\n", begin), text_.size());
      const std::string_view line = text_.substr(begin, end - begin);
      blank = line.find_first_not_of(" \t") == std::string_view::npos ? blank + 1 : 0;
      directives += line.starts_with('%');
      if (line.starts_with('%') && line.size() > limit) return refuse(Code::limit, place_of(begin), "a directive longer than 1024 bytes");
      if (directives > limit) return refuse(Code::limit, place_of(begin), "more than 1024 directives");
      if (blank > limit) return refuse(Code::limit, place_of(begin), "more than 1024 blank lines in a row");
      begin = end + (text_.substr(end).starts_with("\r\n") ? 2 : 1);
    }
    return {};
  }

  Place place_of(std::size_t offset) const {
    int line = 1;
    int column = 1;
    for (std::size_t i = 0; i < offset && i < text_.size(); ++i) {
      if (text_[i] == '\n') {
        ++line;
        column = 1;
      } else if ((text_[i] & 0xC0) != 0x80) {
        ++column;
      }
    }
    return {line, column};
  }

  Error syntax_error(fy_diag* diag) const {
    void* position = nullptr;
    const fy_diag_error* first = fy_diag_errors_iterate(diag, &position);
    // libfyaml names no reason and no place for a version that it does not know.
    if (first == nullptr || std::string_view(first->msg).find("version directive") != std::string_view::npos) {
      const auto directive = text_.find("%YAML");
      return refuse(Code::yaml, place_of(directive == std::string_view::npos ? text_.size() : directive),
                    "not YAML that kopi reads: the directive must be '%YAML 1.1' or '%YAML 1.2'");
    }
    return refuse(Code::yaml, {first->line, first->column},
                  fmt::format("not YAML: {}", replace_all(first->msg, "indendation", "indentation")));
  }

  void mark(YamlEvent& event, fy_token* token) const {
    const fy_mark* start = token == nullptr ? nullptr : fy_token_start_mark(token);
    const fy_mark* end = token == nullptr ? nullptr : fy_token_end_mark(token);
    event.place = last_place_;  // what is not written stands behind what was read before it
    if (start == nullptr) return;
    // libfyaml 0.8 marks a value that is not written, 0.7 does not.
    const bool plain = event.kind == YamlEvent::Kind::scalar && event.style == YamlEvent::Style::plain;
    if (plain && end != nullptr && start->input_pos == end->input_pos) return;
    event.begin = start->input_pos;
    event.end = end == nullptr ? start->input_pos : end->input_pos;
    event.place = {start->line + 1, start->column + 1};
    event.marked = true;
    const bool quoted = event.style == YamlEvent::Style::single_quoted || event.style == YamlEvent::Style::double_quoted;
    if (quoted) {  // libfyaml marks what is between the quotes
      event.begin -= 1;
      event.end += 1;
      event.place.column -= 1;
    }
  }

  // A block scalar whose last line the end of the file ends has no line break there to keep (YAML 1.2.2, 8.1.1.2); libfyaml adds one.
  // Of a last line of blanks alone the specification's own suite says otherwise, so there the readers may disagree.
  void drop_made_up_newline(YamlEvent& event) const {
    const bool block = event.style == YamlEvent::Style::literal || event.style == YamlEvent::Style::folded;
    const std::string_view last_line = text_.substr(text_.find_last_of("\r\n") + 1);
    const bool has_text = last_line.find_first_not_of(" \t") != std::string_view::npos;
    if (block && has_text && event.end == text_.size() && event.text.ends_with('\n')) event.text.pop_back();
  }

  Result<void> properties(YamlEvent& event, fy_token* anchor, fy_token* tag) {
    last_place_ = event.place;
    event.anchor = text_of(anchor);
    if (!event.anchor.empty()) anchors_.insert(event.anchor);
    if (tag == nullptr) return {};
    static constexpr std::string_view core = "tag:yaml.org,2002:";
    const fy_mark* mark = fy_token_start_mark(tag);
    const Place place = mark == nullptr ? event.place : Place{mark->line + 1, mark->column + 1};
    event.tag = text_of(tag);
    if (event.tag == "!" || event.tag.empty()) return {};
    std::string shown = event.tag;
    if (shown.starts_with(core)) shown.replace(0, core.size(), "!!");
    static constexpr std::string_view known[] = {"!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq"};
    if (std::find(std::begin(known), std::end(known), shown) == std::end(known)) {
      return refuse(Code::yaml, place, fmt::format("the tag '{}' is refused; only YAML's own simple types are read", shown));
    }
    if (!fits(event, std::string_view(shown).substr(2))) {
      return refuse(Code::yaml, place, fmt::format("the tag '{}' does not fit the value", shown));
    }
    return {};
  }

  static bool fits(const YamlEvent& event, std::string_view tag) {
    if (event.kind == YamlEvent::Kind::mapping_start) return tag == "map";
    if (event.kind == YamlEvent::Kind::sequence_start) return tag == "seq";
    const Node value = Node::scalar(event.text, true);
    if (tag == "int") return value.is(Node::Kind::integer);
    if (tag == "float") return value.as_real().has_value();
    if (tag == "bool") return value.is(Node::Kind::boolean);
    if (tag == "null") return value.is_null();
    return tag == "str";
  }

  Result<void> open(YamlEvent event, fy_token* start, fy_token* anchor, fy_token* tag) {
    mark(event, start);
    event.style = event.marked && event.begin < text_.size() && (text_[event.begin] == '{' || text_[event.begin] == '[')
                      ? YamlEvent::Style::flow
                      : YamlEvent::Style::block;
    KOPI_CHECK(properties(event, anchor, tag));
    if (++depth_ > limits_.depth) {
      return refuse(Code::limit, event.place, fmt::format("nested deeper than {} levels", limits_.depth));
    }
    events_.push_back(std::move(event));
    return {};
  }

  void close(YamlEvent::Kind kind, fy_token* end) {
    YamlEvent event;
    event.kind = kind;
    mark(event, end);
    --depth_;
    events_.push_back(std::move(event));
  }

  Result<void> take(const fy_event& event) {
    YamlEvent taken;
    switch (event.type) {
      case FYET_DOCUMENT_START:
        if (++documents_ > 1) {
          mark(taken, event.document_start.document_start);
          return refuse(Code::yaml, taken.place, "a second document in one file");
        }
        return {};
      case FYET_SCALAR:
        taken.kind = YamlEvent::Kind::scalar;
        taken.style = style_of(event.scalar.value);
        taken.text = text_of(event.scalar.value);
        mark(taken, event.scalar.value);
        drop_made_up_newline(taken);
        KOPI_CHECK(properties(taken, event.scalar.anchor, event.scalar.tag));
        events_.push_back(std::move(taken));
        return {};
      case FYET_ALIAS:
        taken.kind = YamlEvent::Kind::alias;
        taken.text = text_of(event.alias.anchor);
        mark(taken, event.alias.anchor);
        taken.begin -= 1;  // libfyaml marks the name behind the '*'
        taken.place.column -= 1;
        last_place_ = taken.place;
        if (!anchors_.contains(taken.text)) return refuse(Code::yaml, taken.place, fmt::format("alias to unknown anchor '{}'", taken.text));
        events_.push_back(std::move(taken));
        return {};
      case FYET_MAPPING_START:
        taken.kind = YamlEvent::Kind::mapping_start;
        return open(std::move(taken), event.mapping_start.mapping_start, event.mapping_start.anchor, event.mapping_start.tag);
      case FYET_SEQUENCE_START:
        taken.kind = YamlEvent::Kind::sequence_start;
        return open(std::move(taken), event.sequence_start.sequence_start, event.sequence_start.anchor, event.sequence_start.tag);
      case FYET_MAPPING_END: close(YamlEvent::Kind::mapping_end, event.mapping_end.mapping_end); return {};
      case FYET_SEQUENCE_END: close(YamlEvent::Kind::sequence_end, event.sequence_end.sequence_end); return {};
      default: return {};
    }
  }

  std::string_view text_;
  std::string_view file_;
  DocumentLimits limits_;
  std::vector<YamlEvent> events_;
  std::set<std::string> anchors_;
  Place last_place_{1, 1};
  std::size_t depth_ = 0;
  int documents_ = 0;
};

}  // namespace

Result<std::vector<YamlEvent>> read_yaml_events(std::string_view text, std::string_view file, const DocumentLimits& limits) {
  return Gate(text, file, limits).read();
}

}  // namespace kopi::detail
