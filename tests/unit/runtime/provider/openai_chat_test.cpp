#include "runtime/provider/openai_chat.hpp"

#include "support/documents.hpp"
#include "support/stream_events.hpp"

using namespace kopi;
using kopi::test::json;

namespace {

std::string meaning(std::initializer_list<std::string_view> stream) { return test::meaning(Wire::openai_chat, stream); }
std::string whole(std::string_view text) { return test::meaning_of_whole(Wire::openai_chat, text); }

}  // namespace

TEST_CASE("a request to OpenAI's wire has the prompt first, the messages in turn, and asks for usage") {
  ChatRequest request{"gpt-x",
                      "Be brief.",
                      {{ChatMessage::Role::user, "a \"q\"\n"}, {ChatMessage::Role::assistant, "b"}, {ChatMessage::Role::user, "é"}},
                      {}};
  CHECK(json(OpenAiChat().body(request)) == json(R"({"model": "gpt-x", "messages": [{"role": "system", "content": "Be brief."},
    {"role": "user", "content": "a \"q\"\n"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "é"}],
    "stream": true, "stream_options": {"include_usage": true}})"));
  request.system.clear();
  request.messages.resize(1);
  request.temperature = 0.5;
  CHECK(json(OpenAiChat().body(request)) == json(R"({"model": "gpt-x", "messages": [{"role": "user", "content": "a \"q\"\n"}],
    "stream": true, "stream_options": {"include_usage": true}, "temperature": 0.5})"));
  CHECK(OpenAiChat().path() == "/chat/completions");
}

TEST_CASE("OpenAI's own stream") {
  CHECK(
      meaning(
          {R"({"id": "c", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "", "refusal": null}, "finish_reason": null}], "usage": null})",
           R"({"choices": [{"index": 0, "delta": {"content": "Hel"}, "logprobs": null, "finish_reason": null}]})",
           R"({"choices": [{"index": 0, "delta": {"content": "lo"}, "finish_reason": null}]})",
           R"({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})",
           R"({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}})",
           "[DONE]"}) == "text Hel\ntext lo\nfinished stop\nusage 9 2 4\ncomplete, over");
}

TEST_CASE("usage stands where a server puts it, and null or odd usage is none") {
  CHECK(
      meaning(
          {R"({"choices": [{"delta": {"content": "a"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}})"}) ==
      "text a\nfinished stop\nusage 1 2 -\ncomplete");
  CHECK(meaning({R"({"usage": {"prompt_tokens": 1}, "choices": []})", R"({"usage": {"prompt_tokens": 1, "completion_tokens": 7}})",
                 "[DONE]"}) == "usage 1 - -\nusage 1 7 -\ncomplete, over");
  CHECK(meaning({R"({"choices": [], "usage": null})", R"({"choices": [], "usage": []})", R"({"usage": 3})"}) == "cut");
  CHECK(meaning({R"({"usage": {"prompt_tokens": "many", "completion_tokens": 1.5, "prompt_tokens_details": null}})"}) ==
        "usage - - -\ncut");
  CHECK(meaning({R"({"usage": {"prompt_tokens": 8, "completion_tokens": 1, "prompt_cache_hit_tokens": 6}})"}) == "usage 8 1 6\ncut");
}

TEST_CASE("why an answer ended is handed on, whatever the word") {
  for (const std::string reason : {"stop", "length", "content_filter", "tool_calls", "eos", ""}) {
    CHECK(meaning({"{\"choices\": [{\"delta\": {}, \"finish_reason\": \"" + reason + "\"}]}"}) == "finished " + reason + "\ncomplete");
  }
  CHECK(meaning({R"({"choices": [{"delta": {"content": "a"}}]})"}) == "text a\ncut");
  CHECK(meaning({" [DONE] "}) == "complete, over");
}

TEST_CASE("reasoning under the names that servers have for it, once") {
  CHECK(meaning({R"({"choices": [{"delta": {"reasoning_content": "a", "content": null}}]})"}) == "reasoning a\ncut");
  CHECK(meaning({R"({"choices": [{"delta": {"reasoning": "b"}}]})"}) == "reasoning b\ncut");
  CHECK(meaning({R"({"choices": [{"delta": {"reasoning_content": "c", "reasoning": "c"}}]})"}) == "reasoning c\ncut");
  CHECK(meaning({R"({"choices": [{"delta": {"reasoning_content": "", "reasoning": null, "content": "d"}}]})"}) == "text d\ncut");
  CHECK(
      meaning(
          {R"({"choices": [{"delta": {"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "e"}]}, {"type": "text", "text": "f"}, {"type": "reference"}]}}]})"}) ==
      "reasoning e\ntext f\ncut");
}

TEST_CASE("a refusal is what the model says, a tool call is named once") {
  CHECK(meaning({R"({"choices": [{"delta": {"content": null, "refusal": "I can't."}}]})"}) == "text I can't.\ncut");
  CHECK(
      meaning(
          {R"({"choices": [{"delta": {"content": null, "tool_calls": [{"index": 0, "id": "c", "type": "function", "function": {"name": "read_file", "arguments": ""}}]}}]})",
           R"({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": "{\"p"}}]}}]})",
           R"({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"name": null, "arguments": "\": 1}"}}]}}]})",
           R"({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]})"}) == "tool read_file\nfinished tool_calls\ncomplete");
}

TEST_CASE("an error in the stream is handed on as it stands, a null one is none") {
  const std::string_view error = R"({"error": {"message": "upstream", "code": 502}, "choices": [{"delta": {"content": "x"}}]})";
  CHECK(meaning({error}) == "failed " + std::string(error) + "\ncut");
  CHECK(meaning({R"({"error": "plain"})"}) == "failed {\"error\": \"plain\"}\ncut");
  CHECK(meaning({R"({"error": null, "choices": [{"delta": {"content": "x"}}]})"}) == "text x\ncut");
}

TEST_CASE("JSON of another shape means nothing, what is no JSON is an error that quotes it") {
  for (const std::string_view text :
       {"{}", "[]", "7", "null", "\"x\"", R"({"choices": {}})", R"({"choices": [1]})", R"({"choices": [{}]})",
        R"({"choices": [{"delta": 3}]})", R"({"choices": [{"delta": {"content": 3}}]})",
        R"({"choices": [{"delta": {"tool_calls": [3, {}, {"function": 1}]}}]})", R"({"object": "ping", "prompt_filter_results": []})"}) {
    INFO(text);
    CHECK(meaning({text}) == "cut");
  }
  CHECK(meaning({"{oops"}) == "E_PROVIDER this is no JSON: {oops");
  CHECK(meaning({""}) == "E_PROVIDER this is no JSON: ");
}

TEST_CASE("half a character at the end of the stream is replaced, not lost") {
  CHECK(meaning({R"({"choices": [{"delta": {"content": "a\ud83c"}}]})", R"({"choices": [{"delta": {"content": "\udf89"}}]})"}) ==
        "text a\ntext 🎉\ncut");
  CHECK(meaning({R"({"choices": [{"delta": {"content": "a\ud83c"}, "finish_reason": "stop"}]})"}) ==
        "text a\nfinished stop\ntext \uFFFD\ncomplete");
}

TEST_CASE("an answer in one piece") {
  CHECK(
      whole(
          R"({"object": "chat.completion", "choices": [{"message": {"role": "assistant", "reasoning_content": "Hm.", "content": "Yes."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 1}})") == "reasoning Hm.\ntext Yes.\nfinished stop\nusage 3 1 -\ncomplete");
  CHECK(whole(R"({"choices": [{"message": {"content": null}}]})") == "complete");
  CHECK(whole(R"({"error": {"message": "no"}})") == "failed {\"error\": {\"message\": \"no\"}}\ncut");
  CHECK(whole("null") == "E_PROVIDER this is no chat completion: null");
  CHECK(whole(R"({"choices": []})") == R"(E_PROVIDER this is no chat completion: {"choices": []})");
  CHECK(whole("<html>") == "E_PROVIDER this is no chat completion: <html>");
}
