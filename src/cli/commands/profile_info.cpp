#include "cli/commands/commands.hpp"
#include "cli/preview.hpp"
#include "cli/profile_view.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile; the active one when left out", false, false, Offers::profile}};
constexpr OptionSpec options[] = {{"--capabilities", "", "list all that the distribution can do"}};
constexpr ExampleSpec examples[] = {{"kopi profile info research-bot", "who made it, which version, what it needs"},
                                    {"kopi profile info research-bot --capabilities", "and what it can do"}};

void render_env(Text& text, const ProfileDetails& details) {
  if (!details.manifest || details.manifest->env.empty()) return;
  text.styled(Style::bold, "\nVariables\n");
  for (const EnvStatus& status : details.env) {
    const EnvRequirement& variable = status.variable;
    text.styled(status.set ? Style::green : Style::yellow, "  {} ", status.set ? "✓" : "•");
    text.print("{} ({}", variable.name, variable.required ? "required" : "optional");
    if (variable.default_value) text.print(", default: {}", one_line(*variable.default_value));
    text.print(")\n");
  }
}

void render_capabilities(Text& text, const std::vector<Capability>& capabilities) {
  text.styled(Style::bold, "\nCapabilities\n");
  if (capabilities.empty()) text.print("  none beyond chatting\n");
  for (const Capability& capability : capabilities) {
    text.print("  {:<24} {}", describe_kind(capability.kind), capability.name);
    text.print(capability.detail.empty() ? "{}\n" : ": {}\n", capability.detail);
  }
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const ProfileName name, context.profile(given.value("NAME")));
  KOPI_CHECK(read_install_record(context.home, name));  // damaged is not the same as absent
  KOPI_TRY(const ProfileDetails details, detail_profile(context, name));
  for (const Finding& problem : details.view.problems) context.console.warn(problem);
  Outcome outcome;
  outcome.data = to_json(details);
  const auto& record = details.view.record;
  if (!record) {
    outcome.text.print("{} was not installed from a distribution.\n", name.str());
    return outcome;
  }
  const auto row = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) outcome.text.styled(Style::dim, "{:<13}", label).print(" {}\n", value);
  };
  row("Distribution", record->name);
  row("Version", version_words(record->version, ""));
  if (details.manifest) {
    row("Description", one_line(details.manifest->description));
    row("Author", one_line(details.manifest->author));
    row("License", one_line(details.manifest->license));
    row("Homepage", one_line(details.manifest->homepage));
    if (details.manifest->kopi_requires) row("Requires", "kopi " + details.manifest->kopi_requires->str());
    if (!details.manifest->hermes_requires.empty()) row("Made for", "Hermes " + details.manifest->hermes_requires);
  }
  row("Source", record->source);
  row("Commit", record->commit);
  row("Trust", "unsigned");
  row("Installed", record->installed_at);
  if (record->updated_at != record->installed_at) row("Updated", record->updated_at);
  render_env(outcome.text, details);
  if (given.flag("--capabilities")) render_capabilities(outcome.text, record->capabilities);
  return outcome;
}

}  // namespace

const CommandSpec profile_info_command{
    "profile info",
    "Show the distribution behind a profile",
    "Name, version, author, source and commit of what was installed, and which of its variables have a value. Values are never shown.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
