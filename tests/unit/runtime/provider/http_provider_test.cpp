#include "runtime/provider/provider.hpp"
#include "support/fixed_variables.hpp"
#include "support/outcome.hpp"
#include "support/scripted_http.hpp"

using namespace kopi;
using kopi::test::FixedVariables;
using kopi::test::ScriptedAnswer;
using kopi::test::ScriptedHttp;

namespace {

const std::map<std::string, std::string> k_stream = {{"content-type", "text/event-stream; charset=utf-8"}};
const std::string k_done = "data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"stop\"}]}\n\ndata: [DONE]\n\n";

std::string text(std::string_view delta) { return "data: {\"choices\": [{\"delta\": {\"content\": \"" + std::string(delta) + "\"}}]}\n\n"; }
ScriptedAnswer stream(std::vector<std::string> pieces, std::optional<Error> failure = {}) {
  return {200, k_stream, std::move(pieces), std::move(failure)};
}
ScriptedAnswer refusal(int status, std::string retry_after = "0") {
  return {status, {{"retry-after", std::move(retry_after)}}, {R"({"error": {"message": "no"}})"}, {}};
}
ScriptedAnswer nobody() { return {0, {}, {}, Error{Code::network, "refused"}}; }

/// Everything that one question came to, a line each.
struct Asked final : AnswerSink {
  explicit Asked(std::deque<ScriptedAnswer> answers, Wire wire = Wire::openai_chat, std::string stop_at = "-")
      : http(std::move(answers)), stop_at(std::move(stop_at)) {
    Endpoint endpoint;
    endpoint.model = "m";
    endpoint.wire = wire;
    endpoint.url = "https://h.test/v1/x";
    endpoint.host = "h.test";
    endpoint.key = Secret("sk-key-123");
    endpoint.headers.emplace_back("X-Team", Secret("blue"));
    const auto provider = make_http_provider(std::move(endpoint), http, loop, variables);
    const ChatRequest request{"m", "", {{ChatMessage::Role::user, "?"}}, {}};
    const AnswerResult answer = loop.run(provider->answer(request, *this, stop.get_token()));
    seen += answer ? "= " + answer->text
                   : "! " + test::shown(answer.error().error) + (answer.error().partial.empty() ? "" : " | " + answer.error().partial);
  }
  void text(std::string_view delta) override { say("text", delta); }
  void reasoning(std::string_view delta) override { say("reasoning", delta); }
  void notice(std::string_view code, std::string_view message) override { say("notice", std::string(code) + " " + std::string(message)); }
  void say(std::string_view kind, std::string_view words) {
    seen += std::string(kind) + " " + std::string(words) + "\n";
    if (kind == stop_at) stop.request_stop();
  }

  ScriptedHttp http;
  Loop loop;
  FixedVariables variables{{{"K", "sk-key-123"}}};
  std::stop_source stop;
  std::string stop_at, seen;
};

std::string answer_to(std::deque<ScriptedAnswer> answers) { return Asked(std::move(answers)).seen; }

}  // namespace

TEST_CASE("an answer is shown as it comes, whole at the end") {
  CHECK(answer_to({stream({text("Hel") + text("lo"), k_done})}) == "text Hel\ntext lo\n= Hello");
  std::vector<std::string> bytes;
  for (const char c : text("Hi") + k_done) bytes.emplace_back(1, c);
  CHECK(answer_to({stream(bytes)}) == "text Hi\n= Hi");
  CHECK(answer_to({{200, {{"content-type", "Application/JSON"}}, {R"({"choices": [{"mess)", R"(age": {"content": "One."}}]})"}, {}}}) ==
        "text One.\n= One.");
}

TEST_CASE("the request of each wire carries its key where only that wire looks") {
  const Asked openai({stream({k_done})});
  REQUIRE(openai.http.requests.size() == 1);
  const auto headers_of = [](const HttpRequest& request) {
    std::string text;
    for (const auto& header : request.headers) text += header.name + ": " + header.value + "\n";
    for (const auto& [name, value] : request.secret_headers) text += name + ": " + std::string(value.reveal()) + "\n";
    return text;
  };
  CHECK(headers_of(openai.http.requests[0]) ==
        "Content-Type: application/json\nAccept: text/event-stream\nAuthorization: Bearer sk-key-123\nX-Team: blue\n");
  CHECK(openai.http.requests[0].method == "POST");
  CHECK(openai.http.requests[0].url == "https://h.test/v1/x");
  const Asked anthropic({stream({"data: {\"type\": \"message_stop\"}\n\n"})}, Wire::anthropic_messages);
  CHECK(headers_of(anthropic.http.requests[0]) ==
        "Content-Type: application/json\nAccept: text/event-stream\nanthropic-version: 2023-06-01\nx-api-key: sk-key-123\nX-Team: blue\n");
}

TEST_CASE("what may pass is asked for three times, and it is said") {
  const std::string again = "notice E_PROVIDER h.test limits how often it may be asked (HTTP 429): no; trying again in 0.0 s\n";
  CHECK(answer_to({refusal(429), refusal(429), stream({text("Now."), k_done})}) == again + again + "text Now.\n= Now.");
  CHECK(answer_to({refusal(429), refusal(429), refusal(429)}) ==
        again + again + "! E_PROVIDER h.test limits how often it may be asked (HTTP 429): no");
  CHECK(answer_to({refusal(500), refusal(503), refusal(529)}) ==
        "notice E_PROVIDER h.test failed (HTTP 500): no; trying again in 0.0 s\nnotice E_PROVIDER h.test is overloaded (HTTP 503): no; "
        "trying again in 0.0 s\n"
        "! E_PROVIDER h.test is overloaded (HTTP 529): no");
}

TEST_CASE("what does not pass is asked for once") {
  for (const int status : {400, 401, 403, 404, 413, 418, 307}) {
    INFO(status);
    CHECK(Asked({refusal(status), stream({k_done})}).http.left() == 1);
  }
  CHECK(Asked({nobody(), stream({k_done})}).seen == "! E_NETWORK refused");
}

TEST_CASE("an answer of nothing is called that") {
  const std::string nothing = "! E_PROVIDER h.test answered with nothing (HTTP 200)";
  CHECK(answer_to({{200, {{"content-type", "application/json"}}, {}, {}}}) == nothing);
  CHECK(answer_to({{200, {{"content-type", "application/json"}}, {" \r\n"}, {}}}) == nothing);
  CHECK(answer_to({stream({})}) == nothing);
  CHECK(answer_to({{200, {}, {"\n"}, {}}}) == nothing);
}

TEST_CASE("Retry-After as a date counts from the response's own; one too far off ends it") {
  ScriptedAnswer dated = refusal(429, "Sun, 06 Nov 1994 08:49:37 GMT");
  dated.headers["date"] = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(answer_to({dated, stream({text("x"), k_done})})
            .starts_with("notice E_PROVIDER h.test limits how often it may be asked (HTTP 429): no; trying again in 0.0 s\n"));
  CHECK(answer_to({refusal(429, "31"), stream({k_done})}) ==
        "! E_PROVIDER h.test limits how often it may be asked (HTTP 429): no; it says to wait 31 seconds");
}

TEST_CASE("a pause grows, with jitter, and ends with a stop") {
  for (int i = 0; i < 20; ++i) {
    const Asked asked({refusal(500, "soon"), stream({k_done})}, Wire::openai_chat, "notice");
    const std::string start = "notice E_PROVIDER h.test failed (HTTP 500): no; trying again in 0.";
    REQUIRE(asked.seen.starts_with(start));
    const char tenths = asked.seen[start.size()];
    CHECK((tenths >= '2' && tenths <= '5'));
    CHECK(asked.seen.ends_with("\n! E_CANCELLED interrupted"));
    CHECK(asked.http.left() == 1);
  }
}

TEST_CASE("an error in the stream is repeated before the first word and never behind it") {
  const std::string overloaded = "data: {\"error\": {\"type\": \"overloaded_error\", \"message\": \"busy\"}}\n\n";
  const Asked late({stream({text("Once"), overloaded}), stream({k_done})});
  CHECK(late.seen == "text Once\n! E_PROVIDER h.test is overloaded: busy | Once");
  const Asked thinking({stream({"data: {\"choices\": [{\"delta\": {\"reasoning\": \"Hm\"}}]}\n\n" + overloaded}), stream({k_done})});
  CHECK(thinking.seen == "reasoning Hm\n! E_PROVIDER h.test is overloaded: busy");
  CHECK(thinking.http.left() == 1);
  const Asked early({stream({overloaded}), stream({k_done})}, Wire::openai_chat, "notice");
  CHECK(early.seen.starts_with("notice E_PROVIDER h.test is overloaded: busy; trying again in "));
}

TEST_CASE("a cut answer is an error that keeps what came, a stop too") {
  CHECK(answer_to({stream({text("Once")})}) == "text Once\n! E_NETWORK h.test cut the answer off | Once");
  CHECK(answer_to({stream({text("Once")}, Error{Code::network, "cut"})}) == "text Once\n! E_NETWORK cut | Once");
  CHECK(answer_to({stream({text("Once")}, Error{Code::interrupted, "interrupted"})}) == "text Once\n! E_CANCELLED interrupted | Once");
  CHECK(answer_to({stream({text("a\\ud83c")})}) == "text a\ntext \uFFFD\n! E_NETWORK h.test cut the answer off | a\uFFFD");
  CHECK(answer_to({stream({text("All."), "data: {\"choices\": [{\"finish_reason\": \"stop\"}]}\n\n"})}) == "text All.\n= All.");
  CHECK(answer_to({stream({text("All."), k_done}, Error{Code::network, "cut behind the end"})}) == "text All.\n= All.");
}

TEST_CASE("what is no model stream is said to be none") {
  CHECK(answer_to({{200, {{"content-type", "text/html"}}, {"<html>Welcome</html>"}, {}}}) ==
        "! E_PROVIDER h.test answered with something that is no model stream (text/html)");
  CHECK(answer_to({{204, {}, {}, {}}}) == "! E_PROVIDER h.test answered with nothing (HTTP 204)");
  CHECK(answer_to({stream({"data: {oops sk-key-123\n\n"})}) ==
        "! E_PROVIDER the answer of h.test can't be understood: this is no JSON: {oops [hidden]");
  CHECK(answer_to({stream({text("Once") + "data: oops\n\n"})}) ==
        "text Once\n! E_PROVIDER the answer of h.test can't be understood: this is no JSON: oops | Once");
}

TEST_CASE("how an answer ended is told where it did not end well") {
  const auto ended = [](std::string_view reason, std::string_view said = "Hm") {
    return answer_to({stream(
        {text(said), "data: {\"choices\": [{\"delta\": {}, \"finish_reason\": \"" + std::string(reason) + "\"}]}\n\ndata: [DONE]\n\n"})});
  };
  CHECK(ended("length") == "text Hm\nnotice E_LIMIT the answer was cut at the provider's limit of tokens\n= Hm");
  CHECK(ended("content_filter") == "text Hm\nnotice E_PROVIDER the provider stopped the answer (content_filter)\n= Hm");
  CHECK(ended("stop", "") == "notice E_PROVIDER the answer is empty (stop)\n= ");
  CHECK(answer_to({stream({"data: {\"choices\": [{\"delta\": {\"tool_calls\": [{\"function\": {\"name\": \"rm\"}}]}, \"finish_reason\": "
                           "\"tool_calls\"}]}\n\n"})}) == "notice E_TOOL the model wants to use a tool, 'rm', and was offered none\n= ");
}
