#include "cli/parse.hpp"

#include "base/text.hpp"
#include "support/outcome.hpp"

namespace kopi::cli {
namespace {

CommandLine read(const std::vector<std::string>& words) { return read_command_line(words); }

// "profile create NAME=x --clone --description=y": the command, then every name that was given, sorted; behind '!' what is wrong.
std::string line(const std::vector<std::string>& words) {
  const CommandLine read_line = read(words);
  std::string text = read_line.path;
  for (const std::string_view name : {"KEY", "NAME", "SOURCE", "VALUE"}) {
    for (const std::string& value : read_line.arguments.all(name)) text += fmt::format(" {}={}", name, value);
  }
  for (const std::string_view name : {"--clone", "--clone-from", "--continue", "--description", "--dry-run", "--force", "--json", "--model",
                                      "--name", "--no-color", "--profile", "--query", "--quiet", "--yes"}) {
    for (const std::string& value : read_line.arguments.all(name)) text += " " + std::string(name) + (value.empty() ? "" : "=" + value);
  }
  if (read_line.wants_help) text += " (help)";
  if (read_line.wants_version) text += " (version)";
  if (read_line.problem) text += " ! " + read_line.problem->message;
  return text;
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a command is named by its words, also by its short form") {
  const std::pair<Words, std::string> rows[] = {{{}, ""},
                                                {{"profile"}, "profile"},
                                                {{"profile", "list"}, "profile list"},
                                                {{"chat"}, "chat"},
                                                {{"install", "./x"}, "profile install SOURCE=./x"},
                                                {{"profile", "install", "./x"}, "profile install SOURCE=./x"}};
  for (const auto& [words, expected] : rows) CHECK(line(words) == expected);
  CHECK(read({"profile", "list"}).command == find_command("profile list"));
  CHECK(read({"config"}).command == nullptr);
}

TEST_CASE("options stand anywhere, in every form that getopt_long takes") {
  const std::string expected = "profile create NAME=coder --clone-from=x --profile=work";
  for (const Words& words : {Words{"-p", "work", "profile", "create", "coder", "--clone-from", "x"},
                             {"profile", "-pwork", "create", "--clone-from=x", "coder"},
                             {"profile", "create", "--clone-from", "x", "coder", "--profile", "work"},
                             {"profile", "create", "coder", "--clone-from=x", "--profile=work"}}) {
    CHECK(line(words) == expected);
  }
  CHECK(line({"--json", "profile", "list", "--no-color", "--quiet"}) == "profile list --json --no-color --quiet");
  CHECK(line({"install", "./x", "-y"}) == "profile install SOURCE=./x --yes");
  CHECK(line({"install", "./x", "--plan"}) == "profile install SOURCE=./x --dry-run");  // the other name of --dry-run
  CHECK(line({"chat", "-cq", "hello"}) == "chat --continue --query=hello");
  CHECK(line({"chat", "-qhello"}) == "chat --query=hello");
  CHECK(line({"chat", "-q", "-c"}) == "chat --query=-c");  // the word behind it is its value, whatever it looks like
  CHECK(line({"chat", "-q", "--"}) == "chat --query=--");
  CHECK(line({"chat", "-q", "-"}) == "chat --query=-");
  CHECK(line({"chat", "--model="}) == "chat --model");
  CHECK(line({"chat", "--model=a=b"}) == "chat --model=a=b");
}

TEST_CASE("of an option that comes twice the last one counts") {
  const CommandLine twice = read({"-p", "a", "profile", "list", "-p", "b"});
  CHECK(twice.arguments.value("--profile") == "b");
  CHECK(twice.arguments.all("--profile") == Words{"a", "b"});
  CHECK_FALSE(twice.problem);
}

TEST_CASE("behind -- everything is an argument") {
  CHECK(line({"config", "set", "a.b", "--", "--json"}) == "config set KEY=a.b VALUE=--json");
  CHECK(line({"config", "set", "--", "-p", "-x"}) == "config set KEY=-p VALUE=-x");
  CHECK(line({"profile", "create", "--", "--json"}) == "profile create NAME=--json");
  CHECK(line({"profile", "create", "x", "--"}) == "profile create NAME=x");
  CHECK(read({"profile", "--", "list"}).behind_dashes);
  CHECK(line({"profile", "--", "list"}).find(" ! ") != std::string::npos);   // no command's name any more
  CHECK(line({"config", "set", "x", "-5"}) == "config set KEY=x VALUE=-5");  // a number is no option
}

TEST_CASE("what is wrong is said, with what was probably meant") {
  const std::pair<Words, std::string> rows[] = {
      {{"profil"}, " ! unknown command 'profil', did you mean 'profile'?"},
      {{"profile", "isntall"}, "profile ! unknown command 'profile isntall', did you mean 'profile install'?"},
      {{"instal", "x"}, " ! unknown command 'instal', did you mean 'install'?"},
      {{"frobnicate"}, " ! unknown command 'frobnicate'"},
      {{"config"}, "config ! 'config' needs a command behind it"},
      {{"profile", "create"}, "profile create ! missing argument NAME"},
      {{"profile", "create", "a", "b"}, "profile create NAME=a ! too many arguments: 'b'"},
      {{"profile", "list", "--yes=1"}, "profile list ! unknown option '--yes'"},
      {{"profile", "list", "--json=1"}, "profile list ! --json takes no value"},
      {{"profile", "list", "--jsn"}, "profile list ! unknown option '--jsn', did you mean '--json'?"},
      {{"profile", "create", "a", "--clon"}, "profile create NAME=a ! unknown option '--clon', did you mean '--clone'?"},
      {{"profile", "create", "a", "--desc", "x"},
       "profile create NAME=a ! unknown option '--desc', did you mean '--description'?"},  // no abbreviations
      {{"profile", "list", "-p"}, "profile list ! -p needs a value: -p NAME"},
      {{"profile", "list", "--profile"}, "profile list ! --profile needs a value: --profile NAME"},
      {{"profile", "list", "-x"}, "profile list ! unknown option '-x'"}};
  for (const auto& [words, expected] : rows) {
    const std::string read_line = line(words);
    CHECK(read_line.substr(0, expected.size()) == expected);
  }
}

TEST_CASE("the first complaint counts, and everything else is still read") {
  const CommandLine broken = read({"profile", "list", "--bad-one", "--bad-two", "--json", "-p", "x"});
  REQUIRE(broken.problem);
  CHECK(broken.problem->code == Code::usage);
  CHECK(broken.problem->message == "unknown option '--bad-one'");
  CHECK(broken.problem->hint == "kopi profile list --help");
  CHECK(broken.arguments.flag("--json"));
  CHECK(broken.arguments.value("--profile") == "x");
  CHECK(read({"--nonsense"}).problem->hint == "kopi --help");
}

TEST_CASE("help and version are asked for anywhere") {
  CHECK(line({"--help"}) == " (help)");
  CHECK(line({"-h"}) == " (help)");
  CHECK(line({"profile", "create", "--help"}).starts_with("profile create (help)"));
  CHECK(line({"profile", "create", "x", "--nonsense", "-h"}).starts_with("profile create NAME=x (help) ! "));
  CHECK(line({"--version"}) == " (version)");
  CHECK(line({"-V"}) == " (version)");
  CHECK(line({"profile", "create", "--", "--help"}) == "profile create NAME=--help");
}

TEST_CASE("a value that is secret is in no message") {
  for (const Words& words : {Words{"env", "set", "KEY", "-secret"},
                             {"env", "set", "KEY", "--secret-value"},
                             {"env", "set", "KEY", "one", "secret"},
                             {"env", "set", "KEY", "--", "one", "secret"},
                             {"env", "set", "KEY", "-----BEGIN secret KEY-----"}}) {
    const CommandLine read_line = read(words);
    REQUIRE(read_line.problem);
    INFO(read_line.problem->message);
    CHECK(read_line.problem->message.find("secret") == std::string::npos);
  }
}

TEST_CASE("a line that is being typed tells which value is missing") {
  const CommandLine open = read({"profile", "create", "--clone-from"});
  REQUIRE(open.open_option != nullptr);
  CHECK(open.open_option->long_name() == "--clone-from");
  CHECK(read({"profile", "list", "-p"}).open_option->long_name() == "--profile");
  CHECK(read({"profile", "list"}).open_option == nullptr);
}

TEST_CASE("an option is found by any of its names, of the command or of all") {
  const CommandSpec* install = find_command("profile install");
  CHECK(find_option(install, "-y")->long_name() == "--yes");
  CHECK(find_option(install, "--plan")->long_name() == "--dry-run");
  CHECK(find_option(install, "--json") != nullptr);
  CHECK(find_option(nullptr, "-p") != nullptr);
  CHECK(find_option(nullptr, "--yes") == nullptr);
  CHECK(find_option(install, "--ye") == nullptr);
}

}  // namespace kopi::cli
