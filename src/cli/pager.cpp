#include "cli/pager.hpp"

#include "system/process.hpp"

namespace kopi::cli {
namespace {

// As git starts it: leave at once when all fits on the screen, show our colours, leave the text on the screen.
constexpr std::string_view k_less_options = "FRX";

std::optional<Command> pager_command(const Context& context) {
  const Environment& environment = context.environment;
  Command command{{}, environment};
  if (environment.is_set("PAGER")) {
    const auto line = environment.get("PAGER");
    if (!line) return std::nullopt;
    auto words = split_command_line(*line);
    if (!words || words->empty()) return std::nullopt;  // needs a shell, which kopi does not use
    command.arguments = *std::move(words);
  } else {
    command.arguments = {"less"};
  }
  if (!environment.is_set("LESS")) command.environment.set("LESS", std::string(k_less_options));
  if (!find_program(command.arguments.front(), environment.get("PATH").value_or(""))) return std::nullopt;
  return command;
}

}  // namespace

bool show_paged(Context& context, const Text& text) {
  const Console& console = context.console;
  const bool is_wanted = console.out_is_terminal() && !context.json && !console.quiet() && !text.empty();
  if (!is_wanted || context.environment.get("TERM").value_or("dumb") == "dumb") return false;
  const auto command = pager_command(context);
  if (!command) return false;
  context.console.progress_done();
  return run_with_input(*command, console.rendered_out(text)).has_value();
}

}  // namespace kopi::cli
