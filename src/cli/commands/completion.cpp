#include "cli/completion.hpp"
#include "cli/commands/commands.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"SHELL", "bash, zsh or fish", true, false, Offers::shell}};
constexpr ExampleSpec examples[] = {{"eval \"$(kopi completion bash)\"", "in ~/.bashrc"},
                                    {"kopi completion fish | source", "in config.fish"}};

Result<Outcome> run(Context&, const Arguments& given) {
  const auto script = completion_script(*given.value("SHELL"));
  if (!script) return error(Code::usage, "there is no completion for '{}'; choose bash, zsh or fish", *given.value("SHELL"));
  Outcome outcome;
  outcome.data = Node::mapping({{"shell", *given.value("SHELL")}, {"script", *script}});
  outcome.text.block(*script);
  return outcome;
}

}  // namespace

const CommandSpec completion_command{
    "completion",
    "Print a shell's completion script",
    "The script asks kopi itself at every Tab, so commands, options, profiles, skills and settings are always those of the moment. The "
    "commands that stand for profiles complete too.",
    arguments,
    {},
    examples,
    Needs::nothing,
    run};

}  // namespace kopi::cli
