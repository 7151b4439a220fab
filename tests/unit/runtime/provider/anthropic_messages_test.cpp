#include "runtime/provider/anthropic_messages.hpp"

#include "support/documents.hpp"
#include "support/stream_events.hpp"

using namespace kopi;
using kopi::test::json;

namespace {

std::string meaning(std::initializer_list<std::string_view> stream) { return test::meaning(Wire::anthropic_messages, stream); }
std::string whole(std::string_view text) { return test::meaning_of_whole(Wire::anthropic_messages, text); }
std::string bound(std::string model) {
  return render_json(*json(AnthropicMessages().body({std::move(model), "", {}, {}})).find("max_tokens"));
}

}  // namespace

TEST_CASE("a request to Anthropic's wire has the prompt apart, marked for its cache, and a bound") {
  ChatRequest request{
      "claude-x", "Be brief.", {{ChatMessage::Role::user, "a"}, {ChatMessage::Role::assistant, "b"}, {ChatMessage::Role::user, "c"}}, 1.0};
  CHECK(json(AnthropicMessages().body(request)) ==
        json(R"({"model": "claude-x", "max_tokens": 8192, "messages": [{"role": "user", "content": "a"},
    {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}], "stream": true,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}], "temperature": 1.0})"));
  request.system.clear();
  request.temperature.reset();
  CHECK(json(AnthropicMessages().body(request)).find("system") == nullptr);
  CHECK(AnthropicMessages().path() == "/messages");
}

TEST_CASE("the bound of an answer is what old models take") {
  CHECK(bound("claude-sonnet-4-5") == "8192");
  CHECK(bound("claude-3-5-sonnet-20241022") == "8192");
  CHECK(bound("claude-3-opus-20240229") == "4096");
  CHECK(bound("claude-3-haiku-20240307") == "4096");
}

TEST_CASE("Anthropic's own stream") {
  CHECK(
      meaning(
          {R"({"type": "message_start", "message": {"id": "m", "content": [], "usage": {"input_tokens": 12, "cache_creation_input_tokens": 100, "cache_read_input_tokens": 30, "output_tokens": 1}}})",
           R"({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}})",
           R"({"type": "ping"})", R"({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}})",
           R"({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}})",
           R"({"type": "content_block_stop", "index": 0})",
           R"({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}})",
           R"({"type": "content_block_delta", "index": 1, "delta": {"type": "text_delta", "text": "Hello"}})",
           R"({"type": "content_block_stop", "index": 1})",
           R"({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 15}})",
           R"({"type": "message_stop"})"}) == "reasoning Hm.\ntext Hello\nusage 142 15 30\nfinished end_turn\ncomplete, over");
}

TEST_CASE("the type of the event counts where its data has none") {
  const auto codec = make_codec(Wire::anthropic_messages);
  std::vector<StreamEvent> events;
  test::must(codec->feed({"content_block_delta", R"({"delta": {"text": "a"}})"}, events));
  test::must(codec->feed({"message_stop", "{}"}, events));
  CHECK(test::shown(events) == "text a\nusage - - -\nfinished \n");
}

TEST_CASE("an answer is complete once it is said why it ended, even without the last event") {
  CHECK(meaning({R"({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}})"}) == "text a\ncut");
  CHECK(meaning({R"({"type": "message_delta", "delta": {"stop_reason": null}, "usage": {"output_tokens": 1}})"}) == "cut");
  CHECK(
      meaning({R"({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}})",
               R"({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"input_tokens": 3, "output_tokens": 2}})"}) ==
      "text a\nusage 3 2 -\nfinished max_tokens\ncomplete");
}

TEST_CASE("usage that comes late, twice or not at all") {
  CHECK(meaning({R"({"type": "message_start", "message": {"usage": {"input_tokens": 0, "output_tokens": 0}}})",
                 R"({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"input_tokens": 5, "output_tokens": 7}})",
                 R"({"type": "message_stop"})"}) == "usage 5 7 -\nfinished end_turn\ncomplete, over");
  CHECK(meaning({R"({"type": "message_start", "message": {}})", R"({"type": "message_start"})",
                 R"({"type": "message_delta", "usage": null})", R"({"type": "message_stop"})"}) ==
        "usage - - -\nfinished \ncomplete, over");
  CHECK(meaning({R"({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": null}})",
                 R"({"type": "message_stop"})"}) == "usage - - -\nfinished end_turn\ncomplete, over");
}

TEST_CASE("tools, refusals and text in the start of a block") {
  CHECK(
      meaning(
          {R"({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "read_file", "input": {}}})",
           R"({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{\"text\": \"x\"}"}})",
           R"({"type": "message_delta", "delta": {"stop_reason": "tool_use"}})", R"({"type": "message_stop"})"}) ==
      "tool read_file\nusage - - -\nfinished tool_use\ncomplete, over");
  CHECK(meaning({R"({"type": "message_delta", "delta": {"stop_reason": "refusal"}})", R"({"type": "message_stop"})"}) ==
        "usage - - -\nfinished refusal\ncomplete, over");
  CHECK(meaning({R"({"type": "content_block_start", "content_block": {"type": "text", "text": "All"}})"}) == "text All\ncut");
}

TEST_CASE("an error event is handed on; unknown events and other shapes mean nothing") {
  const std::string_view error = R"({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})";
  CHECK(meaning({error}) == "failed " + std::string(error) + "\ncut");
  for (const std::string_view text :
       {"{}", "[]", "3", "null", R"({"type": 4})", R"({"type": "vellum"})", R"({"type": "content_block_delta"})",
        R"({"type": "content_block_delta", "delta": 1})",
        R"({"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": {"text": "no"}}})",
        R"({"type": "message_delta"})"}) {
    INFO(text);
    CHECK(meaning({text}) == "cut");
  }
  CHECK(meaning({"[DONE]"}) == "E_PROVIDER this is no JSON: [DONE]");
}

TEST_CASE("a message in one piece") {
  CHECK(
      whole(
          R"({"type": "message", "content": [{"type": "thinking", "thinking": "Hm.", "signature": "x"}, {"type": "text", "text": "Yes."}], "stop_reason": "end_turn",
    "usage": {"input_tokens": 3, "output_tokens": 1}})") == "reasoning Hm.\ntext Yes.\nusage 3 1 -\nfinished end_turn\ncomplete");
  CHECK(whole(R"({"type": "error", "error": {"message": "no"}})") == "failed {\"type\": \"error\", \"error\": {\"message\": \"no\"}}\ncut");
  CHECK(whole(R"({"type": "message"})") == R"(E_PROVIDER this is no message: {"type": "message"})");
}
