#include "cli/commands/commands.hpp"
#include "cli/profile_view.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile; the active one when left out", false, false, Offers::profile}};
constexpr ExampleSpec examples[] = {{"kopi profile show coder", "one profile in detail"},
                                    {"kopi profile show --json", "the active one as data"}};

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const ProfileName name, context.profile(given.value("NAME")));
  KOPI_TRY(const ProfileDetails details, detail_profile(context, name));
  for (const Finding& problem : details.view.problems) context.console.warn(problem);
  Outcome outcome;
  outcome.data = to_json(details);
  const auto row = [&](std::string_view label, const std::string& value) {
    outcome.text.styled(Style::dim, "{:<14}", label).print(" {}\n", value);
  };
  row("Profile", name.str());
  if (!details.card.display_name.empty()) row("Called", one_line(details.card.display_name));
  if (!details.card.description.empty()) row("Description", one_line(details.card.description));
  row("Path", details.view.path);
  row("Model", model_words(details.view.model));
  row("Gateway", "stopped");
  row("Skills", std::to_string(details.skills));
  row(".env", details.has_env_file ? "exists" : "not configured");
  row("SOUL.md", details.has_soul ? "exists" : "not configured");
  if (const auto& record = details.view.record) {
    row("Distribution", record->name + "@" + (record->version.empty() ? "?" : record->version));
    row("Installed from", record->source);
  }
  row("Alias", details.view.alias.value_or("—"));
  return outcome;
}

}  // namespace

const CommandSpec profile_show_command{"profile show",
                                       "Show one profile",
                                       "What a profile is made of: model, skills, the files that make it somebody, and where it came from.",
                                       arguments,
                                       {},
                                       examples,
                                       Needs::choice,
                                       run};

}  // namespace kopi::cli
