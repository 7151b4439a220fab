#include <map>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/archive_output.hpp"
#include "cli/commands/commands.hpp"
#include "cli/several.hpp"
#include "installer/export.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile; the active one when left out", false, false, Offers::profile}};
constexpr OptionSpec options[] = {{"--output,-o", "FILE", "write FILE, or NAME.tar.gz into the directory FILE; - is stdout", Offers::file},
                                  {"--with-memories", "", "what it remembers too: memories/, MEMORY.md, USER.md"},
                                  {"--with-sessions", "", "what was said too: state.db and sessions/"},
                                  {"--all", "", "every profile, one archive each, into the directory given by -o"}};
constexpr ExampleSpec examples[] = {
    {"kopi profile export coder", "./coder.tar.gz, to send to somebody"},
    {"kopi profile export coder --with-memories --with-sessions -o ~/coder.tar.gz", "all that a new machine needs"},
    {"kopi profile export --all --with-memories -o ~/backup", "every profile; kopi profile import --all ~/backup brings them back"}};

struct Wanted {
  ExportOptions parts;
  std::optional<std::string> output;
};

Result<Wanted> read_wanted(const Context& context, const Arguments& given) {
  Wanted wanted{{given.flag("--with-memories"), given.flag("--with-sessions"), ""}, given.value("--output")};
  KOPI_CHECK(check_archive_output(context, wanted.output, "profile export"));
  if (given.flag("--all") && given.value("NAME")) return error(Code::usage, "--all and a name exclude each other");
  if (given.flag("--all") && wanted.output == "-") return error(Code::usage, "--all makes several archives; -o - is one stream");
  return wanted;
}

Node record_of(const ExportPlan& plan, const ProfileName& name, const WrittenArchive& written) {
  Node left_out = Node::sequence();
  for (const LeftOut& item : plan.left_out) left_out.push(Node::mapping({{"path", item.path}, {"reason", item.reason}}));
  return Node::mapping({{"name", name.str()},
                        {"path", written.path.empty() ? Node() : Node(written.path)},
                        {"digest", written.digest.str()},
                        {"bytes", written.bytes},
                        {"files", plan.files.size()},
                        {"memories", plan.record.memories},
                        {"sessions", plan.record.sessions},
                        {"redacted", records_of("path", plan.record.redacted)},
                        {"left_out", std::move(left_out)}});
}

void tell(Text& text, const Context& context, const ExportPlan& plan, const ProfileName& name, const WrittenArchive& written) {
  text.styled(Style::green, "✓").print(" Exported '{}' to {}\n", name.str(), shown_path(context, written.path));
  text.print("  {}, {}, {}\n", count_of(plan.files.size(), "file"), human_bytes(written.bytes), written.digest.str());
  if (!plan.record.redacted.empty()) text.print("  secrets replaced in {}\n", join(plan.record.redacted, ", "));
  std::map<std::string, std::vector<std::string>> reasons;
  for (const LeftOut& item : plan.left_out) reasons[item.reason].push_back(item.path);
  for (const auto& [reason, paths] : reasons) text.print("  left out, {}: {}\n", reason, join(paths, ", "));
}

Error nothing_to_export(const std::string& what) {
  return with_hint(error(Code::not_found, "there is nothing to export: {}", what), "kopi profile list shows your profiles");
}

// The default profile is there from the first day on, and before anything is set its directory is not.
Result<bool> has_files(const Context& context, const Wanted& wanted, const ProfileName& name) {
  if (!name.is_default()) return true;
  if (!is_directory(context.home.profile_path(name))) return false;
  KOPI_TRY(const ExportPlan plan, plan_export(name, wanted.parts, context.install_context()));
  return plan.files.size() > 1;  // its own record is in every archive
}

Result<Outcome> export_one(Context& context, const Wanted& wanted, const ProfileName& name) {
  const InstallContext install = context.install_context();
  KOPI_TRY(const bool any, has_files(context, wanted, name));
  if (!any) return nothing_to_export(fmt::format("profile '{}' has no files yet", name.str()));
  KOPI_TRY(const FileLock lock,
           lock_profile(context.home, name, LockMode::shared, "kopi profile export", &context.interrupt,
                        [&](std::string_view holder) { context.console.note(fmt::format("waiting for another kopi ({})", holder)); }));
  if (!profile_exists(context.home, name)) return no_such_profile(Selection{name, Selection::Origin::flag});
  ExportOptions parts = wanted.parts;
  if (wanted.output && wanted.output != "-") parts.output = absolute_path(*wanted.output, context.working_directory);
  KOPI_TRY(const ExportPlan plan, plan_export(name, parts, install));
  // Closed to others: it may hold more than its owner thinks of.
  KOPI_TRY(const WrittenArchive written, write_archive_output(context, wanted.output, name.str() + ".tar.gz", 0600,
                                                              [&](const auto& sink) { return write_export(plan, name, install, sink); }));
  for (const Finding& finding : plan.findings) context.console.warn(finding);
  Outcome outcome;
  outcome.data = record_of(plan, name, written);
  if (wanted.output == "-") {
    outcome.printed = true;
  } else {
    tell(outcome.text, context, plan, name, written);
  }
  return outcome;
}

Result<Outcome> export_all(Context& context, const Wanted& wanted) {
  KOPI_TRY(auto names, list_profiles(context.home));
  KOPI_TRY(const bool with_default, has_files(context, wanted, ProfileName::default_profile()));
  if (!with_default) std::erase(names, ProfileName::default_profile());
  if (names.empty()) return nothing_to_export("no profile has any files yet");
  const std::string directory = absolute_path(wanted.output.value_or("."), context.working_directory);
  KOPI_CHECK(make_directories(directory, 0700).while_doing("exporting to {}", directory));
  Wanted each = wanted;
  each.output = directory;
  SeveralOutcomes outcomes("could not be exported");
  for (const ProfileName& name : names) {
    auto one = export_one(context, each, name);
    if (!one && one.error().code == Code::interrupted) return one;
    outcomes.add(context, name, std::move(one));
  }
  return std::move(outcomes).finish();
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const Wanted wanted, read_wanted(context, given));
  if (given.flag("--all")) return export_all(context, wanted);
  KOPI_TRY(const ProfileName name, context.profile(given.value("NAME")));
  return export_one(context, wanted, name);
}

}  // namespace

const CommandSpec profile_export_command{
    "profile export",
    "Write a profile into one file",
    "Makes a .tar.gz of a profile's config, character, skills, jobs and knowledge, for another machine or another person. Memories and "
    "sessions go along only when you ask for them. Keys and tokens never do: .env and other files of credentials stay, and what looks "
    "like a secret in a text is replaced in the archive. Databases are copied whole while they are in use. The same profile gives the same "
    "bytes, and after an import `kopi profile update` goes on where it was.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
