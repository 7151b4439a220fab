#include "cli/commands/commands.hpp"
#include "cli/locks.hpp"
#include "cli/profile_view.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi profile list", "a table of all profiles"}, {"kopi profile list --json", "the same as data"}};

std::string distribution_words(const ProfileView& view) {
  if (!view.record) return "—";
  return shortened(fmt::format("{}@{}", view.record->name, view.record->version.empty() ? "?" : view.record->version), 30);
}

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const auto names, list_profiles(context.home));
  const auto aliases = find_aliases(context.home);
  Table table({"Profile", "Model", "Gateway", "Alias", "Distribution"});
  Node list = Node::sequence();
  for (const ProfileName& name : names) {
    const auto lock = hold_profile(context, name, "kopi profile list");
    // One that is damaged or can't be read is listed all the same.
    const bool is_listed = lock || lock.error().code == Code::state || !check_readable(context.home, name);
    if (!is_listed) return lock.error();
    const ProfileView view = view_profile(context, name, aliases);
    for (const Finding& problem : view.problems) context.console.warn(problem);
    list.push(to_json(view));
    table.row({name.str(), view.model ? shortened(*view.model, 26) : "—", "stopped", view.alias.value_or("—"), distribution_words(view)},
              view.active ? "◆" : " ");
  }
  Outcome outcome;
  outcome.data = Node::mapping({{"profiles", std::move(list)}});
  outcome.text = table.render();
  return outcome;
}

}  // namespace

const CommandSpec profile_list_command{
    "profile list",
    "List all profiles",
    "One line a profile: its model, its gateway, its command alias and the distribution that it was installed from. The active one is "
    "marked. A profile whose files can't be read is listed all the same, with a warning.",
    {},
    {},
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
