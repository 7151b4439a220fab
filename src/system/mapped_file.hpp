// system/mapped_file.hpp
//
// A file's bytes without reading them into memory: pages come and go as they are looked at.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "system/descriptor.hpp"

namespace kopi {

class MappedFile {
 public:
  /// The file must not become shorter while it is mapped: only for files that nobody else writes.   @error io
  static Result<MappedFile> map(const Descriptor& file, const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

}  // namespace kopi
