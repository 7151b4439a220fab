// runtime/provider/openai_chat.hpp
//
// OpenAI's chat completions, which most servers speak: OpenRouter, Ollama, llama.cpp, vLLM, LM Studio, Groq, ...
#pragma once

#include "formats/node.hpp"
#include "runtime/provider/stream_json.hpp"
#include "runtime/provider/wire.hpp"

namespace kopi {

class OpenAiChat final : public WireCodec {
 public:
  std::string_view path() const override { return "/chat/completions"; }
  std::string body(const ChatRequest& request) const override;
  Result<void> feed(const SseEvent& event, std::vector<StreamEvent>& out) override;
  Result<void> feed_whole(std::string_view json, std::vector<StreamEvent>& out) override;
  bool is_complete() const override { return done_ || finished_; }
  bool is_over() const override { return done_; }
  void finish(std::vector<StreamEvent>& out) override;

 private:
  static bool take_failure(const Node& chunk, std::string_view json, std::vector<StreamEvent>& out);
  void take_choice(const Node& choice, std::string_view part, std::vector<StreamEvent>& out);
  void take_delta(const Node& delta, std::vector<StreamEvent>& out);
  void take_text(const Node* content, std::vector<StreamEvent>& out);
  static void take_usage(const Node& usage, std::vector<StreamEvent>& out);

  SurrogateJoiner text_;
  SurrogateJoiner reasoning_;
  bool done_ = false;
  bool finished_ = false;
};

}  // namespace kopi
