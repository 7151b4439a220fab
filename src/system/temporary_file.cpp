#include "system/temporary_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "system/crypto.hpp"
#include "system/files.hpp"

namespace kopi {

// The lock says that somebody is at work; the kernel takes it back from whoever was killed.
void TemporaryFile::remove_stale(const std::string& directory) {
  const auto names = list_directory(directory);
  if (!names) return;
  for (const std::string& name : *names) {
    const std::string path = join_path(directory, name);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  }
}

Result<TemporaryFile> TemporaryFile::make(const std::string& directory) {
  KOPI_CHECK(make_directories(directory, 0700));
  remove_stale(directory);
  for (;;) {
    const std::string path = join_path(directory, random_hex(8));
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return io_error("cannot write", path, errno);
    if (claim_new(file)) return TemporaryFile(path, std::move(file));
  }
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TemporaryFile::~TemporaryFile() { remove(); }

void TemporaryFile::remove() {
  if (path_.empty()) return;
  for (const char* log : {"", "-journal", "-wal", "-shm"}) ::unlink((path_ + log).c_str());  // SQLite's, beside a database
  path_.clear();
}

Result<Descriptor> TemporaryFile::open_and_remove() {
  Descriptor file(::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return io_error("cannot open", path_, errno);
  remove();
  return file;
}

Result<OutputFile> OutputFile::open(const std::string& path, mode_t mode) {
  const auto real = real_path(path);  // nothing there yet is no error
  const std::string target = real ? *real : path;
  struct stat info {};
  if (::stat(target.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return error(Code::type, "{} is not a regular file", path);
  std::string temporary;
  KOPI_TRY(Descriptor file, open_beside(target, temporary));
  return OutputFile(target, std::move(temporary), std::move(file), mode);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})), file_(std::move(other.file_)), mode_(other.mode_) {}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> OutputFile::write(std::string_view bytes) { return write_descriptor(file_.get(), path_, bytes); }

Result<void> OutputFile::commit() {
  if (::fchmod(file_.get(), mode_) != 0) return io_error("cannot set the mode of", path_, errno);
  if (::fsync(file_.get()) != 0) return io_error("cannot flush", path_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return io_error("cannot replace", path_, errno);
  temporary_.clear();
  const Descriptor directory(::open(parent_path(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) ::fsync(directory.get());  // the rename itself; a file system that can't is not an error
  return {};
}

}  // namespace kopi
