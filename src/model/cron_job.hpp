// model/cron_job.hpp
//
// The jobs that the files below `cron/` declare, as far as a preview needs them. Whatever a file says, a job that a
// distribution brings is off until its user enables it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "base/rel_path.hpp"
#include "formats/node.hpp"

namespace kopi {

struct CronJob {
  std::string id;  ///< `id`, else `name`, else the file's name
  std::string schedule;
  std::string prompt;
  std::string file;
  std::vector<std::string> skills;  ///< that it names
  std::string definition;           ///< all that decides what it does, as canonical JSON: not whether it is on, nor what earlier runs left
  std::string digest;               ///< of the definition and of the skills' files, shortened; filled in by who has the files
};

/// `path` is a job file: cron/*.json, *.yaml, *.yml.
bool is_cron_file(const RelPath& path);

/// One job, a list of jobs, or `{jobs: [...]}`. What is no job is a finding.
std::vector<CronJob> read_cron_jobs(const Node& document, const RelPath& file, Findings& findings);

}  // namespace kopi
