// system/archive.hpp
//
// `.tar.gz` archives as streams: members one after the other, in memory that does not grow with them.
//
// Written: ustar headers, a pax header only for a path that ustar can't hold (over 100 and 155 bytes, or not ASCII). Nobody's name, no
// time, modes 0644 and 0755: the same members give the same bytes, always and everywhere.
// Read: what docs/formats/archive.md lists and nothing else, by two readers that must agree (libarchive, and system/tar_headers.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/rel_path.hpp"
#include "base/result.hpp"

namespace kopi {

class ArchiveWriter {
 public:
  using Sink = std::function<Result<void>(std::string_view bytes)>;
  /// @param threads  that compress; the bytes do not depend on it
  static Result<ArchiveWriter> open(Sink sink, unsigned threads);
  ArchiveWriter(ArchiveWriter&&) noexcept;
  ~ArchiveWriter();

  Result<void> add_directory(const RelPath& path);
  /// Announces a file of exactly `size` bytes, which write() then brings.   @error limit  of 8 GiB or more: ustar can't say so
  Result<void> begin_file(const RelPath& path, bool executable, std::uint64_t size);
  Result<void> write(std::string_view bytes);
  Result<void> add_file(const RelPath& path, bool executable, std::string_view content);
  Result<void> finish();

 private:
  struct Implementation;
  explicit ArchiveWriter(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

struct ArchiveLimits {
  std::uint64_t bytes = std::uint64_t{8} << 30;  ///< of the unpacked archive
  std::size_t members = 100'000;
  std::size_t path = 4096;        ///< bytes of a member's name
  std::size_t names = 16u << 20;  ///< bytes of all names together
  std::size_t depth = 128;        ///< directories above each other
  /// Times that the unpacked archive may be as large as the packed one, once it is past its first 64 MiB. Deflate can't do more than
  /// 1,030; what people keep compresses 3 to 20 times.
  unsigned ratio = 200;
};

struct ArchiveMember {
  RelPath path;
  bool is_directory = false;
  bool executable = false;  ///< by its owner; no other bit of the mode counts
  std::uint64_t size = 0;
};

class ArchiveReader {
 public:
  /// Fills the buffer as far as there is something; 0 at the end.
  using Source = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;
  static Result<ArchiveReader> open(Source source, const ArchiveLimits& limits);
  ArchiveReader(ArchiveReader&&) noexcept;
  ~ArchiveReader();

  /// The next member; what was not read of the one before is passed over. Nothing once the archive ended properly.
  /// @error archive  damaged, cut off, ambiguous, something behind its end.   @error limit.   @error path.   @error link, type
  /// @error collision  a name comes twice, in another case or Unicode form, or as file and as directory
  Result<std::optional<ArchiveMember>> next();
  /// The next piece of the member's content, valid until the next call; empty at its end.
  Result<std::string_view> read();
  std::uint64_t bytes_in() const;  ///< read from the source so far

 private:
  struct Implementation;
  explicit ArchiveReader(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace kopi
