// store/blobs.hpp
//
// The content-addressed store: each file as it was shipped, once, under its SHA-256. It is the base of the next merge and
// what a rollback restores.
//
// On disk: <root>/store/sha256/<64 digits>, mode 0444, never linked to a file that a user may edit.
// Threads: any; two writers of one blob write the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "store/home.hpp"

namespace kopi {

class Blobs {
 public:
  explicit Blobs(const Home& home) : root_(home.store_path()) {}

  bool has(const Digest& digest) const;
  /// Writes the content unless it is there. Not flushed: who writes many calls sync() once before relying on them.
  Result<void> put(const Digest& digest, std::string_view content) const;
  /// Writes it, whatever stands there: the content is known to be right.
  Result<void> replace(const Digest& digest, std::string_view content) const;
  /// @error state  it is not there, or no longer has its digest
  Result<std::string> get(const Digest& digest) const;
  Result<void> sync() const;

 private:
  std::string path_of(const Digest& digest) const;
  std::string root_;
};

}  // namespace kopi
