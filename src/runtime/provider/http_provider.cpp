#include <algorithm>
#include <charconv>
#include <random>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/json.hpp"
#include "runtime/provider/provider.hpp"

namespace kopi {
namespace {

constexpr int k_attempts = 3;
constexpr std::chrono::milliseconds k_longest_pause{30'000};
constexpr std::size_t k_max_error_body = 1u << 20;

struct Refusal {
  Error error;
  bool can_retry = false;
  std::optional<std::chrono::milliseconds> after;  ///< Retry-After
};

class HttpProvider final : public Provider {
 public:
  HttpProvider(Endpoint endpoint, HttpTransport& http, Loop& loop, const Variables& variables)
      : endpoint_(std::move(endpoint)), http_(http), loop_(loop), variables_(variables) {}

  Task<AnswerResult> answer(const ChatRequest& request, AnswerSink& sink, std::stop_token stop) override {
    const std::string body = make_codec(endpoint_.wire)->body(request);
    for (int attempt = 1;; ++attempt) {
      auto sent = co_await http_.send(make_request(body), stop);
      if (!sent) co_return failure(std::move(sent).error(), "");
      const std::unique_ptr<HttpResponse> response = *std::move(sent);
      if (response->status() / 100 == 2) {
        AnswerResult answer = co_await read_answer(*response, sink);
        co_return answer;
      }
      const Refusal refusal = co_await read_refusal(*response);
      if (!refusal.can_retry || attempt == k_attempts) co_return failure(refusal.error, "");
      const auto pause = std::min(refusal.after.value_or(growing_pause(attempt)), k_longest_pause);
      sink.notice(info(refusal.error.code).name,
                  fmt::format("{}; trying again in {:.1f} s", refusal.error.message, static_cast<double>(pause.count()) / 1000));
      co_await loop_.sleep(pause, stop);
      if (stop.stop_requested()) co_return failure(Error{Code::interrupted, "interrupted"}, "");
    }
  }

 private:
  static AnswerResult failure(Error error, std::string partial) {
    return AnswerResult(tl::unexpect, AnswerFailure{std::move(error), std::move(partial)});
  }

  HttpRequest make_request(const std::string& body) const {
    HttpRequest request;
    request.method = "POST";
    request.url = endpoint_.url;
    request.body = body;
    request.timeouts.first_byte = std::chrono::minutes(5);  // a model may think for long before its first word
    request.timeouts.stall = std::chrono::minutes(2);
    request.headers.push_back({"Content-Type", "application/json"});
    request.headers.push_back({"Accept", "text/event-stream"});
    if (endpoint_.wire == Wire::anthropic_messages) {
      request.headers.push_back({"anthropic-version", "2023-06-01"});
      if (!endpoint_.key.empty()) request.secret_headers.emplace_back("x-api-key", endpoint_.key.clone());
    } else if (!endpoint_.key.empty()) {
      request.secret_headers.emplace_back("Authorization", Secret("Bearer " + std::string(endpoint_.key.reveal())));
    }
    for (const auto& [name, value] : endpoint_.headers) request.secret_headers.emplace_back(name, value.clone());
    return request;
  }

  Task<AnswerResult> read_answer(HttpResponse& response, AnswerSink& sink) {
    const auto codec = make_codec(endpoint_.wire);
    Answer answer;
    const auto take = [&](const std::vector<StreamEvent>& events) {
      for (const StreamEvent& event : events) {
        switch (event.kind) {
          case StreamEvent::Kind::text:
            answer.text += event.text;
            if (!event.text.empty()) sink.text(event.text);
            break;
          case StreamEvent::Kind::reasoning: sink.reasoning(event.text); break;
          case StreamEvent::Kind::usage: answer.usage = event.usage; break;
          case StreamEvent::Kind::finished: answer.finish_reason = event.text; break;
        }
      }
    };
    const std::string type = response.header("content-type").value_or("");
    if (type.find("application/json") != std::string::npos) {  // the server does not stream
      auto whole = co_await read_body(response, 64u << 20);
      if (!whole) co_return failure(std::move(whole).error(), "");
      std::vector<StreamEvent> events;
      if (auto read = codec->feed_whole(*whole, events); !read) co_return failure(described(std::move(read).error()), "");
      take(events);
      co_return answer;
    }
    SseParser parser;
    bool any_event = false;
    for (;;) {
      auto piece = co_await response.read();
      if (!piece) co_return failure(std::move(piece).error(), answer.text + codec->finish());
      if (!*piece) break;
      std::vector<SseEvent> events;
      if (auto fed = parser.feed(**piece, events); !fed) co_return failure(std::move(fed).error(), answer.text);
      for (const SseEvent& event : events) {
        any_event = true;
        std::vector<StreamEvent> meant;
        auto understood = codec->feed(event, meant);
        take(meant);
        if (!understood) co_return failure(described(std::move(understood).error()), answer.text + codec->finish());
      }
    }
    if (const std::string rest = codec->finish(); !rest.empty()) take({{StreamEvent::Kind::text, rest}});
    if (!any_event) co_return failure(error(Code::provider, "{} answered with something that is no model stream ({})", endpoint_.host, type.empty() ? "no content type" : type), "");
    if (!codec->is_complete()) co_return failure(error(Code::network, "{} cut the answer off", endpoint_.host), answer.text);
    if (answer.finish_reason == "length" || answer.finish_reason == "max_tokens") {
      sink.notice("E_LIMIT", "the answer was cut at the provider's limit of tokens");
    }
    co_return answer;
  }

  Task<Refusal> read_refusal(HttpResponse& response) {
    auto body = co_await read_body(response, k_max_error_body);
    const std::string said = said_by(body ? *body : std::string());
    const int status = response.status();
    Refusal refusal;
    refusal.error = describe(status, said);
    const bool out_of_quota = said.find("quota") != std::string::npos || said.find("billing") != std::string::npos;
    refusal.can_retry = (status == 429 && !out_of_quota) || status >= 500;
    if (const auto header = response.header("retry-after")) {
      double seconds = 0;
      const auto [end, problem] = std::from_chars(header->data(), header->data() + header->size(), seconds);
      if (problem == std::errc{} && seconds >= 0) refusal.after = std::chrono::milliseconds(static_cast<long long>(std::min(seconds, 3600.0) * 1000));
    }
    co_return refusal;
  }

  // The server's own words, short, without secrets.
  std::string said_by(const std::string& body) const {
    std::string said = error_message_in(body);
    if (said.empty()) said = body;
    said = variables_.redact(to_valid_utf8(said));
    return truncate_to_width(trim(said), 300);
  }

  Error described(Error problem) const {
    problem.message = variables_.redact(problem.message);
    return problem;
  }

  Error describe(int status, const std::string& said) const {
    const std::string words = said.empty() ? "" : ": " + said;
    const std::string& variable = endpoint_.key_variable;
    if (status == 401 || status == 403) {
      const std::string which = variable.empty() ? "the request" : fmt::format("the key in {} ({})", variable, variables_.file());
      Error problem = error(Code::auth, "{} refuses {} (HTTP {}){}", endpoint_.host, which, status, words);
      if (!variable.empty()) problem.hint = "kopi env set " + variable;
      return problem;
    }
    if (status == 404) {
      return with_hint(error(Code::not_found, "{} knows no model '{}' (HTTP 404){}", endpoint_.host, endpoint_.model, words),
                       "kopi config set model.default " + endpoint_.provider + "/MODEL");
    }
    if (status == 402) return error(Code::provider, "{} wants to be paid first (HTTP 402){}", endpoint_.host, words);
    if (status == 429) return error(Code::provider, "{} limits how often it may be asked (HTTP 429){}", endpoint_.host, words);
    if (status == 529 || status == 503) return error(Code::provider, "{} is overloaded (HTTP {}){}", endpoint_.host, status, words);
    if (status >= 500) return error(Code::provider, "{} failed (HTTP {}){}", endpoint_.host, status, words);
    if (status / 100 == 3) return error(Code::provider, "{} redirects elsewhere (HTTP {}), which is not followed with a key", endpoint_.host, status);
    return error(Code::provider, "{} does not accept the request (HTTP {}){}", endpoint_.host, status, words);
  }

  static std::chrono::milliseconds growing_pause(int attempt) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    const int base = 500 << (attempt - 1);
    return std::chrono::milliseconds(std::uniform_int_distribution<int>(base / 2, base)(random));
  }

  Endpoint endpoint_;
  HttpTransport& http_;
  Loop& loop_;
  const Variables& variables_;
};

}  // namespace

std::unique_ptr<Provider> make_http_provider(Endpoint endpoint, HttpTransport& http, Loop& loop, const Variables& variables) {
  return std::make_unique<HttpProvider>(std::move(endpoint), http, loop, variables);
}

}  // namespace kopi
