// installer/import.hpp
//
// A profile from an archive or a directory, in two halves: prepare_import() reads and checks all of it and writes nothing;
// apply_import() reads it once more into a hidden directory and publishes that by one rename, or leaves nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "installer/archive_record.hpp"
#include "installer/context.hpp"
#include "installer/distribution.hpp"
#include "installer/export.hpp"
#include "installer/import_source.hpp"
#include "installer/operation.hpp"
#include "model/name.hpp"
#include "store/lifecycle.hpp"

namespace kopi {

struct ImportRequest {
  std::string path;                 ///< an archive, a directory, or "-"
  std::optional<std::string> name;  ///< instead of the archive's directory
};

struct ImportPlan {
  ProfileName name = ProfileName::default_profile();
  std::string root;                     ///< the directory in the archive
  std::optional<ArchiveRecord> record;  ///< nothing where kopi did not write the archive
  Distribution brought;                 ///< what the files can do; not all of them have their content in here
  std::vector<ImportMember> files;      ///< as they will lie in the profile
  std::uint64_t bytes = 0;
  std::vector<LeftOut> left_out;
  bool memories = false;
  bool sessions = false;
  std::vector<EnvStatus> env;
  std::shared_ptr<ImportSource> source;  ///< to be read once more
};

/// From the default profile's config.yaml, section `import`, else docs/formats/archive.md's.
Result<ArchiveLimits> read_import_limits(const Home& home);

/// A profile of that name can be made; of the default one: it was never used.   @error exists
Result<void> check_import_target(const Home& home, const ProfileName& name);

/// @error exists  the profile is there.   @error name  it can't be called so; `--name` helps
/// @error digest  something is not what the archive's own record says
/// @error archive, link, type, path, collision, limit  refused; nothing was written.   @error yaml, json  what it would do can't be shown
Result<ImportPlan> prepare_import(const ImportRequest& request, const InstallContext& context);

struct Imported {
  std::string path;
  std::optional<InstallRecord> record;
  Published published;
};
/// @param alias  to make a command of the profile's name too
/// @error changed  the archive is not what was prepared
Result<Imported> apply_import(const ImportPlan& plan, const InstallContext& context, const AliasContext* alias = nullptr);

}  // namespace kopi
