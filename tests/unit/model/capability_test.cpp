#include "model/capability.hpp"

#include "support/documents.hpp"

using namespace kopi;

namespace {

struct World {
  Manifest manifest;
  Node config = Node::mapping();
  std::vector<McpServer> servers;
  std::vector<CronJob> jobs;
  std::vector<std::string> executables;
  std::vector<std::string> plugins;

  std::string list() const {
    std::string text;
    for (const Capability& capability : list_capabilities({manifest, config, servers, jobs, executables, plugins})) {
      text += capability.kind + " | " + capability.name + " | " + capability.detail + "\n";
    }
    return text;
  }
};

std::string of_config(std::string_view config) {
  World world;
  world.config = test::json(config);
  return world.list();
}

std::string of_mcp(std::string_view document) {
  World world;
  world.servers = read_mcp_servers(test::json(document), Node(), "mcp.json", "config.yaml").servers;
  return world.list();
}

}  // namespace

TEST_CASE("what only speaks can do nothing") {
  CHECK(World{}.list().empty());
  CHECK(of_config(R"({"model": {"default": "anthropic/x"}, "systemPrompt": "y", "agent": {"max_iterations": 3}})").empty());
}

TEST_CASE("each setting that reaches out is one capability") {
  const std::string rows[][2] = {
      {R"({"model": {"base_url": "https://llm.example/v1"}})", "model | model.base_url | https://llm.example/v1\n"},
      {R"({"providers": {"acme": {"base_url": "https://h/v1", "api_key_env": "ACME_KEY", "headers": {"X": "${ORG}"}}}})",
       "provider | acme | https://h/v1; header X: ${ORG}\nvariable | ACME_KEY | https://h/v1\nvariable | ORG | https://h/v1\n"},
      {R"({"providers": {"acme": {"base_url": "https://h/v1", "wire": "anthropic-messages", "headers": {"X": "y"}}}})",
       "provider | acme | https://h/v1; wire anthropic-messages; header X: y\n"},
      {R"({"model": {"default": "groq/x", "base_url": "https://h/v1"}})",
       "model | model.base_url | https://h/v1\nvariable | GROQ_API_KEY | https://h/v1\n"},
      {R"({"model": {"provider": "groq", "model": "x", "base_url": "https://h"}, "providers": {"groq": {"api_key_env": "K"}}})",
       "model | model.base_url | https://h\nprovider | groq | its usual host\nvariable | K | https://h\nvariable | K | its usual host\n"},
      {R"({"model": {"default": "groq/x", "base_url": "https://h"}, "providers": {"groq": {"api_key_env": ""}}})",
       "model | model.base_url | https://h\nprovider | groq | its usual host\n"},
      {R"({"model": {"default": "groq/x", "base_url": ""}, "providers": {"groq": {"base_url": ""}}})",
       "provider | groq | its usual host\n"},
      {R"({"providers": {"openai": {"base_url": "https://h"}}})", "provider | openai | https://h\nvariable | OPENAI_API_KEY | https://h\n"},
      {R"({"providers": {"openai": {"api_key_env": "OTHER_KEY"}}})",
       "provider | openai | its usual host\nvariable | OTHER_KEY | its usual host\n"},
      {R"({"sandbox": {"mode": "off"}})", "sandbox | sandbox.mode | off\n"},
      {R"({"terminal": {"backend": "local", "cwd": "/", "env": ["A", "B"]}})",
       "terminal | terminal.backend | local\nterminal | terminal.cwd | /\nterminal | terminal.env | [\"A\", \"B\"]\n"},
      {R"({"memory": {"layers": ["team"]}})", "memory | memory.layers | [\"team\"]\n"},
      {R"({"tools": {"allow": ["web", "shell"], "deny": ["x"], "toolsets": ["dev"]}})",
       "denied-tool | x | \ntool | shell | \ntool | web | \ntoolset | dev | \n"},
      {R"({"toolsets": ["dev", "dev"]})", "toolset | dev | \n"},
      {R"({"providers": null, "sandbox": null, "memory": {"layers": null}, "tools": {"allow": null}})", ""},
      {R"({"providers": [], "sandbox": "off", "terminal": 1, "tools": {"allow": "x"}})", ""}};
  for (const auto& [config, expected] : rows) CHECK(of_config(config) == expected);
}

TEST_CASE("an MCP server is a capability with all that its approval is bound to") {
  CHECK(of_mcp(R"({"mcpServers": {"s": {"command": "npx", "args": ["-y", "pkg"], "env": {"B": "${TOKEN}", "A": "1"}}}})") ==
        "mcp-command | s | npx -y pkg; env A=1 B=${TOKEN}\nvariable | TOKEN | npx\n");
  CHECK(of_mcp(R"({"mcpServers": {"s": {"url": "https://h:1/mcp", "headers": {"Authorization": "Bearer ${T}"}, "enabled": false}}})") ==
        "mcp-host | s | https://h:1/mcp; header Authorization: Bearer ${T}; off\nvariable | T | h:1\n");
}

TEST_CASE("files and declarations count too, sorted and each once") {
  World world;
  world.manifest.env = {{"B_KEY", "", true, std::nullopt, true}, {"A_KEY", "", false, std::nullopt, true}};
  world.jobs = {{"digest", "0 8 * * *", "p", "cron/a.json", {}, "", ""},
                {"digest", "0 8 * * *", "q", "cron/b.json", {}, "", ""},
                {"digest", "0 8 * * *", "q", "cron/c.json", {}, "", "0123456789ab"}};
  world.executables = {"scripts/z.sh", "scripts/a.sh"};
  world.plugins = {"p"};
  CHECK(world.list() ==
        "cron | digest | 0 8 * * *\ncron | digest | 0 8 * * *; digest 0123456789ab\nenv | A_KEY | optional\nenv | B_KEY | required\n"
        "executable | scripts/a.sh | \nexecutable | scripts/z.sh | \nplugin | p | \n");
}

TEST_CASE("any change of a server, a host or a schedule is another capability") {
  const std::string before = of_mcp(R"({"mcpServers": {"s": {"command": "npx", "args": ["a"], "env": {"A": "x"}}}})");
  for (const std::string_view server :
       {R"({"command": "npx", "args": ["a"], "env": {"A": "y"}})", R"({"command": "npx", "args": ["a"], "env": {"A": "x"}, "cwd": "/"})",
        R"({"command": "npx", "args": ["a b"], "env": {"A": "x"}})", R"({"command": "npx", "args": ["a"], "env": {"A": "x", "B": ""}})",
        R"({"command": "npx", "args": ["a"], "env": {"A": "${A}"}})", R"({"command": "nqx", "args": ["a"], "env": {"A": "x"}})",
        R"({"command": "npx", "args": ["a"], "env": {"A": "x"}, "enabled": false})"}) {
    CAPTURE(server);
    CHECK(of_mcp(R"({"mcpServers": {"s": )" + std::string(server) + "}}") != before);
  }
}

TEST_CASE("a limit is covered, and missed when it goes") {
  const auto of = [](std::string_view config) {
    World world;
    world.config = test::json(config);
    return list_capabilities({world.manifest, world.config, world.servers, world.jobs, world.executables, world.plugins});
  };
  const auto words = [](const std::vector<Capability>& list) {
    std::string text;
    for (const Capability& capability : list) text += capability.kind + " | " + capability.name + " | " + capability.detail + "\n";
    return text;
  };
  const auto strict = of(R"({"tools": {"deny": ["shell", "write_file"]}, "sandbox": {"mode": "strict"}})");
  CHECK(words(lifted_limits(strict, strict)).empty());
  CHECK(words(lifted_limits({}, strict)).empty());
  for (const Capability& capability : of(R"({"tools": {"deny": ["a"]}})")) CHECK(is_covered(capability, {}));
  CHECK(words(lifted_limits(strict, of(R"({"tools": {"deny": ["shell"]}, "sandbox": {"mode": "off"}})"))) ==
        "tool | write_file | no longer denied\n");
  CHECK(words(lifted_limits(strict, {})) ==
        "tool | shell | no longer denied\ntool | write_file | no longer denied\nsandbox | sandbox.mode | no longer strict\n");
  const auto listed = of(R"({"tools": {"allow": ["read_file"]}})");
  CHECK(words(lifted_limits(listed, of("{}"))) == "tool | every tool | no longer limited to a list\n");
  CHECK(words(lifted_limits(listed, of(R"({"tools": {"allow": ["grep"]}})"))).empty());
}

TEST_CASE("the tools of a server are a limit: a longer list is more, and none at all is every tool") {
  const auto of = [](const std::string& limits) {
    World world;
    world.servers =
        read_mcp_servers(test::json(R"({"mcpServers": {"s": {"command": "n")" + limits + "}}}"), Node(), "mcp.json", "config.yaml").servers;
    return list_capabilities({world.manifest, world.config, world.servers, world.jobs, world.executables, world.plugins});
  };
  const auto gained = [&](const std::string& before, const std::string& after) {
    std::string text;
    for (const Capability& capability : of(after)) {
      if (!is_covered(capability, of(before))) text += "+" + capability.name + " ";
    }
    for (const Capability& capability : lifted_limits(of(before), of(after)))
      text += "lifted " + capability.name + ": " + capability.detail;
    return text;
  };
  const std::string read = R"(, "include": ["read"])", both = R"(, "include": ["read", "write"])", denied = R"(, "exclude": ["write"])";
  CHECK(gained(read, read).empty());
  CHECK(gained(both, read).empty());
  CHECK(gained("", read).empty());
  CHECK(gained("", denied).empty());
  CHECK(gained(read, both) == "+write ");
  CHECK(gained(read, "") == "lifted every tool: s, no longer limited to a list");
  CHECK(gained(denied, "") == "lifted write: s, no longer denied");
  CHECK(lifted_limits(of(denied), {}).empty());  // with the server its limits go
}

TEST_CASE("a list of toolsets is a limit") {
  const auto of = [](std::string_view config) {
    World world;
    world.config = test::json(config);
    return list_capabilities({world.manifest, world.config, world.servers, world.jobs, world.executables, world.plugins});
  };
  const auto lifted = lifted_limits(of(R"({"toolsets": ["files"]})"), of("{}"));
  CHECK(lifted == std::vector<Capability>{{"toolset", "every toolset", "no longer limited to a list"}});
  CHECK(lifted_limits(of("{}"), of(R"({"toolsets": ["files"]})")).empty());
}

TEST_CASE("capabilities are written as records and read back") {
  const std::vector<Capability> capabilities = {{"cron", "digest", "0 8 * * *"}, {"env", "A", ""}};
  const Node json = to_json(capabilities);
  CHECK(json == test::json(R"([{"kind": "cron", "name": "digest", "detail": "0 8 * * *"}, {"kind": "env", "name": "A", "detail": ""}])"));
  CHECK(capabilities_from(json) == capabilities);
  CHECK(capabilities_from(test::json(R"([1, {}, {"kind": "a", "name": "b"}, {"kind": "a", "name": "b", "detail": "c", "x": 1}])")) ==
        std::vector<Capability>{{"a", "b", "c"}});
  CHECK(capabilities_from(Node()).empty());
}

TEST_CASE("every kind has words for people") {
  for (const std::string_view kind : {"mcp-command", "mcp-host", "variable", "model", "provider", "sandbox", "terminal", "memory", "tool",
                                      "mcp-tool", "denied-mcp-tool", "denied-tool", "toolset", "cron", "executable", "plugin", "env"}) {
    CAPTURE(kind);
    CHECK(describe_kind(kind) != kind);
  }
  CHECK(describe_kind("of another kopi") == "of another kopi");
}
