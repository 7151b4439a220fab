// model/settings.hpp
//
// config.yaml as the rest of kopi reads it. The keys are those of schemas/config-v1.schema.json; what today's distributions
// write instead is understood too, and never rewritten.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "base/result.hpp"
#include "formats/node.hpp"

namespace kopi {

/// The published schema of config.yaml.
const Node& config_schema();

/// Unknown keys ("did you mean") and wrong types. Never a reason not to start.
Findings check_config(const Node& config, std::string_view file);

/// Which model a profile talks to.
struct ModelSetting {
  std::string provider;  ///< "anthropic"; "" when the text names none
  std::string model;     ///< as the provider knows it: "claude-sonnet-4-5"
  Place place;           ///< where config.yaml says so
  std::string key;       ///< which key says so: "model.default"

  std::string text() const { return provider.empty() ? model : provider + "/" + model; }
};

/// `model.default`, else `model.provider` + `model.model`, else `model:` as text; nothing when none is set.
std::optional<ModelSetting> model_setting(const Node& config);
/// "provider/model" split at the first slash.
ModelSetting parse_model(std::string_view text);

/// `tools.toolsets`, else today's root `toolsets`; null when neither is there.
const Node* tool_sets(const Node& config);

/// A value deep in the document; null when it is absent or empty.
const Node* find_setting(const Node& config, std::string_view dotted_key);

/// The text of a value deep in the document; null when it is absent, no text, or an empty one: '' sets nothing.
const Node* find_text_setting(const Node& config, std::string_view dotted_key);

/// A dotted key as its parts. A part may be a JSON string, to hold dots or anything else: `providers."my.host".base_url`.
/// @error usage
Result<std::vector<std::string>> parse_setting_key(std::string_view key);
/// The parts as one dotted key, which parse_setting_key() takes apart again.
std::string setting_key(const std::vector<std::string>& parts);

/// What a person typed for `key`, as the type that the schema asks for.
/// @error schema  not that type.   Unknown keys: a finding in `findings`, and the value as YAML would read it.
Result<Node> parse_setting_value(const std::vector<std::string>& key, std::string_view text, Findings& findings);

}  // namespace kopi
