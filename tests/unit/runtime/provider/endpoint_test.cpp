#include "runtime/provider/endpoint.hpp"

#include "support/documents.hpp"
#include "support/fixed_variables.hpp"

using namespace kopi;
using kopi::test::FixedVariables;
using kopi::test::json;

namespace {

ModelSetting model(std::string_view text) { return parse_model(text); }

/// "wire model url key=... header=..." as it is resolved with these variables.
std::string resolved(std::string_view name, std::string_view config, std::map<std::string, std::string> variables = {}) {
  const auto endpoint = resolve_endpoint(model(name), json(config), FixedVariables(std::move(variables)));
  if (!endpoint) return test::shown(endpoint.error());
  std::string text = endpoint->wire == Wire::openai_chat ? "openai " : "anthropic ";
  text += endpoint->model + " " + endpoint->url;
  if (!endpoint->key.empty()) text += " key=" + std::string(endpoint->key.reveal());
  for (const auto& [header, value] : endpoint->headers) text += " " + header + "=" + std::string(value.reveal());
  return text;
}

std::string url_of(std::string_view base_url) {
  const auto endpoint =
      find_endpoint(model("openai/m"), json("{\"model\": {\"default\": \"openai/m\", \"base_url\": \"" + std::string(base_url) + "\"}}"),
                    FixedVariables());
  return endpoint ? endpoint->url + " at " + endpoint->host : test::shown(endpoint.error());
}

}  // namespace

TEST_CASE("every provider that kopi knows has an address, and its key a variable or none") {
  for (const ProviderPreset& preset : provider_presets()) {
    INFO(preset.name);
    ModelSetting setting;
    setting.provider = preset.name;
    setting.model = preset.example_model;
    const FixedVariables variables({{std::string(preset.key_variable), "k"}});
    const auto endpoint = resolve_endpoint(setting, json("{}"), variables);
    REQUIRE(endpoint);
    const std::string path = preset.wire == Wire::openai_chat ? "/chat/completions" : "/messages";
    CHECK(endpoint->url == std::string(preset.base_url) + path);
    CHECK(endpoint->shown_url == endpoint->url);
    CHECK(endpoint->wire == preset.wire);
    CHECK(endpoint->key.reveal() == (preset.key_variable.empty() ? "" : "k"));
    CHECK(endpoint->key_needed == !preset.key_variable.empty());
    CHECK(endpoint->url_key.empty());
    if (preset.key_variable.empty()) continue;
    CHECK(test::shown(resolve_endpoint(setting, json("{}"), FixedVariables()).error()) ==
          fmt::format("E_AUTH no API key for {0}: {1} is not set in ada/.env\n  hint: kopi -p ada env set {1}", preset.name,
                      preset.key_variable));
  }
}

TEST_CASE("a base URL may have a path or not, an end or not, a port, a user") {
  const std::string rows[][2] = {{"https://h.test", "https://h.test/v1/chat/completions at h.test"},
                                 {"https://h.test/", "https://h.test/v1/chat/completions at h.test"},
                                 {"https://h.test/v1", "https://h.test/v1/chat/completions at h.test"},
                                 {"https://h.test/v1/", "https://h.test/v1/chat/completions at h.test"},
                                 {"https://h.test/api/paas/v4", "https://h.test/api/paas/v4/chat/completions at h.test"},
                                 {"http://127.0.0.1:8080", "http://127.0.0.1:8080/v1/chat/completions at 127.0.0.1:8080"},
                                 {"http://[::1]:8080/v1", "http://[::1]:8080/v1/chat/completions at [::1]:8080"},
                                 {"HTTPS://H.test/V1", "HTTPS://H.test/V1/chat/completions at h.test"},
                                 {"https://ada:pw@h.test/v1", "https://ada:pw@h.test/v1/chat/completions at h.test"},
                                 {"ftp://h.test", "E_SCHEMA model.base_url is no http or https address"},
                                 {"h.test/v1", "E_SCHEMA model.base_url is no http or https address"},
                                 {"/v1", "E_SCHEMA model.base_url is no http or https address"}};
  for (const auto& [base_url, expected] : rows) {
    INFO(base_url);
    CHECK(url_of(base_url) == expected);
  }
}

TEST_CASE("a user and password in the address are not shown") {
  const auto endpoint = test::must(
      find_endpoint(model("x/m"), json(R"({"model": {"default": "x/m", "base_url": "https://ada:pw@h.test/v1"}})"), FixedVariables()));
  CHECK(endpoint.shown_url == "https://h.test/v1/chat/completions");
}

TEST_CASE("whose settings count for which model") {
  const std::string config = R"({"model": {"default": "openai/gpt", "base_url": "http://127.0.0.1:1/v1"},
    "providers": {"openai": {"base_url": "https://proxy.test/v1"}, "acme": {"base_url": "https://acme.test", "wire": "anthropic-messages", "api_key_env": "ACME"},
                  "anthropic": {"base_url": "https://claude.test/v1", "headers": {"X-Team": "${TEAM}", "X-Plain": "1"}}}})";
  // the address of the model that is configured goes before its provider's; a key is taken where there is one, though none is needed
  CHECK(resolved("openai/gpt", config) == "openai gpt http://127.0.0.1:1/v1/chat/completions");
  CHECK(resolved("openai/other", config, {{"OPENAI_API_KEY", "k"}}) == "openai other http://127.0.0.1:1/v1/chat/completions key=k");
  // another provider's model does not go to that address
  CHECK(resolved("acme/m", config, {{"ACME", "k"}}) == "anthropic m https://acme.test/v1/messages key=k");
  CHECK(resolved("anthropic/c", config, {{"ANTHROPIC_API_KEY", "k"}, {"TEAM", "a b"}}) ==
        "anthropic c https://claude.test/v1/messages key=k X-Team=a b X-Plain=1");
  CHECK(resolved("anthropic/c", config, {{"ANTHROPIC_API_KEY", "k"}}) ==
        "E_AUTH no API key for anthropic: TEAM is not set in ada/.env\n  hint: kopi -p ada env set TEAM");
  CHECK(resolved("groq/l", config, {{"GROQ_API_KEY", "k"}}) == "openai l https://api.groq.com/openai/v1/chat/completions key=k");
}

TEST_CASE("keys that can't be used, and providers that need none") {
  CHECK(resolved("openai/m", "{}", {{"OPENAI_API_KEY", "a\nb"}}) ==
        "E_AUTH OPENAI_API_KEY in ada/.env holds a line break, so it can't be a key");
  CHECK(resolved("openai/m", R"({"providers": {"openai": {"api_key_env": "MINE"}}})", {{"OPENAI_API_KEY", "k"}}) ==
        "E_AUTH no API key for openai: MINE is not set in ada/.env\n  hint: kopi -p ada env set MINE");
  CHECK(resolved("openai/m", R"({"providers": {"openai": {"api_key_env": null}}})") ==
        "openai m https://api.openai.com/v1/chat/completions");
  CHECK(resolved("acme/m", R"({"providers": {"acme": {"base_url": "https://acme.test/v1", "headers": {"X": "a\nb"}}}})") ==
        "E_SCHEMA providers.acme.headers: 'X' is no header; a name has no colon or blank, a value no line break");
  CHECK(resolved("acme/m", R"({"providers": {"acme": {"base_url": "https://acme.test/v1", "headers": {"X: y": "a"}}}})") ==
        "E_SCHEMA providers.acme.headers: 'X: y' is no header; a name has no colon or blank, a value no line break");
  CHECK(resolved("acme/m", R"({"providers": {"acme": {"base_url": "https://acme.test/v1", "wire": "soap"}}})") ==
        "E_SCHEMA providers.acme.wire must be openai-chat or anthropic-messages, not 'soap'");
}

TEST_CASE("an address that is an empty text is none") {
  CHECK(resolved("ollama/m", R"({"model": {"default": "ollama/m", "base_url": ""}, "providers": {"ollama": {"base_url": ""}}})") ==
        "openai m http://127.0.0.1:11434/v1/chat/completions");
  CHECK(resolved("ollama/m", R"({"model": {"default": "ollama/m", "base_url": ""}, "providers": {"ollama": {"base_url": "http://h"}}})") ==
        "openai m http://h/v1/chat/completions");
  CHECK(resolved("acme/m", R"({"providers": {"acme": {"base_url": ""}}})") ==
        "E_NOT_FOUND the model provider 'acme' has no base_url\n  hint: kopi -p ada config set providers.acme.base_url URL");
  // that it is an address's alone: an empty variable means that there is no key
  CHECK(resolved("openai/m", R"({"providers": {"openai": {"api_key_env": ""}}})", {{"OPENAI_API_KEY", "k"}}) ==
        "openai m https://api.openai.com/v1/chat/completions");
}

TEST_CASE("a provider without a model is refused before its key is looked for") {
  for (const std::string_view name : {"openai/", "openai/ "}) {
    CHECK(resolved(name, "{}") ==
          "E_NOT_FOUND 'openai/' names a provider and no model\n  hint: kopi -p ada config set model.default openai/MODEL");
  }
  CHECK(resolved("", "{}") ==
        "E_NOT_FOUND the model '' does not say whose it is\n  hint: kopi -p ada config set model.default PROVIDER/MODEL");
}

TEST_CASE("a provider that nobody knows, and a model that does not say whose it is") {
  CHECK(resolved("antropic/m", "{}") ==
        "E_NOT_FOUND there is no model provider 'antropic', did you mean 'anthropic'?\n  hint: kopi -p ada config set "
        "providers.antropic.base_url URL");
  CHECK(resolved("acne/m", R"({"providers": {"acme": {}}})") ==
        "E_NOT_FOUND there is no model provider 'acne', did you mean 'acme'?\n  hint: kopi -p ada config set providers.acne.base_url URL");
  CHECK(resolved("acme/m", R"({"providers": {"acme": {}}})") ==
        "E_NOT_FOUND the model provider 'acme' has no base_url\n  hint: kopi -p ada config set providers.acme.base_url URL");
  CHECK(resolved("gpt", "{}") ==
        "E_NOT_FOUND the model 'gpt' does not say whose it is\n  hint: kopi -p ada config set model.default PROVIDER/gpt");
  CHECK(resolved("gpt", R"({"model": {"default": "gpt", "base_url": "http://127.0.0.1:9"}})") ==
        "openai gpt http://127.0.0.1:9/v1/chat/completions");
}
