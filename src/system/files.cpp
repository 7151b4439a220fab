#include "system/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/text.hpp"
#include "system/descriptor.hpp"
#include "system/interrupt.hpp"

namespace kopi {

Error io_error(std::string_view doing, std::string_view path, int error_number) {
  std::string reason = std::strerror(error_number);
  if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(reason[0])));
  return error(Code::io, "{} {}: {}", doing, path, reason);
}

Result<std::optional<EntryInfo>> stat_path(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<EntryInfo>();
    return io_error("cannot look at", path, errno);
  }
  return std::optional<EntryInfo>(entry_info(info));
}

EntryInfo entry_info(const struct stat& info) {
  EntryInfo entry;
  if (S_ISREG(info.st_mode)) entry.type = EntryType::file;
  if (S_ISDIR(info.st_mode)) entry.type = EntryType::directory;
  if (S_ISLNK(info.st_mode)) entry.type = EntryType::link;
  entry.mode = info.st_mode & 07777;
  entry.size = static_cast<std::uint64_t>(info.st_size);
  entry.owner = info.st_uid;
  entry.modified_ns = static_cast<std::int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
  return entry;
}

bool path_exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_regular_file(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

Result<std::string> read_descriptor(int descriptor, const std::string& path, std::size_t max_bytes) {
  std::string content;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("cannot read", path, errno);
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > max_bytes) return error(Code::limit, "{} is larger than {}", path, human_bytes(max_bytes));
  }
}

Result<Descriptor> open_to_read(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return io_error("cannot open", path, errno);
  return file;
}

Result<Descriptor> open_stdin() {
  Descriptor input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!input) return io_error("cannot read", "stdin", errno);
  return input;
}

Result<std::size_t> read_some(const Descriptor& file, const std::string& path, std::span<char> buffer) {
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return io_error("cannot read", path, errno);
  }
}

Result<void> rewind(const Descriptor& file, const std::string& path) {
  if (::lseek(file.get(), 0, SEEK_SET) == 0) return {};
  return io_error("cannot read again", path, errno);
}

Result<std::uint64_t> size_of(const Descriptor& file, const std::string& path) {
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return io_error("cannot look at", path, errno);
  return static_cast<std::uint64_t>(info.st_size);
}

Result<void> write_descriptor(int descriptor, const std::string& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("cannot write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not hang us
  if (!file) return io_error("cannot open", path, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) == 0 && !S_ISREG(info.st_mode)) {
    return error(Code::io, "cannot read {}: it is not a regular file", path);
  }
  return read_descriptor(file.get(), path, max_bytes);
}

Result<std::optional<std::string>> read_file_if_present(const std::string& path, std::size_t max_bytes) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>();
  KOPI_TRY(std::string content, read_file(path, max_bytes));
  return std::optional<std::string>(std::move(content));
}

namespace {

constexpr std::string_view k_temporary = ".kopi-";

// A name has room for 255 bytes.
std::string_view stem_of(std::string_view name) { return name.substr(0, 240); }

// Where a write ends up: behind links, also behind one whose target is still to be made.
std::string behind_links(std::string path) {
  for (int links = 0; links < 40; ++links) {
    if (auto real = real_path(path)) return *std::move(real);
    char target[PATH_MAX];
    const ssize_t length = ::readlink(path.c_str(), target, sizeof target);
    if (length <= 0 || static_cast<std::size_t>(length) == sizeof target) break;
    path = absolute_path({target, static_cast<std::size_t>(length)}, parent_path(path));
  }
  return path;
}

}  // namespace

void remove_leftovers(const std::string& directory, std::string_view name) {
  const auto entries = list_directory(directory);
  if (!entries) return;
  for (const std::string& entry : *entries) {
    const std::size_t mark = entry.rfind(k_temporary);
    if (mark == std::string::npos || entry.size() != mark + k_temporary.size() + 6 ||
        (!name.empty() && entry.substr(0, mark) != stem_of(name)))
      continue;
    const std::string path = join_path(directory, entry);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
  }
}

bool claim_new(const Descriptor& file) {
  // Whoever clears up holds the lock for a moment only: until that is over, the name may still be there and yet be going.
  while (::flock(file.get(), LOCK_EX) != 0 && errno == EINTR) {}
  struct stat info {};
  return ::fstat(file.get(), &info) != 0 || info.st_nlink > 0;
}

Result<Descriptor> open_beside(const std::string& target, std::string& temporary) {
  const std::string name = file_name(target);
  remove_leftovers(parent_path(target), name);
  for (;;) {
    temporary = join_path(parent_path(target), fmt::format("{}{}XXXXXX", stem_of(name), k_temporary));
    Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file) return io_error("cannot write", target, errno);
    if (claim_new(file)) return file;
  }
}

Result<void> write_file(const std::string& path, std::string_view content, mode_t mode) {
  const std::string target = behind_links(path);
  std::string temporary;
  KOPI_TRY(const Descriptor file, open_beside(target, temporary));
  const auto fail = [&](Error problem) {
    ::unlink(temporary.c_str());
    return problem;
  };
  if (auto written = write_descriptor(file.get(), target, content); !written) return fail(std::move(written).error());
  if (::fchmod(file.get(), mode) != 0) return fail(io_error("cannot set the mode of", target, errno));
  if (::fsync(file.get()) != 0) return fail(io_error("cannot flush", target, errno));
  if (::rename(temporary.c_str(), target.c_str()) != 0) return fail(io_error("cannot replace", target, errno));
  (void)sync_directory(parent_path(target));  // the rename itself is made; a file system that can't flush it is not an error
  return {};
}

Result<void> copy_file(const std::string& from, const std::string& to, mode_t mode, const Interrupt* interrupt) {
  const Descriptor source(::open(from.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!source) return io_error("cannot open", from, errno);
  const Descriptor target(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!target) return io_error("cannot make", to, errno);
  char buffer[65536];
  for (;;) {
    if (interrupt != nullptr && interrupt->requested()) return interrupted_error();
    const ssize_t count = ::read(source.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_error("cannot read", from, errno);
    if (count == 0) break;
    KOPI_CHECK(write_descriptor(target.get(), to, {buffer, static_cast<std::size_t>(count)}));
  }
  if (::fchmod(target.get(), mode) != 0) return io_error("cannot set the mode of", to, errno);
  return {};
}

Result<std::vector<std::string>> list_directory(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path.c_str()), ::closedir);
  if (!directory) return io_error("cannot list", path, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return io_error("cannot list", path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> make_directories(const std::string& path, mode_t mode) {
  // 0, or why not; looking whether it is there already would change errno.
  const auto make = [&] {
    const int problem = ::mkdir(path.c_str(), mode) == 0 ? 0 : errno;
    return problem != 0 && is_directory(path) ? 0 : problem;
  };
  int problem = make();
  if (problem == ENOENT && path != "/" && !path.empty()) {
    KOPI_CHECK(make_directories(parent_path(path), 0755));
    problem = make();
  }
  if (problem != 0) return io_error("cannot make the directory", path, problem);
  return {};
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error("cannot remove", path, errno);
  return {};
}

namespace {

Result<void> remove_at(int directory, const std::string& name, const std::string& shown) {
  if (::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR && errno != EPERM) return io_error("cannot remove", shown, errno);
  const Descriptor below(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!below) return io_error("cannot remove", shown, errno);
  ::fchmod(below.get(), 0700);  // what a read-only directory holds goes too; if this fails, the removal below says why
  KOPI_TRY(const auto names, list_directory("/proc/self/fd/" + std::to_string(below.get())));
  for (const std::string& child : names) KOPI_CHECK(remove_at(below.get(), child, join_path(shown, child)));
  if (::unlinkat(directory, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) return io_error("cannot remove", shown, errno);
  return {};
}

}  // namespace

Result<void> remove_tree(const std::string& path) { return remove_at(AT_FDCWD, path, path); }

Result<void> rename_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EINVAL || errno == ENOSYS) {  // a file system without RENAME_NOREPLACE: the callers hold a lock
    if (path_exists(to)) return io_error("cannot move to", to, EEXIST);
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
  }
  return io_error("cannot move to", to, errno);
}

Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || (::fsync(directory.get()) != 0 && errno != EINVAL)) return io_error("cannot flush", path, errno);
  return {};
}

Result<void> sync_file_system(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!directory || ::syncfs(directory.get()) != 0) return io_error("cannot flush", path, errno);
  return {};
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (path.empty() || path.back() != '/') path += '/';
  return path += name;
}

std::string parent_path(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return std::string(path.substr(slash == std::string_view::npos ? 0 : slash + 1));
}

std::string absolute_path(std::string_view path, std::string_view base) {
  const std::string whole = path.starts_with('/') ? std::string(path) : join_path(base, path);
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(part);
    }
  }
  std::string result;
  for (const std::string_view part : kept) (result += '/') += part;
  return result.empty() ? "/" : result;
}

Result<std::string> real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr), std::free);
  if (!resolved) return io_error("cannot resolve", path, errno);
  return std::string(resolved.get());
}

Result<std::string> current_directory() {
  const std::unique_ptr<char, void (*)(void*)> path(::getcwd(nullptr, 0), std::free);
  if (!path) return io_error("cannot tell", "the current directory", errno);
  return std::string(path.get());
}

}  // namespace kopi
