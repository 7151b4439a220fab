#include "cli/archive_output.hpp"

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

}  // namespace

Result<void> check_archive_output(const Context& context, const std::optional<std::string>& output, std::string_view command) {
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
