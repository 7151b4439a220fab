#include "installer/pack.hpp"

#include "base/text.hpp"
#include "model/name.hpp"
#include "model/version.hpp"
#include "system/archive.hpp"

namespace kopi {

Result<Package> open_package(const SourceRef& source, const InstallContext& context) {
  KOPI_TRY(auto opened, open_source(source, {}, context));
  Package package;
  package.snapshot = opened->snapshot;
  KOPI_TRY(const Distribution distribution, understand(std::move(opened->snapshot), context.program_version));
  package.manifest = distribution.manifest;
  package.findings = distribution.findings;
  package.tree = distribution.tree_digest;
  const std::string& version = package.manifest.version;
  KOPI_TRY(const ProfileName name, parse_new_profile_name(package.manifest.name).while_doing("packing {}", source.shown()));
  if (!version.empty() && !Version::parse(version)) {
    return with_hint(error(Code::manifest, "distribution.yaml: $.version: '{}' is no version", version), "write it as 1.2.0");
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
