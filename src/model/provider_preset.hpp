// model/provider_preset.hpp
//
// The model providers that kopi knows: where each is, how it is spoken to, and which variable holds its key unless config.yaml says
// otherwise.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace kopi {

enum class Wire { openai_chat, anthropic_messages };
/// "openai-chat", "anthropic-messages"
std::optional<Wire> parse_wire(std::string_view text);

struct ProviderPreset {
  std::string_view name;
  std::string_view base_url;
  Wire wire = Wire::openai_chat;
  std::string_view key_variable;   ///< empty: a local server that wants no key
  std::string_view example_model;  ///< what `kopi setup` offers
};
std::span<const ProviderPreset> provider_presets();
/// Null when it is none of them.
const ProviderPreset* find_provider_preset(std::string_view name);

}  // namespace kopi
