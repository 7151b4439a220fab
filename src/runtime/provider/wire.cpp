#include "runtime/provider/wire.hpp"

#include "runtime/provider/anthropic_messages.hpp"
#include "runtime/provider/openai_chat.hpp"

namespace kopi {

std::unique_ptr<WireCodec> make_codec(Wire wire) {
  if (wire == Wire::anthropic_messages) return std::make_unique<AnthropicMessages>();
  return std::make_unique<OpenAiChat>();
}

}  // namespace kopi
