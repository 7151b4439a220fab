// base/embedded.hpp
//
// A text file that was compiled into the program (cmake/embed.cmake): schemas, bundled skills, the guide.
#pragma once

#include <span>
#include <string_view>

namespace kopi {

struct EmbeddedFile {
  std::string_view name;  ///< relative to the folder it was embedded from
  std::string_view content;
};

}  // namespace kopi
