#include "system/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/text.hpp"
#include "system/interrupt.hpp"

namespace kopi {

Result<FileLock> FileLock::acquire(const Request& request) {
  const auto open = [&] { return Descriptor(::open(request.path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)); };
  Descriptor file = open();
  if (!file && request.optional && (errno == ENOENT || errno == EACCES || errno == EROFS || errno == EPERM)) return FileLock();
  if (!file && errno == ENOENT) {
    KOPI_CHECK(make_directories(parent_path(request.path), 0755));
    file = open();
  }
  if (!file) return io_error("cannot open the lock", request.path, errno);
  const int operation = request.mode == LockMode::exclusive ? LOCK_EX : LOCK_SH;
  const auto started = std::chrono::steady_clock::now();
  bool told = false;
  auto pause = std::chrono::milliseconds(1);
  while (::flock(file.get(), operation | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return io_error("cannot lock", request.path, errno);
    if (!request.wait) {
      const auto other = read_file(request.path, 4096);
      return error(Code::busy, "{} is held by another kopi ({})", request.path, other ? trim(*other) : std::string_view());
    }
    if (request.interrupt != nullptr && request.interrupt->requested()) return interrupted_error();
    if (!told && std::chrono::steady_clock::now() - started > std::chrono::seconds(1)) {
      told = true;
      const auto holder = read_file(request.path, 4096);
      const std::string_view name = holder ? trim(*holder) : std::string_view();
      request.on_wait(name.empty() ? "one that has just begun" : name);
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(50));
  }
  if (request.mode == LockMode::exclusive) {
    const std::string words = fmt::format("pid {}, {}\n", ::getpid(), request.holder);
    if (::ftruncate(file.get(), 0) == 0) (void)write_descriptor(file.get(), request.path, words);  // for those who wait; not vital
  }
  return FileLock(std::move(file));
}

}  // namespace kopi
