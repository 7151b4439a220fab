#include "base/task.hpp"

#include <memory>
#include <string>

#include "base/result.hpp"
#include "support/outcome.hpp"

using namespace kopi;

namespace {

// The least that can run a task to its end.
struct Runner {
  struct promise_type {
    Runner get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

template <class T>
Runner run(Task<T> task, std::optional<T>& into) {
  into.emplace(co_await std::move(task));
}

template <class T>
T finish(Task<T> task) {
  std::optional<T> value;
  run(std::move(task), value);
  REQUIRE(value);
  return *std::move(value);
}

Task<int> count_down(int from) {
  if (from == 0) co_return 0;
  const int below = co_await count_down(from - 1);
  co_return below + 1;
}

Task<Result<std::string>> checked(bool good) {
  KOPI_CO_CHECK(good ? Result<void>{} : Result<void>(error(Code::network, "cut")));
  KOPI_CO_TRY(const int value, Result<int>(6));
  co_return std::to_string(value);
}

Task<int> notes_start(bool& started) {
  started = true;
  co_return 1;
}

Task<void> keeps(std::shared_ptr<int> held) {
  (void)held;
  co_return;
}

}  // namespace

TEST_CASE("a long chain of tasks uses no stack") { CHECK(finish(count_down(100'000)) == 100'000); }

TEST_CASE("errors leave a coroutine as they leave a function") {
  CHECK(test::outcome(finish(checked(true))) == "6");
  CHECK(test::outcome(finish(checked(false))) == "E_NETWORK cut");
}

TEST_CASE("a task starts when it is awaited, not before") {
  bool started = false;
  auto task = notes_start(started);
  CHECK_FALSE(started);
  const int answer = finish(std::move(task));
  CHECK(answer == 1);
  CHECK(started);
}

TEST_CASE("destroying a task that never ran frees what it holds") {
  const auto held = std::make_shared<int>(1);
  {
    const auto task = keeps(held);
    CHECK(held.use_count() == 2);
  }
  CHECK(held.use_count() == 1);
}
