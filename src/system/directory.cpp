#include "system/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include "system/crypto.hpp"

namespace kopi {
namespace {

// openat2 lets the kernel refuse links on the whole way in one call (Linux 5.6). Where it is missing or filtered, the path
// is walked component by component with O_NOFOLLOW.
Descriptor open_directory_below(int root, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const long direct = ::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how);
  if (direct >= 0 || (errno != ENOSYS && errno != EPERM)) return Descriptor(static_cast<int>(direct));
  Descriptor at(::openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::size_t begin = 0;
  while (at && begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string component = path.substr(begin, end - begin);
    Descriptor below(::openat(at.get(), component.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below) {
      const int problem = errno;
      struct stat info {};
      const bool is_link = ::fstatat(at.get(), component.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
      errno = is_link ? ELOOP : problem;  // with O_DIRECTORY a link is reported as ENOTDIR
      return below;
    }
    at = std::move(below);
    begin = end + 1;
  }
  return at;
}

Error wrong_way(const std::string& shown, int error_number) {
  if (error_number == ELOOP) return error(Code::link, "{} is reached through a symbolic link, which kopi does not follow", shown);
  if (error_number == ENOTDIR) return error(Code::type, "{} can't be reached: a file stands where a directory is needed", shown);
  return io_error("cannot open", shown, error_number);
}

}  // namespace

Result<Directory> Directory::open(const std::string& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) return io_error("cannot open", path, errno);
  return Directory(std::move(descriptor), path);
}

Result<std::optional<Descriptor>> Directory::open_parent(const RelPath& path, Missing missing) const {
  const std::string parent(path.parent());
  if (parent.empty()) {
    Descriptor self(::openat(descriptor_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!self) return io_error("cannot open", path_, errno);
    return std::optional<Descriptor>(std::move(self));
  }
  Descriptor direct = open_directory_below(descriptor_.get(), parent);
  if (direct) return std::optional<Descriptor>(std::move(direct));
  if (missing == Missing::fail && (errno == ENOENT || errno == ENOTDIR)) return std::optional<Descriptor>();
  if (errno != ENOENT) return wrong_way(shown(path), errno);
  KOPI_TRY(RelPath above, RelPath::parse(parent));
  KOPI_TRY(auto grandparent, open_parent(above, Missing::create));
  if (::mkdirat(grandparent->get(), std::string(above.filename()).c_str(), 0755) != 0 && errno != EEXIST) {
    return io_error("cannot make the directory", shown(above), errno);
  }
  Descriptor made = open_directory_below(descriptor_.get(), parent);
  if (!made) return wrong_way(shown(path), errno);
  return std::optional<Descriptor>(std::move(made));
}

Result<std::optional<EntryInfo>> Directory::stat(const RelPath& path) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::fail));
  if (!parent) return std::optional<EntryInfo>();
  struct stat info {};
  if (::fstatat(parent->get(), std::string(path.filename()).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::optional<EntryInfo>();
    return io_error("cannot look at", shown(path), errno);
  }
  return std::optional<EntryInfo>(entry_info(info));
}

Result<Descriptor> Directory::open_file(const RelPath& path) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::fail));
  if (!parent) return io_error("cannot open", shown(path), ENOENT);
  Descriptor file(::openat(parent->get(), std::string(path.filename()).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return wrong_way(shown(path), errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return io_error("cannot look at", shown(path), errno);
  if (!S_ISREG(info.st_mode)) return error(Code::type, "{} is not a regular file", shown(path));
  return file;
}

Result<std::string> Directory::read(const RelPath& path, std::size_t max_bytes) const {
  KOPI_TRY(const Descriptor file, open_file(path));
  return read_descriptor(file.get(), shown(path), max_bytes);
}

Result<void> Directory::write(const RelPath& path, std::string_view content, mode_t mode) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::create));
  const std::string name(path.filename());
  struct stat info {};
  if (::fstatat(parent->get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(info.st_mode)) {
    if (S_ISLNK(info.st_mode)) return error(Code::link, "{} is a symbolic link, which kopi does not replace", shown(path));
    return error(Code::type, "{} is not a regular file", shown(path));
  }
  const std::string temporary = ".kopi-" + random_hex(8);
  const Descriptor file(::openat(parent->get(), temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return io_error("cannot write", shown(path), errno);
  const auto fail = [&](Error problem) {
    ::unlinkat(parent->get(), temporary.c_str(), 0);
    return problem;
  };
  if (auto written = write_descriptor(file.get(), shown(path), content); !written) return fail(std::move(written).error());
  if (::fchmod(file.get(), mode) != 0) return fail(io_error("cannot set the mode of", shown(path), errno));
  if (::renameat(parent->get(), temporary.c_str(), parent->get(), name.c_str()) != 0) {
    return fail(io_error("cannot write", shown(path), errno));
  }
  return {};
}

Result<Descriptor> Directory::create_file(const RelPath& path, mode_t mode) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::create));
  Descriptor file(
      ::openat(parent->get(), std::string(path.filename()).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) return io_error("cannot write", shown(path), errno);
  if (::fchmod(file.get(), mode) != 0) return io_error("cannot set the mode of", shown(path), errno);  // whatever the umask
  return file;
}

Result<void> Directory::create(const RelPath& path, std::string_view content, mode_t mode) const {
  KOPI_TRY(const Descriptor file, create_file(path, mode));
  return write_descriptor(file.get(), shown(path), content);
}

Result<void> Directory::set_mode(const RelPath& path, mode_t mode) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::fail));
  if (!parent) return io_error("cannot open", shown(path), ENOENT);
  const Descriptor file(::openat(parent->get(), std::string(path.filename()).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file || ::fchmod(file.get(), mode) != 0) return wrong_way(shown(path), errno);
  return {};
}

Result<void> Directory::remove(const RelPath& path) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::fail));
  if (!parent) return {};
  if (::unlinkat(parent->get(), std::string(path.filename()).c_str(), 0) != 0 && errno != ENOENT) {
    return io_error("cannot remove", shown(path), errno);
  }
  std::string above(path.parent());
  while (!above.empty()) {
    KOPI_TRY(const RelPath directory, RelPath::parse(above));
    KOPI_TRY(const auto holder, open_parent(directory, Missing::fail));
    if (!holder || ::unlinkat(holder->get(), std::string(directory.filename()).c_str(), AT_REMOVEDIR) != 0) break;
    above = directory.parent();
  }
  return {};
}

Result<void> Directory::move(const RelPath& from, const RelPath& to) const {
  KOPI_TRY(const auto source, open_parent(from, Missing::fail));
  KOPI_TRY(const auto target, open_parent(to, Missing::fail));
  if (!source) return io_error("cannot move", shown(from), ENOENT);
  if (!target) return io_error("cannot move to", shown(to), ENOENT);
  const std::string old_name(from.filename()), new_name(to.filename());
  if (::renameat(source->get(), old_name.c_str(), target->get(), new_name.c_str()) != 0) return io_error("cannot move to", shown(to), errno);
  return {};
}

Result<bool> Directory::link(const RelPath& from, const RelPath& to) const {
  KOPI_TRY(const auto source, open_parent(from, Missing::fail));
  KOPI_TRY(const auto target, open_parent(to, Missing::fail));
  if (!source || !target) return io_error("cannot link", shown(from), ENOENT);
  const std::string old_name(from.filename()), new_name(to.filename());
  if (::linkat(source->get(), old_name.c_str(), target->get(), new_name.c_str(), 0) == 0) return true;
  if (errno == EPERM || errno == EACCES || errno == EMLINK || errno == EOPNOTSUPP || errno == ENOSYS || errno == EXDEV) return false;
  return io_error("cannot link", shown(from), errno);
}

Result<void> Directory::make_directory(const RelPath& path, mode_t mode) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::fail));
  if (!parent) return io_error("cannot make the directory", shown(path), ENOENT);
  const std::string name(path.filename());
  if (::mkdirat(parent->get(), name.c_str(), mode) != 0 && errno != EEXIST)
    return io_error("cannot make the directory", shown(path), errno);
  if (::fchmodat(parent->get(), name.c_str(), mode, 0) != 0) return io_error("cannot set the mode of", shown(path), errno);
  return {};
}

Result<void> Directory::remove_empty_directory(const RelPath& path) const {
  KOPI_TRY(const auto parent, open_parent(path, Missing::fail));
  if (!parent) return {};
  if (::unlinkat(parent->get(), std::string(path.filename()).c_str(), AT_REMOVEDIR) == 0) return {};
  if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOENT || errno == ENOTDIR) return {};
  return io_error("cannot remove the directory", shown(path), errno);
}

Result<void> Directory::sync(const RelPath& path) const {
  const Descriptor directory = open_directory_below(descriptor_.get(), path.str());
  if (!directory) return wrong_way(shown(path), errno);
  if (::fsync(directory.get()) != 0 && errno != EINVAL) return io_error("cannot flush", shown(path), errno);
  return {};
}

namespace {

Result<void> walk_below(int directory, const std::string& prefix, const std::string& root,
                        const std::function<Result<bool>(const Directory::Entry&)>& visit) {
  const int listing = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(listing < 0 ? nullptr : ::fdopendir(listing), ::closedir);
  if (!stream) return io_error("cannot list", join_path(root, prefix), errno);
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    struct stat info {};
    const std::string relative = prefix.empty() ? name : prefix + "/" + name;
    if (::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno == ENOENT) continue;  // it went while we looked
      return io_error("cannot look at", join_path(root, relative), errno);
    }
    KOPI_TRY(const bool enter, visit({relative, entry_info(info)}));
    if (!enter || !S_ISDIR(info.st_mode)) continue;
    const Descriptor below(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below) return io_error("cannot open", join_path(root, relative), errno);
    KOPI_CHECK(walk_below(below.get(), relative, root, visit));
  }
  return {};
}

}  // namespace

Result<void> Directory::walk(const std::function<Result<bool>(const Entry&)>& visit) const {
  return walk_below(descriptor_.get(), "", path_, visit);
}

}  // namespace kopi
