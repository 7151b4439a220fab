#include "support/outcome.hpp"
#include "system/http.hpp"

using namespace kopi;

namespace {

// "scheme|user|password|host|port|path"
std::string read(std::string_view text) {
  const auto url = parse_url(text);
  if (!url) return test::shown(url.error());
  return fmt::format("{}|{}|{}|{}|{}|{}", url->scheme, url->user, url->password.reveal(), url->host, url->port, url->path);
}

}  // namespace

TEST_CASE("a URL is taken apart as RFC 3986 says") {
  const std::string rows[][2] = {{"https://h.example/o/r", "https|||h.example|0|/o/r"},
                                 {"HTTPS://H.Example/O", "https|||h.example|0|/O"},
                                 {"http://h:8080", "http|||h|8080|/"},
                                 {"https://user:pass@h/x", "https|user|pass|h|0|/x"},
                                 {"https://us%40er:p%3Aa%2Fs@h/x", "https|us@er|p:a/s|h|0|/x"},
                                 {"https://token@h/x", "https|token||h|0|/x"},
                                 {"https://h/a?b=c&d=e#f", "https|||h|0|/a?b=c&d=e"},
                                 {"https://h/a%20b%2Fc", "https|||h|0|/a%20b%2Fc"},
                                 {"https://[2001:DB8::1]:8443/x", "https|||[2001:db8::1]|8443|/x"},
                                 {"https://h/a/../b", "https|||h|0|/b"},
                                 {"https://h/?q", "https|||h|0|/?q"},
                                 {"ssh://git@h:22/x", "ssh|git||h|22|/x"}};
  for (const auto& [text, expected] : rows) CHECK(read(text) == expected);
}

TEST_CASE("what is no absolute URL is refused by name, without what may be a secret") {
  for (const std::string_view text : {"", "x", "/a/b", "h/o", "https://", "https://h:99999/", "https://h:port/", "https://h/a b",
                                      "https://[::1/x", "https://h\n/x", "ssh://-oX=y/x"}) {
    CHECK(read(text) == fmt::format("E_SOURCE '{}' is not a URL", text));
  }
  const std::string rows[][2] = {{"https://us%0aer@h/x", "https://…@h/x"},
                                 {"https://user:%0dsecret@h/x", "https://…@h/x"},
                                 {"https://%00@h/x", "https://…@h/x"},
                                 {"https://user:secret@/x", "https://…@/x"},
                                 {"https://user:se cret@h/x", "https://…@h/x"},
                                 {"https://u:se@cr/et ?@h:1/x", "https://…@h:1/x"},
                                 {"https://h:99999/x?token=secret", "https://h:99999/x?…"},
                                 {"user:secret@h:99999/x", "…@h:99999/x"},
                                 {"https://u:p@h:99999/?t=secret@x", "https://…@x"}};
  for (const auto& [text, shown] : rows) CHECK(read(text) == "E_SOURCE '" + shown + "' is not a URL");
}

TEST_CASE("a URL is shown without its user and password") {
  const std::string rows[][2] = {
      {"https://user:secret@h:8443/x?y", "https://h:8443/x?y"}, {"HTTPS://token@H/x", "https://h/x"}, {"http://h", "http://h/"}};
  for (const auto& [text, shown] : rows) CHECK(test::must(parse_url(text)).without_credentials() == shown);
}

TEST_CASE("a message shows nothing of a URL's query") {
  const std::string rows[][2] = {{"https://u:p@h:8443/x?token=secret", "https://h:8443/x?…"}, {"https://h/x", "https://h/x"}};
  for (const auto& [text, shown] : rows) CHECK(test::must(parse_url(text)).shown() == shown);
}

TEST_CASE("a credential may go where scheme, host and port are the same, spelled out or not") {
  const auto same = [](std::string_view a, std::string_view b) { return test::must(parse_url(a)).same_origin(test::must(parse_url(b))); };
  CHECK(same("https://h/a", "https://H:443/b"));
  CHECK(same("http://h:80/", "http://h/"));
  CHECK(same("https://h:8443/a", "https://user@h:8443/b"));
  for (const auto& [a, b] : {std::pair{"https://h/", "http://h/"},
                             {"https://h/", "https://h:444/"},
                             {"https://h/", "https://x.h/"},
                             {"https://h/", "https://h.x/"},
                             {"http://h:443/", "https://h/"},
                             {"https://h/", "https://h./"}}) {
    CAPTURE(a, b);
    CHECK_FALSE(same(a, b));
  }
}

TEST_CASE("a loopback host is this machine and no other") {
  for (const std::string_view host : {"localhost", "127.0.0.1", "127.1.2.3", "[::1]", "::1"}) {
    CAPTURE(host);
    CHECK(is_loopback_host(host));
  }
  for (const std::string_view host : {"", "localhost.example", "127.0.0.1.example", "127.example.com", "127.0.0.1x", "128.0.0.1",
                                      "10.0.0.1", "[::2]", "x127.0.0.1", "0.0.0.0", "127.0.0", "127.0.0.1.2"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback_host(host));
  }
}
