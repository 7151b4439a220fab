// system/files.hpp
//
// Files and directories by path: for paths that kopi itself or the user chose. What a distribution names is written through
// system/directory.hpp instead, which follows no link.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace kopi {

class Interrupt;

class Descriptor;

enum class EntryType { file, directory, link, other };

struct EntryInfo {
  EntryType type = EntryType::other;
  mode_t mode = 0;  ///< permission bits
  std::uint64_t size = 0;
  uid_t owner = 0;
  std::int64_t modified_ns = 0;  ///< since the epoch
};

/// An E_IO error that names the path and says what the operating system said: "cannot open /x: permission denied".
Error io_error(std::string_view doing, std::string_view path, int error_number);

/// What stands at `path`, links not followed; nothing when nothing does.
Result<std::optional<EntryInfo>> stat_path(const std::string& path);
/// There is something at `path`, a dangling link included.
bool path_exists(const std::string& path);
bool is_directory(const std::string& path);     ///< links followed
bool is_regular_file(const std::string& path);  ///< links followed

/// @error io  names the path.   @error limit  larger than `max_bytes`
Result<std::string> read_file(const std::string& path, std::size_t max_bytes = 64u << 20);
/// Nothing when there is no such file.
Result<std::optional<std::string>> read_file_if_present(const std::string& path, std::size_t max_bytes = 64u << 20);

/// Replaces `path` as a whole: written beside it, flushed to the disk, renamed. A reader sees the old or the new content.
/// A link at `path` is followed and its target replaced, so that a user's linked dotfile stays a link.
Result<void> write_file(const std::string& path, std::string_view content, mode_t mode);

/// A new file (0600, locked) in the directory of `target`, to be renamed to it; `temporary` becomes its path. What was cut off there
/// before its rename is removed first.
Result<Descriptor> open_beside(const std::string& target, std::string& temporary);

/// Locks a file that was just made, which says to those who clear up that somebody works on it. False when one of them came first: it
/// has no name any more, and its maker makes another. A file system without locks has nobody who clears up.
bool claim_new(const Descriptor& file);

/// Removes what a write of `name` in `directory` (of any file there, when empty) left that was cut off before its rename.
void remove_leftovers(const std::string& directory, std::string_view name);

/// A new file at `to` with the content of `from`. Not flushed: who copies many files flushes once (sync_file_system).
/// @error interrupted  between two pieces; what is written by then stays
Result<void> copy_file(const std::string& from, const std::string& to, mode_t mode, const Interrupt* interrupt = nullptr);

/// Names in byte order, without "." and "..".
Result<std::vector<std::string>> list_directory(const std::string& path);
/// Makes `path` and its missing parents.
Result<void> make_directories(const std::string& path, mode_t mode = 0755);
Result<void> remove_file(const std::string& path);
/// Removes what stands at `path` and below it; links are removed, never followed. Nothing there is fine.
Result<void> remove_tree(const std::string& path);
/// Moves within one file system; the target must not exist.
Result<void> rename_new(const std::string& from, const std::string& to);
/// Flushes a directory's own entries: that a file in it was made, renamed or removed.
Result<void> sync_directory(const std::string& path);
/// Flushes everything that was written to the file system that holds `path`.
Result<void> sync_file_system(const std::string& path);

/// "/a" + "b" = "/a/b"
std::string join_path(std::string_view directory, std::string_view name);
std::string parent_path(std::string_view path);
std::string file_name(std::string_view path);
/// `path` made absolute against `base` and freed of ".", ".." and doubled slashes; links are not looked at.
std::string absolute_path(std::string_view path, std::string_view base);
/// All links resolved. @error io  nothing there
Result<std::string> real_path(const std::string& path);
Result<std::string> current_directory();

}  // namespace kopi
