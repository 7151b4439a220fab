// system/lock.hpp
//
// Advisory locks between kopi processes: flock(2) on a file that is never removed, so that two processes always mean the
// same lock. The kernel releases it when the process ends, however it ends. The holder writes who it is into the file.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "system/descriptor.hpp"

namespace kopi {

class Interrupt;

enum class LockMode { shared, exclusive };

class FileLock {
 public:
  struct Request {
    std::string path;
    LockMode mode = LockMode::exclusive;
    std::string holder;  ///< what to show to those who wait: "kopi profile update"
    /// Called once when the wait has lasted a second, with the holder's words: "pid 41, kopi profile update".
    std::function<void(std::string_view holder)> on_wait = [](std::string_view) {};
    const Interrupt* interrupt = nullptr;
    bool wait = true;
    /// Who only looks must be able to where nothing can be written, and must not make a home where there is none: without the
    /// directory, or without the right to write there, acquire() then gives a lock that holds nothing.
    bool optional = false;
  };
  /// Holds nothing.
  FileLock() = default;
  explicit operator bool() const { return static_cast<bool>(descriptor_); }

  /// Waits until the lock is free.   @error interrupted  while waiting.   @error io  the file can't be made or locked
  /// @error busy  somebody holds it, and there is to be no waiting
  static Result<FileLock> acquire(const Request& request);

 private:
  explicit FileLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  Descriptor descriptor_;
};

}  // namespace kopi
