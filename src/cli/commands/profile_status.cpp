#include "cli/commands/commands.hpp"
#include "cli/profile_view.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi profile", "which profile am I talking to?"},
                                    {"coder profile", "the same through the alias of the profile coder"}};

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const ProfileDetails details, detail_profile(context, context.selection.name));
  for (const Finding& problem : details.view.problems) context.console.warn(problem);
  Outcome outcome;
  outcome.data = to_json(details);
  const auto row = [&](std::string_view label, const std::string& value) {
    outcome.text.styled(Style::dim, "{:<9}", label).print(" {}\n", value);
  };
  row("Active", details.view.name.str());
  row("Path", details.view.path);
  row("Model", model_words(details.view.model));
  row("Gateway", "stopped");
  row("Skills", std::to_string(details.skills));
  row("Alias", details.view.alias.value_or("—"));
  return outcome;
}

}  // namespace

const CommandSpec profile_status_command{
    "profile",
    "Show the active profile",
    "Says which profile kopi works with here, where it lies, and what it talks to. The profile is chosen by -p, else by KOPI_HOME or "
    "KOPI_PROFILE, else by `kopi profile use`, else it is `default`.",
    {},
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
