#include "model/mcp.hpp"

#include "support/documents.hpp"

using namespace kopi;

namespace {

std::string pairs(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string text;
  for (const auto& [name, value] : values) text += name + "=" + value + ",";
  return text;
}

// One line a server, one a finding.
std::string read(std::string_view mcp_json, std::string_view config) {
  const McpReading reading = read_mcp_servers(mcp_json.empty() ? Node() : test::json(mcp_json),
                                              config.empty() ? Node() : test::json(config), "mcp.json", "config.yaml");
  std::string text;
  for (const McpServer& server : reading.servers) {
    text += fmt::format("{}{}: {}", server.name, server.enabled ? "" : " (off)", server.target());
    if (!server.environment.empty()) text += " env " + pairs(server.environment);
    if (!server.headers.empty()) text += " headers " + pairs(server.headers);
    text += "\n";
  }
  return text + test::shown(reading.findings);
}

McpServer only(std::string_view mcp_json) {
  McpReading reading = read_mcp_servers(test::json(mcp_json), Node(), "mcp.json", "config.yaml");
  REQUIRE(reading.servers.size() == 1);
  return std::move(reading.servers[0]);
}

}  // namespace

TEST_CASE("servers of mcp.json are read under both of its keys, by name") {
  CHECK(read("", "").empty());
  CHECK(read("{}", "{}").empty());
  // where both names of the table have a server, mcpServers counts
  CHECK(read(R"({"mcpServers": {"a": {"command": "ours"}}, "mcp_servers": {"a": {"command": "other"}}})", "") == "a: ours\n");
  CHECK(read(R"({"mcpServers": null})", R"({"mcp_servers": null})").empty());
  CHECK(read(R"({"mcpServers": {"b": {"command": "run b", "args": ["it's", 2, true], "env": {"A": "${A}", "N": 1}}},
                 "mcp_servers": {"a": {"url": "https://h/mcp", "headers": {"Authorization": "Bearer ${T}"}}}})",
             "") ==
        "a: https://h/mcp headers Authorization=Bearer ${T},\n"
        "b: 'run b' 'it'\\''s' 2 true env A=${A},N=1,\n");
}

TEST_CASE("config.yaml wins per server and per key") {
  const std::string_view shipped =
      R"({"mcpServers": {"s": {"command": "npx", "args": ["-y", "x"], "env": {"A": "1"}}, "other": {"url": "https://o/"}}})";
  CHECK(read(shipped, R"({"mcp_servers": {"s": {"enabled": false}}})") == "other: https://o/\ns (off): npx -y x env A=1,\n");
  CHECK(read(shipped, R"({"mcp_servers": {"s": {"args": ["z"], "env": {"B": "2"}}}})") == "other: https://o/\ns: npx z env B=2,\n");
  CHECK(read(shipped, R"({"mcp_servers": {"new": {"url": "http://localhost:1/"}}})") ==
        "new: http://localhost:1/\nother: https://o/\ns: npx -y x env A=1,\n");
  CHECK(read(R"({"mcpServers": {"s": {"command": "npx"}}})", R"({"mcp_servers": {"s": {"command": "", "url": "https://h/"}}})") ==
        "s: https://h/\n");
}

TEST_CASE("enabled and disabled both count") {
  CHECK(read(R"({"mcpServers": {"a": {"command": "x", "enabled": true}, "b": {"command": "x", "enabled": false},
                                "c": {"command": "x", "disabled": true}, "d": {"command": "x", "disabled": false}}})",
             "") == "a: x\nb (off): x\nc (off): x\nd: x\n");
}

TEST_CASE("what is no server is left out with its place") {
  const std::string rows[][2] = {
      {R"({"mcpServers": []})", "medium mcp.invalid mcp.json:1:16 $.mcpServers: expected a mapping\n"},
      {R"({"mcpServers": {"a": 1}})", "medium mcp.invalid mcp.json:1:22 $.mcp_servers.a: expected a mapping\n"},
      {R"({"mcpServers": {"a": {}}})", "medium mcp.invalid mcp.json:1:22 $.mcp_servers.a: needs either a command or a url\n"},
      {R"({"mcpServers": {"a": {"command": "x", "url": "https://h"}}})",
       "medium mcp.invalid mcp.json:1:22 $.mcp_servers.a: needs either a command or a url\n"},
      {R"({"mcpServers": {"a": {"command": ["x"]}}})",
       "medium mcp.invalid mcp.json:1:22 $.mcp_servers.a: needs either a command or a url\n"},
      {R"({"mcpServers": {"a": {"command": "x", "args": "y"}}})",
       "medium mcp.invalid mcp.json:1:47 $.mcp_servers.a.args: expected a list\n"},
      {R"({"mcpServers": {"a": {"command": "x", "args": [[]]}}})",
       "medium mcp.invalid mcp.json:1:48 $.mcp_servers.a.args: expected texts, found a list\n"},
      {R"({"mcpServers": {"a": {"command": "x", "env": ["A"]}}})",
       "a: x\nmedium mcp.invalid mcp.json:1:46 $.mcp_servers.a.env: expected a mapping\n"},
      {R"({"mcpServers": {"a": {"url": "https://h", "headers": {"H": {}}}}})",
       "a: https://h\nmedium mcp.invalid mcp.json:1:60 $.mcp_servers.a.headers.H: expected a text, found a mapping\n"}};
  for (const auto& [document, expected] : rows) CHECK(read(document, "") == expected);
  CHECK(read("", R"({"mcp_servers": {"a": 1}})") == "medium mcp.invalid config.yaml:1:23 $.mcp_servers.a: expected a mapping\n");
}

TEST_CASE("variables are handed to a host or a command") {
  const McpServer local =
      only(R"({"mcpServers": {"s": {"command": "/usr/bin/x", "args": ["--key=${KEY}"], "env": {"T": "${TOKEN:-none}", "U": "$NO"}}}})");
  CHECK(local.recipient() == "/usr/bin/x");
  CHECK(local.variables() == std::vector<std::string>{"KEY", "TOKEN"});
  const std::string urls[][2] = {{"https://API.acme.example/mcp", "api.acme.example"},
                                 {"https://h:8443/x?y#z", "h:8443"},
                                 {"https://user:secret@h/", "h"},
                                 {"https://good.example@evil.example/", "evil.example"},
                                 {"https://h?x=@good.example/", "h"},
                                 {"https://[::1]:1/x", "[::1]:1"},
                                 {"h/x", "h"}};
  for (const auto& [url, host] : urls) CHECK(only(R"({"mcpServers": {"s": {"url": ")" + url + R"("}}})").recipient() == host);
  CHECK(only(R"({"mcpServers": {"s": {"url": "https://h/${A}", "headers": {"B": "${B} ${A}", "C": "${C"}}}})").variables() ==
        std::vector<std::string>{"A", "B"});
}

TEST_CASE("variables are found where they are written as such") {
  const std::pair<std::string_view, std::vector<std::string>> rows[] = {
      {"", {}},    {"$A", {}},  {"${A}", {"A"}},    {"x${A}y${B}", {"A", "B"}}, {"${A}${A}", {"A", "A"}},
      {"${}", {}}, {"${A", {}}, {"${A:-b}", {"A"}}, {"${A} ${", {"A"}},         {"$${A}", {"A"}},
      {"{A}", {}}};
  for (const auto& [text, names] : rows) {
    CAPTURE(text);
    CHECK(variable_references(text) == names);
  }
}

TEST_CASE("an approval is bound to what a server does, and to nothing else") {
  const std::string_view original = R"({"mcpServers": {"s": {"command": "x", "args": ["a", "b"], "env": {"B": "2", "A": "1"}}}})";
  const std::string approved = only(original).approval_text();
  CHECK(approved == R"({"args":["a","b"],"command":"x","env":["A","B"],"headers":{},"url":""})");
  CHECK(only(R"({"mcpServers": {"renamed": {"env": {"A": "other", "B": "3"}, "args": ["a", "b"], "command": "x", "enabled": false}}})")
            .approval_text() == approved);
  for (const std::string_view changed :
       {R"({"command": "y", "args": ["a", "b"], "env": {"A": "", "B": ""}})",
        R"({"command": "x", "args": ["b", "a"], "env": {"A": "", "B": ""}})",
        R"({"command": "x", "args": ["a b"], "env": {"A": "", "B": ""}})", R"({"command": "x", "args": ["a", "b"], "env": {"A": ""}})"}) {
    CAPTURE(changed);
    CHECK(only(R"({"mcpServers": {"s": )" + std::string(changed) + "}}").approval_text() != approved);
  }
  const std::string remote = only(R"({"mcpServers": {"s": {"url": "https://h/", "headers": {"K": "${V}"}}}})").approval_text();
  CHECK(remote == R"({"args":[],"command":"","env":[],"headers":{"K":"${V}"},"url":"https://h/"})");
}
