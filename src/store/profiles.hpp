// store/profiles.hpp
//
// The profiles on disk: which there are, making, renaming and deleting one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/node.hpp"
#include "store/home.hpp"

namespace kopi {

/// A directory that holds one of a profile's own files and that was not deleted. `default` always exists.
bool profile_exists(const Home& home, const ProfileName& name);

/// `default` first, then by name.   @error io
Result<std::vector<ProfileName>> list_profiles(const Home& home);

/// The text of one of the profile's files; nothing when it is not there.
Result<std::optional<std::string>> read_profile_file(const Home& home, const ProfileName& name, std::string_view file);

/// config.yaml; null when it is not there.   @error yaml, limit  names the file
Result<Node> read_config(const Home& home, const ProfileName& name);

/// Directories of a fresh profile.
std::span<const std::string_view> profile_directories();

/// Says why a directory that stands where `name` would be made is in the way.   @error exists
/// A tombstoned shell without identity is no obstacle.
Result<void> check_free(const Home& home, const ProfileName& name);

/// Publishes `staging` (a directory below profiles/) as the profile `name` by one rename, and clears its tombstone.
Result<void> publish_profile(const Home& home, const ProfileName& name, const std::string& staging);

/// A new directory below profiles/ that no listing shows; the caller publishes or removes it.
Result<std::string> make_staging(const Home& home, const ProfileName& name);

/// @error not_found, name, exists
Result<void> rename_profile(const Home& home, const ProfileName& from, const ProfileName& to);

/// Tombstone, sticky choice, tree: in this order, so that whatever remains after a failure is not a live profile.
/// @error not_found.   @error io  the tree could not be removed; another try goes on from there
Result<void> delete_profile(const Home& home, const ProfileName& name);

/// profile.yaml: what a person says about a profile.
struct ProfileCard {
  std::string description;
  bool description_auto = false;  ///< written by a model
  std::string display_name;
};
/// A broken file reads as an empty card: it must not break a listing.
ProfileCard read_card(const Home& home, const ProfileName& name);
/// Says why read_card() can't read the file.   @error yaml, limit, io  names it
Result<void> check_card(const Home& home, const ProfileName& name);
/// Sets the given keys and keeps all others. `directory` is the profile's own or a staging one.
Result<void> write_card(const std::string& directory, const std::vector<std::pair<std::string, Node>>& values);

}  // namespace kopi
