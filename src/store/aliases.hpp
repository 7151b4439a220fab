// store/aliases.hpp
//
// Command aliases: small shell scripts in ~/.local/bin, so that `coder chat` is `kopi -p coder chat`.
//
//   #!/bin/sh
//   # kopi alias: coder
//   exec '/usr/bin/kopi' -p coder "$@"
//
// A script is ours exactly when its second line says so; nothing else is ever written over or removed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/home.hpp"

namespace kopi {

struct AliasContext {
  std::string program;      ///< absolute path of the kopi to run
  std::string search_path;  ///< PATH
};

/// Names of all aliases of this root's profiles, by profile, each list by name. One pass over the directory, a few hundred bytes
/// a file.
std::map<std::string, std::vector<std::string>> all_aliases(const Home& home);
/// One for each profile: the one that is called like it, else the first by name.
std::map<std::string, std::string> find_aliases(const Home& home);

/// Why `alias` can't be made for `profile`: E_ALIAS, or nothing.
std::optional<Error> alias_obstacle(const Home& home, const std::string& alias, const ProfileName& profile, const AliasContext& context);

/// Writes the wrapper; its path.   @error alias  it would hide another program or replace a file that is not ours
Result<std::string> create_alias(const Home& home, const std::string& alias, const ProfileName& profile, const AliasContext& context);

/// Removes the wrapper if it is ours and this root's; whether there was one.   @error alias  the file is not ours
Result<bool> remove_alias(const Home& home, const std::string& alias);
/// The same for a person who names `profile`, which need not exist.   @error alias  the wrapper stands for another one that does
Result<bool> remove_alias_of(const Home& home, const std::string& alias, const ProfileName& profile);

/// The directory of the wrappers is on PATH.
bool aliases_are_reachable(const Home& home, const AliasContext& context);

}  // namespace kopi
