#include "system/lock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/scratch.hpp"
#include "system/interrupt.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

FileLock::Request request(const Scratch& scratch, LockMode mode = LockMode::exclusive) {
  FileLock::Request request;
  request.path = scratch.at("locks/x.lock");
  request.mode = mode;
  request.holder = "kopi test";
  return request;
}

}  // namespace

TEST_CASE("who waits is told once who holds the lock, and gets it when it is free") {
  const Scratch scratch;
  auto held = std::make_optional(must(FileLock::acquire(request(scratch))));
  auto waiting = request(scratch);
  waiting.holder = "the second";
  std::vector<std::string> told;
  waiting.on_wait = [&](std::string_view holder) {
    told.emplace_back(holder);
    held.reset();
  };
  const FileLock second = must(FileLock::acquire(waiting));
  CHECK(told == std::vector<std::string>{fmt::format("pid {}, kopi test", ::getpid())});
  CHECK(scratch.read("locks/x.lock") == fmt::format("pid {}, the second\n", ::getpid()));
}

TEST_CASE("readers share a lock, a writer waits for all of them") {
  const Scratch scratch;
  auto first = std::make_optional(must(FileLock::acquire(request(scratch, LockMode::shared))));
  auto second = std::make_optional(must(FileLock::acquire(request(scratch, LockMode::shared))));
  auto writer = request(scratch);
  int asked = 0;
  writer.on_wait = [&](std::string_view) {
    ++asked;
    first.reset();
    second.reset();
  };
  must(FileLock::acquire(writer));
  CHECK(asked == 1);
}

TEST_CASE("a lock whose holder died is free, whatever its file says") {
  const Scratch scratch;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto lock = FileLock::acquire(request(scratch));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(scratch.read("locks/x.lock") == fmt::format("pid {}, kopi test\n", child));
  bool waited = false;
  auto next = request(scratch);
  next.on_wait = [&](std::string_view) { waited = true; };
  must(FileLock::acquire(next));
  CHECK_FALSE(waited);
}

TEST_CASE("an interrupt ends the wait for a lock") {
  const Scratch scratch;
  Interrupt interrupt;
  const FileLock held = must(FileLock::acquire(request(scratch)));
  auto waiting = request(scratch);
  waiting.interrupt = &interrupt;
  waiting.on_wait = [](std::string_view) { ::kill(::getpid(), SIGINT); };
  const auto lock = FileLock::acquire(waiting);
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == Code::interrupted);
}

TEST_CASE("a lock is a file of its own, private, and never a link") {
  const Scratch scratch;
  must(FileLock::acquire(request(scratch)));
  CHECK(scratch.mode("locks/x.lock") == 0600);
  must(remove_file(scratch.at("locks/x.lock")));
  scratch.write("target", "keep");
  REQUIRE(::symlink(scratch.at("target").c_str(), scratch.at("locks/x.lock").c_str()) == 0);
  const auto lock = FileLock::acquire(request(scratch));
  REQUIRE_FALSE(lock);
  CHECK(lock.error().code == Code::io);
  CHECK(scratch.read("target") == "keep");
}
