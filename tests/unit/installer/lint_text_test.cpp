#include "installer/lint_text.hpp"

#include <set>

#include "base/text.hpp"
#include "installer/lint.hpp"
#include "support/outcome.hpp"

using namespace kopi;

namespace {

// Put together here, so that nobody who looks for keys finds one in this file.
std::string key(std::string_view prefix, std::string_view body) { return std::string(prefix) + std::string(body); }

const std::string k_body = "Zq7Lr2Xk9Wm4Tp6Vb3Nc8Hd5Jf1Gs0Ya";

const std::string k_ada = "/ada";  // apart: no file of the project names a place of one machine

// "api-key@4 private-key@0?"
std::string secrets(std::string_view text) {
  std::string shown;
  for (const TextMatch& match : find_secrets(text)) {
    shown += fmt::format("{}{}@{}{}", shown.empty() ? "" : " ", match.rule.substr(match.rule.find('.') + 1), match.begin,
                         match.doubtful ? "?" : "");
  }
  return shown;
}

std::string places(std::string_view text) {
  std::vector<std::string> found;
  for (const TextMatch& match : find_machine_paths(text)) found.push_back(match.what);
  return join(found, " ");
}

}  // namespace

TEST_CASE("keys of known services are found where they stand") {
  for (const std::string_view prefix : {"sk-ant-api03-", "sk-proj-", "sk-", "sk-or-v1-", "ghp_", "github_pat_", "glpat-", "xoxb-", "hf_",
                                        "gsk_", "lin_api_", "npm_", "sk_live_"}) {
    CAPTURE(prefix);
    CHECK(secrets("key: " + key(prefix, k_body)) == "api-key@5");
    CHECK(secrets("\"" + key(prefix, k_body) + "\",") == "api-key@1");
  }
  CHECK(secrets(key("AKIA", "Q3EGRTXZ7KPL2MNB")) == "api-key@0");
  CHECK(secrets(key("AIza", k_body + "Qwe")) == "api-key@0");
  CHECK(secrets("12345678" + key(":AA", "HdqTcvCH1vGWJxfSeofSAs0K5PALDsaw9")) == "api-key@0");
}

TEST_CASE("words that only begin like a key are none") {
  CHECK(secrets("risk-management-and-the-rest-of-it sk-learn task-based-evaluation-of-things").empty());
  CHECK(secrets("sk-this-is-a-name-in-kebab-case-and-long").empty());
  // Without a digit: long, and of both cases.
  CHECK(secrets(key("hf_", "QwErTyUiOpAsDfGhJkLzXcVbNmPoIuYtRe")) == "api-key@0");
  CHECK(secrets(key("nvapi-", "Ab3dEf6hIj9lMnOpQrStUvWxYz0123456789AbCdEfGhIj")) == "api-key@0");
  CHECK(secrets("hf_transfer hf_hub_download_and_then_some_more sk-learn-is-not-a-key-of-anybody").empty());
  CHECK(secrets("AKIA is a prefix; AKIAshort; ghp_ too; MYAKIAQ3EGRTXZ7KPL2MNB").empty());
  CHECK(secrets("https://example.com/path:with:colons@x ssh://git@host/x git@host:o/r").empty());
  CHECK(secrets("").empty());
}

TEST_CASE("examples of keys are told as doubtful") {
  CHECK(secrets(key("AKIA", "IOSFODNN7EXAMPLE")) == "api-key@0?");
  CHECK(secrets(key("sk-ant-", "xxxxxxxxxxxxxxxxxxxxxxxx")) == "api-key@0?");
  CHECK(secrets(key("ghp_", "your0token0goes0here0000000")) == "api-key@0?");
  CHECK(secrets("postgres://user:password@localhost/db") == "url-password@16?");
}

TEST_CASE("a private key is one when there is something of a key behind its line") {
  const std::string begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
  CHECK(secrets("a\n" + begin + "\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAA\n-----END") == "private-key@2");
  CHECK(secrets("\"" + begin + "\\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAA\\n\"") == "private-key@1");
  CHECK(secrets("a file that starts with " + begin + " is a key").empty());
  CHECK(secrets("-----BEGIN CERTIFICATE-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAA").empty());
}

TEST_CASE("a password in a URL is found, and what stands for one is not") {
  CHECK(secrets("url: postgres://app:s3cr3t-hunter2@db.example.com/app") == "url-password@20");
  for (const std::string_view text :
       {"https://${USER}:${TOKEN}@host/", "https://user@host/", "https://host:8080/a@b", "http://a:<password>@h", "https://:@h"}) {
    CAPTURE(text);
    CHECK(secrets(text).empty());
  }
}

TEST_CASE("paths of one person's machine are found, in the forms that people write") {
  CHECK(places("root: /home/ada/notes") == "/home/ada");
  CHECK(places("- /Users" + k_ada) == "/Users" + k_ada);
  CHECK(places("C:\\Users\\Ada\\x and \"D:\\\\Users\\\\Ada\"") == "C:\\Users\\Ada D:\\\\Users\\\\Ada");
  CHECK(places("c:/users/ada/x") == "c:/users/ada");
  CHECK(places("/home/ada, and /home/ada.") == "/home/ada /home/ada");
}

TEST_CASE("paths that mean whoever reads are fine") {
  for (const std::string_view text :
       {"/home/user/x", "/home/you", "/Users/<name>/x", "/home/$USER", "/home/${USER}", "/home/", "https://h.example/home/ada",
        "~/home/ada", "$ROOT/home/ada", "./home/ada", "/home/...", "C:\\Users\\%USERNAME%", "/Users/<you>/x", "skills/home/ada"}) {
    CAPTURE(text);
    CHECK(places(text).empty());
  }
}

TEST_CASE("names that say secret") {
  for (const std::string_view name :
       {"api_key", "X-Api-Key", "GITHUB_TOKEN", "password", "Authorization", "client_secret", "apiKey", "db.password"}) {
    CAPTURE(name);
    CHECK(names_secret(name));
  }
  for (const std::string_view name : {"api_key_env", "max_tokens", "key", "public_key", "tokens", "keyboard", "model"}) {
    CAPTURE(name);
    CHECK_FALSE(names_secret(name));
  }
}

TEST_CASE("schedules: five fields of cron, the short words, intervals, times") {
  for (const std::string_view text :
       {"0 8 * * *", "*/5 * * * *", "30 7 * * 1-5", "0 0 1,15 jan-jun mon", "@daily", "every 30m", "30m", "2h", "every 2 hours",
        "every day", "2026-03-14T15:09:26Z", "0 0 * * 7", " 0  8 * * * ", "0 22 * * fri-sun", "0-30/10 * * * *"}) {
    CAPTURE(text);
    CHECK_FALSE(schedule_problem(text));
  }
  for (const std::string_view text : {"", "0 25 * * *", "60 0 * * *", "* * * *", "* * * * * *", "@often", "0 8 * * mum", "every so often",
                                      "*/0 * * * *", "5-1 * * * *", "a b c d e"}) {
    CAPTURE(text);
    CHECK(schedule_problem(text));
  }
}

TEST_CASE("each rule of the table has a name of its own, and says what it finds") {
  std::set<std::string_view> ids;
  for (const LintRule& rule : lint_rules()) {
    CAPTURE(rule.id);
    CHECK(ids.insert(rule.id).second);
    CHECK(rule.what.ends_with('.'));
    CHECK(rule.id.find('.') != std::string_view::npos);
    CHECK(&lint_rule(rule.id) == &rule);
  }
}
