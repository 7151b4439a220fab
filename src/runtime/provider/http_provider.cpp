#include <algorithm>
#include <random>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "runtime/provider/provider.hpp"
#include "runtime/provider/refusal.hpp"

namespace kopi {
namespace {

constexpr int k_attempts = 3;
constexpr std::chrono::milliseconds k_longest_pause{30'000};
constexpr std::chrono::milliseconds k_last_pause{200};  ///< between the answer's end and the connection's
constexpr std::size_t k_max_rest = 64u << 10;
constexpr std::size_t k_max_error_body = 1u << 20;
constexpr std::size_t k_max_answer = 32u << 20;
constexpr std::size_t k_quoted_columns = 300;

/// One request's outcome.
struct Attempt {
  std::optional<Answer> answer;
  Refusal refusal;      ///< when there is none
  std::string partial;  ///< as much of it as came
  std::optional<std::chrono::milliseconds> retry_after;
  std::string retry_after_text;
};

/// Puts an answer together from what its codec understands, and shows it on the way.
class AnswerReader {
 public:
  AnswerReader(Wire wire, AnswerSink& sink) : codec_(make_codec(wire)), sink_(sink) {}

  /// What the provider complained of as JSON, if it did.   @error provider, limit
  Result<std::optional<std::string>> feed(std::string_view bytes) {
    std::vector<SseEvent> events;
    KOPI_CHECK(sse_.feed(bytes, events));
    for (const SseEvent& event : events) {
      any_event_ = true;
      std::vector<StreamEvent> meant;
      auto understood = codec_->feed(event, meant);
      KOPI_TRY(auto complaint, take(meant));
      if (complaint) return complaint;
      KOPI_CHECK(std::move(understood));
    }
    return std::optional<std::string>();
  }

  Result<std::optional<std::string>> feed_whole(std::string_view json) {
    std::vector<StreamEvent> meant;
    KOPI_CHECK(codec_->feed_whole(json, meant));
    return take(meant);
  }

  /// Half characters and all.
  void finish() {
    std::vector<StreamEvent> rest;
    codec_->finish(rest);
    (void)take(rest);  // text alone, and no more than a character of it
  }

  bool any_event() const { return any_event_; }
  bool any_shown() const { return any_shown_; }
  const WireCodec& codec() const { return *codec_; }
  Answer& answer() { return answer_; }
  /// The first tool that the model asked for though none was offered; empty: it did not.
  const std::string& wanted_tool() const { return wanted_tool_; }

 private:
  Result<std::optional<std::string>> take(std::vector<StreamEvent>& events) {
    for (StreamEvent& event : events) {
      switch (event.kind) {
        case StreamEvent::Kind::text:
          if (event.text.empty()) break;
          if (answer_.text.size() + event.text.size() > k_max_answer)
            return error(Code::limit, "the answer is longer than {}", human_bytes(k_max_answer));
          any_shown_ = true;
          answer_.text += event.text;
          sink_.text(event.text);
          break;
        case StreamEvent::Kind::reasoning:
          if (event.text.empty()) break;
          any_shown_ = true;
          sink_.reasoning(event.text);
          break;
        case StreamEvent::Kind::tool_call:
          if (wanted_tool_.empty()) wanted_tool_ = event.text.empty() ? "?" : event.text;
          break;
        case StreamEvent::Kind::usage: answer_.usage = event.usage; break;
        case StreamEvent::Kind::finished: answer_.finish_reason = event.text; break;
        case StreamEvent::Kind::failed: return std::optional(std::move(event.text));
      }
    }
    return std::optional<std::string>();
  }

  std::unique_ptr<WireCodec> codec_;
  AnswerSink& sink_;
  SseParser sse_;
  Answer answer_;
  std::string wanted_tool_;
  bool any_event_ = false;
  bool any_shown_ = false;
};

class HttpProvider final : public Provider {
 public:
  HttpProvider(Endpoint endpoint, HttpTransport& http, Loop& loop, const Variables& variables)
      : endpoint_(std::move(endpoint)), http_(http), loop_(loop), variables_(variables) {}

  Task<AnswerResult> answer(const ChatRequest& request, AnswerSink& sink, std::stop_token stop) override {
    const std::string body = make_codec(endpoint_.wire)->body(request);
    for (int number = 1;; ++number) {
      Attempt attempt = co_await try_once(body, sink, stop);
      if (attempt.answer) co_return *std::move(attempt.answer);
      Refusal& refusal = attempt.refusal;
      if (attempt.retry_after && *attempt.retry_after > k_longest_pause && refusal.can_retry) {
        refusal.error.message += "; it says to " + retry_after_words(attempt.retry_after_text, *attempt.retry_after);
        refusal.can_retry = false;
      }
      if (!refusal.can_retry || number == k_attempts) co_return failure(std::move(refusal.error), std::move(attempt.partial));
      const auto pause = attempt.retry_after.value_or(growing_pause(number));
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

  Task<Attempt> try_once(const std::string& body, AnswerSink& sink, std::stop_token stop) {
    Attempt attempt;
    auto sent = co_await http_.send(make_request(body), stop);
    if (!sent) {
      attempt.refusal.error = std::move(sent).error();
      co_return attempt;
    }
    HttpResponse& response = **sent;
    if (response.status() / 100 != 2) {
      const auto body_of_error = co_await read_body(response, k_max_error_body);
      const std::string said = response.redirect_target().value_or(body_of_error ? *body_of_error : std::string());
      attempt.refusal = judge(response.status(), said);
      const auto retry_after = response.header("retry-after");
      attempt.retry_after_text = retry_after.value_or("");
      if (retry_after) attempt.retry_after = parse_retry_after(*retry_after, response.header("date").value_or(""));
      co_return attempt;
    }
    AnswerReader reader(endpoint_.wire, sink);
    auto complaint = co_await read_answer(response, reader);
    reader.finish();
    if (!complaint) {
      attempt.refusal.error = std::move(complaint).error();
    } else if (*complaint) {
      attempt.refusal = judge(0, **complaint);
      attempt.refusal.can_retry = attempt.refusal.can_retry && !reader.any_shown();
    } else {
      attempt.answer = std::move(reader.answer());
      tell_of_ending(*attempt.answer, reader.wanted_tool(), sink);
      co_return attempt;
    }
    attempt.partial = std::move(reader.answer().text);
    co_return attempt;
  }

  /// What the provider complained of in the middle, if it did.
  Task<Result<std::optional<std::string>>> read_answer(HttpResponse& response, AnswerReader& reader) {
    const std::string type = to_lower_ascii(response.header("content-type").value_or("no content type"));
    if (type.starts_with("application/json")) {  // the server does not stream
      KOPI_CO_TRY(const std::string whole, co_await read_body(response, k_max_answer));
      if (trim(whole).empty()) co_return empty_answer(response);
      co_return understood(reader.feed_whole(whole));
    }
    bool is_empty = true;
    while (!reader.codec().is_over()) {
      KOPI_CO_TRY(const auto piece, co_await response.read());
      if (!piece) break;
      is_empty = is_empty && trim(*piece).empty();
      KOPI_CO_TRY(auto complaint, understood(reader.feed(*piece)));
      if (complaint) co_return std::move(complaint);
    }
    if (is_empty) co_return empty_answer(response);
    if (!reader.any_event())
      co_return error(Code::provider, "{} answered with something that is no model stream ({})", endpoint_.host, type);
    if (!reader.codec().is_complete()) co_return error(Code::network, "{} cut the answer off", endpoint_.host);
    // Read to its end, so that the connection can be used again; a server that keeps it open is not waited for.
    response.expect_end_within(k_last_pause);
    (void)co_await read_body(response, k_max_rest);
    co_return std::optional<std::string>();
  }

  Error empty_answer(const HttpResponse& response) const {
    return error(Code::provider, "{} answered with nothing (HTTP {})", endpoint_.host, response.status());
  }

  static void tell_of_ending(const Answer& answer, const std::string& wanted_tool, AnswerSink& sink) {
    const std::string& finish = answer.finish_reason;
    if (!wanted_tool.empty()) {
      sink.notice("E_TOOL", fmt::format("the model wants to use a tool, '{}', and was offered none", wanted_tool));
    } else if (finish == "length" || finish == "max_tokens") {
      sink.notice("E_LIMIT", "the answer was cut at the provider's limit of tokens");
    } else if (finish == "content_filter" || finish == "refusal") {
      sink.notice("E_PROVIDER", fmt::format("the provider stopped the answer ({})", finish));
    } else if (trim(answer.text).empty()) {
      const std::string reason = finish.empty() ? "" : fmt::format(" ({})", finish);
      sink.notice("E_PROVIDER", fmt::format("the answer is empty{}", reason));
    }
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

  Refusal judge(int status, const std::string& body) const {
    const Complaint complaint = complaint_in(body);
    const bool is_page = trim(body).starts_with('<');
    return judge_refusal(endpoint_, status, complaint, is_page ? "" : quote(complaint.message.empty() ? body : complaint.message),
                         variables_);
  }

  // The server's own words, short, without secrets: first hidden, then shortened, so that no half of a secret is left.
  std::string quote(std::string_view words) const {
    return truncate_to_width(trim(variables_.redact(to_valid_utf8(words))), k_quoted_columns);
  }

  /// What the reader made of the bytes; where it made nothing, the error says whose they were.
  Result<std::optional<std::string>> understood(Result<std::optional<std::string>> complaint) const {
    if (!complaint)
      complaint.error().message = fmt::format("the answer of {} can't be understood: {}", endpoint_.host, quote(complaint.error().message));
    return complaint;
  }

  static std::chrono::milliseconds growing_pause(int number) {
    static thread_local std::minstd_rand random{std::random_device{}()};
    const int base = 500 << (number - 1);
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
