#include "runtime/provider/refusal.hpp"

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "base/text.hpp"
#include "runtime/provider/stream_json.hpp"

namespace kopi {
namespace {

constexpr long long k_day = 86'400;  ///< in seconds

bool holds_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// Money, not speed: asking again does not help. Google words its limit per minute the same way, but says when to come back, and
// that is judged by its status alone.
bool is_out_of_quota(int status, const std::string& kind, const std::string& words) {
  if (status == 402 || holds_one_of(kind, {"insufficient_quota", "billing", "insufficient_balance"})) return true;
  return (status / 100 == 4 || status == 0) &&
         holds_one_of(words, {"exceeded your current quota", "credit balance", "insufficient balance", "insufficient credits"});
}

// A 404 means the model or the address, and most APIs say the same "Not Found" of an address that all web servers do: only words
// about a model mean one.
bool names_unknown_model(const Endpoint& endpoint, int status, const std::string& kind, const std::string& words) {
  if (holds_one_of(kind, {"model_not_found"})) return true;
  const bool about_model = holds_one_of(words, {"model", "no endpoints found"}) || holds_one_of(words, {to_lower_ascii(endpoint.model)});
  if (status == 404 || (status == 0 && holds_one_of(kind, {"not_found_error"}))) return about_model;
  return status == 400 && words.find("model") != std::string::npos &&
         holds_one_of(words, {"not found", "does not exist", "not a valid model", "invalid model", "unknown model", "no such model"});
}

bool is_too_long(int status, const std::string& kind, const std::string& words) {
  return status == 413 || holds_one_of(kind, {"context_length", "request_too_large"}) ||
         holds_one_of(words, {"maximum context length", "prompt is too long", "context window", "context size", "context length"});
}

// "Sun, 06 Nov 1994 08:49:37 GMT", the one form that servers write (RFC 9110, 5.6.7).
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
  constexpr std::string_view shape = "Www, 00 Mmm 0000 00:00:00 GMT";
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != shape.size() || !text.ends_with(" GMT")) return std::nullopt;
  for (std::size_t i = 5; i < shape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !is_digit : i != 8 && i != 9 && i != 10 && text[i] != shape[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t count) {
    int value = 0;
    for (const char c : text.substr(at, count)) value = value * 10 + (c - '0');
    return value;
  };
  const auto month = months.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
  const auto day = std::chrono::year(number(12, 4)) / std::chrono::month(static_cast<unsigned>(month / 3 + 1)) /
                   std::chrono::day(static_cast<unsigned>(number(5, 2)));
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(number(17, 2)) + std::chrono::minutes(number(20, 2)) +
         std::chrono::seconds(number(23, 2));
}

std::string in_brackets(int status) { return status == 0 ? "" : fmt::format(" (HTTP {})", status); }

Error with_key_hint(Error problem, const Endpoint& endpoint, const Variables& variables) {
  if (!endpoint.key_variable.empty()) problem.hint = variables.replacement(endpoint.key_variable);
  return problem;
}

Error refused_key(const Endpoint& endpoint, int status, const std::string& words, const Variables& variables) {
  const std::string& variable = endpoint.key_variable;
  std::string what = "the request";
  if (!endpoint.key.empty()) {
    what = "the key in " + variables.origin(variable);
  } else if (!variable.empty()) {
    what += fmt::format(", which had no key: {} is not set in {}", variable, variables.file());
  }
  return with_key_hint(error(Code::auth, "{} refuses {}{}{}", endpoint.host, what, in_brackets(status), words), endpoint, variables);
}

Error out_of_quota(const Endpoint& endpoint, int status, const std::string& words, const Variables& variables) {
  const std::string whose = endpoint.key.empty() ? "the account" : "the account of " + variables.origin(endpoint.key_variable);
  return with_key_hint(error(Code::provider, "{} says that {} is out of quota{}{}", endpoint.host, whose, in_brackets(status), words),
                       endpoint, variables);
}

Error unknown_model(const Endpoint& endpoint, int status, const std::string& words, const Variables& variables) {
  return with_hint(error(Code::not_found, "{} knows no model '{}'{}{}", endpoint.host, endpoint.model, in_brackets(status), words),
                   fmt::format("{} config set model.default {}/MODEL", variables.command(), endpoint.provider));
}

Error wrong_address(const Endpoint& endpoint, int status, const Variables& variables) {
  Error problem = error(Code::not_found, "there is no model API at {}{}", endpoint.shown_url, in_brackets(status));
  if (!endpoint.url_key.empty()) problem.hint = fmt::format("{} config set {} URL", variables.command(), endpoint.url_key);
  return problem;
}

}  // namespace

Complaint complaint_in(std::string_view body) {
  const auto parsed = parse_stream_json(body, "the answer");
  if (!parsed) return {};
  // {"error": {"message", "type", "code"}}, {"error": "..."}, {"message": ...}, {"detail": ...}; in a list of one, says Google.
  const Node* root = &*parsed;
  if (root->is(Node::Kind::sequence) && !root->items().empty()) root = &root->items().front();
  const Node* at = root->find("error");
  if (at == nullptr) at = root;
  if (const auto text = at->as_string()) return {*text, ""};
  const auto text_at = [&](std::string_view key) -> std::string {
    const Node* value = at->find(key);
    return value == nullptr || !value->is_scalar() || value->is_null() ? std::string() : value->as_text();
  };
  Complaint complaint;
  for (const std::string_view key : {"message", "detail", "error"}) {
    if (complaint.message.empty()) complaint.message = text_at(key);
  }
  complaint.kind = to_lower_ascii(fmt::format("{} {} {}", text_at("type"), text_at("code"), text_at("status")));
  return complaint;
}

Refusal judge_refusal(const Endpoint& endpoint, int status, const Complaint& complaint, const std::string& said,
                      const Variables& variables) {
  const std::string& host = endpoint.host;
  const std::string& kind = complaint.kind;
  const std::string words = to_lower_ascii(complaint.message);
  const std::string tail = said.empty() ? "" : ": " + said;
  const std::string shown = in_brackets(status);
  if (is_out_of_quota(status, kind, words)) return {out_of_quota(endpoint, status, tail, variables)};
  if (status == 401 || status == 403 || holds_one_of(kind, {"authentication_error", "permission_error", "invalid_api_key"})) {
    return {refused_key(endpoint, status, tail, variables)};
  }
  if (names_unknown_model(endpoint, status, kind, words)) return {unknown_model(endpoint, status, tail, variables)};
  if (status == 404) return {wrong_address(endpoint, status, variables)};
  if (status == 429 || holds_one_of(kind, {"rate_limit", "too_many_requests"})) {
    return {error(Code::provider, "{} limits how often it may be asked{}{}", host, shown, tail), true};
  }
  if (status == 529 || status == 503 || (status == 0 && holds_one_of(kind, {"overloaded"}))) {
    return {error(Code::provider, "{} is overloaded{}{}", host, shown, tail), true};
  }
  if (status >= 500 || status == 408 || (status == 0 && holds_one_of(kind, {"api_error", "server_error"}))) {
    return {error(Code::provider, "{} failed{}{}", host, shown, tail), true};
  }
  if (status / 100 == 3) return {error(Code::provider, "{} redirects elsewhere{}, where no key is sent{}", host, shown, tail)};
  if (is_too_long(status, kind, words)) {
    return {with_hint(error(Code::provider, "the conversation is longer than {} takes{}{}", endpoint.model, shown, tail),
                      variables.command() + " chat --new")};
  }
  if (status == 0) return {error(Code::provider, "{} broke off{}", host, tail)};
  return {error(Code::provider, "{} does not accept the request{}{}", host, shown, tail)};
}

std::string retry_after_words(std::string_view text, std::chrono::milliseconds pause) {
  if (parse_http_date(text)) return fmt::format("wait until {}", text.substr(text.find(' ') + 1));
  const auto seconds = pause.count() / 1000;
  return seconds < k_day ? fmt::format("wait {} seconds", seconds) : "wait a day or longer";
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::string_view date) {
  double seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc{} || end != text.data() + text.size()) {
    const auto then = parse_http_date(text);
    const auto now = parse_http_date(date);
    if (!then || !now) return std::nullopt;
    seconds = std::max(0.0, std::chrono::duration<double>(*then - *now).count());
  }
  if (!(seconds >= 0)) return std::nullopt;
  return std::chrono::milliseconds(static_cast<long long>(std::min(seconds, static_cast<double>(k_day)) * 1000));
}

}  // namespace kopi
