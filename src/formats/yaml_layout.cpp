#include "formats/yaml_layout.hpp"

namespace kopi::detail {
namespace {

using Kind = YamlEvent::Kind;
using Shape = YamlLayout::Shape;

class Builder {
 public:
  Builder(std::string_view text, const std::vector<YamlEvent>& events) : text_(text), events_(events) {}

  YamlLayout value(std::size_t after) {
    const YamlEvent& event = events_[next_++];
    YamlLayout built;
    built.has_properties = !event.anchor.empty() || !event.tag.empty();
    built.style = event.style;
    built.begin = event.begin;
    built.end = event.end;
    const bool flow = event.style == YamlEvent::Style::flow;
    switch (event.kind) {
      case Kind::mapping_start:
        built.shape = flow ? Shape::flow_mapping : Shape::block_mapping;
        members(built);
        break;
      case Kind::sequence_start:
        built.shape = flow ? Shape::flow_sequence : Shape::block_sequence;
        items(built);
        break;
      case Kind::alias: built.shape = Shape::alias; break;
      default: scalar(event, after, built); break;
    }
    return built;
  }

 private:
  void scalar(const YamlEvent& event, std::size_t after, YamlLayout& built) const {
    if (!event.marked || (event.text.empty() && event.style == YamlEvent::Style::plain)) {
      built.is_null = true;
      built.begin = built.end = after;
    } else if (event.style == YamlEvent::Style::literal || event.style == YamlEvent::Style::folded) {
      // The mark lies behind the header `|`, and its end behind the following line's indentation: take the header in, and
      // go back to the end of the last line that holds text.
      built.begin = text_.find_first_not_of(" \t", after);
      built.end = event.end;
      while (built.end > event.begin && std::string_view(" \t\r\n").find(text_[built.end - 1]) != std::string_view::npos) {
        --built.end;
      }
      const std::size_t header_end = std::min(text_.find_first_of("\r\n", built.begin), text_.size());
      built.end = std::max(built.end, header_end);
      if (text_.substr(built.begin, std::min<std::size_t>(header_end - built.begin, 3)).find('+') != std::string_view::npos) {
        built.end = end_of_blank_lines(built.end);  // `|+`: they are part of the text
      }
    }
  }

  // From the end of a line over the lines of blanks below it, to the end of the last one.
  std::size_t end_of_blank_lines(std::size_t at) const {
    for (;;) {
      const auto line_end = text_.find('\n', at);
      if (line_end == std::string_view::npos || line_end + 1 >= text_.size()) return at;
      const auto next = text_.find_first_not_of(" \t\r", line_end + 1);
      if (next == std::string_view::npos || text_[next] != '\n') return at;
      at = text_[next - 1] == '\r' ? next - 1 : next;
    }
  }

  void members(YamlLayout& mapping) {
    while (events_[next_].kind != Kind::mapping_end) {
      const YamlEvent& key = events_[next_++];
      const std::size_t colon = colon_after(key.end);
      YamlLayout member = value(colon == std::string_view::npos ? key.end : colon + 1);
      member.key = key.text;
      member.key_begin = key.begin;
      member.key_end = key.end;
      member.colon = is_explicit(key.begin) ? std::string_view::npos : colon;
      if (mapping.shape == Shape::block_mapping) mapping.end = std::max(member.end, member.key_end);
      mapping.children.push_back(std::move(member));
    }
    if (mapping.shape == Shape::flow_mapping) mapping.end = events_[next_].end;
    ++next_;
  }

  void items(YamlLayout& sequence) {
    const bool in_block = sequence.shape == Shape::block_sequence;
    std::size_t after = sequence.begin;
    while (events_[next_].kind != Kind::sequence_end) {
      const std::size_t dash = in_block ? dash_after(after) : std::string_view::npos;
      YamlLayout item = value(dash == std::string_view::npos ? after : dash + 1);
      after = item.end;
      item.colon = in_block ? dash : item.begin;
      item.key_begin = item.key_end = in_block && dash != std::string_view::npos ? dash : item.begin;
      if (in_block) sequence.end = item.end;
      sequence.children.push_back(std::move(item));
    }
    if (!in_block) sequence.end = events_[next_].end;
    ++next_;
  }

  // Behind the last item there may be comments and blank lines.
  std::size_t dash_after(std::size_t at) const {
    for (;;) {
      at = text_.find_first_not_of(" \t\r\n", at);
      if (at == std::string_view::npos) return at;
      if (text_[at] == '-') return at;
      if (text_[at] != '#') return std::string_view::npos;
      at = text_.find('\n', at);
    }
  }

  std::size_t colon_after(std::size_t key_end) const {
    const auto at = text_.find_first_not_of(" \t", key_end);
    return at != std::string_view::npos && text_[at] == ':' ? at : std::string_view::npos;
  }

  bool is_explicit(std::size_t key_begin) const {
    const auto before = key_begin == 0 ? std::string_view::npos : text_.find_last_not_of(" \t", key_begin - 1);
    return before != std::string_view::npos && text_[before] == '?';
  }

  std::string_view text_;
  const std::vector<YamlEvent>& events_;
  std::size_t next_ = 0;
};

}  // namespace

const YamlLayout* YamlLayout::find(std::string_view name) const {
  if (is_sequence()) {
    const auto index = parse_list_index(name);
    return index && *index < children.size() ? &children[*index] : nullptr;
  }
  for (const YamlLayout& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

std::optional<std::size_t> parse_list_index(std::string_view step) {
  const bool is_number = !step.empty() && step.size() <= 6 && step.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number || (step.size() > 1 && step.front() == '0')) return std::nullopt;
  std::size_t index = 0;
  for (const char digit : step) index = index * 10 + static_cast<std::size_t>(digit - '0');
  return index;
}

Result<std::vector<YamlLayout>> read_yaml_layout(std::string_view text, std::string_view file, const DocumentLimits& limits) {
  KOPI_TRY(const auto events, read_yaml_events(text, file, limits));
  std::vector<YamlLayout> roots;
  if (!events.empty()) roots.push_back(Builder(text, events).value(0));
  return roots;
}

}  // namespace kopi::detail
