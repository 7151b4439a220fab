#include "system/loop.hpp"

#include <utility>  // before Asio, which forgets it

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
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

class AsioTimer final : public Loop::Timer {
 public:
  explicit AsioTimer(asio::io_context& context) : timer_(context) {}
  void set(std::chrono::milliseconds delay, std::function<void()> function) override {
    timer_.expires_after(delay);
    timer_.async_wait([call = std::move(function)](const error_code& problem) {
      if (!problem) call();
    });
  }
  void cancel() override { timer_.cancel(); }

 private:
  asio::steady_timer timer_;
};

class AsioSocketWatch final : public Loop::SocketWatch {
 public:
  AsioSocketWatch(asio::io_context& context, int descriptor) : socket_(context, descriptor) {}
  ~AsioSocketWatch() override {
    *alive_ = false;
    socket_.release();  // curl owns the socket and closes it
  }
  void set(bool want_read, bool want_write, std::function<void(bool, bool)> function) override {
    *alive_ = false;
    socket_.cancel();
    alive_ = std::make_shared<bool>(true);
    function_ = std::move(function);
    if (want_read) wait(asio::posix::descriptor_base::wait_read, true);
    if (want_write) wait(asio::posix::descriptor_base::wait_write, false);
  }

 private:
  void wait(asio::posix::descriptor_base::wait_type type, bool read) {
    socket_.async_wait(type, [this, type, read, alive = alive_](const error_code& problem) {
      if (problem || !*alive) return;
      function_(read, !read);  // may set other wants, or end this watch
      if (*alive) wait(type, read);
    });
  }
  asio::posix::stream_descriptor socket_;
  std::function<void(bool, bool)> function_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class AsioInterruptWatch final : public Loop::InterruptWatch {
 public:
  AsioInterruptWatch(asio::io_context& context, int descriptor, std::function<void()> function)
      : pipe_(context, descriptor) {
    pipe_.async_wait(asio::posix::descriptor_base::wait_read, [call = std::move(function)](const error_code& problem) {
      if (!problem) call();
    });
  }
  ~AsioInterruptWatch() override { pipe_.release(); }

 private:
  asio::posix::stream_descriptor pipe_;
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
      on_stop.emplace(stop, [this, waiting] {
        timer->set(std::chrono::milliseconds(0), [waiting] { waiting.resume(); });
      });
    }
    void await_resume() {}
  };
  Sleep sleeping{*this, delay, stop};
  co_await sleeping;
}

}  // namespace kopi
