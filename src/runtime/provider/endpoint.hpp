// runtime/provider/endpoint.hpp
//
// From "anthropic/claude-sonnet-4-5" to where the request goes, how it is written and with which key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "formats/node.hpp"
#include "model/provider_preset.hpp"
#include "model/settings.hpp"
#include "runtime/provider/wire.hpp"
#include "system/http.hpp"

namespace kopi {

/// A profile's variables: its `.env`, and behind it kopi's own environment.
class Variables {
 public:
  virtual ~Variables() = default;
  virtual std::optional<Secret> find(std::string_view name) const = 0;
  /// The file that a missing one belongs into.
  virtual const std::string& file() const = 0;
  /// Where find() has this one from, for messages about its value: "KEY (FILE)".
  virtual std::string origin(std::string_view name) const { return fmt::format("{} ({})", name, file()); }
  /// The command that gives it another value; empty where none would help.
  virtual std::string replacement(std::string_view name) const { return fmt::format("{} env set {}", command(), name); }
  /// How a hint addresses the profile that they belong to: "kopi -p coder".
  virtual std::string command() const = 0;
  /// The text without any secret value, those included that find() gave out: for messages that quote a server.
  virtual std::string redact(std::string_view text) const = 0;
};

struct Endpoint {
  std::string provider;
  std::string model;  ///< as the provider knows it
  Wire wire = Wire::openai_chat;
  std::string url;        ///< of the request
  std::string shown_url;  ///< the same for messages: without a user or password
  std::string url_key;    ///< the setting that says so; empty: the preset
  std::string host;       ///< for messages: "api.openai.com", "127.0.0.1:8080"
  std::string key_variable;
  bool key_needed = false;  ///< a server on this machine rarely asks for one; any other does
  Secret key;               ///< empty where none is needed
  std::vector<std::pair<std::string, Secret>> headers;
};

/// The address that the setting `key` gives an API.   @error schema  it is none of http or https; the text is not shown
Result<Url> parse_base_url(std::string_view text, std::string_view key);

/// `model.base_url` counts for the model that config.yaml names, not for another provider's (`--model`): no key goes to an address
/// that was meant for another.
/// @error not_found  no such provider, or no model of it is named.   @error auth  its key is not set: names variable and file
/// @error schema  the provider's settings can't be used
Result<Endpoint> resolve_endpoint(const ModelSetting& model, const Node& config, const Variables& variables);

/// The same without the key and what else is taken from the variables: where it would go, and which key that wants.
Result<Endpoint> find_endpoint(const ModelSetting& model, const Node& config, const Variables& variables);

}  // namespace kopi
