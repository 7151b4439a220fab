#include "cli/archive_output.hpp"

#include "base/text.hpp"
#include "installer/archive_record.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"
#include "system/temporary_file.hpp"

namespace kopi::cli {
namespace {

// A work tree is shared with others sooner or later, and with it whatever lies in it.
void warn_of_work_tree(Context& context, const std::string& path) {
  const auto directory = real_path(parent_path(path));
  if (!directory) return;
  for (std::string at = *directory;; at = parent_path(at)) {
    if (path_exists(join_path(at, ".git"))) {
      context.console.warn({Severity::medium, "archive.work-tree", path, 0, 0,
                            fmt::format("the archive lies in the git work tree {}: take care not to commit it", at), "", ""});
      return;
    }
    if (at == "/") return;
  }
}

// Of other formats: whoever asks for one of them would find a .tar.gz under its name.
Result<void> check_ending(const std::string& output) {
  constexpr std::string_view others[] = {".zip", ".tar", ".7z",  ".rar",  ".bz2", ".tbz", ".tbz2",
                                         ".xz",  ".txz", ".zst", ".tzst", ".lz4", ".lzma"};
  const std::string folded = to_lower_ascii(output);
  for (const std::string_view end : others) {
    if (folded.ends_with(end) && !is_directory(output)) return error(Code::usage, "{}: kopi writes .tar.gz, and no {}", output, end);
  }
  return {};
}

// An archive of kopi's own is made anew; an empty file was made for one. Whatever else is there somebody has forgotten.
Result<void> check_replaced(const std::string& path) {
  if (!is_regular_file(path)) return {};
  KOPI_TRY(const Descriptor file, open_to_read(path));
  KOPI_TRY(const std::uint64_t size, size_of(file, path));
  if (size == 0 || own_archive_root(file)) return {};
  return with_hint(error(Code::exists, "{} is there, and is no archive of kopi's", path), "add -o FILE");
}

}  // namespace

Result<void> check_archive_output(const Context& context, const std::optional<std::string>& output, std::string_view command) {
  if (output && output != "-") return check_ending(*output);
  if (output != "-") return {};
  if (context.json) return error(Code::usage, "-o - and --json both want stdout");
  if (context.console.out_is_terminal()) {
    return with_hint(error(Code::usage, "an archive is nothing for a terminal"), fmt::format("kopi {} -o - > FILE", command));
  }
  return {};
}

Result<WrittenArchive> write_archive_output(
    Context& context, const std::optional<std::string>& output, const std::string& name, mode_t mode,
    const std::function<Result<void>(const std::function<Result<void>(std::string_view)>& sink)>& write) {
  WrittenArchive written;
  Sha256 hash;
  const auto count = [&](std::string_view bytes) {
    hash.add(bytes);
    written.bytes += bytes.size();
  };
  if (output == "-") {
    KOPI_CHECK(write([&](std::string_view bytes) -> Result<void> {
      count(bytes);
      context.console.out_raw(bytes);
      if (context.console.out_problem()) return *context.console.out_problem();
      return {};
    }));
  } else {
    written.path = absolute_path(output.value_or("."), context.working_directory);
    const bool is_meant = output && output->ends_with('/');
    if (is_meant && !is_directory(written.path)) return error(Code::not_found, "there is no directory {}", written.path);
    if (is_directory(written.path)) written.path = join_path(written.path, name);
    KOPI_CHECK(check_replaced(written.path).while_doing("writing the archive {}", written.path));
    KOPI_TRY(OutputFile file, OutputFile::open(written.path, mode).while_doing("writing the archive {}", written.path));
    warn_of_work_tree(context, written.path);
    KOPI_CHECK(write([&](std::string_view bytes) -> Result<void> {
      count(bytes);
      return file.write(bytes);
    }));
    KOPI_CHECK(file.commit());
  }
  written.digest = hash.finish();
  return written;
}

std::string shown_path(const Context& context, const std::string& path) {
  const std::string below = context.working_directory + "/";
  return path.starts_with(below) ? path.substr(below.size()) : path;
}

}  // namespace kopi::cli
