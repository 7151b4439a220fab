// system/descriptor.hpp
//
// An open file descriptor that closes itself, and the reading and writing that all of system/ shares.
#pragma once

#include <unistd.h>

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "system/files.hpp"

struct stat;

namespace kopi {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor() { reset(); }

  explicit operator bool() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }
  void reset() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

 private:
  int descriptor_ = -1;
};

Result<std::string> read_descriptor(int descriptor, const std::string& path, std::size_t max_bytes);
/// A file, links followed; a pipe is not waited for.
Result<Descriptor> open_to_read(const std::string& path);
/// stdin, as a descriptor of its own.
Result<Descriptor> open_stdin();
/// As much as there is, up to the buffer's size; 0 at the end.
Result<std::size_t> read_some(const Descriptor& file, const std::string& path, std::span<char> buffer);
/// Back to the start, to be read once more.
Result<void> rewind(const Descriptor& file, const std::string& path);
Result<std::uint64_t> size_of(const Descriptor& file, const std::string& path);
Result<void> write_descriptor(int descriptor, const std::string& path, std::string_view content);
EntryInfo entry_info(const struct stat& info);

}  // namespace kopi
