#include "model/capability.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "model/provider_preset.hpp"
#include "model/settings.hpp"

namespace kopi {
namespace {

constexpr std::pair<std::string_view, std::string_view> k_kinds[] = {{"mcp-command", "runs a command (MCP)"},
                                                                     {"mcp-host", "talks to a host (MCP)"},
                                                                     {"mcp-tool", "offers a tool (MCP)"},
                                                                     {"denied-mcp-tool", "denies a tool (MCP)"},
                                                                     {"variable", "hands a variable to"},
                                                                     {"model", "sends chats to"},
                                                                     {"provider", "adds a model provider"},
                                                                     {"sandbox", "sets the sandbox"},
                                                                     {"terminal", "sets the terminal"},
                                                                     {"memory", "reads shared memory"},
                                                                     {"tool", "allows a tool"},
                                                                     {"denied-tool", "denies a tool"},
                                                                     {"toolset", "uses a toolset"},
                                                                     {"cron", "brings a scheduled job"},
                                                                     {"executable", "brings an executable"},
                                                                     {"plugin", "brings a plugin"},
                                                                     {"env", "asks for a variable"}};

constexpr std::string_view k_off = "; off";  // behind a server that is declared and switched off

class Lister {
 public:
  explicit Lister(const CapabilityInputs& inputs) : in_(inputs) {}

  std::vector<Capability> list() {
    for (const McpServer& server : in_.mcp_servers) {
      add(server.is_remote() ? "mcp-host" : "mcp-command", server.name, describe(server));
      for (const std::string& variable : server.variables()) add("variable", variable, server.recipient());
      for (const std::string& tool : server.include.value_or(std::vector<std::string>())) add("mcp-tool", tool, server.name);
      for (const std::string& tool : server.exclude) add("denied-mcp-tool", tool, server.name);
    }
    model();
    providers();
    subtree("sandbox", "sandbox");
    subtree("terminal", "terminal");
    if (const Node* layers = at({"memory", "layers"})) add("memory", "memory.layers", render_json(*layers));
    strings("tool", at({"tools", "allow"}));
    strings("denied-tool", at({"tools", "deny"}));
    strings("toolset", tool_sets(in_.config));
    for (const CronJob& job : in_.cron_jobs) add("cron", job.id, describe(job));
    for (const std::string& file : in_.executables) add("executable", file, "");
    for (const std::string& plugin : in_.plugins) add("plugin", plugin, "");
    for (const EnvRequirement& variable : in_.manifest.env) add("env", variable.name, variable.required ? "required" : "optional");
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  void add(std::string kind, std::string name, std::string detail) {
    found_.push_back({std::move(kind), std::move(name), std::move(detail)});
  }

  // All that an approval is bound to: an update that changes any of it is seen.
  static std::string describe(const McpServer& server) {
    std::vector<std::string> parts{server.target()};
    for (const auto& [name, value] : server.headers) parts.push_back(fmt::format("header {}: {}", name, value));
    std::vector<std::string> variables;
    for (const auto& [name, value] : server.environment) variables.push_back(fmt::format("{}={}", name, value));
    std::sort(variables.begin(), variables.end());
    if (!variables.empty()) parts.push_back("env " + join(variables, " "));
    if (!server.working_directory.empty()) parts.push_back("in " + server.working_directory);
    return join(parts, "; ") + (server.enabled ? "" : std::string(k_off));
  }

  static std::string describe(const CronJob& job) {
    return job.digest.empty() ? job.schedule : fmt::format("{}; digest {}", job.schedule, job.digest);
  }

  const Node* at(std::initializer_list<std::string_view> path) const {
    const Node* node = &in_.config;
    for (const std::string_view key : path) {
      node = node->find(key);
      if (node == nullptr) return nullptr;
    }
    return node->is_null() ? nullptr : node;
  }

  // As what reads it: '' is none.
  const Node* address(std::initializer_list<std::string_view> path) const {
    const Node* url = at(path);
    return url != nullptr && url->is_scalar() && url->as_text().empty() ? nullptr : url;
  }

  // The variable whose value a request to that provider carries: the one that config.yaml names, else the provider's usual one.
  std::string key_variable(const std::string& provider) const {
    const Node* named = at({"providers", provider, "api_key_env"});
    if (const Node* own = at({"providers", provider}); own != nullptr && own->find("api_key_env") != nullptr)
      return named == nullptr ? std::string() : named->as_text();
    const ProviderPreset* preset = find_provider_preset(provider);
    return preset == nullptr ? std::string() : std::string(preset->key_variable);
  }

  // A key at its provider's own host is what having that provider means; at any other, somebody else receives it.
  void add_key(const std::string& provider, const std::string& base_url) {
    const std::string variable = key_variable(provider);
    if (!variable.empty()) add("variable", variable, base_url);
  }

  void model() {
    const Node* url = address({"model", "base_url"});
    if (url == nullptr) return;
    add("model", "model.base_url", url->as_text());
    if (const auto setting = model_setting(in_.config)) add_key(setting->provider, url->as_text());
  }

  void providers() {
    const Node* table = at({"providers"});
    if (table == nullptr || !table->is(Node::Kind::mapping)) return;
    for (const Node& provider : table->items()) {
      const Node* url = address({"providers", provider.key(), "base_url"});
      const std::string host = url == nullptr ? "its usual host" : url->as_text();
      add("provider", provider.key(), describe_provider(provider, host));
      if (url != nullptr || provider.find("api_key_env") != nullptr) add_key(provider.key(), host);
      if (const Node* headers = provider.find("headers"); headers != nullptr && headers->is(Node::Kind::mapping)) {
        for (const Node& header : headers->items()) {
          for (const std::string& variable : variable_references(header.as_text())) add("variable", variable, host);
        }
      }
    }
  }

  static std::string describe_provider(const Node& provider, const std::string& host) {
    std::vector<std::string> parts{host};
    if (const Node* wire = provider.find("wire"); wire != nullptr && wire->is_scalar()) parts.push_back("wire " + wire->as_text());
    if (const Node* headers = provider.find("headers"); headers != nullptr && headers->is(Node::Kind::mapping)) {
      for (const Node& header : headers->items()) parts.push_back(fmt::format("header {}: {}", header.key(), header.as_text()));
    }
    return join(parts, "; ");
  }

  void subtree(const std::string& kind, std::string_view key) {
    const Node* table = at({key});
    if (table == nullptr || !table->is(Node::Kind::mapping)) return;
    for (const Node& setting : table->items()) {
      add(kind, fmt::format("{}.{}", key, setting.key()), setting.is_scalar() ? setting.as_text() : render_json(setting));
    }
  }

  void strings(const std::string& kind, const Node* list) {
    if (list == nullptr || !list->is(Node::Kind::sequence)) return;
    for (const Node& item : list->items()) add(kind, item.as_text(), "");
  }

  const CapabilityInputs& in_;
  std::vector<Capability> found_;
};

}  // namespace

std::vector<Capability> list_capabilities(const CapabilityInputs& inputs) { return Lister(inputs).list(); }

namespace {

bool is_server(const Capability& capability, std::string_view name) {
  return (capability.kind == "mcp-command" || capability.kind == "mcp-host") && capability.name == name;
}
bool has_server(const std::vector<Capability>& list, std::string_view name) {
  return std::any_of(list.begin(), list.end(), [&](const Capability& other) { return is_server(other, name); });
}
bool limits_tools_of(const std::vector<Capability>& list, std::string_view server) {
  return std::any_of(list.begin(), list.end(), [&](const Capability& other) { return other.kind == "mcp-tool" && other.detail == server; });
}
bool has_kind(const std::vector<Capability>& list, std::string_view kind) {
  return std::any_of(list.begin(), list.end(), [&](const Capability& other) { return other.kind == kind; });
}

// A limit is gone when nothing stands under its name any more. One of a server's goes with the server.
bool is_lifted(const Capability& limit, const std::vector<Capability>& now) {
  const bool of_server = limit.kind == "denied-mcp-tool";
  if (!of_server && limit.kind != "denied-tool" && limit.kind != "sandbox") return false;
  if (of_server && !has_server(now, limit.detail)) return false;
  return std::none_of(now.begin(), now.end(), [&](const Capability& other) {
    return other.kind == limit.kind && other.name == limit.name && (!of_server || other.detail == limit.detail);
  });
}

}  // namespace

bool is_covered(const Capability& capability, const std::vector<Capability>& old) {
  if (capability.kind == "denied-tool" || capability.kind == "denied-mcp-tool") return true;  // limits
  // A list of a server's tools where there was none before narrows it.
  if (capability.kind == "mcp-tool" && has_server(old, capability.detail) && !limits_tools_of(old, capability.detail)) return true;
  std::string_view detail = capability.detail;
  if (is_server(capability, capability.name) && detail.ends_with(k_off)) detail.remove_suffix(k_off.size());
  return std::any_of(old.begin(), old.end(), [&](const Capability& other) {
    if (other.kind != capability.kind || other.name != capability.name) return false;
    return capability.kind == "env" || other.detail == capability.detail || other.detail == detail;
  });
}

std::vector<Capability> lifted_limits(const std::vector<Capability>& old, const std::vector<Capability>& now) {
  std::vector<Capability> lifted;
  for (const Capability& limit : old) {
    if (limit.kind == "mcp-tool" && has_server(now, limit.detail) && !limits_tools_of(now, limit.detail)) {
      const Capability every{"mcp-tool", "every tool", limit.detail + ", no longer limited to a list"};
      if (std::find(lifted.begin(), lifted.end(), every) == lifted.end()) lifted.push_back(every);
    }
    if (!is_lifted(limit, now)) continue;
    if (limit.kind == "denied-mcp-tool") {
      lifted.push_back({"mcp-tool", limit.name, limit.detail + ", no longer denied"});
    } else if (limit.kind == "denied-tool") {
      lifted.push_back({"tool", limit.name, "no longer denied"});
    } else {
      lifted.push_back({limit.kind, limit.name, "no longer " + limit.detail});
    }
  }
  constexpr std::pair<std::string_view, std::string_view> lists[] = {{"tool", "every tool"}, {"toolset", "every toolset"}};
  for (const auto& [kind, every] : lists) {
    if (has_kind(old, kind) && !has_kind(now, kind))
      lifted.push_back({std::string(kind), std::string(every), "no longer limited to a list"});
  }
  return lifted;
}

Node to_json(const Capability& capability) {
  return Node::mapping({{"kind", capability.kind}, {"name", capability.name}, {"detail", capability.detail}});
}

Node to_json(const std::vector<Capability>& capabilities) {
  Node list = Node::sequence();
  for (const Capability& capability : capabilities) list.push(to_json(capability));
  return list;
}

std::vector<Capability> capabilities_from(const Node& list) {
  std::vector<Capability> capabilities;
  for (const Node& item : list.items()) {
    const Node* kind = item.find("kind");
    const Node* name = item.find("name");
    const Node* detail = item.find("detail");
    if (kind != nullptr && name != nullptr && detail != nullptr) {
      capabilities.push_back({kind->as_text(), name->as_text(), detail->as_text()});
    }
  }
  return capabilities;
}

std::string_view describe_kind(std::string_view kind) {
  for (const auto& [known, words] : k_kinds) {
    if (known == kind) return words;
  }
  return kind;
}

}  // namespace kopi
