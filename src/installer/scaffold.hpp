// installer/scaffold.hpp
//
// The files that a new distribution starts with: complete enough to install and to pass `kopi profile validate`, short enough to be
// read in a minute. Nothing that is there is ever written over.
#pragma once

#include <string>
#include <vector>

#include "base/rel_path.hpp"
#include "base/result.hpp"
#include "model/name.hpp"

namespace kopi {

struct ScaffoldRequest {
  ProfileName name = ProfileName::default_profile();
  std::string description;  ///< one line
  bool has_config = false;  ///< the directory has a config.yaml of its own: no variable can be told for its model
  bool has_skills = false;  ///< and skills: an example would be one too many
};

struct ScaffoldFile {
  RelPath path;
  std::string content;
};

/// In the order in which an author should look at them.
std::vector<ScaffoldFile> plan_scaffold(const ScaffoldRequest& request);

struct Scaffolded {
  std::vector<std::string> made;
  std::vector<std::string> kept;  ///< were there already, and stay as they are
};

/// Writes them below `directory`, which is made when it is not there. A failure takes back what was made.
/// @param only_missing  leave out what is there instead of failing
/// @error exists  names every file that is in the way; nothing was written
/// @error link, type  something on the way is no directory.   @error io
Result<Scaffolded> write_scaffold(const std::string& directory, const std::vector<ScaffoldFile>& files, bool only_missing);

}  // namespace kopi
