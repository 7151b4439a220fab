// system/temporary_file.hpp
//
// A file that is in the way of nobody and gone when it is done with.
#pragma once

#include <string>

#include "base/result.hpp"
#include "system/descriptor.hpp"

namespace kopi {

class TemporaryFile {
 public:
  /// An empty file (0600) in `directory`, which is made where it is missing. What an earlier process left there, because it was
  /// killed, is removed: a file that nobody has locked.
  static Result<TemporaryFile> make(const std::string& directory);
  /// That alone: removes what killed processes left in `directory`, if it is there.
  static void remove_stale(const std::string& directory);
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  const std::string& path() const { return path_; }
  /// Open for reading and writing.
  const Descriptor& file() const { return lock_; }
  /// Opens it to be read, and takes its name away: the content goes with the descriptor.
  Result<Descriptor> open_and_remove();

 private:
  TemporaryFile(std::string path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  void remove();
  std::string path_;
  Descriptor lock_;
};

/// A file that appears as a whole, or not at all, whatever happens while it is written.
class OutputFile {
 public:
  /// Written beside `path`, behind a link if that is one.   @error io.   @error type  something else than a file is there
  static Result<OutputFile> open(const std::string& path, mode_t mode);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  /// Removes what was written, unless it was committed.
  ~OutputFile();

  Result<void> write(std::string_view bytes);
  /// Flushes it and gives it its name, in place of what had that before.
  Result<void> commit();

 private:
  OutputFile(std::string path, std::string temporary, Descriptor file, mode_t mode)
      : path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)), mode_(mode) {}
  std::string path_;
  std::string temporary_;
  Descriptor file_;
  mode_t mode_;
};

}  // namespace kopi
