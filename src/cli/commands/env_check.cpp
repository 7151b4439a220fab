#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/env_file.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi env check", "is everything set that must be?"},
                                    {"research-bot env check || research-bot env set OPENAI_API_KEY", "in a script"}};

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const VariablesView view, view_variables(context));
  for (const Finding& finding : view.findings) context.console.warn(finding);
  std::vector<std::string> missing;
  for (const VariableView& variable : view.variables) {
    if (variable.required && !variable.set) missing.push_back(variable.name);
  }
  Outcome outcome;
  outcome.data = to_json(view);
  outcome.data.set("missing", records_of("name", missing));
  outcome.text = render(view);
  if (!missing.empty()) {
    outcome.problem = with_hint(error(Code::drift, "not set: {}", join(missing, ", ")),
                                fmt::format("kopi -p {} env set {}", context.selection.name.str(), missing.front()));
  }
  return outcome;
}

}  // namespace

const CommandSpec env_check_command{
    "env check",
    "Check that required variables have a value",
    "Ends with status 3 when a variable that the distribution requires is set neither in .env nor in the environment.",
    {},
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
