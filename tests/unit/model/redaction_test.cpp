#include "model/redaction.hpp"

#include <catch2/catch_test_macros.hpp>

#include "support/outcome.hpp"

using namespace kopi;

namespace {

std::string shown(std::string_view text) {
  const Redacted result = redact(text);
  std::string lines;
  for (const Redaction& redaction : result.redactions) lines += std::to_string(redaction.line) + " " + std::string(redaction.what) + "\n";
  return result.text + (lines.empty() ? "" : "|" + lines);
}

// Put together here, so that no scanner of this tree takes them for somebody's.
const std::string k_key = std::string("sk-") + "ant-api03-Zm9vYmFyYmF6cXV4MDEyMzQ1";
const std::string k_github = std::string("ghp") + "_0123456789abcdefghij0123456789abcdef";
const std::string k_begin = std::string("-----BEGIN RSA PRIVATE") + " KEY-----";
const std::string k_end = std::string("-----END RSA PRIVATE") + " KEY-----";

}  // namespace

TEST_CASE("keys are known by how they start") {
  CHECK(shown("use " + k_key + " here\n") == "use REDACTED_BY_KOPI here\n|1 an Anthropic key\n");
  CHECK(shown("a\n\n" + k_github) == "a\n\nREDACTED_BY_KOPI|3 a GitHub token\n");
  CHECK(shown("{\"k\":\"" + k_key + "\",\"g\":\"" + k_github + "\"}") ==
        "{\"k\":\"REDACTED_BY_KOPI\",\"g\":\"REDACTED_BY_KOPI\"}|1 an Anthropic key\n1 a GitHub token\n");
  CHECK(shown("123456789:" + std::string(35, 'A')) == "REDACTED_BY_KOPI|1 a bot's token\n");
  const std::string token =
      std::string("ey") + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";
  CHECK(shown(token) == "REDACTED_BY_KOPI|1 a JSON web token\n");
}

TEST_CASE("tokens with a form of their own, and addresses that are keys") {
  const auto one = [](const std::string& before, const std::string& secret, const std::string& behind) {
    CAPTURE(before, secret);
    CHECK(redact(before + secret + behind).text == before + "REDACTED_BY_KOPI" + behind);
    CHECK(redact(before + secret + behind, TextKind::settings).text == before + "REDACTED_BY_KOPI" + behind);
  };
  one("token ", std::string("MTAxMjM0NTY3ODkwMTIzNDU2") + ".GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB", ".\n");
  one("post to https://hooks.slack" + std::string(".com/"), "services/T0AB1CD2E/B0AB1CD2E/abcdefghijklmnopqrstuvwx", "\n");
  one("post to https://discord" + std::string(".com/api/webhooks/"), "123456789012345678/abcdefghijklmnop-qrstuvwxyz_0123456789", " now\n");
  one("-H 'Auth: Basic ", std::string("dXNlcjpodW50") + "ZXIyMg==", "'\n");
  one("use Bearer ", "abcdefgh12345678", ".\n");
  one("curl -u ada:", "hunter22", " https://example.com\n");
  one("curl -s \\\n  --user 'ada:", "hunter22", "' https://example.com\n");
  one("\"a\\n", k_github, "\"\n");
  for (const std::string_view text :
       {"docker run -u node:node image\n", "curl -u ada:$PASSWORD https://x.example\n", "Basic authentication is enough\n",
        "a Bearer of good-news2you\n", "MyVeryLongClassNameForThis.config.someVeryLongMethodNameThatIsLong\n",
        "https://hooks.slack.com/services/...\n", "https://discord.com/developers/applications/123456789012345678\n"}) {
    CAPTURE(text);
    CHECK(shown(text) == text);
  }
}

TEST_CASE("a token that is a URL's user goes with its password") {
  CHECK(shown("https://" + k_github + ":x-oauth-basic@example.com/a\n") == "https://REDACTED_BY_KOPI@example.com/a\n|1 a token in a URL\n");
  CHECK(shown("https://" + k_github + "@example.com/a\n") == "https://REDACTED_BY_KOPI@example.com/a\n|1 a GitHub token\n");
}

TEST_CASE("values are known by their names") {
  CHECK(shown("password: 'correct-horse'\n") == "password: 'REDACTED_BY_KOPI'\n|1 the value of a name that means a secret\n");
  CHECK(shown("\"apiKey\": \"abcdef123456\"") == "\"apiKey\": \"REDACTED_BY_KOPI\"|1 the value of a name that means a secret\n");
  CHECK(shown("MY_TOKEN=abcdef123456\n") == "MY_TOKEN=REDACTED_BY_KOPI\n|1 the value of a name that means a secret\n");
  CHECK(shown("Authorization: Bearer abcdef123456") ==
        "Authorization: Bearer REDACTED_BY_KOPI|1 the value of a name that means a secret\n");
  CHECK(shown("see https://ada:s3cret@example.com/x") == "see https://ada:REDACTED_BY_KOPI@example.com/x|1 a password in a URL\n");
}

TEST_CASE("in settings a name that means a secret is enough") {
  const auto settings = [](std::string_view text) { return redact(text, TextKind::settings).text; };
  const auto same = [&](std::string_view text) { CHECK(settings(text) == text); };
  CHECK(settings("password: |\n  multi-line-secret-1\n  and 2\n\nnext: 1\n") == "password: |\n  REDACTED_BY_KOPI\n\nnext: 1\n");
  CHECK(settings("a:\n  token: >-\n    foldedsecretvalue123\n  b: 1\n") == "a:\n  token: >-\n    REDACTED_BY_KOPI\n  b: 1\n");
  CHECK(settings("secret:\n- value\n- other\nnext:\n- value\n") == "secret:\n- REDACTED_BY_KOPI\n- REDACTED_BY_KOPI\nnext:\n- value\n");
  CHECK(settings("{\"DB_PASSWORD\":\"hunter2\",\"n\":1,\"API_KEY\": \"abc123\"}") ==
        "{\"DB_PASSWORD\":\"REDACTED_BY_KOPI\",\"n\":1,\"API_KEY\": \"REDACTED_BY_KOPI\"}");
  CHECK(settings("\"password\": correct horse battery # of mine\n") == "\"password\": REDACTED_BY_KOPI # of mine\n");
  CHECK(settings("{\"note\": \"ask for the password: it is long\", \"token\": \"abc\"}\n") ==
        "{\"note\": \"ask for the password: it is long\", \"token\": \"REDACTED_BY_KOPI\"}\n");
  CHECK(settings("{\"run\": \"export A_TOKEN='abc\"}\n") == "{\"run\": \"export A_TOKEN='REDACTED_BY_KOPI\"}\n");
  CHECK(settings("{\"n\": {\"secret\": 22222222222222222222}}\n") == "{\"n\": {\"secret\": \"REDACTED_BY_KOPI\"}}\n");
  CHECK(settings("A_KEY=\"one\ntwo\" B_KEY=three\n") == "A_KEY=\"REDACTED_BY_KOPI\nREDACTED_BY_KOPI\" B_KEY=REDACTED_BY_KOPI\n");
  CHECK(settings("  \"token\": 12345678,\n  \"n\": 2\n") == "  \"token\": \"REDACTED_BY_KOPI\",\n  \"n\": 2\n");
  CHECK(settings("\"secret\": [\n  \"a\", \"b\"\n],\n\"n\": \"c\"\n") ==
        "\"secret\": [\n  \"REDACTED_BY_KOPI\", \"REDACTED_BY_KOPI\"\n],\n\"n\": \"c\"\n");
  CHECK(settings("api_key: short1\nX-Api-Key: abc123\npasswd: correct horse # why\n") ==
        "api_key: REDACTED_BY_KOPI\nX-Api-Key: REDACTED_BY_KOPI\npasswd: REDACTED_BY_KOPI # why\n");
  CHECK(settings("- {name: a, password: b c, n: 1}\n") == "- {name: a, password: REDACTED_BY_KOPI, n: 1}\n");
  CHECK(settings("my_password = \"Xyz\"\nexport DB_PASSWORD=hunter2\r\n") ==
        "my_password = \"REDACTED_BY_KOPI\"\nexport DB_PASSWORD=REDACTED_BY_KOPI\r\n");
  CHECK(settings("password: \"one\n  two\n  three\" # why\nnext: 1\n") ==
        "password: \"REDACTED_BY_KOPI\n  REDACTED_BY_KOPI\" # why\nnext: 1\n");
  CHECK(settings("password:\n  hunter2\nnext: 1\n") == "password:\n  REDACTED_BY_KOPI\nnext: 1\n");
  CHECK(settings("[\"--api-key=abc123\", \"https://e.org/?token=abc&x=1\"]\n") ==
        "[\"--api-key=REDACTED_BY_KOPI\", \"https://e.org/?token=REDACTED_BY_KOPI&x=1\"]\n");
  CHECK(settings("{\"a\": \"{\\\"password\\\":\\\"hunter2\\\"}\"}") == "{\"a\": \"{\\\"password\\\":\\\"REDACTED_BY_KOPI\\\"}\"}");
  CHECK(settings("Cookie: session=abc; other=d\nX-Key: abc\n") == "Cookie: REDACTED_BY_KOPI\nX-Key: REDACTED_BY_KOPI\n");
  CHECK(settings("api_key: \"1234\"\nservice_token: '1234'\napi_key: 1234\n") ==
        "api_key: \"REDACTED_BY_KOPI\"\nservice_token: 'REDACTED_BY_KOPI'\napi_key: REDACTED_BY_KOPI\n");
  CHECK(settings("{\"headers\": {\"Cookie\": \"session=abc\", \"X-Key\": \"abc\"}}\n") ==
        "{\"headers\": {\"Cookie\": \"REDACTED_BY_KOPI\", \"X-Key\": \"REDACTED_BY_KOPI\"}}\n");
  CHECK(settings("{\"args\": [\"--token\", \"abc\", \"-v\"]}\n") == "{\"args\": [\"--token\", \"REDACTED_BY_KOPI\", \"-v\"]}\n");
  CHECK(settings("\"args\": [\n  \"--api-key\",\n  \"abc\",\n  \"-v\"\n]\n") ==
        "\"args\": [\n  \"--api-key\",\n  \"REDACTED_BY_KOPI\",\n  \"-v\"\n]\n");
  CHECK(settings("args:\n  - --token\n  - abc # why\n  - -v\n") == "args:\n  - --token\n  - REDACTED_BY_KOPI # why\n  - -v\n");
  CHECK(settings("args: [--password, abc]\nrun: tool --token abc x\n") ==
        "args: [--password, REDACTED_BY_KOPI]\nrun: tool --token REDACTED_BY_KOPI x\n");
  CHECK(settings("{\"JJ_KEY= \": \"\"}") == "{\"JJ_KEY= \": \"\"}");
  same("args: [--token, \"${TOKEN}\", --token, -v]\n{\"a\": \"--token\", \"b\": \"c\"}\n");
  same("enable_token: \"1\"\nargs:\n  - --token\n  - name: a\n");
  for (const std::string_view text :
       {"password: ${DB}\npassword: $DB\npassword:\npassword: \"\"\npassword: null\npassword: false\n",
        "max_tokens: 4096\ntoken_limit: 5\n", "api_key: env:OPENAI\napi_key: OPENAI_API_KEY\napi_key_env: OPENAI\n", "use_token: 1\n",
        "token: your-token-here1\n", "prompt: |\n  The password: is kept.\n  token: never tell it\nnext: 1\n",
        "description: \"the password: is kept\"\n", "{\"token\": {\"type\": \"string\"}, \"password\": null}\n",
        "# password: see the manual\n"}) {
    same(text);
  }
  for (const std::string_view text :
       {"password: |\n  a b\n", "secret:\n- value\n", "\"token\": 12345678,\n", "password: \"one\n  two\"\n"}) {
    same(settings(text));
  }
}

TEST_CASE("where secrets stand is told as well") {
  const std::string text = "a\nexport A_TOKEN=abcdef123456\n\nuse " + k_github + "\n";
  CHECK(find_secret_spans(text, TextKind::prose) ==
        std::vector<SecretSpan>{{17, 29, "the value of a name that means a secret", SecretKind::named},
                                {35, text.size() - 1, "a GitHub token"}});
  CHECK(find_secret_spans("", TextKind::settings).empty());
}

TEST_CASE("what only looks a little like a secret stays") {
  for (const std::string_view text :
       {"api_key_env: OPENAI_API_KEY\n", "Authorization: Bearer ${TOKEN}\n", "max_tokens: 100000\n", "token: your-token-here1\n",
        "password: <your password>\n", "The password: something that you know.\n", "sk-short\n", "task-list-of-many-things-to-do\n",
        "https://example.com:8080/a@b\n", "12:30: lunch\n", "a secret: nobody knows\n", "disk-usage-0123456789abcdef0123\n"}) {
    CHECK(shown(text) == text);
  }
}

TEST_CASE("a private key goes as a whole, and what is around it stays") {
  CHECK(shown("key: |\n  " + k_begin + "\n  MIIEow==\n  AAAA\n  " + k_end + "\nnext: 1\n") ==
        "key: |\n  REDACTED_BY_KOPI\nnext: 1\n|2 a private key\n");
  CHECK(shown("\"" + k_begin + "\\nMIIE\\n" + k_end + "\\n\", 1\n") == "\"REDACTED_BY_KOPI\\n\", 1\n|1 a private key\n");
  CHECK(shown("It starts with " + k_begin + "\nand then come letters.\n") ==
        "It starts with REDACTED_BY_KOPI\nand then come letters.\n|1 a private key\n");
}

TEST_CASE("redacting twice changes nothing and finds nothing, but the marks stay known") {
  const std::string text =
      "a: " + k_key + "\r\npassword: 'correct-horse'\r\nhttps://ada:s3cret@example.com\n" + k_begin + "\nAAAA\n" + k_end + "\n";
  const Redacted once = redact(text);
  const Redacted twice = redact(once.text);
  CHECK(once.redactions.size() == 4);
  CHECK(twice.text == once.text);
  CHECK(twice.redactions.empty());
  CHECK(twice.has_marks);
  CHECK_FALSE(redact("nothing\n").has_marks);
}

TEST_CASE("pieces of any size give the same, and lines without an end are no harm") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "line " + std::to_string(i) + " " + (i % 7 == 0 ? k_key : "plain") + "\n";
  text += std::string(200'000, 'x') + " " + k_github + " " + std::string(100'000, 'y');
  const std::string whole = redact(text).text;
  CHECK(whole.find("sk-") == std::string::npos);
  CHECK(whole.find("ghp") == std::string::npos);
  for (const std::size_t size : {1u, 7u, 4096u, 100'000u}) {
    std::string pieces;
    Redactor redactor([&](std::string_view piece) -> Result<void> {
      pieces += piece;
      return {};
    });
    for (std::size_t at = 0; at < text.size(); at += size) test::must(redactor.feed(std::string_view(text).substr(at, size)));
    test::must(redactor.finish());
    CHECK(pieces == whole);
  }
}

TEST_CASE("UTF-16 is read, and comes out as UTF-16 with nothing else changed") {
  const auto utf16 = [](std::string_view ascii, bool big) {
    std::string bytes;
    for (const char c : ascii) bytes += big ? std::string{'\0', c} : std::string{c, '\0'};
    return bytes;
  };
  const std::string odd("\xD8\x3D\xDE\x00\xD8\x00 x", 8);  // a pair, half of one, and a byte too many
  for (const bool big : {false, true}) {
    const std::string mark = big ? "\xFE\xFF" : "\xFF\xFE";
    const std::string text = utf16("password: \"x1\"\r\nuse " + k_github + "\r\n", big);
    const std::string safe = utf16("password: \"REDACTED_BY_KOPI\"\r\nuse REDACTED_BY_KOPI\r\n", big);
    CHECK(redact(mark + text, TextKind::settings).text == mark + safe);
    CHECK(redact(text, TextKind::settings).text == safe);
    CHECK(redact(mark + text, TextKind::settings).has_marks);
    CHECK(redact(mark + odd).text == mark + odd);
    CHECK(looks_like_text(mark + text));
    CHECK_FALSE(looks_like_text(mark + text + std::string(2, '\0')));
  }
  for (const std::string_view text : {"", "a", "ab", "abc", "\xFF\xFE", "\xFF\xFE\x3D"}) CHECK(redact(text).text == text);
}
