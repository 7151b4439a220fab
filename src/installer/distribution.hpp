// installer/distribution.hpp
//
// A snapshot, understood: the files as they will lie in a profile, and what they bring.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/finding.hpp"
#include "base/result.hpp"
#include "installer/snapshot.hpp"
#include "model/capability.hpp"
#include "model/cron_job.hpp"
#include "model/mcp.hpp"
#include "model/skill_names.hpp"

namespace kopi {

struct Distribution {
  Manifest manifest;
  std::map<RelPath, SnapshotFile> files;  ///< as shipped; `.env.EXAMPLE` generated or taken from `.env.template`
  std::vector<McpServer> mcp_servers;
  std::vector<CronJob> cron_jobs;
  std::vector<Capability> capabilities;
  std::vector<std::string> left_out;
  Findings findings;
  std::optional<GitRef> ref;
  Digest manifest_digest;
  Digest tree_digest;

  Ledger ledger() const;
};

/// The skills that can be used, each by the path of its SKILL.md.
std::vector<SkillPlace> list_skills(const std::map<RelPath, SnapshotFile>& files);

/// @error yaml, json, limit  config.yaml or mcp.json can't be read: what it would do can't be shown
/// @error requires_newer  `kopi_requires` does not hold for `program_version`
Result<Distribution> understand(Snapshot snapshot, const std::string& program_version);

/// config.yaml stays as the user has it, so what `distribution` can do is what it could with `config`, the text that was shipped last.
/// @error yaml, json
Result<void> withhold_config(Distribution& distribution, std::string_view config);

/// The same as understand() of a profile's files, which need not have come from a distribution. Of files that bring nothing but themselves the content is
/// not looked at, and may be left out.
/// @error yaml, json, limit, requires_newer  as above; a manifest that can't be read is a finding
Result<Distribution> understand_profile(std::map<RelPath, SnapshotFile> files, const std::string& program_version);

}  // namespace kopi
