// store/lifecycle.hpp
//
// A profile as a whole: it appears, changes its name, goes. Each is one rename(2) that decides, with smaller things around it (the
// command alias, the sticky choice, the tombstone) that are made good after a crash:
//
//   profiles/.NAME.staging-…   one that is being built; without its builder it goes
//   profiles/.NAME.deleted-…   one that is gone: tombstone, sticky choice, aliases and tree follow
//   profiles/.NAME.intent      an appearance or a new name, with the alias that belongs to it
//
// All of it needs the exclusive lock of the names concerned, except recover_home(), which takes them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/reporter.hpp"
#include "base/result.hpp"
#include "store/aliases.hpp"
#include "store/home.hpp"

namespace kopi {

/// A new directory below profiles/ that no listing shows; the caller publishes or removes it.
Result<std::string> make_staging(const Home& home, const ProfileName& name);

struct Published {
  std::optional<std::string> alias;
  std::optional<Error> no_alias;  ///< why it was wanted and not made
};

/// Publishes `staging` as the profile `name`, clears its tombstone, and makes the command `name` when `alias` is given.
/// @error exists  something stands there.   @error io
Result<Published> publish_profile(const Home& home, const ProfileName& name, const std::string& staging,
                                  const AliasContext* alias = nullptr);

struct Renamed {
  std::vector<Error> not_made, not_removed;  ///< of the aliases
};

/// Directory, sticky choice, aliases.   @error not_found, name, exists, io: nothing changed
Result<Renamed> rename_profile(const Home& home, const ProfileName& from, const ProfileName& to, const AliasContext& context);

struct Deleted {
  std::vector<std::string> aliases;
  std::vector<Error> aliases_left;  ///< somebody else's by now; or an `io` error, and the next command tries again
};

/// @error not_found.   @error io  the tree could not be removed whole; it is no profile any more, and the next command goes on with it
Result<Deleted> delete_profile(const Home& home, const ProfileName& name);

/// What earlier commands could not finish, in every profile; said through `reporter`. What another kopi is working on is left alone.
/// @return  the profiles whose deletion it finished
std::vector<ProfileName> recover_home(const Home& home, const AliasContext& context, Reporter& reporter);

}  // namespace kopi
