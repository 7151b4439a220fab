// store/clone.hpp
//
// A new profile from an existing one. What binds the source to its accounts or its machine is left behind: approvals, OAuth
// grants, running state, and messaging channels unless they are asked for (two gateways on one token answer twice).
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/home.hpp"

namespace kopi {

class Interrupt;

enum class CloneDepth {
  settings,    ///< config.yaml, .env, SOUL.md, mcp.json, skills, honcho.json
  everything,  ///< memories, sessions, jobs, plugins, ... too
};
enum class Channels { leave, copy };

struct CloneReport {
  std::vector<std::string> copied;         ///< root names
  std::vector<std::string> channels_left;  ///< "telegram": what was stripped
  std::vector<std::string> plugins;        ///< copied, never run
  std::vector<std::string> grants_left;    ///< files of logins, of a whole clone; auth.json goes without saying
  std::vector<std::string> dropped_links;  ///< dangling, in circles, to what is never copied; and pipes, devices
};

/// Copies into `staging`, an empty directory. Links that leave the source become private copies; live databases are copied
/// by SQLite's backup, so that the copy is whole. What `staging` holds after an error is the caller's to remove.
/// @error limit  links that leave the source bring more than 1 GiB or 100,000 files.   @error interrupted, io
Result<CloneReport> clone_profile(const Home& home, const ProfileName& from, const ProfileName& to, const std::string& staging,
                                  CloneDepth depth, Channels channels, const Interrupt* interrupt = nullptr);

}  // namespace kopi
