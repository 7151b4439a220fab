#include "system/interrupt.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace kopi {
namespace {

// A signal handler has no argument to carry an object: this is the one place where it finds it.
std::atomic<Interrupt*> active{nullptr};

constexpr int signals[] = {SIGINT, SIGTERM, SIGHUP};

}  // namespace

Interrupt::Interrupt() {
  KOPI_ASSERT(::pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) == 0);
  active.store(this);
  struct sigaction action {};
  action.sa_handler = &Interrupt::on_signal;  // without SA_RESTART: a blocked read or poll returns
  for (const int signal : signals) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    const bool outlives_terminal = signal == SIGHUP && before.sa_handler == SIG_IGN;  // nohup
    if (!outlives_terminal) ::sigaction(signal, &action, nullptr);
  }
}

Interrupt::~Interrupt() {
  for (const int signal : signals) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler == &Interrupt::on_signal) std::signal(signal, SIG_DFL);
  }
  active.store(nullptr);
  ::close(pipe_[0]);
  ::close(pipe_[1]);
}

void Interrupt::on_signal(int signal) {
  const int saved = errno;
  if (Interrupt* interrupt = active.load()) {
    if (signal != SIGINT) interrupt->must_end_.store(true, std::memory_order_relaxed);
    interrupt->requested_.store(true, std::memory_order_relaxed);
    const char byte = 1;
    [[maybe_unused]] const auto written = ::write(interrupt->pipe_[1], &byte, 1);  // full pipe: it is readable already
  }
  errno = saved;
}

void Interrupt::clear() {
  requested_.store(false, std::memory_order_relaxed);
  char bytes[64];
  while (::read(pipe_[0], bytes, sizeof bytes) > 0) {}
}

Result<void> wait_until_readable(int descriptor, const Interrupt* interrupt) {
  pollfd watched[] = {{descriptor, POLLIN, 0}, {interrupt == nullptr ? -1 : interrupt->descriptor(), POLLIN, 0}};
  for (;;) {
    if (interrupt != nullptr && interrupt->requested()) return interrupted_error();
    const int ready = ::poll(watched, 2, -1);
    if (ready > 0 && watched[0].revents != 0) return {};
    if (ready < 0 && errno != EINTR) return error(Code::io, "cannot wait for input");
  }
}

Error interrupted_error() { return Error{Code::interrupted, "interrupted"}; }

}  // namespace kopi
