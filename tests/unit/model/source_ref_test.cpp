#include "model/source_ref.hpp"

#include <random>

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::must;

namespace {

const SourceContext k_context{"/home/ada", "/home/ada/work"};

Result<SourceRef> parse(std::string_view text, const std::optional<std::string>& subdirectory = std::nullopt) {
  return parse_source(text, subdirectory, k_context);
}

// "git https://h/o/r #ref /subdirectory": everything that was understood, on one line; or the error.
std::string read(std::string_view text, const std::optional<std::string>& subdirectory = std::nullopt) {
  const auto source = parse(text, subdirectory);
  if (!source) return test::shown(source.error());
  std::string line = source->kind == SourceRef::Kind::git ? "git " : source->kind == SourceRef::Kind::path ? "path " : "registry ";
  line += source->location;
  if (source->is_file_url) line += " (file URL)";
  if (source->ref) line += " #" + *source->ref;
  if (!source->subdirectory.empty()) line += " /" + source->subdirectory;
  return line;
}

constexpr std::string_view k_not_a_source = "\n  hint: write a git URL, github.com/owner/repository, or a directory as ./path";

}  // namespace

TEST_CASE("every form of a source is understood") {
  const std::string rows[][2] = {// URLs
                                 {"https://github.com/you/bot", "git https://github.com/you/bot"},
                                 {"https://github.com/you/bot.git", "git https://github.com/you/bot.git"},
                                 {"https://github.com/you/bot/", "git https://github.com/you/bot"},
                                 {"HTTPS://GitHub.com/You/Bot", "git https://GitHub.com/You/Bot"},
                                 {"  https://h/o/r \n", "git https://h/o/r"},
                                 {"http://127.0.0.1:8080/bot.git", "git http://127.0.0.1:8080/bot.git"},
                                 {"ssh://git@h:2222/o/r.git", "git ssh://git@h:2222/o/r.git"},
                                 {"git://h/o/r", "git git://h/o/r"},
                                 {"https://[2001:db8::1]:8443/o/r", "git https://[2001:db8::1]:8443/o/r"},
                                 {"https://user:secret@h/o/r", "git https://user:secret@h/o/r"},
                                 {"https://h/o/a%20b", "git https://h/o/a%20b"},
                                 // shorthands
                                 {"github.com/you/bot", "git https://github.com/you/bot"},
                                 {"github.com/you/bot/", "git https://github.com/you/bot"},
                                 {"gitlab.com/group/sub/bot", "git https://gitlab.com/group/sub/bot"},
                                 {"codeberg.org/you/bot.git", "git https://codeberg.org/you/bot.git"},
                                 {"bitbucket.org/you/bot", "git https://bitbucket.org/you/bot"},
                                 {"git.acme.example:8443/bot", "git https://git.acme.example:8443/bot"},
                                 {"localhost/bot", "git https://localhost/bot"},
                                 {"10.0.0.1/bot", "git https://10.0.0.1/bot"},
                                 // as scp writes it
                                 {"git@github.com:you/bot.git", "git git@github.com:you/bot.git"},
                                 {"github.com:you/bot", "git github.com:you/bot"},
                                 {"host:bot", "git host:bot"},
                                 {"git@[2001:db8::1]:you/bot", "git git@[2001:db8::1]:you/bot"},
                                 {"git@h:/srv/bot", "git git@h:/srv/bot"},
                                 {"git@h:~ada/bot", "git git@h:~ada/bot"},
                                 // on disk
                                 {"/srv/bot", "path /srv/bot"},
                                 {"/srv//bot/./x/../", "path /srv/bot"},
                                 {"./bot", "path /home/ada/work/bot"},
                                 {"../bot.git", "path /home/ada/bot.git"},
                                 {"../../../..", "path /"},
                                 {".", "path /home/ada/work"},
                                 {"..", "path /home/ada"},
                                 {"~", "path /home/ada"},
                                 {"~/bot", "path /home/ada/bot"},
                                 {"./C:/x", "path /home/ada/work/C:/x"},
                                 {"./github.com/you/bot", "path /home/ada/work/github.com/you/bot"},
                                 {"file:///srv/bot.git", "path /srv/bot.git (file URL)"},
                                 {"FILE://localhost/srv/bot", "path /srv/bot (file URL)"},
                                 {"file:///srv/my%20bot", "path /srv/my bot (file URL)"},
                                 {"file:///srv/c%23%25", "path /srv/c#% (file URL)"},
                                 {"file:///srv/100%", "path /srv/100% (file URL)"},
                                 // registry
                                 {"acme/bot", "registry acme/bot"},
                                 {"acme/bot@^1.2", "registry acme/bot@^1.2"},
                                 {"acme/bot@>=1, <2", "registry acme/bot@>=1, <2"},
                                 {"Acme-2/b_o.t", "registry Acme-2/b_o.t"},
                                 {"registry:acme/bot", "registry acme/bot"}};
  for (const auto& [text, expected] : rows) CHECK(read(text) == expected);
}

TEST_CASE("what is behind '#' says which state and which directory") {
  const std::string rows[][2] = {{"github.com/o/r#v1.2", "git https://github.com/o/r #v1.2"},
                                 {"github.com/o/r#", "git https://github.com/o/r"},
                                 {"github.com/o/r/#main", "git https://github.com/o/r #main"},
                                 {"github.com/o/r#feature/x", "git https://github.com/o/r #feature/x"},
                                 {"github.com/o/r#v1&subdirectory=agents/bot", "git https://github.com/o/r #v1 /agents/bot"},
                                 {"github.com/o/r#subdirectory=agents/bot&v1", "git https://github.com/o/r #v1 /agents/bot"},
                                 {"github.com/o/r#subdirectory=./agents/bot/", "git https://github.com/o/r /agents/bot"},
                                 {"github.com/o/r#subdirectory= &v1", "git https://github.com/o/r #v1"},
                                 {"github.com/o/r#&subdirectory=a", "git https://github.com/o/r /a"},
                                 {"github.com/o/r#subdirectory=.", "git https://github.com/o/r"},
                                 {"github.com/o/r#subdirectory=", "git https://github.com/o/r"},
                                 {"git@h:o/r#v1", "git git@h:o/r #v1"},
                                 {"./a#b#main", "path /home/ada/work/a#b #main"},
                                 {"./a#b#", "path /home/ada/work/a#b"},
                                 {"acme/bot#x", "registry acme/bot #x"}};
  for (const auto& [text, expected] : rows) CHECK(read(text) == expected);
  CHECK(read("./x", "agents/bot/") == "path /home/ada/work/x /agents/bot");
  CHECK(read("./x#subdirectory=agents/bot", "./agents/bot") == "path /home/ada/work/x /agents/bot");
}

TEST_CASE("what cannot be a source is refused, and what it was taken for is said") {
  const auto unknown = [](std::string_view text) {
    return fmt::format("E_SOURCE cannot understand the source '{}'{}", text, k_not_a_source);
  };
  for (const std::string_view text : {"",
                                      "bot",
                                      "a/b/c",
                                      "acme/",
                                      "ac me/bot",
                                      "acme/b$t",
                                      "@acme/bot",
                                      "acme/@1",
                                      "acme/.",
                                      "registry:./bot",
                                      "acme//bot",
                                      "-x",
                                      "registry:acme",
                                      "ext::sh -c id",
                                      "a::b",
                                      ":o/r",
                                      "git@:o/r",
                                      "git@h:",
                                      "-oProxyCommand=x:o/r",
                                      "https://",
                                      "https://h",
                                      "https:///o/r",
                                      "github.com/",
                                      "github.com//",
                                      "https://h//",
                                      "https://:443/o",
                                      "git@:22:o",
                                      "C:\\bots\\x",
                                      "\\\\server\\share"}) {
    CHECK(read(text) == unknown(text));
  }
  const std::string rows[][2] = {
      {"ftp://user:secret@h/o", "E_SOURCE kopi does not fetch from ftp:// URLs"},
      {"ext://x", "E_SOURCE kopi does not fetch from ext:// URLs"},
      {"file://other/srv/x", "E_SOURCE 'file://other/srv/x' does not name an absolute path"},
      {"file://", "E_SOURCE 'file://' does not name an absolute path"},
      {"h.tld/o#a&b", "E_SOURCE 'b' is not understood behind '#'; use #ref&subdirectory=path"},
      {"h.tld/o#--upload-pack=x", "E_SOURCE '--upload-pack=x' is not the name of a tag, branch or commit"},
      {"h.tld/o#a..b", "E_SOURCE 'a..b' is not the name of a tag, branch or commit"},
      {"h.tld/o#a b", "E_SOURCE 'a b' is not the name of a tag, branch or commit"},
      {"h.tld/o#v1^{}", "E_SOURCE 'v1^{}' is not the name of a tag, branch or commit"},
      {"h.tld/o#HEAD~1", "E_SOURCE 'HEAD~1' is not the name of a tag, branch or commit"},
      {"h.tld/o#refs/*", "E_SOURCE 'refs/*' is not the name of a tag, branch or commit"},
      {"h.tld/o#a/", "E_SOURCE 'a/' is not the name of a tag, branch or commit"},
      {"h.tld/o#subdirectory=../x", "E_PATH path '../x' is not allowed: it holds '..'\n  while reading the source's subdirectory"},
      {"h.tld/o#subdirectory=/etc", "E_PATH path '/etc' is not allowed: it is absolute\n  while reading the source's subdirectory"},
      {"h.tld/o#subdirectory=a\\b", "E_PATH path 'a\\b' is not allowed: it holds a backslash\n  while reading the source's subdirectory"}};
  for (const auto& [text, expected] : rows) CHECK(read(text) == expected);
  CHECK(read("./a\nb").starts_with("E_SOURCE cannot understand"));
  CHECK(read("./x#a\x1b").starts_with("E_SOURCE"));
  CHECK(read("file:///a%00b").starts_with("E_SOURCE"));
  CHECK(read("file:///a%0ab").starts_with("E_SOURCE"));
  CHECK(read("./x", "../y") == "E_PATH path '../y' is not allowed: it holds '..'\n  while reading --subdir");
  CHECK(read("./x#subdirectory=a", "b") == "E_USAGE --subdir b contradicts the source's subdirectory=a");
  CHECK(read("./x", "a#b").starts_with("E_SOURCE the directory 'a#b' can't be written in a source"));
}

TEST_CASE("what is recorded holds no password and is read back as the same source") {
  const std::string rows[][2] = {{"https://user:secret@h/o/r", "https://h/o/r"},
                                 {"https://token@h/o/r#v1", "https://h/o/r#v1"},
                                 {"https://user:p%40ss@h:8443/o/r", "https://h:8443/o/r"},
                                 {"http://user:secret@localhost/o", "http://localhost/o"},
                                 {"ssh://git@h:2222/o/r", "ssh://git@h:2222/o/r"},
                                 {"ssh://git:secret@h/o/r", "ssh://git@h/o/r"},
                                 {"git@h:o/r#v1&subdirectory=a", "git@h:o/r#v1&subdirectory=a"},
                                 {"git@[::1]:o/r", "git@[::1]:o/r"},
                                 {"github.com/o/r#subdirectory=a/b", "https://github.com/o/r#subdirectory=a/b"},
                                 {"./bot#main", "/home/ada/work/bot#main"},
                                 {"./a#b#", "/home/ada/work/a#b#"},
                                 {"./a#b#main", "/home/ada/work/a#b#main"},
                                 {"./a /", "/home/ada/work/a #"},
                                 {"file:///srv/bot", "file:///srv/bot"},
                                 {"file:///srv/a%20b%25c", "file:///srv/a b%25c"},
                                 {"file:///srv/100%25", "file:///srv/100%25"},
                                 {"https://u:p@h/r.git?token=abc#v1", "https://h/r.git?token=abc#v1"},
                                 {"acme/bot@^1", "acme/bot@^1"},
                                 {"registry:acme/bot", "acme/bot"},
                                 {"registry:acme.dev/bot", "registry:acme.dev/bot"}};
  for (const auto& [text, recorded] : rows) {
    const SourceRef source = must(parse(text));
    CHECK(source.recorded() == recorded);
    const SourceRef again = must(parse(source.recorded()));
    CHECK(again.recorded() == recorded);
    CHECK(again.identity() == source.identity());
    CHECK(again.ref == source.ref);
    CHECK(again.subdirectory == source.subdirectory);
  }
}

TEST_CASE("a web address is shown without its query, where a token may stand; elsewhere a '?' is a letter") {
  const std::string rows[][2] = {{"https://u:p@h/r.git?token=abc#v1&subdirectory=a", "https://h/r.git?…#v1&subdirectory=a"},
                                 {"http://localhost?token=abc/r", "http://localhost?…"},
                                 {"h.tld/o/r?token=abc", "https://h.tld/o/r?…"},
                                 {"ssh://git@h/what?.git", "ssh://git@h/what?.git"},
                                 {"git@h:what?.git", "git@h:what?.git"},
                                 {"./what?", "/home/ada/work/what?"}};
  for (const auto& [text, shown] : rows) CHECK(must(parse(text)).shown() == shown);
  CHECK(
      read("https://?token=abc") ==
      "E_SOURCE cannot understand the source 'https://?…'\n  hint: write a git URL, github.com/owner/repository, or a directory as ./path");
  CHECK(read("https://github.com/o/r/tree/main/a?tab=abc") ==
        "E_SOURCE https://github.com/o/r/tree/main/a?… is a page of a web site, not a repository\n  hint: kopi install "
        "'github.com/o/r#main&subdirectory=a'");
}

TEST_CASE("whatever is understood is recorded so that it is understood again, and never with its password") {
  constexpr std::string_view pieces[] = {
      "https://", "ssh://", "git://", "file://", "http://", "user:secret@",  "git@",      "h.tld", "host", "[::1]",
      ":",        ":22",    "/",      "//",      "o",       "r.git",         ".",         "..",    "~",    "#",
      "&",        "%",      "%23",    "%25",     "a b",     "subdirectory=", "registry:", "@^1",   "-",    "\\",
      "é",        "v1.0"};
  std::minstd_rand random(20261121);  // the same strings every time
  int understood = 0;
  for (int round = 0; round < 30'000; ++round) {
    std::string text;
    for (std::size_t count = 1 + random() % 7; count > 0; --count) text += pieces[random() % std::size(pieces)];
    const auto source = parse(text);
    const std::string said = source ? source->recorded() + " " + source->identity() : "";
    CAPTURE(text, said);
    if (!source) continue;
    ++understood;
    // A password where no URL has one (in a path, a ref) can't be told from what belongs there.
    const auto scheme = text.find("://");
    const bool in_its_place = scheme < 6 && text.find("user:secret@") == scheme + 3 && text.find("secret") == text.rfind("secret");
    if (in_its_place && source->kind == SourceRef::Kind::git) CHECK(said.find("secret") == std::string::npos);
    const auto again = parse(source->recorded());
    REQUIRE(again);
    CHECK(again->recorded() == source->recorded());
    CHECK(again->identity() == source->identity());
    CHECK(again->kind == source->kind);
    CHECK(again->ref == source->ref);
    CHECK(again->subdirectory == source->subdirectory);
  }
  CHECK(understood > 5'000);
}

TEST_CASE("no message about a source repeats a password") {
  for (const std::string_view text :
       {"https://user:secret@", "https://user:secret@/o/r", "https://user:secret@h", "https://user:secret@h/", "ftp://user:secret@h/o/r",
        "user:secret@github.com/o/r", "https://user:secret@h/o#a&b", "https://user:secret@h/o#-x",
        "https://user:secret@h/o#subdirectory=../x", "https://user:secret@\x02h/o", "user:secret@h\x7f:o/r", "[::secret@3]@h:o/r",
        "file://user:secret@h/o"}) {
    const std::string line = read(text);
    CAPTURE(line);
    CHECK(line.starts_with("E_"));
    CHECK(line.find("secret") == std::string::npos);
  }
}

TEST_CASE("one repository is one identity, however it is written") {
  const std::string_view same[] = {
      "https://github.com/You/Bot",     "https://github.com/you/bot.git",        "https://github.com/you/bot/",
      "https://github.com:443/you/bot", "https://ada:secret@github.com/you/bot", "github.com/you/bot",
      "git@github.com:you/bot.git",     "ssh://git@github.com/you/bot",          "ssh://git@github.com:22/you/bot.git",
      "git://github.com/you/bot",       "git://github.com:9418/you/bot",         "github.com:you/bot",
      "git@github.com:/you/bot",        "http://github.com:80/you/bot",          "https://github.com/you/bot#v2"};
  for (const std::string_view text : same) {
    CAPTURE(text);
    CHECK(must(parse(text)).identity() == "github.com/you/bot");
  }
  const std::string rows[][2] = {{"https://h:8443/o/r", "h:8443/o/r"},
                                 {"https://h:22/o/r", "h:22/o/r"},
                                 {"ssh://git@h:443/o/r", "h:443/o/r"},
                                 {"https://[::1]:443/o/r", "[::1]/o/r"},
                                 {"git@[::1]:o/r", "[::1]/o/r"},
                                 {"https://h.tld/o/r#v1&subdirectory=Agents/Bot", "h.tld/o/r/Agents/Bot"},
                                 {"./Bot.git", "file:/home/ada/work/Bot.git"},
                                 {"file:///srv/Bot", "file:/srv/Bot"},
                                 {"./x#subdirectory=a", "file:/home/ada/work/x/a"},
                                 {"acme/bot@^1.2", "registry:acme/bot"}};
  for (const auto& [text, identity] : rows) CHECK(must(parse(text)).identity() == identity);
}

TEST_CASE("a page of a forge is named as what it shows") {
  const std::string rows[][2] = {
      {"https://github.com/o/r/tree/main/agents/bot", "kopi install 'github.com/o/r#main&subdirectory=agents/bot'"},
      {"github.com/o/r/tree/v1", "kopi install 'github.com/o/r#v1'"},
      {"https://gitlab.example/a/b/c/-/tree/main/x", "kopi install 'gitlab.example/a/b/c#main&subdirectory=x'"},
      {"https://codeberg.org/o/r/src/branch/main/x", "kopi install 'codeberg.org/o/r#main&subdirectory=x'"},
      {"https://user:secret@github.com/o/r/tree/main", "kopi install 'github.com/o/r#main'"}};
  for (const auto& [text, hint] : rows) {
    const auto result = parse(text);
    CAPTURE(text);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Code::source);
    CHECK(result.error().hint == hint);
    CHECK(result.error().message.find("secret") == std::string::npos);
  }
  for (const std::string_view text :
       {"https://git.example/group/tree/main", "https://github.com/tree/blob", "git@github.com:o/r/tree/main"}) {
    CAPTURE(text);
    CHECK(parse(text).has_value());
  }
}

TEST_CASE("the same place at another ref") {
  const SourceRef source = must(parse("github.com/o/r#v1&subdirectory=a"));
  CHECK(must(with_ref(source, "v2")).shown() == "https://github.com/o/r#v2&subdirectory=a");
  CHECK(test::code_of(with_ref(source, "-x")) == "E_SOURCE");
  CHECK(test::code_of(with_ref(source, "")) == "E_SOURCE");
  CHECK(test::code_of(with_ref(source, "a#b")) == "E_SOURCE");
}
