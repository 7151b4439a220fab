#include "system/loop.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <thread>
#include <vector>

#include "support/outcome.hpp"
#include "system/descriptor.hpp"
#include "system/interrupt.hpp"

using namespace kopi;
using namespace std::chrono_literals;

namespace {

Task<int> number(int value) { co_return value; }

/// Ends when `open` is called.
class Gate {
 public:
  explicit Gate(Loop& loop) : loop_(loop) {}
  void open() {
    is_open_ = true;
    if (waiting_) loop_.post([waiting = std::exchange(waiting_, {})] { waiting.resume(); });
  }
  bool await_ready() const { return is_open_; }
  void await_suspend(std::coroutine_handle<> handle) { waiting_ = handle; }
  void await_resume() const {}

 private:
  Loop& loop_;
  bool is_open_ = false;
  std::coroutine_handle<> waiting_;
};

Task<bool> wait_at(Gate& gate) {
  co_await gate;
  co_return true;
}

}  // namespace

TEST_CASE("a task's value is what the loop gives, again and again") {
  Loop loop;
  CHECK(loop.run(number(1)) == 1);
  CHECK(loop.run(number(2)) == 2);
  CHECK(loop.run([](Loop& l) -> Task<std::string> {
    co_await l.sleep(1ms);
    co_return std::to_string(co_await number(3));
  }(loop)) == "3");
}

TEST_CASE("timers ring in the order of their time, whatever the order they were set in") {
  Loop loop;
  Gate gate(loop);
  std::string order;
  const auto last = loop.make_timer();
  const auto first = loop.make_timer();
  const auto second = loop.make_timer();
  last->set(30ms, [&] {
    order += "c";
    gate.open();
  });
  first->set(0ms, [&] { order += "a"; });
  second->set(10ms, [&] { order += "b"; });
  CHECK(loop.run(wait_at(gate)));
  CHECK(order == "abc");
}

TEST_CASE("a timer that is set again rings once, one that is cancelled or gone not at all") {
  Loop loop;
  Gate gate(loop);
  std::string order;
  const auto moved = loop.make_timer();
  const auto cancelled = loop.make_timer();
  auto gone = loop.make_timer();
  const auto end = loop.make_timer();
  moved->set(0ms, [&] { order += "x"; });
  moved->set(10ms, [&] { order += "moved "; });
  cancelled->set(0ms, [&] { order += "x"; });
  gone->set(0ms, [&] { order += "x"; });
  cancelled->cancel();
  gone.reset();
  end->set(40ms, [&] { gate.open(); });
  CHECK(loop.run(wait_at(gate)));
  CHECK(order == "moved ");
}

TEST_CASE("a timer that is due is still taken back by who comes before it") {
  Loop loop;
  Gate gate(loop);
  std::string order;
  const auto first = loop.make_timer();
  const auto second = loop.make_timer();
  const auto end = loop.make_timer();
  // Both are due at the same moment: whichever rings, the other one must not.
  first->set(5ms, [&] {
    order += "rang ";
    second->cancel();
  });
  second->set(5ms, [&] {
    order += "rang ";
    first->cancel();
  });
  std::this_thread::sleep_for(10ms);
  end->set(20ms, [&] { gate.open(); });
  CHECK(loop.run(wait_at(gate)));
  CHECK(order == "rang ");
}

TEST_CASE("what is posted runs later, in order, from any thread") {
  Loop loop;
  Gate gate(loop);
  std::string order;
  loop.post([&] {
    order += "a";
    loop.post([&] { order += "c"; });
    order += "b";
  });
  CHECK(order.empty());
  std::thread other([&] { loop.post([&] { loop.post([&] { gate.open(); }); }); });
  CHECK(loop.run(wait_at(gate)));
  other.join();
  CHECK(order == "abc");
}

TEST_CASE("a sleep ends early when it is told to, and at once when that was said before") {
  Loop loop;
  std::stop_source stop;
  const auto begin = std::chrono::steady_clock::now();
  const auto timer = loop.make_timer();
  timer->set(5ms, [&] { stop.request_stop(); });
  const auto sleeping = [](Loop& l, std::stop_token token) -> Task<bool> {
    co_await l.sleep(1h, token);
    co_return true;
  };
  CHECK(loop.run(sleeping(loop, stop.get_token())));
  CHECK(loop.run(sleeping(loop, stop.get_token())));
  CHECK(std::chrono::steady_clock::now() - begin < 30s);
}

TEST_CASE("a watched socket tells when it can be read or written, until it is watched no longer") {
  Loop loop;
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  Gate gate(loop);
  std::string got;
  auto watch = loop.watch_socket(read_end.get());
  watch->set(true, false, [&](bool readable, bool writable) {
    CHECK(readable);
    CHECK_FALSE(writable);
    char c = 0;
    if (::read(read_end.get(), &c, 1) == 1) got += c;
    if (c == 'b') watch->set(false, false, {});
    if (c == 'b') gate.open();
  });
  REQUIRE(::write(write_end.get(), "abc", 3) == 3);
  CHECK(loop.run(wait_at(gate)));
  CHECK(got == "ab");
  watch.reset();
  CHECK(::fcntl(read_end.get(), F_GETFD) >= 0);  // closed by its owner alone
}

TEST_CASE("Ctrl-C is told on the loop, while somebody watches for it") {
  Interrupt interrupt;
  Loop loop;
  Gate gate(loop);
  auto watch = loop.watch(interrupt, [&] { gate.open(); });
  REQUIRE(::kill(::getpid(), SIGINT) == 0);
  CHECK(loop.run(wait_at(gate)));
  CHECK(interrupt.requested());
  CHECK_FALSE(interrupt.must_end());
  watch.reset();
  interrupt.clear();
  CHECK_FALSE(interrupt.requested());
  REQUIRE(::kill(::getpid(), SIGTERM) == 0);
  CHECK(interrupt.requested());
  interrupt.clear();
  CHECK(interrupt.must_end());
}
