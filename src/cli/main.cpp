#include "cli/main.hpp"

#include <algorithm>
#include <csignal>

#include "cli/answer.hpp"
#include "cli/chat_view.hpp"
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "cli/help.hpp"
#include "cli/parse.hpp"
#include "store/lifecycle.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"
#include "system/terminal.hpp"

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

// What a crash has left half-done is put right before anybody looks at it.
Result<void> open_home(Context& context) {
  KOPI_TRY(context.home, find_home(context.environment, context.working_directory));
  context.finished_deletions = recover_home(context.home, context.alias_context(), context.console);
  return {};
}

// Whatever says which profile is meant must name one that exists. Only a broken sticky choice lets some commands go on: those
// that show or change it.
Result<void> choose_profile(Context& context, const std::optional<std::string>& flag, Needs needs) {
  auto selection = select_profile(context.home, flag, context.environment);
  Error problem;
  if (selection) {
    context.selection = *std::move(selection);
    auto usable = check_profile(context.home, context.selection);
    if (usable) return {};
    problem = std::move(usable).error();
  } else {
    context.selection.origin = choice_origin(context.home, flag, context.environment);
    problem = std::move(selection).error();
  }
  if (context.selection.origin != Selection::Origin::sticky || needs != Needs::home) return problem;
  context.console.warn({Severity::medium, "profile.sticky-broken", context.home.sticky_path(), 0, 0,
                        fmt::format("{}; choose another with: {}", problem.message, problem.hint), "", ""});
  context.broken_choice = std::move(problem);
  return {};
}

Result<Outcome> run(const CommandLine& line, Context& context) {
  if (line.wants_version) return version_outcome();
  const bool takes_commands = line.command == nullptr || (line.command->arguments.empty() && !commands_below(line.path).empty());
  const bool unknown = takes_commands && line.problem && line.positionals > 0;
  if (line.wants_help && !unknown) return help_outcome(line.path);
  if (line.problem) return *line.problem;
  Needs needs = line.command != nullptr ? line.command->needs : line.arguments.flag("--profile") ? Needs::choice : Needs::nothing;
  if (needs == Needs::named) needs = line.arguments.flag("--profile") ? Needs::home : Needs::nothing;
  if (needs != Needs::nothing) KOPI_CHECK(open_home(context));
  if (needs != Needs::nothing) KOPI_CHECK(choose_profile(context, line.arguments.value("--profile"), needs));
  context.console.debug(fmt::format("kopi {} ({}): {}", program_version(), program_commit(), line.path));
  if (needs != Needs::nothing) context.console.debug(fmt::format("home {}, profile {}", context.home.root, context.selection.name.str()));
  if (line.command == nullptr) return help_outcome(line.path);
  auto outcome = line.command->run(context, line.arguments);
  if (!outcome) {
    Error problem = std::move(outcome).error();
    if (problem.code == Code::usage && problem.hint.empty()) problem.hint = fmt::format("kopi {} --help", line.path);
    return context.addressed(std::move(problem));
  }
  if (outcome->problem) outcome->problem = context.addressed(*std::move(outcome->problem));
  return outcome;
}

// What goes wrong before a command with events even runs ends in its last event too.
int answer_line(const CommandLine& line, Console& console, bool json, Result<Outcome> outcome) {
  if (outcome || !json || line.command == nullptr || !line.command->tells_events) return answer(console, json, std::move(outcome));
  ChatView(console, json).end_without_turn(outcome.error());
  return info(outcome.error().code).exit;
}

}  // namespace

int main(int argc, char** argv) {
  open_closed_streams();
  std::signal(SIGPIPE, SIG_IGN);
  const CommandLine line = read_command_line(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
  const bool json = line.arguments.flag("--json");
  Environment environment = Environment::of_this_process();
  Interrupt interrupt;
  Console console(environment, interrupt, {.no_color = line.arguments.flag("--no-color"), .quiet = line.arguments.flag("--quiet")});
  auto directory = current_directory();
  const bool is_needed = line.command != nullptr && line.command->needs != Needs::nothing && !line.wants_help;
  if (!directory && is_needed) return answer_line(line, console, json, std::move(directory).error());
  if (!directory) directory = "/";
  auto clock = make_clock(environment);
  const std::string program = own_path(argv[0], *directory);
  Context context{std::move(environment), *std::move(directory), program, console, interrupt, std::move(clock), {}, {}, {}, {}, json};
  const int status = answer_line(line, console, json, run(line, context));
  console.debug(fmt::format("exit {}", status));
  if (!console.out_problem()) return status;
  console.error(describe(*console.out_problem()));
  return status == 0 ? info(console.out_problem()->code).exit : status;
}

}  // namespace kopi::cli
