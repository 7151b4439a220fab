#include "cli/main.hpp"

#include <algorithm>
#include <csignal>

#include "cli/answer.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

// The program that an alias has to start: this very file, found again without PATH.
std::string own_path(const char* called_as, const std::string& working_directory) {
  if (auto path = real_path("/proc/self/exe")) return *std::move(path);
  return absolute_path(called_as, working_directory);
}

Outcome version_outcome() {
  Outcome outcome;
  outcome.data = Node::mapping({{"version", program_version()}, {"commit", program_commit()}});
  outcome.text.print("kopi {} ({})\n", program_version(), program_commit());
  return outcome;
}

// A profile that was named for this one command must be there; a sticky one that is gone is told of, and some commands go on.
Result<void> check_selection(const CommandSpec& command, const Context& context) {
  if (command.needs == Needs::nothing) return {};
  if (profile_exists(context.home, context.selection.name)) return {};
  Error problem = no_such_profile(context.home, context.selection);
  if (context.selection.origin != Selection::Origin::sticky || command.needs != Needs::home) return problem;
  context.console.warn({Severity::medium, "profile.sticky-missing", context.home.sticky_path(), 0, 0,
                        problem.message + "; choose another with: " + problem.hint, "", ""});
  return {};
}

Result<Outcome> run_command(const CommandSpec& command, const Arguments& arguments, Context& context) {
  if (command.needs != Needs::nothing) {
    KOPI_TRY(context.home, find_home(context.environment, context.working_directory));
    auto selection = select_profile(context.home, arguments.value("--profile"), context.environment);
    if (selection) {
      context.selection = *std::move(selection);
    } else if (command.needs != Needs::home || arguments.flag("--profile")) {
      return std::move(selection).error();
    } else {
      context.console.warn({Severity::medium, "profile.choice-invalid", "", 0, 0, selection.error().message, "", ""});
    }
    KOPI_CHECK(check_selection(command, context));
  }
  return command.run(context, arguments);
}

Result<Outcome> run(const std::vector<std::string>& words, Context& context, Console& console) {
  KOPI_TRY(const CommandLine line, find_command_line(words));
  if (line.wants_version) return version_outcome();
  if (line.wants_help || line.command == nullptr) return help_outcome(line.group);
  KOPI_TRY(const Arguments arguments, parse_arguments(*line.command, line.rest));
  (void)console;
  return run_command(*line.command, arguments, context);
}

bool stands_before_dashes(const std::vector<std::string>& words, std::string_view option) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, option) != end;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  Environment environment = Environment::of_this_process();
  Console console(environment, {.no_color = stands_before_dashes(words, "--no-color"), .quiet = stands_before_dashes(words, "--quiet")});
  const bool json = asks_for_json(words);
  auto directory = current_directory();
  if (!directory) return answer(console, json, std::move(directory).error());
  Interrupt interrupt;
  auto clock = make_clock(environment);
  const std::string program = own_path(argv[0], *directory);
  Context context{std::move(environment), *std::move(directory), program, console, interrupt, std::move(clock), {}, {}, json};
  return answer(console, json, run(words, context, console));
}

}  // namespace kopi::cli
