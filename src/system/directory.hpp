// system/directory.hpp
//
// Reading and writing below one directory, by relative path, without ever following a symbolic link: neither at the end of
// a path nor in its middle. All that a distribution ships is written through here, so a link in a profile, made by whoever,
// cannot turn an update into a write elsewhere.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/rel_path.hpp"
#include "base/result.hpp"
#include "system/descriptor.hpp"
#include "system/files.hpp"

namespace kopi {

class Directory {
 public:
  /// Links in `path` itself are followed: it is the user's own choice where the profile lies.
  static Result<Directory> open(const std::string& path);

  const std::string& path() const { return path_; }

  /// What stands at `path`; nothing when nothing does, or when a file stands on the way.
  /// @error link  a component on the way is a symbolic link
  Result<std::optional<EntryInfo>> stat(const RelPath& path) const;
  /// @error link, type  not a regular file.   @error limit  larger than `max_bytes`
  Result<std::string> read(const RelPath& path, std::size_t max_bytes) const;
  /// A regular file to read in pieces.   @error link, type  not a regular file
  Result<Descriptor> open_file(const RelPath& path) const;
  /// Replaces or makes the file, by rename, missing directories included (0755).
  /// Not flushed: a caller that writes many files flushes once (sync_file_system).
  Result<void> write(const RelPath& path, std::string_view content, mode_t mode) const;
  /// Makes a file that is not there yet, in place: for a directory that nobody else looks into yet. Not flushed either.
  /// @error io  it is there, or cannot be written
  Result<void> create(const RelPath& path, std::string_view content, mode_t mode) const;
  /// The same, to be written in pieces.
  Result<Descriptor> create_file(const RelPath& path, mode_t mode) const;
  /// Changes the permission bits of a regular file.
  Result<void> set_mode(const RelPath& path, mode_t mode) const;
  /// Removes a file, then the directories above it that this leaves empty.
  Result<void> remove(const RelPath& path) const;

  /// Renames a file, replacing what stands at `to`; the directory of `to` must be there.
  Result<void> move(const RelPath& from, const RelPath& to) const;
  /// A second name for the same file; false where the file system or its rules allow none.
  Result<bool> link(const RelPath& from, const RelPath& to) const;
  /// Makes the directory, or gives the one that is there these permission bits, whatever the umask. Its parent must be there.
  Result<void> make_directory(const RelPath& path, mode_t mode) const;
  /// Removes the directory when it is empty; otherwise leaves it.
  Result<void> remove_empty_directory(const RelPath& path) const;
  /// Flushes the directory's own entries.
  Result<void> sync(const RelPath& path) const;

  struct Entry {
    std::string path;  ///< relative, as the file system spells it; not yet a RelPath
    EntryInfo info;
  };
  /// Visits everything below in byte order of names, a directory before what it holds.
  /// `visit` says whether to go into a directory; links are visited, never followed.
  Result<void> walk(const std::function<Result<bool>(const Entry&)>& visit) const;

 private:
  enum class Missing { fail, create };
  Directory(Descriptor descriptor, std::string path) : descriptor_(std::move(descriptor)), path_(std::move(path)) {}
  Result<std::optional<Descriptor>> open_parent(const RelPath& path, Missing missing) const;
  std::string shown(const RelPath& path) const { return join_path(path_, path.str()); }

  Descriptor descriptor_;
  std::string path_;
};

}  // namespace kopi
