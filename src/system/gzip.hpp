// system/gzip.hpp
//
// gzip (RFC 1952) as a stream, stricter and more repeatable than usual: what is written depends on nothing but the bytes, and what is
// read is one member with nothing behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.hpp"

namespace kopi {

/// Compresses on as many threads as are asked for. The input is cut into blocks of a fixed size, each compressed with the end of the one
/// before it as dictionary; so the output is one member with the same bytes however many threads there are. Its header says
/// neither when, nor where, nor of which file.
class GzipWriter {
 public:
  using Sink = std::function<Result<void>(std::string_view bytes)>;
  /// `sink` is called on the caller's thread, during write() and finish().
  GzipWriter(Sink sink, unsigned threads);
  GzipWriter(GzipWriter&&) noexcept;
  ~GzipWriter();

  Result<void> write(std::string_view bytes);
  /// Once, at the end.
  Result<void> finish();

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Unpacks one member.
class GzipReader {
 public:
  /// Fills the buffer as far as there is something; 0 at the end.
  using Source = std::function<Result<std::size_t>(char* buffer, std::size_t size)>;
  explicit GzipReader(Source source);
  GzipReader(GzipReader&&) noexcept;
  ~GzipReader();

  /// The next piece, at most 64 KiB, valid until the next call; empty once the member ended with the right checksum and nothing
  /// is behind it.
  /// @error archive  no gzip, damaged, cut off, or something behind the member
  Result<std::string_view> read();
  std::uint64_t bytes_in() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace kopi
