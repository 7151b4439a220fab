#include "cli/commands/commands.hpp"
#include "cli/commands/env_file.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi env list", "which variables there are, and which have a value"},
                                    {"research-bot env list --json", "as data"}};

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const VariablesView view, view_variables(context));
  for (const Finding& finding : view.findings) context.console.warn(finding);
  Outcome outcome;
  outcome.data = to_json(view);
  outcome.text = render(view);
  return outcome;
}

}  // namespace

const CommandSpec env_list_command{"env list",
                                   "List a profile's variables",
                                   "What the distribution asks for and what .env sets. Values are never shown.",
                                   {},
                                   {},
                                   examples,
                                   Needs::profile,
                                   run};

}  // namespace kopi::cli
