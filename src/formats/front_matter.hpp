// formats/front_matter.hpp
//
// The YAML block between two `---` lines at the start of a Markdown file.
#pragma once

#include <optional>
#include <string_view>

namespace kopi {

struct FrontMatter {
  std::string_view yaml;  ///< between the fences
  std::string_view body;  ///< behind the closing fence's line
  int yaml_line = 2;      ///< the file's line that `yaml` starts on
};

/// Nothing when the file does not start with a fence, or when the fence is never closed.
std::optional<FrontMatter> find_front_matter(std::string_view text);

}  // namespace kopi
