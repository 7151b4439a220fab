#include "runtime/provider/refusal.hpp"

#include "support/fixed_variables.hpp"
#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::FixedVariables;

namespace {

Endpoint endpoint() {
  Endpoint endpoint;
  endpoint.provider = "acme";
  endpoint.model = "Big-1";
  endpoint.host = "api.acme.test";
  endpoint.shown_url = "https://api.acme.test/v1/chat/completions";
  endpoint.url_key = "model.base_url";
  endpoint.key_variable = "ACME_API_KEY";
  endpoint.key = Secret("k");
  return endpoint;
}

/// "E_CODE message" and its hint, "again" when a repetition may help.
std::string judged(int status, std::string_view body, const Endpoint& asked = endpoint()) {
  const Complaint complaint = complaint_in(body);
  const Refusal refusal = judge_refusal(asked, status, complaint, complaint.message, FixedVariables());
  return test::shown(refusal.error) + (refusal.can_retry ? "\n  again" : "");
}

std::string words(std::string_view body) {
  const Complaint complaint = complaint_in(body);
  return complaint.message + "|" + complaint.kind;
}

std::string seconds(std::string_view retry_after, std::string_view date = "") {
  const auto pause = parse_retry_after(retry_after, date);
  return pause ? fmt::format("{:g}", static_cast<double>(pause->count()) / 1000) : "-";
}

const std::string k_key_hint = "\n  hint: kopi -p ada env set ACME_API_KEY";

}  // namespace

TEST_CASE("the words of an error are found in whatever form an API has for them") {
  const std::string rows[][2] = {
      {R"({"error": {"message": "no", "type": "T", "code": "C"}})", "no|t c "},
      {R"({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})", "Overloaded|overloaded_error  "},
      {R"([{"error": {"code": 400, "message": "bad", "status": "INVALID_ARGUMENT"}}])", "bad| 400 invalid_argument"},
      {R"({"error": "plain"})", "plain|"},
      {R"({"detail": "Not Found"})", "Not Found|  "},
      {R"({"message": "top", "code": 3})", "top| 3 "},
      {R"({"error": {"error": "inner"}})", "inner|  "},
      {R"({"error": {"message": null, "code": null}})", "|  "},
      {"{}", "|  "},
      {"[]", "|  "},
      {"null", "|  "},
      {"<html>", "|"},
      {"", "|"}};
  for (const auto& [body, expected] : rows) {
    INFO(body);
    CHECK(words(body) == expected);
  }
}

TEST_CASE("every status and kind of refusal has its message, code and hint") {
  const std::string key = "ACME_API_KEY (ada/.env)";
  struct Row {
    int status;
    std::string body, expected;
  };
  const Row rows[] = {
      {401, R"({"error": {"message": "bad key"}})", "E_AUTH api.acme.test refuses the key in " + key + " (HTTP 401): bad key" + k_key_hint},
      {403, "", "E_AUTH api.acme.test refuses the key in " + key + " (HTTP 403)" + k_key_hint},
      {0, R"({"error": {"type": "authentication_error"}})", "E_AUTH api.acme.test refuses the key in " + key + k_key_hint},
      {400, R"({"error": {"code": "invalid_api_key", "message": "x"}})",
       "E_AUTH api.acme.test refuses the key in " + key + " (HTTP 400): x" + k_key_hint},
      {402, R"({"error": "pay"})",
       "E_PROVIDER api.acme.test says that the account of " + key + " is out of quota (HTTP 402): pay" + k_key_hint},
      {429, R"({"error": {"code": "insufficient_quota", "message": "x"}})",
       "E_PROVIDER api.acme.test says that the account of " + key + " is out of quota (HTTP 429): x" + k_key_hint},
      {400, R"({"error": {"message": "Your credit balance is too low"}})",
       "E_PROVIDER api.acme.test says that the account of " + key + " is out of quota (HTTP 400): Your credit balance is too low" +
           k_key_hint},
      {429, R"({"error": {"message": "slow"}})", "E_PROVIDER api.acme.test limits how often it may be asked (HTTP 429): slow\n  again"},
      {0, R"({"error": {"type": "rate_limit_error", "message": "slow"}})",
       "E_PROVIDER api.acme.test limits how often it may be asked: slow\n  again"},
      {529, "", "E_PROVIDER api.acme.test is overloaded (HTTP 529)\n  again"},
      {503, "<html>", "E_PROVIDER api.acme.test is overloaded (HTTP 503)\n  again"},
      {0, R"({"error": {"type": "overloaded_error", "message": "busy"}})", "E_PROVIDER api.acme.test is overloaded: busy\n  again"},
      {500, "", "E_PROVIDER api.acme.test failed (HTTP 500)\n  again"},
      {502, "", "E_PROVIDER api.acme.test failed (HTTP 502)\n  again"},
      {408, "", "E_PROVIDER api.acme.test failed (HTTP 408)\n  again"},
      {0, R"({"error": {"type": "api_error", "message": "oops"}})", "E_PROVIDER api.acme.test failed: oops\n  again"},
      {307, "", "E_PROVIDER api.acme.test redirects elsewhere (HTTP 307), where no key is sent"},
      {400, R"({"error": {"message": "messages: bad"}})", "E_PROVIDER api.acme.test does not accept the request (HTTP 400): messages: bad"},
      {422, R"({"detail": "extra"})", "E_PROVIDER api.acme.test does not accept the request (HTTP 422): extra"},
      {418, "", "E_PROVIDER api.acme.test does not accept the request (HTTP 418)"},
      {0, R"({"error": {"message": "gone"}})", "E_PROVIDER api.acme.test broke off: gone"}};
  for (const Row& row : rows) {
    INFO(row.status << " " << row.body);
    CHECK(judged(row.status, row.body) == row.expected);
  }
}

TEST_CASE("a 404 means the model where its words do, else the address") {
  const std::string model_hint = "\n  hint: kopi -p ada config set model.default acme/MODEL";
  const std::string address =
      "E_NOT_FOUND there is no model API at https://api.acme.test/v1/chat/completions (HTTP 404)\n  hint: kopi -p ada config set "
      "model.base_url URL";
  for (const std::string said : {"The model `Big-1` does not exist", "model: big-1", "No endpoints found for it", "big-1 is unknown",
                                 "model \\\"x\\\" not found, try pulling it first"}) {
    INFO(said);
    CHECK(judged(404, R"({"error": {"message": ")" + said + "\"}}") ==
          "E_NOT_FOUND api.acme.test knows no model 'Big-1' (HTTP 404): " + replace_all(said, "\\\"", "\"") + model_hint);
  }
  for (const std::string body : {"", "<html>Not Found</html>", R"({"detail": "Not Found"})",
                                 R"({"type": "error", "error": {"type": "not_found_error", "message": "Not found"}})"}) {
    INFO(body);
    CHECK(judged(404, body) == address);
  }
  CHECK(judged(404, R"({"error": {"code": "model_not_found"}})") ==
        "E_NOT_FOUND api.acme.test knows no model 'Big-1' (HTTP 404)" + model_hint);
  CHECK(judged(400, R"({"error": {"message": "Invalid model: Big-1"}})") ==
        "E_NOT_FOUND api.acme.test knows no model 'Big-1' (HTTP 400): Invalid model: Big-1" + model_hint);
  CHECK(judged(0, R"({"error": {"type": "not_found_error", "message": "model: big-1"}})") ==
        "E_NOT_FOUND api.acme.test knows no model 'Big-1': model: big-1" + model_hint);
}

TEST_CASE("a conversation that is too long is said to be, in every API's words") {
  const std::string hint = "\n  hint: kopi -p ada chat --new";
  const std::string start = "E_PROVIDER the conversation is longer than Big-1 takes (HTTP 4";
  CHECK(judged(400, R"({"error": {"code": "context_length_exceeded", "message": "x"}})") == start + "00): x" + hint);
  CHECK(judged(400, R"({"error": {"message": "prompt is too long: 250000 tokens > 200000 maximum"}})") ==
        start + "00): prompt is too long: 250000 tokens > 200000 maximum" + hint);
  CHECK(judged(413, R"({"error": {"type": "request_too_large", "message": "Request too large"}})") ==
        start + "13): Request too large" + hint);
  CHECK(judged(400, R"({"error": {"message": "the request exceeds the available context size"}})") ==
        start + "00): the request exceeds the available context size" + hint);
}

TEST_CASE("a server without a key is not said to refuse one") {
  Endpoint local = endpoint();
  local.key_variable.clear();
  local.key = Secret();
  local.url_key.clear();
  CHECK(judged(401, "", local) == "E_AUTH api.acme.test refuses the request (HTTP 401)");
  CHECK(judged(402, "", local) == "E_PROVIDER api.acme.test says that the account is out of quota (HTTP 402)");
  CHECK(judged(404, "", local) == "E_NOT_FOUND there is no model API at https://api.acme.test/v1/chat/completions (HTTP 404)");
}

TEST_CASE("a key that was not sent is not said to be refused") {
  Endpoint keyless = endpoint();
  keyless.key = Secret();
  CHECK(judged(401, R"({"error": {"message": "who?"}})", keyless) ==
        "E_AUTH api.acme.test refuses the request, which had no key: ACME_API_KEY is not set in ada/.env (HTTP 401): who?" + k_key_hint);
  CHECK(judged(402, "", keyless) == "E_PROVIDER api.acme.test says that the account is out of quota (HTTP 402)" + k_key_hint);
}

TEST_CASE("Retry-After in seconds or as a date beside the server's own") {
  const std::string now = "Sun, 06 Nov 1994 08:49:37 GMT";
  const std::string rows[][3] = {{"0", "", "0"},
                                 {"1", "", "1"},
                                 {"0.25", "", "0.25"},
                                 {"3600", "", "3600"},
                                 {"1e9", "", "86400"},
                                 {"inf", "", "86400"},
                                 {"-1", "", "-"},
                                 {"nan", "", "-"},
                                 {"", "", "-"},
                                 {"soon", "", "-"},
                                 {"5 s", "", "-"},
                                 {"+5", "", "-"},
                                 {"Sun, 06 Nov 1994 08:49:40 GMT", now, "3"},
                                 {"Mon, 07 Nov 1994 00:00:00 GMT", now, "54623"},
                                 {"Sun, 06 Nov 1994 08:49:37 GMT", now, "0"},
                                 {"Sun, 06 Nov 1994 08:00:00 GMT", now, "0"},
                                 {"Thu, 29 Feb 1996 00:00:00 GMT", "Wed, 28 Feb 1996 23:59:59 GMT", "1"},
                                 {"Sun, 06 Nov 1994 08:49:40 GMT", "", "-"},
                                 {"Sun, 06 Nov 1994 08:49:40 GMT", "yesterday", "-"},
                                 {"Sun, 06 Xyz 1994 08:49:40 GMT", now, "-"},
                                 {"Sun, 31 Feb 1994 08:49:40 GMT", now, "-"},
                                 {"Sun, 06 Nov 1994 08-49-40 GMT", now, "-"},
                                 {"Sun, 06 Nov 1994 08:49:40 CET", now, "-"}};
  for (const auto& [retry_after, date, expected] : rows) {
    INFO(retry_after);
    CHECK(seconds(retry_after, date) == expected);
  }
}

TEST_CASE("how long to wait is said as the server said it") {
  const auto words = [](std::string_view text, long long seconds) { return retry_after_words(text, std::chrono::seconds(seconds)); };
  CHECK(words("3600", 3600) == "wait 3600 seconds");
  CHECK(words("1e9", 86'400) == "wait a day or longer");
  CHECK(words("Wed, 21 Oct 2099 07:28:00 GMT", 86'400) == "wait until 21 Oct 2099 07:28:00 GMT");
}
