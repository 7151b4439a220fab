#include "system/clock.hpp"
#include "system/environment.hpp"
#include "system/files.hpp"

#include "base/text.hpp"

namespace kopi {
namespace {

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }
};

#ifdef KOPI_TEST_HOOKS
class FileClock final : public Clock {
 public:
  explicit FileClock(std::string path) : path_(std::move(path)) {}
  Time now() const override {
    const auto text = read_file(path_, 64);
    const auto time = text ? parse_time(trim(*text)) : Result<Time>(text.error());
    KOPI_ASSERT(time.has_value());
    return *time;
  }

 private:
  std::string path_;
};
#endif

}  // namespace

std::unique_ptr<Clock> make_clock([[maybe_unused]] const Environment& environment) {
#ifdef KOPI_TEST_HOOKS
  if (const auto path = environment.get("KOPI_CLOCK")) return std::make_unique<FileClock>(*path);
#endif
  return std::make_unique<SystemClock>();
}

}  // namespace kopi
