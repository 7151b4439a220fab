#include "model/capability.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "model/settings.hpp"

namespace kopi {
namespace {

constexpr std::pair<std::string_view, std::string_view> k_kinds[] = {{"mcp-command", "runs a command (MCP)"},
                                                                     {"mcp-host", "talks to a host (MCP)"},
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
    }
    model();
    providers();
    subtree("sandbox", "sandbox");
    subtree("terminal", "terminal");
    if (const Node* layers = at({"memory", "layers"})) add("memory", "memory.layers", render_json(*layers));
    strings("tool", at({"tools", "allow"}));
    strings("denied-tool", at({"tools", "deny"}));
    strings("toolset", tool_sets(in_.config));
    for (const CronJob& job : in_.cron_jobs) add("cron", job.id, job.schedule);
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
    std::vector<std::string> names;
    for (const auto& variable : server.environment) names.push_back(variable.first);
    std::sort(names.begin(), names.end());
    if (!names.empty()) parts.push_back("env " + join(names, " "));
    return join(parts, "; ") + (server.enabled ? "" : std::string(k_off));
  }

  const Node* at(std::initializer_list<std::string_view> path) const {
    const Node* node = &in_.config;
    for (const std::string_view key : path) {
      node = node->find(key);
      if (node == nullptr) return nullptr;
    }
    return node->is_null() ? nullptr : node;
  }

  void model() {
    if (const Node* url = at({"model", "base_url"})) add("model", "model.base_url", url->as_text());
  }

  void providers() {
    const Node* table = at({"providers"});
    if (table == nullptr || !table->is(Node::Kind::mapping)) return;
    for (const Node& provider : table->items()) {
      const Node* url = provider.find("base_url");
      const Node* key = provider.find("api_key_env");
      const std::string host = url == nullptr ? "its usual host" : url->as_text();
      add("provider", provider.key(), host);
      if (key != nullptr) add("variable", key->as_text(), host);
      if (const Node* headers = provider.find("headers"); headers != nullptr && headers->is(Node::Kind::mapping)) {
        for (const Node& header : headers->items()) {
          for (const std::string& variable : variable_references(header.as_text())) add("variable", variable, host);
        }
      }
    }
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

bool is_covered(const Capability& capability, const std::vector<Capability>& old) {
  if (capability.kind == "denied-tool") return true;  // a limit
  std::string_view detail = capability.detail;
  const bool is_server = capability.kind.starts_with("mcp-");
  if (is_server && detail.ends_with(k_off)) detail.remove_suffix(k_off.size());
  return std::any_of(old.begin(), old.end(), [&](const Capability& other) {
    if (other.kind != capability.kind || other.name != capability.name) return false;
    return capability.kind == "env" || other.detail == capability.detail || other.detail == detail;
  });
}

std::vector<Capability> lifted_limits(const std::vector<Capability>& old, const std::vector<Capability>& now) {
  const auto has = [](const std::vector<Capability>& list, std::string_view kind, std::string_view name) {
    return std::any_of(list.begin(), list.end(),
                       [&](const Capability& other) { return other.kind == kind && (name.empty() || other.name == name); });
  };
  std::vector<Capability> lifted;
  for (const Capability& limit : old) {
    const bool denied = limit.kind == "denied-tool";
    if (!denied && limit.kind != "sandbox") continue;
    if (has(now, limit.kind, limit.name)) continue;
    lifted.push_back({denied ? "tool" : limit.kind, limit.name, denied ? "no longer denied" : "no longer " + limit.detail});
  }
  if (has(old, "tool", "") && !has(now, "tool", "")) lifted.push_back({"tool", "every tool", "no longer limited to a list"});
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
