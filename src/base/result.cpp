#include "base/result.hpp"

#include <cstdlib>
#include <string_view>

#include <unistd.h>

namespace kopi {

void assertion_failed(const char* condition, const char* file, int line) {
  // A bug: say what and where with as little machinery as possible, then stop. Status 70 is the contract's for bugs.
  const std::string text = fmt::format("kopi: bug: assertion failed: {} ({}:{})\nPlease report this line.\n", condition, file, line);
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
    if (written <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  std::_Exit(70);
}

}  // namespace kopi
