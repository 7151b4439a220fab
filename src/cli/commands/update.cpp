#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "store/bundled_skills.hpp"
#include "store/install_record.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi update", "bring the bundled skills up to date in every profile"},
                                    {"kopi profile update --all", "update installed agents: another thing"}};

// How this very kopi came here decides how a newer one does.
std::string how_to_update(const std::string& program) {
  for (std::string directory = parent_path(program); directory.size() > 1; directory = parent_path(directory)) {
    if (path_exists(join_path(directory, ".git")) && is_regular_file(join_path(directory, "scripts/build"))) {
      return fmt::format("git -C {} pull && {}/scripts/build", shell_quote(directory), shell_quote(directory));
    }
  }
  if (program.starts_with("/usr/bin/")) return "sudo apt-get install --only-upgrade kopi";
  return "install the new release the way this one was installed";
}

std::string words_for(const SkillSync& sync) {
  std::vector<std::string> parts;
  if (!sync.added.empty()) parts.push_back(fmt::format("+{} new", sync.added.size()));
  if (!sync.updated.empty()) parts.push_back(fmt::format("{} updated", sync.updated.size()));
  if (!sync.kept.empty()) parts.push_back(fmt::format("{} yours, kept", sync.kept.size()));
  return parts.empty() ? "up to date" : join(parts, ", ");
}

/// Nothing for a profile that is not there yet, or that brings its own skills because it was installed.
Result<std::optional<SkillSync>> sync(const Context& context, const ProfileName& name) {
  if (!is_directory(context.home.profile_path(name))) return std::optional<SkillSync>();
  KOPI_TRY(const FileLock lock, context.lock_existing(name, "kopi update"));
  KOPI_TRY(const auto record, read_install_record(context.home, name));
  if (record) return std::optional<SkillSync>();
  KOPI_TRY(SkillSync done, sync_bundled_skills(context.home.profile_path(name)));
  return std::optional<SkillSync>(std::move(done));
}

Result<Outcome> run(Context& context, const Arguments&) {
  Outcome outcome;
  const std::string how = how_to_update(context.program);
  outcome.text.print("kopi {}; a newer one: {}\n", program_version(), how);
  KOPI_TRY(const auto names, list_profiles(context.home));
  std::vector<std::string> lines;
  Node list = Node::sequence();
  for (const ProfileName& name : names) {
    const auto done = sync(context, name).while_doing("syncing the bundled skills of {}", name.str());
    if (!done && done.error().code == Code::interrupted) return done.error();
    if (!done) {  // one profile's trouble is not the others'
      if (outcome.problem) context.console.warn({Severity::medium, "skills.not-synced", "", 0, 0, outcome.problem->message, "", ""});
      outcome.problem = done.error();
      lines.push_back(fmt::format("{} (failed)", name.str()));
    }
    if (!done || !*done) continue;
    lines.push_back(fmt::format("{} ({})", name.str(), words_for(**done)));
    list.push(Node::mapping({{"name", name.str()},
                             {"added", records_of("name", (*done)->added)},
                             {"updated", records_of("name", (*done)->updated)},
                             {"kept", records_of("name", (*done)->kept)}}));
  }
  if (!lines.empty()) outcome.text.print("Skills synced: {}\n", join(lines, ", "));
  outcome.data = Node::mapping({{"version", program_version()}, {"how", how}, {"profiles", std::move(list)}});
  return outcome;
}

}  // namespace

const CommandSpec update_command{
    "update",
    "Bring kopi's bundled skills up to date",
    "Says how kopi itself is updated, and syncs the skills that come with it into every profile of your own. A skill that you edited or "
    "removed stays that way. Installed agents are updated by `kopi profile update`.",
    {},
    {},
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
