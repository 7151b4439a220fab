// store/profiles.hpp
//
// The profiles on disk: which there are, and what is in one. How one appears and goes: store/lifecycle.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.hpp"
#include "base/result.hpp"
#include "formats/node.hpp"
#include "store/home.hpp"

namespace kopi {

/// A directory that holds one of a profile's own files, or that can't be looked into, and that was not deleted. `default` always exists.
bool profile_exists(const Home& home, const ProfileName& name);

/// @error io  its directory is there, or nobody can tell, and this user may not look into it, or into that of all profiles
Result<void> check_readable(const Home& home, const ProfileName& name);
/// Both for the profile that a command means.   @error not_found, io
Result<void> check_profile(const Home& home, const Selection& selection);

/// `default` first, then by name.   @error io
Result<std::vector<ProfileName>> list_profiles(const Home& home);

/// The text of one of the profile's files; nothing when it is not there.
Result<std::optional<std::string>> read_profile_file(const Home& home, const ProfileName& name, std::string_view file);

/// config.yaml; null when it is not there.   @error yaml, limit  names the file
Result<Node> read_config(const Home& home, const ProfileName& name);

/// The same to be shown in a list, never to be acted on: by YAML's gate alone, in a quarter of the time.
Result<Node> glance_at_config(const Home& home, const ProfileName& name);

/// Directories of a fresh profile.
std::span<const std::string_view> profile_directories();

/// What a distribution or an archive brings must fit into a profile: `skills` is a directory there, and `config.yaml` a file.
/// @param is_directory  of `path` itself; above it everything is one
/// @error type  naming what is in the way
Result<void> check_shape(const RelPath& path, bool is_directory = false);

/// Says why a directory that stands where `name` would be made is in the way.   @error exists
/// A tombstoned shell without identity is no obstacle.
Result<void> check_free(const Home& home, const ProfileName& name);

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
