// tests/support/scratch.hpp
//
// A directory of a test's own, gone when the test is over; and the files of the source tree that tests read.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "support/outcome.hpp"
#include "system/files.hpp"

namespace kopi::test {

class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kopi-test-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = std::filesystem::canonical(pattern).string();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { (void)remove_tree(path_); }

  const std::string& path() const { return path_; }
  std::string at(std::string_view name) const { return join_path(path_, name); }
  /// Writes a file and the directories above it; its path.
  std::string write(std::string_view name, std::string_view content, unsigned mode = 0644) const {
    const std::string path = at(name);
    must(make_directories(parent_path(path)));
    must(write_file(path, content, mode));
    return path;
  }
  std::string read(std::string_view name) const { return must(read_file(at(name))); }
  unsigned mode(std::string_view name) const {
    struct stat info {};
    REQUIRE(::lstat(at(name).c_str(), &info) == 0);
    return info.st_mode & 07777U;
  }

 private:
  std::string path_;
};

/// A file of the project, by its path from the root of the source tree.
inline std::string project_file(std::string_view path) { return must(read_file(join_path(KOPI_SOURCE_DIR, path))); }

}  // namespace kopi::test
