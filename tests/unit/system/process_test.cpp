#include "system/process.hpp"

#include <sys/wait.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "support/scratch.hpp"
#include "system/interrupt.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::Scratch;
using namespace std::chrono_literals;

namespace {

const Environment k_environment({{"PATH", "/usr/bin:/bin"}, {"GIVEN", "two words"}});

Result<Finished> run(std::vector<std::string> arguments, std::string_view input = "", std::chrono::milliseconds limit = 30s) {
  std::signal(SIGPIPE, SIG_IGN);  // as main does
  return run_command({std::move(arguments), k_environment}, input, limit);
}

Finished shell(const std::string& script, std::string_view input = "") { return must(run({"sh", "-c", script}, input)); }

void check_no_child_is_left() {
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

}  // namespace

TEST_CASE("a command's status is what a shell would say") {
  for (const int status : {0, 1, 7, 127, 255}) CHECK(shell("exit " + std::to_string(status)).status == status);
  CHECK(shell("kill -TERM $$").status == 128 + SIGTERM);
  CHECK(shell("kill -KILL $$").status == 128 + SIGKILL);
  check_no_child_is_left();
}

TEST_CASE("both of its streams are read to their end, however much comes on either, and cut off at a mebibyte") {
  const Finished both = shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; echo end; echo end >&2");
  CHECK(both.output.size() == 1U << 20U);
  CHECK(both.errors.size() == 1U << 20U);
  const Finished small = shell("echo out; echo err >&2; exec 2>&-; echo more");
  CHECK(small.output == "out\nmore\n");
  CHECK(small.errors == "err\n");
}

TEST_CASE("its input is what was given, and then ends") {
  CHECK(shell("cat", std::string("a\0b", 3)).output == std::string("a\0b", 3));
  CHECK(shell("wc -c", std::string(1'000'000, 'x')).output == "1000000\n");
  CHECK(shell("cat", std::string(1'000'000, 'x')).output == std::string(1'000'000, 'x'));
  CHECK(shell("wc -c").output == "0\n");
  CHECK(shell("exec 0<&-; echo done", std::string(1'000'000, 'x')).output == "done\n");  // nobody reads it
}

TEST_CASE("arguments and environment arrive as they are, and nothing else does") {
  CHECK(must(run({"printf", "<%s>", "", "two words", "$HOME `id` *", "it's", "-n", "a\nb"})).output ==
        "<><two words><$HOME `id` *><it's><-n><a\nb>");
  CHECK(must(run({"env"})).output == "GIVEN=two words\nPATH=/usr/bin:/bin\n");
  CHECK(shell("trap").output.empty());
  CHECK(shell("kill -PIPE $$").status == 128 + SIGPIPE);                     // ignored here, not there
  const Child other = must(Child::start({{"sleep", "60"}, k_environment}));  // its pipes are this process's alone
  for (const int end : {other.input(), other.output(), other.errors()}) {
    const std::string pipe = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(end)).string();
    CHECK(shell("ls -l /proc/self/fd").output.find(pipe) == std::string::npos);
  }
}

TEST_CASE("a command that does not end in time is ended") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(test::shown(run({"sleep", "60"}, "", 100ms).error()) == "E_NETWORK sleep did not end within 0.1 seconds");
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
  check_no_child_is_left();
}

TEST_CASE("a command that won't end when it is asked to is killed") {
  const auto begin = std::chrono::steady_clock::now();
  CHECK(test::code_of(run({"sh", "-c", "trap '' TERM; exec sleep 60"}, "", 300ms)) == "E_NETWORK");
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  check_no_child_is_left();
}

TEST_CASE("what a command leaves running in the background is not waited for") {
  const auto begin = std::chrono::steady_clock::now();
  const Finished finished = shell("sleep 60 & echo $!; exit 3");
  CHECK(finished.status == 3);
  CHECK(std::chrono::steady_clock::now() - begin < 20s);
  const auto pid = static_cast<pid_t>(std::stol(finished.output));
  CHECK(::kill(pid, SIGKILL) == 0);
}

TEST_CASE("an interrupt ends the wait") {
  Interrupt interrupt;
  std::thread sender([] { ::kill(::getpid(), SIGINT); });
  const auto finished = run_command({{"sleep", "60"}, k_environment}, "", 60s, &interrupt);
  sender.join();
  REQUIRE_FALSE(finished);
  CHECK(finished.error().code == Code::interrupted);
  check_no_child_is_left();
}

TEST_CASE("a program that is not there is not found") {
  CHECK(test::shown(run({"kopi-no-such-program"}).error()) == "E_NOT_FOUND the program 'kopi-no-such-program' is not on the PATH");
  const Scratch scratch;
  CHECK(test::code_of(run({scratch.write("not-executable", "#!/bin/sh\n", 0644)})) == "E_NOT_FOUND");
  CHECK(test::code_of(run({scratch.write("no-interpreter", "#!/no/such\n", 0755)})) == "E_IO");
  check_no_child_is_left();
}

TEST_CASE("a program is looked up as a shell does it") {
  const Scratch scratch;
  scratch.write("a/tool", "#!/bin/sh\n", 0755);
  scratch.write("b/tool", "#!/bin/sh\n", 0755);
  scratch.write("b/text", "x", 0644);
  scratch.write("c/text", "#!/bin/sh\n", 0755);
  must(make_directories(scratch.at("b/folder")));
  const std::string path = scratch.at("none") + ":" + scratch.at("a") + ":" + scratch.at("b") + ":" + scratch.at("c");
  CHECK(find_program("tool", path) == scratch.at("a/tool"));
  CHECK(find_program("text", path) == scratch.at("c/text"));
  CHECK_FALSE(find_program("folder", path));
  CHECK_FALSE(find_program("missing", path));
  CHECK_FALSE(find_program("tool", ""));
  CHECK(find_program(scratch.at("b/tool"), "") == scratch.at("b/tool"));
  CHECK_FALSE(find_program(scratch.at("b/text"), path));
}

TEST_CASE("a command line is split as a shell splits it, and refused where only a shell could read it") {
  const std::pair<std::string_view, std::string> rows[] = {{"", ""},
                                                           {"  ", ""},
                                                           {"vi", "[vi]"},
                                                           {" code  --wait\t-n\n", "[code][--wait][-n]"},
                                                           {"'two words' \"and more\"", "[two words][and more]"},
                                                           {"a'b'\"c\"d", "[abcd]"},
                                                           {"'' \"\"", "[][]"},
                                                           {"a\\ b", "[a b]"},
                                                           {"'a\\b'", "[a\\b]"},
                                                           {"\"a\\b\\\"\\\\\\$\"", "[a\\b\"\\$]"},
                                                           {"'$HOME `x` ;'", "[$HOME `x` ;]"},
                                                           {"\"; | & < > * ?\"", "[; | & < > * ?]"},
                                                           {"\\$x", "[$x]"},
                                                           {"a#b", "[a#b]"},
                                                           {"'open", "-"},
                                                           {"\"open", "-"},
                                                           {"end\\", "-"},
                                                           {"$EDITOR", "-"},
                                                           {"\"$EDITOR\"", "-"},
                                                           {"`x`", "-"},
                                                           {"\"`x`\"", "-"},
                                                           {"a;b", "-"},
                                                           {"a|b", "-"},
                                                           {"a&", "-"},
                                                           {"a>b", "-"},
                                                           {"a<b", "-"},
                                                           {"(a)", "-"},
                                                           {"*.md", "-"}};
  for (const auto& [line, expected] : rows) {
    std::string text = "-";
    if (const auto words = split_command_line(line)) {
      text.clear();
      for (const std::string& word : *words) text += "[" + word + "]";
    }
    CHECK(std::string(line) + " -> " + text == std::string(line) + " -> " + expected);
  }
}

TEST_CASE("a pager gets its whole input, may leave early, and its status counts") {
  std::signal(SIGPIPE, SIG_IGN);
  const Scratch scratch;
  const std::string input(3'000'000, 'x');
  const auto show = [&](const std::string& script) { return must(run_with_input({{"sh", "-c", script}, k_environment}, input)); };
  CHECK(show("wc -c > " + scratch.at("count")) == 0);
  CHECK(scratch.read("count") == "3000000\n");
  CHECK(show("head -c 1 > /dev/null; exit 3") == 3);
  CHECK(show("exit 0") == 0);
  CHECK(must(run_with_input({{"cat"}, k_environment}, "")) == 0);
  CHECK(test::code_of(run_with_input({{"no-such-program"}, k_environment}, "x")) == "E_NOT_FOUND");
  check_no_child_is_left();
}
