#include "installer/pack.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/yaml.hpp"
#include "installer/lint.hpp"
#include "model/name.hpp"
#include "model/version.hpp"
#include "system/archive.hpp"
#include "system/files.hpp"

namespace kopi {

namespace {

/// The same lint as `profile validate`, of the files that are packed.
Result<void> check_secrets(const std::string& directory, const Snapshot& snapshot, const InstallContext& context) {
  LintRequest request;
  request.directory = directory;
  request.program_version = context.program_version;
  KOPI_TRY(request.limits, read_limits(context.home));
  KOPI_TRY(LintReport report, lint_directory(request));
  Findings secrets;
  for (Finding& finding : report.findings) {
    const auto path = RelPath::parse(finding.file);
    if (is_published_secret(finding) && path && snapshot.files.contains(*path)) secrets.push_back(std::move(finding));
  }
  if (secrets.empty()) return {};
  Error problem = error(Code::secret, "{} would be published; nothing was packed", count_of(secrets.size(), "secret"));
  problem.hint = "kopi profile validate " + shell_quote(directory);
  problem.findings = std::move(secrets);
  return problem;
}

void leave_out_archives(Snapshot& snapshot, const std::string& directory, const std::string& output) {
  const std::string& name = snapshot.manifest.manifest.name;
  std::erase_if(snapshot.files, [&](const auto& file) {
    const RelPath& path = file.first;
    const bool is_in_output = path.depth() > 1 && join_path(directory, path.parent()) == output;
    return is_own_archive(is_in_output ? path.filename() : path.str(), name) || join_path(directory, path.str()) == output;
  });
}

/// "distribution.yaml:2:10"
std::string place_of_version(const Snapshot& snapshot) {
  std::string at = "distribution.yaml";
  const auto manifest =
      std::find_if(snapshot.files.begin(), snapshot.files.end(), [&](const auto& file) { return file.first.str() == at; });
  if (manifest == snapshot.files.end()) return at;
  const auto document = parse_yaml(manifest->second.content, at);
  const Node* version = document ? document->find("version") : nullptr;
  return version == nullptr ? at : fmt::format("{}:{}:{}", at, version->place().line, version->place().column);
}

}  // namespace

Result<Package> open_package(const SourceRef& source, const std::string& output, const InstallContext& context) {
  OpenOptions options;
  options.as_committed = true;
  KOPI_TRY(auto opened, open_source(source, options, context));
  Package package;
  package.snapshot = opened->snapshot;
  const std::string directory = source.subdirectory.empty() ? source.location : join_path(source.location, source.subdirectory);
  if (!opened->is_git) {
    leave_out_archives(package.snapshot, directory, output);
    opened->snapshot.files = package.snapshot.files;
    KOPI_CHECK(check_secrets(directory, package.snapshot, context));
  }
  KOPI_TRY(const Distribution distribution,
           understand(std::move(opened->snapshot), context.program_version).while_doing("reading {}", source.shown()));
  package.manifest = distribution.manifest;
  package.findings = distribution.findings;
  package.tree = distribution.tree_digest;
  const std::string& version = package.manifest.version;
  KOPI_TRY(const ProfileName name, parse_new_profile_name(package.manifest.name).while_doing("packing {}", source.shown()));
  if (!version.empty() && !Version::parse(version)) {
    const std::string at = place_of_version(package.snapshot);
    return with_hint(error(Code::manifest, "{}: $.version: '{}' is no version", at, version), "write it as 1.2.0");
  }
  package.directory = name.str() + (version.empty() ? "" : "-" + version);
  return package;
}

Result<void> write_package(const Package& package, const InstallContext& context,
                           const std::function<Result<void>(std::string_view)>& sink) {
  KOPI_TRY(ArchiveWriter archive, ArchiveWriter::open(sink, 1));
  KOPI_TRY(const RelPath root, RelPath::parse(package.directory));
  KOPI_CHECK(archive.add_directory(root));
  for (const auto& [path, file] : package.snapshot.files) {
    if (context.interrupt != nullptr && context.interrupt->requested()) return interrupted_error();
    KOPI_TRY(const RelPath at, RelPath::parse(package.directory + "/" + path.str()));
    KOPI_CHECK(archive.add_file(at, file.mode == FileMode::executable, file.content).while_doing("packing {}", path.str()));
  }
  return archive.finish();
}

}  // namespace kopi
