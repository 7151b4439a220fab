#include "system/mapped_file.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace kopi {

Result<MappedFile> MappedFile::map(const Descriptor& file, const std::string& path) {
  KOPI_TRY(const std::uint64_t size, size_of(file, path));
  if (size == 0) return MappedFile({});  // nothing can't be mapped
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (start == MAP_FAILED) return io_error("cannot map", path, errno);
  ::madvise(start, size, MADV_SEQUENTIAL);
  return MappedFile({static_cast<const char*>(start), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace kopi
