// system/interrupt.hpp
//
// Ctrl-C, SIGTERM and SIGHUP as something to ask about. Work that waits polls `descriptor()` beside what it waits for; work that
// computes asks `requested()` between steps and leaves everything as it found it.
#pragma once

#include <atomic>

#include "base/result.hpp"

namespace kopi {

class Interrupt {
 public:
  /// Takes SIGINT, SIGTERM and SIGHUP (unless started by nohup) over for this process. One at a time.
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const { return requested_.load(std::memory_order_relaxed); }
  /// It was SIGTERM, or the terminal is gone: the process is to end, not only what it is doing. Outlasts clear().
  bool must_end() const { return must_end_.load(std::memory_order_relaxed); }
  /// Readable once an interrupt was requested, until clear().
  int descriptor() const { return pipe_[0]; }
  /// A chat goes on after the turn that was interrupted.
  void clear();

 private:
  static void on_signal(int signal);
  std::atomic<bool> requested_{false};
  std::atomic<bool> must_end_{false};
  int pipe_[2] = {-1, -1};
};

/// Until `descriptor` can be read, or has ended.   @error interrupted
Result<void> wait_until_readable(int descriptor, const Interrupt* interrupt);

/// E_CANCELLED, exit 130.
Error interrupted_error();

}  // namespace kopi
