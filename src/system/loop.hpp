// system/loop.hpp
//
// The event loop: one thread on which tasks wait for time, sockets and interrupts. Boost.Asio inside, in no header.
// Everything that takes a Loop is called on its thread; `post` alone may be called from any.
#pragma once

#include <chrono>
#include <coroutine>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/task.hpp"

namespace kopi {

class Interrupt;

namespace detail {
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};
}  // namespace detail

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs the loop until `task` is done; gives its value. Can be called again, never from inside a task.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    bool done = false;
    [](Task<T> running, std::optional<T>& into, bool& finished) -> detail::Detached {
      into.emplace(co_await std::move(running));
      finished = true;
    }(std::move(task), value, done);
    run_until(done);
    return std::move(*value);
  }

  /// Calls `function` on the loop's thread, soon, never from inside this call. It can't be taken back: what it refers to has to
  /// outlive the loop, or be asked for first whether it is still there.
  void post(std::function<void()> function);

  /// While it lives, `on_interrupt` is called on the loop's thread as soon as Ctrl-C was pressed (once).
  class InterruptWatch;
  std::unique_ptr<InterruptWatch> watch(const Interrupt& interrupt, std::function<void()> on_interrupt);

  /// A timer that can be set again; its destructor cancels it. What was cancelled is not called, however late.
  class Timer {
   public:
    virtual ~Timer() = default;
    /// Calls `function` once after `delay`; replaces what was set before.
    virtual void set(std::chrono::milliseconds delay, std::function<void()> function) = 0;
    virtual void cancel() = 0;
  };
  std::unique_ptr<Timer> make_timer();

  /// Readiness of a socket that somebody else owns and closes.
  class SocketWatch {
   public:
    virtual ~SocketWatch() = default;
    /// Calls `function(readable, writable)` each time one of the wanted states is reached, until set again or destroyed.
    virtual void set(bool want_read, bool want_write, std::function<void(bool, bool)> function) = 0;
  };
  std::unique_ptr<SocketWatch> watch_socket(int descriptor);

  /// Ends after `delay`; earlier when `stop` is requested on the loop's thread.
  Task<void> sleep(std::chrono::milliseconds delay, std::stop_token stop = {});

 private:
  void run_until(const bool& done);
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

class Loop::InterruptWatch {
 public:
  virtual ~InterruptWatch() = default;
};

}  // namespace kopi
