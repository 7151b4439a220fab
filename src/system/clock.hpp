// system/clock.hpp
//
// Time, as an interface: what waits for it must be testable.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace kopi {

class Environment;

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

/// The system's clock. Test builds take the time from the file that KOPI_CLOCK names (RFC 3339), read at every call.
std::unique_ptr<Clock> make_clock(const Environment& environment);

/// RFC 3339 in UTC, to the second: "2026-11-21T14:30:00Z".
std::string format_time(Time time);
Result<Time> parse_time(std::string_view text);

}  // namespace kopi
