#include "runtime/provider/anthropic_messages.hpp"

#include "formats/json.hpp"

namespace kopi {
namespace {

// The wire demands a bound for the answer. The first Claude 3 models take no more than 4,096.
std::int64_t answer_bound(std::string_view model) {
  for (const std::string_view old : {"claude-3-opus", "claude-3-sonnet", "claude-3-haiku", "claude-2", "claude-instant"}) {
    if (model.starts_with(old)) return 4096;
  }
  return 8192;
}

std::optional<std::string> text_at(const Node& node, std::string_view key) {
  const Node* value = node.find(key);
  return value == nullptr ? std::nullopt : value->as_string();
}

}  // namespace

std::string AnthropicMessages::body(const ChatRequest& request) const {
  Node messages = Node::sequence();
  for (const ChatMessage& message : request.messages) {
    const std::string_view role = message.role == ChatMessage::Role::user ? "user" : "assistant";
    messages.push(Node::mapping({{"role", role}, {"content", message.text}}));
  }
  Node body =
      Node::mapping({{"model", request.model}, {"max_tokens", answer_bound(request.model)}, {"messages", messages}, {"stream", true}});
  if (!request.system.empty()) {
    // The system prompt is the same in every request of a session: worth the provider's cache.
    body.set("system", Node::sequence({Node::mapping(
                           {{"type", "text"}, {"text", request.system}, {"cache_control", Node::mapping({{"type", "ephemeral"}})}})}));
  }
  if (request.temperature) body.set("temperature", *request.temperature);
  return render_json(body);
}

Result<void> AnthropicMessages::feed(const SseEvent& event, std::vector<StreamEvent>& out) {
  const auto data = parse_stream_json(event.data, "the stream");
  if (!data) return error(Code::provider, "this is no JSON: {}", event.data);
  const std::string type = text_at(*data, "type").value_or(event.type);
  if (type == "error") {
    out.push_back({StreamEvent::Kind::failed, event.data});
  } else if (type == "message_start") {
    if (const Node* message = data->find("message")) take_usage(message->find("usage"));
  } else if (type == "content_block_start") {
    if (const Node* block = data->find("content_block")) take_block(*block, out);
  } else if (type == "content_block_delta") {
    if (const Node* delta = data->find("delta")) take_block(*delta, out);
  } else if (type == "message_delta") {
    take_usage(data->find("usage"));
    if (const Node* delta = data->find("delta")) reason_ = text_at(*delta, "stop_reason").value_or(reason_);
  } else if (type == "message_stop") {
    close(reason_, out);
  }
  return {};
}

Result<void> AnthropicMessages::feed_whole(std::string_view json, std::vector<StreamEvent>& out) {
  const auto answer = parse_stream_json(json, "the answer");
  if (answer && text_at(*answer, "type") == "error") {
    out.push_back({StreamEvent::Kind::failed, std::string(json)});
    return {};
  }
  const Node* content = answer ? answer->find("content") : nullptr;
  if (content == nullptr || !content->is(Node::Kind::sequence)) return error(Code::provider, "this is no message: {}", json);
  for (const Node& block : content->items()) take_block(block, out);
  take_usage(answer->find("usage"));
  close(text_at(*answer, "stop_reason").value_or(""), out);
  return {};
}

// A whole block, its start (which has text with some gateways), or a delta of it.
void AnthropicMessages::take_block(const Node& block, std::vector<StreamEvent>& out) {
  if (const auto thinking = text_at(block, "thinking"); thinking && !thinking->empty()) {
    out.push_back({StreamEvent::Kind::reasoning, reasoning_.feed(*thinking)});
  }
  if (const auto text = text_at(block, "text"); text && !text->empty()) out.push_back({StreamEvent::Kind::text, text_.feed(*text)});
  if (text_at(block, "type") == "tool_use") out.push_back({StreamEvent::Kind::tool_call, text_at(block, "name").value_or("")});
}

void AnthropicMessages::finish(std::vector<StreamEvent>& out) {
  if (std::string rest = reasoning_.finish(); !rest.empty()) out.push_back({StreamEvent::Kind::reasoning, std::move(rest)});
  if (std::string rest = text_.finish(); !rest.empty()) out.push_back({StreamEvent::Kind::text, std::move(rest)});
  if (!stopped_ && !reason_.empty()) close(reason_, out);
}

void AnthropicMessages::take_usage(const Node* usage) {
  if (usage == nullptr) return;
  const auto take = [&](std::string_view key, std::optional<std::int64_t>& into) {
    if (const Node* value = usage->find(key); value != nullptr && value->as_integer()) into = value->as_integer();
  };
  // What the cache gave and what went into it is not in input_tokens; elsewhere it is.
  take("input_tokens", uncached_);
  take("cache_creation_input_tokens", cache_written_);
  take("cache_read_input_tokens", usage_.cached);
  take("output_tokens", usage_.output);
  if (uncached_) usage_.input = *uncached_ + cache_written_.value_or(0) + usage_.cached.value_or(0);
}

void AnthropicMessages::close(std::string reason, std::vector<StreamEvent>& out) {
  stopped_ = true;
  StreamEvent usage{StreamEvent::Kind::usage, ""};
  usage.usage = usage_;
  out.push_back(std::move(usage));
  out.push_back({StreamEvent::Kind::finished, std::move(reason)});
}

}  // namespace kopi
