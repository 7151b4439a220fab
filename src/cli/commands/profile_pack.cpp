#include "base/text.hpp"
#include "cli/archive_output.hpp"
#include "cli/commands/commands.hpp"
#include "cli/preview.hpp"
#include "installer/pack.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"DIR", "the distribution; the working directory when left out", false, false, Offers::directory}};
constexpr OptionSpec options[] = {
    {"--output,-o", "FILE", "write FILE, or NAME-VERSION.tar.gz into the directory FILE; - is stdout", Offers::file},
    {"--subdir", "PATH", "the distribution lies below PATH"}};
constexpr ExampleSpec examples[] = {{"kopi profile pack", "./NAME-VERSION.tar.gz of the distribution in this directory"},
                                    {"kopi profile pack ./bot -o dist/", "into the directory dist"}};

Result<Outcome> run(Context& context, const Arguments& given) {
  const auto output = given.value("--output");
  KOPI_CHECK(check_archive_output(context, output, "profile pack"));
  const std::string directory = absolute_path(given.value("DIR").value_or("."), context.working_directory);
  KOPI_TRY(const SourceRef source, parse_source(directory, given.value("--subdir"), {context.home.user_home, context.working_directory}));
  const InstallContext install = context.install_context();
  const std::string target = output && output != "-" ? absolute_path(*output, context.working_directory) : std::string();
  KOPI_TRY(const Package package, open_package(source, target, install));
  report_findings(package.findings, context);
  KOPI_TRY(const WrittenArchive written, write_archive_output(context, output, package.directory + ".tar.gz", 0644,
                                                              [&](const auto& sink) { return write_package(package, install, sink); }));
  Outcome outcome;
  const auto& version = package.manifest.version;
  outcome.data = Node::mapping({{"name", package.manifest.name},
                                {"version", version.empty() ? Node() : Node(version)},
                                {"path", written.path.empty() ? Node() : Node(written.path)},
                                {"digest", written.digest.str()},
                                {"tree", package.tree.str()},
                                {"bytes", written.bytes},
                                {"files", package.snapshot.files.size()}});
  outcome.printed = output == "-";
  outcome.text.styled(Style::green, "✓").print(" Packed {} {}\n", package.manifest.name, shown_path(context, written.path));
  outcome.text.print("  {}, {}, {}\n", count_of(package.snapshot.files.size(), "file"), human_bytes(written.bytes), written.digest.str());
  if (!package.snapshot.left_out.empty()) {
    outcome.text.print("  left out, never part of a distribution: {}\n", join(package.snapshot.left_out, ", "));
  }
  return outcome;
}

}  // namespace

const CommandSpec profile_pack_command{
    "profile pack",
    "Pack a distribution into one file",
    "For authors: reads the distribution as an install would, refuses what one would refuse, and writes exactly the files that one would "
    "take into NAME-VERSION.tar.gz, in the directory NAME-VERSION/. Of a git work tree, what git ignores stays out, and of any directory "
    "the "
    "archives that were packed into it before: NAME-*.tar.gz at its root. Secrets, as `kopi profile validate` finds them, are refused. The "
    "same files give the same bytes, on every machine and at any time, "
    "so "
    "others can build the archive again and compare its digest.",
    arguments,
    options,
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
