// installer/operation.hpp
//
// Install and update in two halves: prepare decides everything and changes nothing in the profile; apply does exactly what
// was prepared, or nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "installer/context.hpp"
#include "installer/distribution.hpp"
#include "installer/plan.hpp"
#include "model/name.hpp"
#include "model/source_ref.hpp"
#include "store/install_record.hpp"

namespace kopi {

struct InstallRequest {
  SourceRef source;
  std::optional<std::string> name;  ///< instead of the manifest's
  bool force = false;               ///< into a profile that exists
  bool insecure_http = false;
  PlanOptions plan;
};

struct UpdateRequest {
  ProfileName name = ProfileName::default_profile();
  std::optional<std::string> to;  ///< another ref
  bool insecure_http = false;
  PlanOptions plan;
};

struct EnvStatus {
  EnvRequirement variable;
  bool set = false;  ///< in the profile's .env, or in kopi's own environment
};

/// Everything a preview shows and apply needs.
struct Prepared {
  ProfileName name = ProfileName::default_profile();
  SourceRef source;
  Distribution distribution;
  Plan plan;
  bool profile_exists = false;
  std::optional<InstallRecord> previous;  ///< of the distribution that is there
  std::vector<EnvStatus> env;

  /// An update that lets the agent do more than before.
  bool widens() const { return previous.has_value() && !plan.capabilities_added.empty(); }
};

/// @error exists  the profile is there and `force` is not set.   @error name  the name can't be used; `--name` helps
/// Other errors as open_source() and understand().
Result<Prepared> prepare_install(const InstallRequest& request, const InstallContext& context);

struct UpdateOutcome {
  enum class Kind {
    prepared,    ///< there is something to apply
    up_to_date,  ///< the source still means what is installed
    pinned,      ///< installed at a tag or commit: it stays there until `--to`
  };
  Kind kind = Kind::up_to_date;
  InstallRecord installed;
  std::optional<Prepared> prepared;
};

/// @error not_found  no such profile.   @error source  no distribution was installed there
Result<UpdateOutcome> prepare_update(const UpdateRequest& request, const InstallContext& context);

struct Applied {
  std::string path;
  InstallRecord record;
};

/// Writes the blobs, then the profile: a new one appears by one rename, an existing one is changed file by file.
/// @error changed  the profile is not what the plan was made on; nothing was written
Result<Applied> apply_prepared(const Prepared& prepared, const InstallContext& context);

/// Which of the distribution's variables have a value.
Result<std::vector<EnvStatus>> env_status(const Manifest& manifest, const Home& home, const ProfileName& name,
                                          const Environment& environment);

}  // namespace kopi
