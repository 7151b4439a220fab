// model/capability.hpp
//
// What a distribution can do to the machine and the accounts of whoever installs it, as a list that a person can read and a
// digest can be taken of.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "base/finding.hpp"
#include "formats/node.hpp"
#include "model/cron_job.hpp"
#include "model/manifest.hpp"
#include "model/mcp.hpp"

namespace kopi {

struct Capability {
  std::string kind;    ///< "mcp-command", "mcp-host", "variable", "model", "provider", "tools", "cron", "executable", ...
  std::string name;    ///< of the server, variable, job, file, setting
  std::string detail;  ///< command line, host, schedule, value

  auto operator<=>(const Capability&) const = default;
};

struct CapabilityInputs {
  const Manifest& manifest;
  const Node& config;  ///< config.yaml
  const std::vector<McpServer>& mcp_servers;
  const std::vector<CronJob>& cron_jobs;
  const std::vector<std::string>& executables;
  const std::vector<std::string>& plugins;  ///< directories and single files below plugins/
};

/// Sorted, each once.
std::vector<Capability> list_capabilities(const CapabilityInputs& inputs);

/// `old` lets the agent do that already: it lists the same, the same server switched on, or the same variable.
bool is_covered(const Capability& capability, const std::vector<Capability>& old);

/// What the agent may do because a limit is gone: a tool is no longer denied, the list of allowed ones or a setting of the sandbox
/// no longer there. A limit that another value replaced is a capability of its own.
std::vector<Capability> lifted_limits(const std::vector<Capability>& old, const std::vector<Capability>& now);

Node to_json(const Capability& capability);
Node to_json(const std::vector<Capability>& capabilities);
/// Of to_json(); anything that is no capability is skipped.
std::vector<Capability> capabilities_from(const Node& list);
/// The words that a preview uses for a kind: "runs a command (MCP)".
std::string_view describe_kind(std::string_view kind);

}  // namespace kopi
