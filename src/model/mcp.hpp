// model/mcp.hpp
//
// The MCP servers that a profile declares: `mcp.json` (keys `mcpServers` or `mcp_servers`) read together with config.yaml's
// `mcp_servers`. Per server and key config.yaml wins, so that a user's edit there survives every update of mcp.json.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/finding.hpp"
#include "formats/node.hpp"

namespace kopi {

struct McpServer {
  std::string name;
  bool enabled = true;
  std::string command;  ///< stdio; empty for a remote server
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  ///< name and value, `${VAR}` unexpanded
  std::string url;                                               ///< streamable HTTP; empty for a local server
  std::vector<std::pair<std::string, std::string>> headers;
  std::string working_directory;                    ///< `cwd`; empty: the profile's
  std::optional<std::vector<std::string>> include;  ///< the only tools to offer; nothing = all
  std::vector<std::string> exclude;                 ///< tools that are not offered

  bool is_remote() const { return command.empty(); }
  /// For people: the command line, or the URL.
  std::string target() const;
  /// The host of the URL, or the command's name: what a variable's value is handed to.
  std::string recipient() const;
  /// What an approval is bound to: command, arguments, names of env, url and headers, as canonical JSON.
  std::string approval_text() const;
  /// Variables named as `${NAME}` anywhere in it.
  std::vector<std::string> variables() const;
};

struct McpReading {
  std::vector<McpServer> servers;  ///< by name
  Findings findings;               ///< servers that can't be understood; they are left out
};

/// Either node may be null.
McpReading read_mcp_servers(const Node& mcp_json, const Node& config, std::string_view mcp_file, std::string_view config_file);

/// The names in `${NAME}` of a text, in order.
std::vector<std::string> variable_references(std::string_view text);

}  // namespace kopi
