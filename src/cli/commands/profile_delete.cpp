#include <algorithm>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/profile_view.hpp"
#include "store/lifecycle.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile to delete", true, false, Offers::profile}};
constexpr OptionSpec options[] = {{"--yes,-y", "", "delete without asking"}};
constexpr ExampleSpec examples[] = {{"kopi profile delete coder", "asks you to type the name"},
                                    {"kopi profile delete coder --yes", "for scripts"}};

Text summary(const ProfileView& view, std::size_t skills) {
  Text text;
  const auto row = [&](std::string_view label, const std::string& value) {
    text.styled(Style::dim, "  {:<14}", label).print(" {}\n", value);
  };
  text.print("This deletes the profile {} with everything in it:\n", view.name.str());
  row("Path", view.path);
  row("Model", model_words(view.model));
  row("Skills", std::to_string(skills));
  if (view.record) {
    row("Distribution", view.record->name + "@" + (view.record->version.empty() ? "?" : view.record->version));
    row("Installed from", view.record->source);
  }
  return text;
}

Result<void> confirm(Context& context, const ProfileName& name) {
  if (!context.console.can_ask()) {
    return with_hint(Error{Code::consent_needed, "deleting needs your consent, and there is no terminal to ask on"}, "add --yes");
  }
  const ProfileView view = view_profile(context, name, find_aliases(context.home));
  context.console.error(summary(view, count_skills(context, name)));
  const auto typed = context.console.ask(Text().print("Type '{}' to confirm: ", name.str()));
  if (context.interrupt.requested()) return interrupted_error();
  if (!typed || trim(*typed) != name.str()) return Error{Code::declined, "declined"};
  return {};
}

Outcome deleted_outcome(const Context& context, const ProfileName& name, const std::vector<std::string>& aliases) {
  Outcome outcome;
  outcome.data = Node::mapping({{"name", name.str()}, {"path", context.home.profile_path(name)}, {"aliases", records_of("name", aliases)}});
  outcome.text.styled(Style::green, "✓").print(" Deleted {}\n", name.str());
  return outcome;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const ProfileName name, ProfileName::parse(*given.value("NAME")));
  if (name.is_default()) {
    return error(Code::name, "cannot delete the default profile ({}): it is kopi's own home", context.home.root);
  }
  const auto& finished = context.finished_deletions;
  const bool done_already = std::find(finished.begin(), finished.end(), name) != finished.end() && !profile_exists(context.home, name);
  if (done_already) return deleted_outcome(context, name, {});
  const bool half_deleted = path_exists(context.home.tombstone_path(name)) && path_exists(context.home.profile_path(name));
  if (!half_deleted) KOPI_CHECK(context.profile(name.str()));
  if (!given.flag("--yes")) KOPI_CHECK(confirm(context, name));
  KOPI_TRY(const FileLock lock, context.lock(name, "kopi profile delete"));
  auto deleted = delete_profile(context.home, name).while_doing("deleting {}", name.str());
  if (!deleted) {
    const bool remains = path_exists(context.home.profile_path(name));
    return with_hint(std::move(deleted).error(), remains ? fmt::format("kopi profile delete {} --yes", name.str()) : "kopi doctor");
  }
  for (const Error& left : deleted->aliases_left) context.console.warn({Severity::medium, "alias.left", "", 0, 0, left.message, "", ""});
  return deleted_outcome(context, name, deleted->aliases);
}

}  // namespace

const CommandSpec profile_delete_command{
    "profile delete",
    "Delete a profile and all its data",
    "Removes the profile's directory with its memories, sessions and keys, and its command alias. There is no way back. The default "
    "profile can't be deleted.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
