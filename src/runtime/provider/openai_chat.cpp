#include "runtime/provider/openai_chat.hpp"

#include "base/text.hpp"
#include "formats/json.hpp"

namespace kopi {

std::string OpenAiChat::body(const ChatRequest& request) const {
  Node messages = Node::sequence();
  if (!request.system.empty()) messages.push(Node::mapping({{"role", "system"}, {"content", request.system}}));
  for (const ChatMessage& message : request.messages) {
    const std::string_view role = message.role == ChatMessage::Role::user ? "user" : "assistant";
    messages.push(Node::mapping({{"role", role}, {"content", message.text}}));
  }
  Node body = Node::mapping(
      {{"model", request.model}, {"messages", messages}, {"stream", true}, {"stream_options", Node::mapping({{"include_usage", true}})}});
  if (request.temperature) body.set("temperature", *request.temperature);
  return render_json(body);
}

Result<void> OpenAiChat::feed(const SseEvent& event, std::vector<StreamEvent>& out) {
  const std::string_view data = trim(event.data);
  if (data == "[DONE]") {
    done_ = true;
    return {};
  }
  const auto chunk = parse_stream_json(data, "the stream");
  if (!chunk) return error(Code::provider, "this is no JSON: {}", data);
  if (take_failure(*chunk, data, out)) return {};
  if (const Node* choices = chunk->find("choices"); choices != nullptr && !choices->items().empty()) {
    take_choice(choices->items().front(), "delta", out);
  }
  if (const Node* usage = chunk->find("usage"); usage != nullptr && usage->is(Node::Kind::mapping)) take_usage(*usage, out);
  return {};
}

Result<void> OpenAiChat::feed_whole(std::string_view json, std::vector<StreamEvent>& out) {
  const auto answer = parse_stream_json(json, "the answer");
  if (answer && take_failure(*answer, json, out)) return {};
  const Node* choices = answer ? answer->find("choices") : nullptr;
  if (choices == nullptr || choices->items().empty()) return error(Code::provider, "this is no chat completion: {}", json);
  take_choice(choices->items().front(), "message", out);
  if (const Node* usage = answer->find("usage"); usage != nullptr && usage->is(Node::Kind::mapping)) take_usage(*usage, out);
  done_ = true;
  return {};
}

bool OpenAiChat::take_failure(const Node& chunk, std::string_view json, std::vector<StreamEvent>& out) {
  const Node* problem = chunk.find("error");
  if (problem == nullptr || problem->is_null()) return false;
  out.push_back({StreamEvent::Kind::failed, std::string(json)});
  return true;
}

void OpenAiChat::finish(std::vector<StreamEvent>& out) {
  if (std::string rest = reasoning_.finish(); !rest.empty()) out.push_back({StreamEvent::Kind::reasoning, std::move(rest)});
  if (std::string rest = text_.finish(); !rest.empty()) out.push_back({StreamEvent::Kind::text, std::move(rest)});
}

void OpenAiChat::take_choice(const Node& choice, std::string_view part, std::vector<StreamEvent>& out) {
  if (const Node* delta = choice.find(part)) take_delta(*delta, out);
  const Node* reason = choice.find("finish_reason");
  if (reason != nullptr && reason->as_string()) {
    finished_ = true;
    out.push_back({StreamEvent::Kind::finished, *reason->as_string()});
  }
}

void OpenAiChat::take_delta(const Node& delta, std::vector<StreamEvent>& out) {
  // The same thing under the names that servers have for it.
  for (const std::string_view key : {"reasoning_content", "reasoning"}) {
    const Node* reasoning = delta.find(key);
    const auto text = reasoning == nullptr ? std::nullopt : reasoning->as_string();
    if (text && !text->empty()) {
      out.push_back({StreamEvent::Kind::reasoning, reasoning_.feed(*text)});
      break;
    }
  }
  take_text(delta.find("content"), out);
  take_text(delta.find("refusal"), out);  // what the model says instead of an answer
  if (const Node* calls = delta.find("tool_calls"); calls != nullptr && calls->is(Node::Kind::sequence)) {
    for (const Node& call : calls->items()) {
      const Node* function = call.find("function");
      const Node* name = function == nullptr ? nullptr : function->find("name");  // stands in the first delta of a call alone
      if (const auto text = name == nullptr ? std::nullopt : name->as_string()) out.push_back({StreamEvent::Kind::tool_call, *text});
    }
  }
}

// A string, or with Mistral's reasoning models a list of {type: "text", text} and {type: "thinking", thinking: [{text}]}.
void OpenAiChat::take_text(const Node* content, std::vector<StreamEvent>& out) {
  if (content == nullptr) return;
  if (const auto text = content->as_string()) {
    if (!text->empty()) out.push_back({StreamEvent::Kind::text, text_.feed(*text)});
    return;
  }
  if (!content->is(Node::Kind::sequence)) return;
  for (const Node& part : content->items()) {
    if (const Node* text = part.find("text"); text != nullptr && text->as_string()) take_text(text, out);
    const Node* thinking = part.find("thinking");
    if (thinking == nullptr || !thinking->is(Node::Kind::sequence)) continue;
    for (const Node& thought : thinking->items()) {
      const Node* text = thought.find("text");
      if (text != nullptr && text->as_string()) out.push_back({StreamEvent::Kind::reasoning, reasoning_.feed(*text->as_string())});
    }
  }
}

void OpenAiChat::take_usage(const Node& usage, std::vector<StreamEvent>& out) {
  StreamEvent event{StreamEvent::Kind::usage, ""};
  const auto number = [](const Node& table, std::string_view key) {
    const Node* value = table.find(key);
    return value == nullptr ? std::nullopt : value->as_integer();
  };
  event.usage.input = number(usage, "prompt_tokens");
  event.usage.output = number(usage, "completion_tokens");
  if (const Node* details = usage.find("prompt_tokens_details")) event.usage.cached = number(*details, "cached_tokens");
  if (!event.usage.cached) event.usage.cached = number(usage, "prompt_cache_hit_tokens");  // DeepSeek's name for it
  out.push_back(std::move(event));
}

}  // namespace kopi
