// system/tar_headers.hpp
//
// The strict reading of a tar stream that stands beside libarchive's: which members it has, by one unambiguous grammar. Programs that
// unpack the same tar to different files are how harmless archives become harmful ones; so whatever two of them could read
// differently is refused here, and what remains must be what libarchive sees too (system/archive.cpp).
//
//   archive = member* zero-block zero-block zero*
//   member  = [ pax | long-name ] header content padding
//   pax     = a header of type x with records `path`, `mtime` and what says only who and when
//   long-name = GNU's header of type L
//
// Sources: POSIX.1-2017 pax(1), "ustar Interchange Format" and "pax Interchange Format"; GNU tar's manual, "Basic Tar Format".
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kopi {

struct TarHeader {
  std::string path;  ///< as written, without a directory's last slash
  bool is_directory = false;
  unsigned mode = 0;  ///< permission bits as written; nobody has to believe them
  std::uint64_t size = 0;

  bool operator==(const TarHeader&) const = default;
};

class TarHeaders {
 public:
  /// Takes the next piece of the stream, of any size.
  /// @error archive  not of the grammar.   @error link, type  a member that is neither file nor directory.   @error limit  a name or an
  /// extended header is longer than 4 KiB
  Result<void> feed(std::string_view bytes);
  /// The stream ended.   @error archive  before the archive did
  Result<void> finish() const;
  /// The next member that was seen and not yet taken.
  std::optional<TarHeader> take();

 private:
  enum class State { header, content, extended, end };
  Result<void> read_header(std::string_view block);
  Result<void> read_extended();
  Result<void> begin_extended(char type, std::uint64_t size);
  Result<void> add_member(std::string_view block, char type, std::uint64_t size);

  State state_ = State::header;
  std::string partial_;     ///< of a block that has not arrived whole
  std::uint64_t skip_ = 0;  ///< bytes of content and padding to come
  int zero_blocks_ = 0;
  char extended_type_ = 0;  ///< x or L: whose content is being collected
  std::uint64_t extended_size_ = 0;
  std::string extended_;
  bool has_extension_ = false;  ///< an extended header stands before the next one
  std::optional<std::string> long_path_;
  std::deque<TarHeader> members_;
};

}  // namespace kopi
