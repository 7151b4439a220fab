#include "store/blobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "system/crypto.hpp"
#include "system/descriptor.hpp"
#include "system/files.hpp"

namespace kopi {

std::string Blobs::path_of(const Digest& digest) const { return root_ + "/sha256/" + digest.hex(); }

bool Blobs::has(const Digest& digest) const { return path_exists(path_of(digest)); }

Result<void> Blobs::put(const Digest& digest, std::string_view content) const {
  const std::string path = path_of(digest);
  // A crash before the flush can leave a name without its content, and a failing disk other content.
  struct stat present {};
  if (::stat(path.c_str(), &present) == 0 && static_cast<std::size_t>(present.st_size) == content.size()) {
    const auto stored = read_file(path);
    if (stored && *stored == content) return {};
  }
  return replace(digest, content);
}

Result<void> Blobs::replace(const Digest& digest, std::string_view content) const {
  const std::string path = path_of(digest);
  const std::string temporary = path + "." + random_hex(4);
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  if (!file && errno == ENOENT) {
    KOPI_CHECK(make_directories(parent_path(path), 0700));
    file = Descriptor(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444));
  }
  if (!file) return io_error("cannot write into the store:", temporary, errno);
  if (auto written = write_descriptor(file.get(), temporary, content); !written) {
    ::unlink(temporary.c_str());
    return std::move(written).error();
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int problem = errno;
    ::unlink(temporary.c_str());
    return io_error("cannot write into the store:", path, problem);
  }
  return {};
}

Result<std::string> Blobs::get(const Digest& digest) const {
  auto content = read_file(path_of(digest));
  if (!content || sha256(*content) != digest) {
    return with_hint(error(Code::state, "the store's copy {} is {}", path_of(digest), content ? "damaged" : "missing"),
                     "kopi doctor --repair");
  }
  return content;
}

Result<void> Blobs::sync() const { return is_directory(root_) ? sync_file_system(root_) : Result<void>{}; }

}  // namespace kopi
