#include "runtime/provider/wire.hpp"

#include "base/text.hpp"
#include "runtime/provider/anthropic_messages.hpp"
#include "runtime/provider/openai_chat.hpp"

namespace kopi {

std::optional<Wire> parse_wire(std::string_view text) {
  if (text == "openai-chat") return Wire::openai_chat;
  if (text == "anthropic-messages") return Wire::anthropic_messages;
  return std::nullopt;
}

std::unique_ptr<WireCodec> make_codec(Wire wire) {
  if (wire == Wire::anthropic_messages) return std::make_unique<AnthropicMessages>();
  return std::make_unique<OpenAiChat>();
}

std::string error_message_in(std::string_view body) {
  const auto parsed = parse_stream_json(body, "the answer");
  if (!parsed) return {};
  // {"error": {"message": ...}}, {"error": "..."}, {"message": ...}, {"detail": ...}
  const Node* at = parsed->find("error");
  if (at == nullptr) at = &*parsed;
  if (const auto text = at->as_string()) return *text;
  for (const std::string_view key : {"message", "detail", "error"}) {
    if (const Node* text = at->find(key); text != nullptr && text->as_string()) return *text->as_string();
  }
  return {};
}

}  // namespace kopi
