// installer/operation.hpp
//
// Install and update in two halves: prepare decides everything and changes nothing in the profile; apply does exactly what
// was prepared, or nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "installer/context.hpp"
#include "installer/distribution.hpp"
#include "installer/plan.hpp"
#include "model/name.hpp"
#include "model/source_ref.hpp"
#include "store/aliases.hpp"
#include "store/install_record.hpp"

namespace kopi {

struct InstallRequest {
  SourceRef source;
  std::optional<std::string> name;  ///< instead of the manifest's
  bool force = false;               ///< into a profile that exists
  bool insecure_http = false;
  PlanOptions plan;
};

struct RollbackRequest {
  ProfileName name = ProfileName::default_profile();
  std::optional<std::int64_t> to;  ///< a state's number; the one before the current one when left out
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
  std::string operation = "install";  ///< install, update, rollback
  ProfileName name = ProfileName::default_profile();
  SourceRef source;
  Distribution distribution;
  Plan plan;
  bool profile_exists = false;
  std::optional<InstallRecord> previous;  ///< of the distribution that is there
  std::optional<InstallRecord> restored;  ///< of a rollback: the record of the state that it goes back to
  std::optional<std::int64_t> restored_state;
  std::vector<EnvStatus> env;

  /// An update that lets the agent do more than before.
  /// What a rollback brings back was agreed to before.
  bool widens() const { return previous.has_value() && !restored && !plan.capabilities_added.empty(); }
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

/// The same distribution, decided anew by other options, on the profile as it is now.
Result<void> plan_again(Prepared& prepared, const PlanOptions& options, const InstallContext& context);

/// @error not_found  no such profile or state.   @error source  no distribution was installed there
/// @error state  the store has lost a file of that state
Result<Prepared> prepare_rollback(const RollbackRequest& request, const InstallContext& context);

struct Applied {
  std::string path;
  InstallRecord record;
  std::optional<std::string> alias;
  std::optional<Error> no_alias;  ///< why it was wanted and not made
};

/// Writes the blobs, then the profile: a new one appears by one rename, an existing one is changed by one transaction.
/// @param alias  make a command of the profile's name
/// @error changed  the profile is not what the plan was made on; nothing was written
Result<Applied> apply_prepared(const Prepared& prepared, const InstallContext& context, const AliasContext* alias = nullptr);

/// A file in conflict, to make one of both sides by hand.
struct ConflictSides {
  std::string base;  ///< "" where there was none
  std::optional<std::string> ours;
  std::string theirs;
};
/// @error not_found  no such profile, or no conflict there.   @error type  no file stands there
Result<ConflictSides> read_conflict(const ProfileName& name, const RelPath& path, const InstallContext& context);

/// What the user made of both, and of which two it was made.
struct EditedFile {
  std::string text;
  std::optional<Digest> ours;
  Digest theirs;
};

enum class ResolveSide { ours, theirs };
struct Resolved {
  RelPath path;
  bool beside_stays = false;  ///< FILE.kopi-new is no more what kopi put there: the user's own
};
/// Decides files whose conflicts an update left: the live file stays, or takes the author's side in what was in conflict (a file that is
/// merged by key keeps everything else of the user's; any other becomes the author's).
/// @param edited  content that the user made of both, by path; such a file does not look at `side`
/// @error not_found  no such profile, or no conflict there.   @error io  nothing was written
/// @error changed  the same: one of both sides is not what `edited` was made of
Result<std::vector<Resolved>> resolve_conflicts(const ProfileName& name, const std::vector<RelPath>& paths, ResolveSide side,
                                                const std::map<RelPath, EditedFile>& edited, const InstallContext& context);

/// Which of the distribution's variables have a value.
Result<std::vector<EnvStatus>> env_status(const Manifest& manifest, const Home& home, const ProfileName& name,
                                          const Environment& environment);

}  // namespace kopi
