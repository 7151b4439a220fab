// What is said to git's credential helpers and what is made of their answer; a shell script stands for git.
#include "support/scratch.hpp"
#include "system/git_context.hpp"

using namespace kopi;
using kopi::detail::GitContext;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

struct World {
  Scratch scratch;
  Environment environment;
  GitFetch fetch;

  /// `answer`: what `git credential fill` prints; it keeps what it is told and how it was called.
  explicit World(const std::string& answer, int status = 0) {
    scratch.write(
        "bin/git",
        fmt::format("#!/bin/sh\necho \"$*\" >> '{0}/calls'\nenv | /usr/bin/grep -E '^(GIT|SSH|GCM)_' | /usr/bin/sort >> '{0}/calls'\n"
                    "/bin/cat >> '{0}/said'\n/bin/cat '{0}/answer'\nexit {1}\n",
                    scratch.path(), status),
        0755);
    scratch.write("answer", answer);
    environment.set("PATH", scratch.at("bin") + ":/usr/bin:/bin");
    fetch.environment = &environment;
  }
  std::string find(std::string_view url) const {
    GitContext context(fetch);
    const auto found = detail::find_git_credential(context, must(parse_url(url)));
    if (!found) return test::shown(found.error());
    return *found ? (*found)->user + ":" + std::string((*found)->password.reveal()) : "none";
  }
  std::string take(std::string_view file) const {
    const std::string text = must(read_file_if_present(scratch.at(file))).value_or("(nothing)");
    must(remove_file(scratch.at(file)));
    return text;
  }
};

}  // namespace

TEST_CASE("the helpers are asked for one host, and their answer is read line by line") {
  const World world("protocol=https\nhost=h\nusername=ada\npassword=p=a ss\r\nquit=0\n");
  CHECK(world.find("https://h:8443/o/r.git") == "ada:p=a ss");
  CHECK(world.take("said") == "protocol=https\nhost=h:8443\npath=o/r.git\n\n");
  CHECK(world.find("https://bob:ignored@h/o") == "ada:p=a ss");
  CHECK(world.take("said") == "protocol=https\nhost=h\npath=o\nusername=bob\n\n");
}

TEST_CASE("nobody is asked anything unless somebody is there") {
  World world("password=x\n");
  CHECK(world.find("https://h/o") == ":x");
  CHECK(world.take("calls") == "credential fill\nGCM_INTERACTIVE=never\nGIT_ASKPASS=\nGIT_TERMINAL_PROMPT=0\nSSH_ASKPASS=\n");
  world.fetch.may_ask = true;
  CHECK(world.find("https://h/o") == ":x");
  CHECK(world.take("calls") == "credential fill\n");
}

TEST_CASE("no answer is none") {
  CHECK(World("", 0).find("https://h/o") == "none");
  CHECK(World("username=ada\n", 0).find("https://h/o") == "none");
  CHECK(World("username=ada\npassword=x\n", 128).find("https://h/o") == "none");
  CHECK(World("garbage\npassword\n=\n", 0).find("https://h/o") == "none");
  World without_git("password=x\n");
  without_git.environment.set("PATH", without_git.scratch.at("nothing"));
  CHECK(without_git.find("https://h/o") == "none");
}

TEST_CASE("a URL can't smuggle another line into the question") {
  const World world("password=x\n");
  GitContext context(world.fetch);
  for (const std::string text : {"x\nhost=evil", "x\r", "\n"}) {
    const Url urls[] = {
        {"https", text, Secret(), "h", 0, "/o"}, {"https", "", Secret(), text, 0, "/o"}, {"https", "", Secret(), "h", 0, "/" + text}};
    for (const Url& url : urls) {
      CHECK_FALSE(must(detail::find_git_credential(context, url)));
      CHECK(world.take("said") == "(nothing)");
    }
  }
}

TEST_CASE("the helpers are told whether it worked, and with what") {
  const World world("");
  GitContext context(world.fetch);
  const Url url = must(parse_url("https://h/o"));
  detail::report_git_credential(context, url, {"ada", Secret("pass")}, true);
  CHECK(world.take("calls").starts_with("credential approve\n"));
  CHECK(world.take("said") == "protocol=https\nhost=h\npath=o\nusername=ada\npassword=pass\n\n");
  detail::report_git_credential(context, url, {"ada", Secret("pass")}, false);
  CHECK(world.take("calls").starts_with("credential reject\n"));
}
