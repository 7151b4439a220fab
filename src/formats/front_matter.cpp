#include "formats/front_matter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace kopi {

std::optional<FrontMatter> find_front_matter(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto line_end = [&](std::size_t at) { return std::min(text.find('\n', at), text.size()); };
  const auto line_at = [&](std::size_t at) {
    std::string_view line = text.substr(at, line_end(at) - at);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    return line;
  };
  if (line_at(0) != "---") return std::nullopt;
  const std::size_t begin = std::min(line_end(0) + 1, text.size());
  for (std::size_t at = begin; at < text.size(); at = line_end(at) + 1) {
    if (line_at(at) != "---" && line_at(at) != "...") continue;
    return FrontMatter{text.substr(begin, at - begin), text.substr(std::min(line_end(at) + 1, text.size())), 2};
  }
  return std::nullopt;
}

}  // namespace kopi
