// cli/archive_output.hpp
//
// Where a command's archive goes: a file that appears as a whole, a directory that it is put into, or stdout.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "cli/context.hpp"

namespace kopi::cli {

/// `-o`, checked before any work: stdout is for one archive, and for nobody who reads words there, and no file has another format's ending.
/// @error usage
Result<void> check_archive_output(const Context& context, const std::optional<std::string>& output, std::string_view command);

struct WrittenArchive {
  std::string path;  ///< "" for stdout
  Digest digest;
  std::uint64_t bytes = 0;
};

/// Lets `write` make the archive. An archive of kopi's that is there is replaced when the new one is complete, and not before.
/// @error exists  something else is there
/// @param output  as the user gave it: taken as it is; a directory gets a file called `name`; "-" is stdout; the working directory if
/// nothing
Result<WrittenArchive> write_archive_output(
    Context& context, const std::optional<std::string>& output, const std::string& name, mode_t mode,
    const std::function<Result<void>(const std::function<Result<void>(std::string_view)>& sink)>& write);

/// The path as the person at the working directory would type it.
std::string shown_path(const Context& context, const std::string& path);

}  // namespace kopi::cli
