#include "formats/yaml_splicer.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace kopi::detail {

YamlSplicer::YamlSplicer(std::string_view text) : text_(text), newline_(text.find("\r\n") == std::string_view::npos ? "\n" : "\r\n") {}

void YamlSplicer::add_line(std::size_t at, std::string line) {
  if (at >= text_.size()) {
    const bool needs_break = !text_.empty() && text_.back() != '\n';
    splices_.push_back({text_.size(), text_.size(), (needs_break ? newline_ : "") + line + newline_});
  } else {
    splices_.push_back({at, at, newline_ + line});
  }
}

std::string YamlSplicer::apply() {
  std::sort(splices_.begin(), splices_.end(),
            [](const Splice& a, const Splice& b) { return std::pair(a.begin, a.end) > std::pair(b.begin, b.end); });
  std::string edited(text_);
  for (const Splice& splice : splices_) edited.replace(splice.begin, splice.end - splice.begin, splice.text);
  return edited;
}

std::size_t YamlSplicer::start_of_line(std::size_t at) const {
  const auto before = at == 0 ? std::string_view::npos : text_.rfind('\n', at - 1);
  if (before != std::string_view::npos) return before + 1;
  return text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
}

std::size_t YamlSplicer::end_of_line(std::size_t at) const {
  const auto end = std::min(text_.find('\n', at), text_.size());
  return end > at && end > 0 && end < text_.size() && text_[end - 1] == '\r' ? end - 1 : end;
}

std::size_t YamlSplicer::end_of_code(std::size_t at) const {
  std::size_t end = end_of_line(at);
  for (std::size_t i = at + 1; i < end; ++i) {
    if (text_[i] == '#' && (text_[i - 1] == ' ' || text_[i - 1] == '\t')) end = i;
  }
  while (end > at + 1 && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
  return end;
}

bool YamlSplicer::has_comment_line(std::size_t begin, std::size_t end) const {
  for (std::size_t at = begin; at < end;) {
    if (start_of_line(at) == at && trim(text_.substr(at, end_of_line(at) - at)).starts_with('#')) return true;
    at = std::min(text_.find('\n', at), text_.size()) + 1;
  }
  return false;
}

std::size_t YamlSplicer::end_of_comments(std::size_t at, std::size_t column) const {
  for (;;) {
    const std::size_t line = std::min(text_.find('\n', at), text_.size()) + 1;
    if (line >= text_.size()) return std::min(line, text_.size());
    const std::size_t first = text_.find_first_not_of(" \t", line);
    const bool blank = first == std::string_view::npos || text_[first] == '\n' || text_[first] == '\r';
    const bool comment = !blank && text_[first] == '#' && first - line > column;
    if (!blank && !comment) return line;
    at = line;
  }
}

std::size_t YamlSplicer::start_of_comments_above(std::size_t at) const {
  std::size_t line = start_of_line(at);
  while (line > 0) {
    const std::size_t above = start_of_line(line - 1);
    if (above >= line || !trim(text_.substr(above, line - above)).starts_with('#')) break;
    line = above;
  }
  return line;
}

}  // namespace kopi::detail
