#include "model/mcp.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/json.hpp"

namespace kopi {
namespace {

struct Reader {
  McpReading reading;

  void complain(std::string_view file, Place place, std::string message) {
    reading.findings.push_back({Severity::medium, "mcp.invalid", std::string(file), place.line, place.column, std::move(message), "", ""});
  }

  std::vector<std::pair<std::string, std::string>> pairs(const Node* node, std::string_view file, const std::string& path) {
    std::vector<std::pair<std::string, std::string>> result;
    if (node == nullptr || node->is_null()) return result;
    if (!node->is(Node::Kind::mapping)) {
      complain(file, node->place(), fmt::format("{}: expected a mapping", path));
      return result;
    }
    for (const Node& member : node->items()) {
      if (member.is_scalar()) {
        result.emplace_back(member.key(), member.as_text());
      } else {
        complain(file, member.place(), fmt::format("{}.{}: expected a text, found {}", path, member.key(), with_article(member.kind())));
      }
    }
    return result;
  }

  std::vector<std::string> texts(const Node* node, std::string_view file, const std::string& path) {
    std::vector<std::string> result;
    if (node == nullptr || node->is_null()) return result;
    if (!node->is(Node::Kind::sequence)) {
      complain(file, node->place(), fmt::format("{}: expected a list", path));
      return result;
    }
    for (const Node& item : node->items()) {
      if (item.is_scalar()) {
        result.push_back(item.as_text());
      } else {
        complain(file, item.place(), fmt::format("{}: expected texts, found {}", path, with_article(item.kind())));
      }
    }
    return result;
  }

  void server(const std::string& name, const Node& node, std::string_view file) {
    const std::string path = fmt::format("$.mcp_servers.{}", name);
    if (!node.is(Node::Kind::mapping)) return complain(file, node.place(), fmt::format("{}: expected a mapping", path));
    McpServer server;
    server.name = name;
    const auto text = [&](std::string_view key) {
      const Node* value = node.find(key);
      return value != nullptr && value->is_scalar() ? value->as_text() : std::string();
    };
    server.command = text("command");
    server.url = text("url");
    if (server.command.empty() == server.url.empty()) {
      return complain(file, node.place(), fmt::format("{}: needs either a command or a url", path));
    }
    if (const Node* arguments = node.find("args"); arguments != nullptr && !arguments->is_null()) {
      if (!arguments->is(Node::Kind::sequence)) return complain(file, arguments->place(), fmt::format("{}.args: expected a list", path));
      for (const Node& item : arguments->items()) {
        if (!item.is_scalar())
          return complain(file, item.place(), fmt::format("{}.args: expected texts, found {}", path, with_article(item.kind())));
        server.arguments.push_back(item.as_text());
      }
    }
    server.environment = pairs(node.find("env"), file, path + ".env");
    server.headers = pairs(node.find("headers"), file, path + ".headers");
    server.working_directory = text("cwd");
    if (const Node* include = node.find("include"); include != nullptr && !include->is_null())
      server.include = texts(include, file, path + ".include");
    server.exclude = texts(node.find("exclude"), file, path + ".exclude");
    if (const Node* enabled = node.find("enabled")) server.enabled = enabled->as_bool().value_or(true);
    if (const Node* disabled = node.find("disabled"); disabled != nullptr && disabled->as_bool().value_or(false)) server.enabled = false;
    reading.servers.push_back(std::move(server));
  }
};

void add_shipped(const Node& document, std::string_view file, Node& servers, Reader& reader) {
  for (const std::string_view key : {"mcp_servers", "mcpServers"}) {  // the later one wins where both have a server
    const Node* table = document.find(key);
    if (table == nullptr || table->is_null()) continue;
    if (!table->is(Node::Kind::mapping)) {
      reader.complain(file, table->place(), fmt::format("$.{}: expected a mapping", key));
      continue;
    }
    for (const Node& server : table->items()) servers.set(server.key(), server);
  }
}

}  // namespace

McpReading read_mcp_servers(const Node& mcp_json, const Node& config, std::string_view mcp_file, std::string_view config_file) {
  Reader reader;
  Node merged = Node::mapping();
  add_shipped(mcp_json, mcp_file, merged, reader);
  const Node* overrides = config.find("mcp_servers");
  if (overrides != nullptr && overrides->is(Node::Kind::mapping)) {
    for (const Node& server : overrides->items()) {
      Node* present = merged.find(server.key());
      if (present == nullptr || !present->is(Node::Kind::mapping) || !server.is(Node::Kind::mapping)) {
        merged.set(server.key(), server);
        continue;
      }
      for (const Node& setting : server.items()) present->set(setting.key(), setting);
    }
  }
  for (const Node& server : merged.items()) {
    const bool from_config = overrides != nullptr && overrides->find(server.key()) != nullptr;
    reader.server(server.key(), server, from_config ? config_file : mcp_file);
  }
  std::sort(reader.reading.servers.begin(), reader.reading.servers.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return std::move(reader.reading);
}

std::string McpServer::target() const {
  if (is_remote()) return url;
  std::string line = shell_quote(command);
  for (const std::string& argument : arguments) line += " " + shell_quote(argument);
  return line;
}

std::string McpServer::recipient() const {
  if (!is_remote()) return command;
  std::string_view rest = url;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) rest.remove_prefix(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) rest.remove_prefix(at + 1);
  return to_lower_ascii(rest);
}

std::string McpServer::approval_text() const {
  const auto names = [](const auto& values) {
    std::vector<std::string> sorted;
    for (const auto& pair : values) sorted.push_back(pair.first);
    std::sort(sorted.begin(), sorted.end());
    return Node::strings(sorted);
  };
  Node header_values = Node::mapping();
  for (const auto& header : headers) header_values.set(header.first, header.second);
  return canonical_json(Node::mapping(
      {{"command", command}, {"args", Node::strings(arguments)}, {"env", names(environment)}, {"url", url}, {"headers", header_values}}));
}

std::vector<std::string> McpServer::variables() const {
  std::vector<std::string> all;
  const auto collect = [&](std::string_view text) {
    for (std::string& variable : variable_references(text)) all.push_back(std::move(variable));
  };
  collect(command);
  collect(url);
  for (const std::string& argument : arguments) collect(argument);
  for (const auto& variable : environment) collect(variable.second);
  for (const auto& header : headers) collect(header.second);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

std::vector<std::string> variable_references(std::string_view text) {
  std::vector<std::string> names;
  for (auto begin = text.find("${"); begin != std::string_view::npos; begin = text.find("${", begin + 2)) {
    const auto end = text.find('}', begin);
    if (end == std::string_view::npos) break;
    std::string_view name = text.substr(begin + 2, end - begin - 2);
    name = name.substr(0, name.find(':'));  // ${VAR:-otherwise}
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

}  // namespace kopi
