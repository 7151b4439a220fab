// cli/profile_view.hpp
//
// A profile as `list`, `show` and `info` present it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "installer/operation.hpp"
#include "store/install_record.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {

struct ProfileView {
  ProfileName name = ProfileName::default_profile();
  std::string path;
  bool active = false;
  std::optional<std::string> model;
  std::optional<std::string> alias;
  std::optional<InstallRecord> record;
  Findings problems;  ///< what could not be read; it must not break a listing
};

/// `aliases` as find_aliases() gives them.
ProfileView view_profile(const Context& context, const ProfileName& name, const std::map<std::string, std::string>& aliases);

/// The contract's list item.
Node to_json(const ProfileView& view);

struct ProfileDetails {
  ProfileView view;
  ProfileCard card;
  std::optional<Manifest> manifest;
  std::vector<EnvStatus> env;
  std::size_t skills = 0;
  bool has_soul = false;
  bool has_env_file = false;
};
Result<ProfileDetails> detail_profile(const Context& context, const ProfileName& name);
/// The contract's `profile info|show`.
Node to_json(const ProfileDetails& details);

/// Which of the variables that the installed distribution asks for have a value; none for a profile of one's own.
Result<std::vector<EnvStatus>> env_of(const Context& context, const ProfileName& name);
Node to_json(const std::vector<EnvStatus>& env);
/// "model (provider)" as people read it.
std::string model_words(const std::optional<std::string>& model);
/// Skills below a profile's own directory.
std::size_t count_skills(const Context& context, const ProfileName& name);

}  // namespace kopi::cli
