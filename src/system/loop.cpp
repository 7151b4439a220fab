#include "system/loop.hpp"

#include <utility>  // before Asio, which forgets it

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "system/interrupt.hpp"

namespace kopi {

namespace asio = boost::asio;
using boost::system::error_code;

struct Loop::Implementation {
  asio::io_context context{1};
};

Loop::Loop() : implementation_(std::make_unique<Implementation>()) {}
Loop::~Loop() = default;

void Loop::post(std::function<void()> function) { asio::post(implementation_->context, std::move(function)); }

void Loop::run_until(const bool& done) {
  auto& context = implementation_->context;
  // A waiting task must not make the loop end because nothing else is outstanding for a moment.
  const auto work = asio::make_work_guard(context);
  context.restart();
  while (!done) context.run_one();
}

namespace {

// A wait that has ended sits in Asio's queue until its handler runs, and no cancel() reaches it there. So each handler holds a
// token of its own and does nothing once that was withdrawn: nobody is called after cancel(), set() or the destructor.
class Token {
 public:
  Token() = default;
  Token(const Token&) = delete;
  Token& operator=(const Token&) = delete;
  ~Token() { withdraw(); }
  std::shared_ptr<const bool> renew() {
    withdraw();
    valid_ = std::make_shared<bool>(true);
    return valid_;
  }
  void withdraw() {
    if (valid_) *std::exchange(valid_, nullptr) = false;
  }

 private:
  std::shared_ptr<bool> valid_;
};

class AsioTimer final : public Loop::Timer {
 public:
  explicit AsioTimer(asio::io_context& context) : timer_(context) {}
  void set(std::chrono::milliseconds delay, std::function<void()> function) override {
    timer_.expires_after(delay);
    timer_.async_wait([call = std::move(function), valid = token_.renew()](const error_code&) {
      if (*valid) call();
    });
  }
  void cancel() override {
    token_.withdraw();
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  Token token_;
};

class AsioSocketWatch final : public Loop::SocketWatch {
 public:
  AsioSocketWatch(asio::io_context& context, int descriptor) : socket_(context) {
    error_code problem;
    socket_.assign(descriptor, problem);  // refused (no memory left): the socket stays silent, and its user's deadline ends it
  }
  ~AsioSocketWatch() override {
    if (socket_.is_open()) socket_.release();  // curl owns the socket and closes it
  }
  void set(bool want_read, bool want_write, std::function<void(bool, bool)> function) override {
    const auto call = std::make_shared<const std::function<void(bool, bool)>>(std::move(function));
    const auto valid = token_.renew();
    error_code ignored;
    socket_.cancel(ignored);
    if (want_read) wait(asio::posix::descriptor_base::wait_read, call, valid);
    if (want_write) wait(asio::posix::descriptor_base::wait_write, call, valid);
  }

 private:
  void wait(asio::posix::descriptor_base::wait_type type, std::shared_ptr<const std::function<void(bool, bool)>> call,
            std::shared_ptr<const bool> valid) {
    socket_.async_wait(type, [this, type, call = std::move(call), valid = std::move(valid)](const error_code& problem) {
      if (!*valid || problem) return;
      const bool readable = type == asio::posix::descriptor_base::wait_read;
      (*call)(readable, !readable);  // may set other wants, or end this watch
      if (*valid) wait(type, call, valid);
    });
  }
  asio::posix::stream_descriptor socket_;
  Token token_;
};

class AsioInterruptWatch final : public Loop::InterruptWatch {
 public:
  AsioInterruptWatch(asio::io_context& context, int descriptor, std::function<void()> function) : pipe_(context, descriptor) {
    pipe_.async_wait(asio::posix::descriptor_base::wait_read,
                     [call = std::move(function), valid = token_.renew()](const error_code& problem) {
                       if (*valid && !problem) call();
                     });
  }
  ~AsioInterruptWatch() override { pipe_.release(); }

 private:
  asio::posix::stream_descriptor pipe_;
  Token token_;
};

}  // namespace

std::unique_ptr<Loop::Timer> Loop::make_timer() { return std::make_unique<AsioTimer>(implementation_->context); }

std::unique_ptr<Loop::SocketWatch> Loop::watch_socket(int descriptor) {
  return std::make_unique<AsioSocketWatch>(implementation_->context, descriptor);
}

std::unique_ptr<Loop::InterruptWatch> Loop::watch(const Interrupt& interrupt, std::function<void()> on_interrupt) {
  return std::make_unique<AsioInterruptWatch>(implementation_->context, interrupt.descriptor(), std::move(on_interrupt));
}

Task<void> Loop::sleep(std::chrono::milliseconds delay, std::stop_token stop) {
  struct Sleep {
    Loop& loop;
    std::chrono::milliseconds delay;
    std::stop_token& stop;
    std::unique_ptr<Timer> timer = {};
    std::optional<std::stop_callback<std::function<void()>>> on_stop = {};

    bool await_ready() const { return stop.stop_requested(); }
    void await_suspend(std::coroutine_handle<> waiting) {
      timer = loop.make_timer();
      timer->set(delay, [waiting] { waiting.resume(); });
      // The timer again, so that whichever comes first is the only one, and a frame that is gone is never resumed.
      on_stop.emplace(stop, [this, waiting] { timer->set(std::chrono::milliseconds(0), [waiting] { waiting.resume(); }); });
    }
    void await_resume() {}
  };
  Sleep sleeping{*this, delay, stop};
  co_await sleeping;
}

}  // namespace kopi
