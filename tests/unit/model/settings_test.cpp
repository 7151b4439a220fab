#include "model/settings.hpp"

#include "support/documents.hpp"

using namespace kopi;
using kopi::test::json;
using kopi::test::outcome;

namespace {

// "provider|model by key at line:column"
std::string model(std::string_view config) {
  const auto setting = model_setting(json(config));
  if (!setting) return "-";
  return fmt::format("{}|{} by {} at {}:{}", setting->provider, setting->model, setting->key, setting->place.line, setting->place.column);
}

std::string parts(std::string_view key) {
  const auto parsed = parse_setting_key(key);
  if (!parsed) return test::shown(parsed.error());
  std::string text;
  for (const std::string& part : *parsed) text += "[" + part + "]";
  return text;
}

std::string value(const std::vector<std::string>& key, std::string_view text) {
  Findings findings;
  const auto parsed = parse_setting_value(key, text, findings);
  if (!parsed) return test::shown(parsed.error());
  return render_json(*parsed) + (findings.empty() ? "" : "\n" + test::shown(findings));
}

}  // namespace

TEST_CASE("a model is found where today's distributions and kopi write it") {
  const std::string rows[][2] = {
      {R"({"model": {"default": "anthropic/claude"}})", "anthropic|claude by model.default at 1:23"},
      {R"({"model": ""})", "-"},
      {R"({"model": {"default": "", "model": ""}})", "-"},
      {R"({"model": {"default": "", "model": "groq/x", "provider": ""}})", "groq|x by model.model at 1:36"},
      {R"({"model": {"default": "openrouter/meta/llama"}})", "openrouter|meta/llama by model.default at 1:23"},
      {R"({"model": {"default": "claude"}})", "|claude by model.default at 1:23"},
      {R"({"model": {"provider": "openai", "model": "gpt"}})", "openai|gpt by model.model at 1:43"},
      {R"({"model": {"provider": "openrouter", "model": "meta/llama"}})", "openrouter|meta/llama by model.model at 1:47"},
      {R"({"model": {"provider": "auto", "model": "meta/llama"}})", "meta|llama by model.model at 1:41"},
      {R"({"model": {"model": "meta/llama"}})", "meta|llama by model.model at 1:21"},
      {R"({"model": {"default": "a/b", "provider": "c", "model": "d"}})", "a|b by model.default at 1:23"},
      {R"({"model": "anthropic/claude"})", "anthropic|claude by model at 1:11"},
      {R"({"model": {"default": null, "model": "a/b"}})", "a|b by model.model at 1:38"},
      {R"({"model": {"provider": "openai"}})", "-"},
      {R"({"model": {}})", "-"},
      {R"({"model": null})", "-"},
      {R"({"model": []})", "-"},
      {R"({"model": {"default": ["a"]}})", "-"},
      {R"({})", "-"},
      {R"([])", "-"}};
  for (const auto& [config, expected] : rows) CHECK(model(config) == expected);
  CHECK(parse_model("a/b/c").text() == "a/b/c");
  CHECK(parse_model("a").text() == "a");
}

TEST_CASE("a setting deep in the document is found by its dotted key") {
  const Node config = json(R"({"a": {"b": {"c": 1}, "n": null}, "x.y": 2})");
  REQUIRE(find_setting(config, "a.b.c") != nullptr);
  CHECK(find_setting(config, "a.b.c")->as_integer() == 1);
  for (const std::string_view key : {"a.b.d", "a.n", "b", "a.b.c.d", "x.y", ""}) {
    CAPTURE(key);
    CHECK(find_setting(config, key) == nullptr);
  }
  CHECK(tool_sets(json(R"({"tools": {"toolsets": ["a"]}, "toolsets": ["b"]})"))->items()[0].as_text() == "a");
  CHECK(tool_sets(json(R"({"toolsets": ["b"]})"))->items()[0].as_text() == "b");
  CHECK(tool_sets(json("{}")) == nullptr);
}

TEST_CASE("a key is split at its dots, but not inside quotes") {
  const std::string rows[][2] = {{"model.default", "[model][default]"},
                                 {"systemPrompt", "[systemPrompt]"},
                                 {"providers.\"my.host\".base_url", "[providers][my.host][base_url]"},
                                 {"a b.c", "[a b][c]"},
                                 {"", "E_USAGE '' is not a key; write it as section.name"},
                                 {".", "E_USAGE '.' is not a key; write it as section.name"},
                                 {"a.", "E_USAGE 'a.' is not a key; write it as section.name"},
                                 {".a", "E_USAGE '.a' is not a key; write it as section.name"},
                                 {"a..b", "E_USAGE 'a..b' is not a key; write it as section.name"},
                                 {"a.\"\"", "[a][]"},
                                 {R"("a\"b\\\u0041"."c.d")", R"([a"b\A][c.d])"},
                                 {"a\\b", "[a\\b]"},
                                 {"a.\"b\"c", "E_USAGE 'a.\"b\"c' is not a key; write it as section.name"},
                                 {"a.b\"c\"", "E_USAGE 'a.b\"c\"' is not a key; write it as section.name"},
                                 {"a.\"\\q\"", "E_USAGE 'a.\"\\q\"' is not a key; write it as section.name"},
                                 {"a.\"b", "E_USAGE 'a.\"b' is not a key; write it as section.name"},
                                 {"a. .b", "E_USAGE 'a. .b' is not a key; write it as section.name"}};
  for (const auto& [key, expected] : rows) CHECK(parts(key) == expected);
}

TEST_CASE("every key can be written as text and taken apart again") {
  using Key = std::vector<std::string>;
  const std::pair<Key, std::string> rows[] = {{{"model", "default"}, "model.default"},
                                              {{"", "a"}, R"("".a)"},
                                              {{"a", "my.host"}, R"(a."my.host")"},
                                              {{"a\"b"}, R"("a\"b")"},
                                              {{" a"}, R"(" a")"},
                                              {{"a\nb", "\xe2\x80\xae", "\x7f"}, R"("a\nb"."\u202e"."\u007f")"}};
  for (const auto& [key, text] : rows) {
    CHECK(setting_key(key) == text);
    CHECK(test::must(parse_setting_key(text)) == key);
  }
}

TEST_CASE("what a person types becomes what the schema asks for") {
  using Key = std::vector<std::string>;
  const std::tuple<Key, std::string, std::string> rows[] = {
      {{"model", "default"}, "1.10", "\"1.10\""},
      {{"model", "default"}, "true", "\"true\""},
      {{"model", "default"}, "", "\"\""},
      {{"model", "temperature"}, "0.5", "0.5"},
      {{"model", "temperature"}, "warm", "E_SCHEMA model.temperature must be a number, not 'warm'"},
      {{"agent", "max_iterations"}, "12", "12"},
      {{"agent", "max_iterations"}, "12.5", "E_SCHEMA agent.max_iterations must be a whole number, not '12.5'"},
      {{"agent", "max_iterations"}, "many", "E_SCHEMA agent.max_iterations must be a whole number, not 'many'"},
      {{"tools", "allow"}, "web, shell", "[\"web\", \"shell\"]"},
      {{"tools", "allow"}, "[web, \"a,b\"]", "[\"web\", \"a,b\"]"},
      {{"tools", "allow"}, "[web", "E_SCHEMA tools.allow must be a list: [one, two] or one,two, not '[web'"},
      {{"mcp_servers", "x", "enabled"}, "no", "false"},
      {{"mcp_servers", "x", "enabled"}, "True", "true"},
      {{"mcp_servers", "x", "enabled"}, "2", "E_SCHEMA mcp_servers.x.enabled must be true or false, not '2'"},
      {{"providers", "acme", "base_url"}, "https://h", "\"https://h\""},
      {{"tools"}, "x", "E_SCHEMA tools is a section, not a value\n  hint: kopi config set tools.allow VALUE"}};
  for (const auto& [key, text, expected] : rows) CHECK(value(key, text) == expected);
  CHECK(value({"sandbox", "mode"}, "loose").starts_with("E_SCHEMA sandbox.mode: "));
  CHECK(value({"agent", "max_iterations"}, "0").starts_with("E_SCHEMA agent.max_iterations: "));
  CHECK(value({"model", "temperature"}, "3").starts_with("E_SCHEMA model.temperature: "));
}

TEST_CASE("an unknown key takes what YAML makes of the text, and is reported") {
  CHECK(value({"unknown_thing"}, "12").starts_with("12\n"));
  CHECK(value({"unknown_thing"}, "[a, b]").starts_with("[\"a\", \"b\"]\n"));
  CHECK(value({"unknown_thing"}, "[a").starts_with("\"[a\"\n"));
  CHECK(value({"model", "defualt"}, "x").find("did you mean") != std::string::npos);
}

TEST_CASE("every key of the published schema is found, and a config of them all has no finding") {
  CHECK(config_schema().find("properties") != nullptr);
  const Node config = json(R"({"model": {"default": "a/b", "temperature": 1, "base_url": "u", "fallback": ["c/d"]},
                               "providers": {"x": {"base_url": "u", "wire": "openai-chat", "api_key_env": "K", "headers": {"a": "b"}}},
                               "agent": {"max_iterations": 1, "role": "r", "roles": {"r": {"model": "m", "max_iterations": 2}}},
                               "terminal": {"backend": "local", "cwd": ".", "env": ["A"]},
                               "tools": {"allow": ["a"], "deny": ["b"], "toolsets": ["c"]}, "sandbox": {"mode": "off"},
                               "mcp_servers": {"s": {"command": "c", "args": ["a"], "env": {"A": "b"}, "url": "u", "headers": {"h": "v"},
                                                     "include": ["x"], "exclude": ["y"], "enabled": true}},
                               "memory": {"layers": ["own"]}, "budget": {"turn": 1, "session": 2, "day": 3}, "update": {"merge": "ours"},
                               "systemPrompt": "s"})");
  CHECK(test::shown(check_config(config, "config.yaml")) == "");
}
