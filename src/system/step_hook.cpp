#include "system/step.hpp"

#ifdef KOPI_TEST_HOOKS
#include <csignal>
#include <cstdlib>
#include <map>
#include <string>
#endif

namespace kopi {

#ifdef KOPI_TEST_HOOKS
void reach_step(std::string_view name) {
  static const char* const wanted = std::getenv("KOPI_TEST_ABORT_AT");
  if (wanted == nullptr) return;
  static std::map<std::string, int, std::less<>> counts;
  const int count = ++counts[std::string(name)];
  const std::string_view text = wanted;
  if (text == name || text == std::string(name) + ":" + std::to_string(count)) ::raise(SIGKILL);
}
#else
void reach_step(std::string_view) {}
#endif

}  // namespace kopi
