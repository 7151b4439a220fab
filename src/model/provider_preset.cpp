#include "model/provider_preset.hpp"

#include <algorithm>

namespace kopi {
namespace {

constexpr ProviderPreset k_presets[] = {
    {"anthropic", "https://api.anthropic.com/v1", Wire::anthropic_messages, "ANTHROPIC_API_KEY", "claude-sonnet-4-5"},
    {"openai", "https://api.openai.com/v1", Wire::openai_chat, "OPENAI_API_KEY", "gpt-5-mini"},
    {"openrouter", "https://openrouter.ai/api/v1", Wire::openai_chat, "OPENROUTER_API_KEY", "anthropic/claude-sonnet-4.5"},
    {"google", "https://generativelanguage.googleapis.com/v1beta/openai", Wire::openai_chat, "GEMINI_API_KEY", "gemini-2.5-flash"},
    {"groq", "https://api.groq.com/openai/v1", Wire::openai_chat, "GROQ_API_KEY", "llama-3.3-70b-versatile"},
    {"mistral", "https://api.mistral.ai/v1", Wire::openai_chat, "MISTRAL_API_KEY", "mistral-medium-latest"},
    {"deepseek", "https://api.deepseek.com/v1", Wire::openai_chat, "DEEPSEEK_API_KEY", "deepseek-chat"},
    {"xai", "https://api.x.ai/v1", Wire::openai_chat, "XAI_API_KEY", "grok-4-fast"},
    {"together", "https://api.together.xyz/v1", Wire::openai_chat, "TOGETHER_API_KEY", "meta-llama/Llama-3.3-70B-Instruct-Turbo"},
    {"fireworks", "https://api.fireworks.ai/inference/v1", Wire::openai_chat, "FIREWORKS_API_KEY",
     "accounts/fireworks/models/llama-v3p3-70b-instruct"},
    {"cerebras", "https://api.cerebras.ai/v1", Wire::openai_chat, "CEREBRAS_API_KEY", "llama-3.3-70b"},
    {"ollama", "http://127.0.0.1:11434/v1", Wire::openai_chat, "", "llama3.2"},
    {"lmstudio", "http://127.0.0.1:1234/v1", Wire::openai_chat, "", "local-model"},
    {"llamacpp", "http://127.0.0.1:8080/v1", Wire::openai_chat, "", "local-model"},
    {"vllm", "http://127.0.0.1:8000/v1", Wire::openai_chat, "", "local-model"}};

}  // namespace

std::optional<Wire> parse_wire(std::string_view text) {
  if (text == "openai-chat") return Wire::openai_chat;
  if (text == "anthropic-messages") return Wire::anthropic_messages;
  return std::nullopt;
}

std::span<const ProviderPreset> provider_presets() { return k_presets; }

const ProviderPreset* find_provider_preset(std::string_view name) {
  const auto found = std::find_if(std::begin(k_presets), std::end(k_presets), [&](const auto& preset) { return preset.name == name; });
  return found == std::end(k_presets) ? nullptr : found;
}

}  // namespace kopi
