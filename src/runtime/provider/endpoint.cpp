#include "runtime/provider/endpoint.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/mcp.hpp"
#include "system/http.hpp"

namespace kopi {
namespace {

std::string text_in(const Node* table, std::string_view key) {
  const Node* value = table == nullptr ? nullptr : table->find(key);
  return value != nullptr && value->is_scalar() && !value->is_null() ? value->as_text() : std::string();
}

// https://host and https://host/v1 mean the same API; a longer path is taken as it stands.
std::string with_version(std::string base_url, const Url& url) {
  while (base_url.ends_with('/')) base_url.pop_back();
  return url.path == "/" || url.path.empty() ? base_url + "/v1" : base_url;
}

std::string find_base_url(const ModelSetting& model, const Node& config, const Node* own, const ProviderPreset* preset, std::string& key) {
  const auto configured = model_setting(config);
  const Node* of_model = find_text_setting(config, "model.base_url");
  const bool is_configured = !configured || configured->provider == model.provider;
  if (is_configured && of_model != nullptr) {
    key = "model.base_url";
    return of_model->as_text();
  }
  if (std::string url = text_in(own, "base_url"); !url.empty()) {
    key = fmt::format("providers.{}.base_url", model.provider);
    return url;
  }
  return std::string(preset == nullptr ? "" : preset->base_url);
}

Error unknown_provider(const ModelSetting& model, const Node* own, const Variables& variables) {
  if (model.provider.empty()) {
    return with_hint(
        error(Code::not_found, "the model '{}' does not say whose it is", model.model),
        fmt::format("{} config set model.default PROVIDER/{}", variables.command(), model.model.empty() ? "MODEL" : model.model));
  }
  if (own != nullptr && own->find(model.provider) != nullptr) {
    return with_hint(error(Code::not_found, "the model provider '{}' has no base_url", model.provider),
                     fmt::format("{} config set providers.{}.base_url URL", variables.command(), model.provider));
  }
  std::vector<std::string> names;
  for (const ProviderPreset& preset : provider_presets()) names.emplace_back(preset.name);
  if (own != nullptr) {
    for (const Node& provider : own->items()) names.push_back(provider.key());
  }
  Error problem = error(Code::not_found, "there is no model provider '{}'", model.provider);
  if (const auto meant = closest(model.provider, names)) problem.message += fmt::format(", did you mean '{}'?", *meant);
  problem.hint = fmt::format("{} config set providers.{}.base_url URL", variables.command(), model.provider);
  return problem;
}

// Before any request: each API has an odd answer of its own to it.
Result<void> check_model_name(const Endpoint& endpoint, const Variables& variables) {
  if (!trim(endpoint.model).empty()) return {};
  return with_hint(error(Code::not_found, "'{}/' names a provider and no model", endpoint.provider),
                   fmt::format("{} config set model.default {}/MODEL", variables.command(), endpoint.provider));
}

Error missing_key(const std::string& provider, const std::string& variable, const Variables& variables) {
  return with_hint(error(Code::auth, "no API key for {}: {} is not set in {}", provider, variable, variables.file()),
                   fmt::format("{} env set {}", variables.command(), variable));
}

Result<std::vector<std::pair<std::string, Secret>>> read_headers(const Node* own, const Variables& variables, const std::string& provider) {
  std::vector<std::pair<std::string, Secret>> headers;
  const Node* table = own == nullptr ? nullptr : own->find("headers");
  if (table == nullptr) return headers;
  for (const Node& header : table->items()) {
    std::string value = header.as_text();
    for (const std::string& name : variable_references(header.as_text())) {
      const auto secret = variables.find(name);
      if (!secret) return missing_key(provider, name, variables);
      value = replace_all(value, "${" + name + "}", secret->reveal());
    }
    if (value.find_first_of("\r\n") != std::string::npos || header.key().find_first_of("\r\n: ") != std::string::npos) {
      return error(Code::schema, "providers.{}.headers: '{}' is no header; a name has no colon or blank, a value no line break", provider,
                   header.key());
    }
    headers.emplace_back(header.key(), Secret(std::move(value)));
  }
  return headers;
}

}  // namespace

Result<Url> parse_base_url(std::string_view text, std::string_view key) {
  auto url = parse_url(text);
  if (url && (url->scheme == "http" || url->scheme == "https")) return url;
  return error(Code::schema, "{} is no http or https address", key);  // it may hold a password: not shown
}

Result<Endpoint> find_endpoint(const ModelSetting& model, const Node& config, const Variables& variables) {
  const Node* table = find_setting(config, "providers");
  const Node* own = table == nullptr ? nullptr : table->find(model.provider);
  const ProviderPreset* preset = find_provider_preset(model.provider);

  Endpoint endpoint;
  endpoint.provider = model.provider;
  endpoint.model = model.model;
  const std::string base_url = find_base_url(model, config, own, preset, endpoint.url_key);
  if (base_url.empty()) return unknown_provider(model, table, variables);
  if (preset != nullptr) endpoint.wire = preset->wire;
  if (const std::string wire = text_in(own, "wire"); !wire.empty()) {
    const auto parsed = parse_wire(wire);
    if (!parsed) return error(Code::schema, "providers.{}.wire must be openai-chat or anthropic-messages, not '{}'", model.provider, wire);
    endpoint.wire = *parsed;
  }
  KOPI_TRY(const Url url, parse_base_url(base_url, endpoint.url_key));
  endpoint.host = url.port == 0 ? url.host : fmt::format("{}:{}", url.host, url.port);
  endpoint.url = with_version(base_url, url) + std::string(make_codec(endpoint.wire)->path());
  if (const auto whole = parse_url(endpoint.url)) endpoint.shown_url = whole->shown();
  endpoint.key_variable = preset == nullptr ? "" : preset->key_variable;
  if (own != nullptr && own->find("api_key_env") != nullptr) endpoint.key_variable = text_in(own, "api_key_env");
  endpoint.key_needed = !endpoint.key_variable.empty() && !is_loopback_host(url.host);
  return endpoint;
}

Result<Endpoint> resolve_endpoint(const ModelSetting& model, const Node& config, const Variables& variables) {
  KOPI_TRY(Endpoint endpoint, find_endpoint(model, config, variables));
  KOPI_CHECK(check_model_name(endpoint, variables));
  if (!endpoint.key_variable.empty()) {
    auto key = variables.find(endpoint.key_variable);
    if (!key && endpoint.key_needed) return missing_key(endpoint.provider, endpoint.key_variable, variables);
    if (key) endpoint.key = *std::move(key);
    if (endpoint.key.reveal().find_first_of("\r\n") != std::string_view::npos) {
      return error(Code::auth, "{} in {} holds a line break, so it can't be a key", endpoint.key_variable, variables.file());
    }
  }
  const Node* table = find_setting(config, "providers");
  KOPI_TRY(endpoint.headers, read_headers(table == nullptr ? nullptr : table->find(model.provider), variables, model.provider));
  return endpoint;
}

}  // namespace kopi
