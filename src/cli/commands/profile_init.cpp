#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "installer/scaffold.hpp"
#include "system/files.hpp"
#include "system/git.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {
    {"DIR", "where; made when it is not there, and this directory when left out", false, false, Offers::directory}};
constexpr OptionSpec options[] = {{"--name", "NAME", "the distribution's name; the directory's when left out"},
                                  {"--description", "TEXT", "what the agent does, in one sentence"},
                                  {"--force", "", "add what is missing to a directory that has some of the files"}};
constexpr ExampleSpec examples[] = {
    {"kopi profile init release-bot", "a directory with all that an agent needs"},
    {"kopi profile init --force --description 'Writes our release notes'", "make this directory one, and touch nothing that is there"}};

Result<ProfileName> name_of(const Arguments& given, const std::string& directory) {
  const auto wanted = given.value("--name");
  auto name = parse_new_profile_name(wanted ? *wanted : file_name(directory));
  if (!name && !wanted) return with_hint(std::move(name).error(), "add --name NAME");
  return name;
}

Result<std::string> description_of(const Arguments& given) {
  const std::string text = one_line(given.value("--description").value_or("Does one thing well: say here what, in one sentence."));
  if (text.empty()) return error(Code::usage, "--description is empty");
  if (!is_valid_utf8(text) || has_control_characters(text))
    return error(Code::usage, "--description holds characters that no YAML text can");
  return text;
}

// What the user types to name the directory from here.
std::string shown_directory(const Context& context, const std::string& directory) {
  if (directory == context.working_directory) return ".";
  if (directory.starts_with(context.working_directory + "/"))
    return shell_quote("./" + directory.substr(context.working_directory.size() + 1));
  return shell_quote(directory);
}

void tell_next_steps(Text& text, const Context& context, const std::string& directory, const ProfileName& name) {
  const std::string shown = shown_directory(context, directory);
  text.print("\nnext\n  write SOUL.md: who the agent is, and what it does not do\n");
  text.print("  kopi profile validate {}\n", shown);
  text.print("  kopi install {} --name try-{} --alias\n", shown, name.str());
  const bool has_git = GitObjects::layout(directory) == GitObjects::Layout::work_tree;
  const std::string enter = shown == "." ? "" : fmt::format("cd {} && ", shown);
  if (!has_git) text.print("  {}git init && git add . && git commit -m 'First version'\n", enter);
}

// A secret that git would commit is worth a word at once.
void warn_of_secrets(const Context& context, const std::string& directory) {
  const auto rules = IgnoreRules::open(directory);
  if (!rules) return context.console.note(rules.error().message);
  for (const char* path : {".env", "memories/MEMORY.md", "state.db"}) {
    if (rules->ignores(path)) continue;
    context.console.warn({Severity::medium, "secret.unignored", join_path(directory, ".gitignore"), 0, 0,
                          fmt::format("it does not keep {} out of your commits; add it", path), "", ""});
  }
}

// A profile that becomes a distribution is written to as every command does: while nobody else does.
Result<std::optional<FileLock>> hold_if_profile(const Context& context, const std::string& directory) {
  const auto home = find_home(context.environment, context.working_directory);
  if (!home) return std::optional<FileLock>();
  const bool is_default = directory == home->root;
  const auto name = is_default ? Result<ProfileName>(ProfileName::default_profile()) : ProfileName::parse(file_name(directory));
  if (!name || home->profile_path(*name) != directory) return std::optional<FileLock>();
  KOPI_TRY(FileLock lock,
           lock_profile(*home, *name, LockMode::exclusive, "kopi profile init", &context.interrupt,
                        [&](std::string_view other) { context.console.note(fmt::format("waiting for another kopi ({})", other)); }));
  return std::optional<FileLock>(std::move(lock));
}

Result<Outcome> run(Context& context, const Arguments& given) {
  const std::string directory = absolute_path(given.value("DIR").value_or("."), context.working_directory);
  if (path_exists(directory) && !is_directory(directory)) return error(Code::exists, "{} is a file", directory);
  ScaffoldRequest request;
  KOPI_TRY(request.name, name_of(given, directory));
  KOPI_TRY(request.description, description_of(given));
  request.has_config = path_exists(join_path(directory, "config.yaml"));
  request.has_skills = path_exists(join_path(directory, "skills"));
  if (const auto inside = list_directory(join_path(directory, "skills"))) request.has_skills = !inside->empty();
  KOPI_TRY(const auto lock, hold_if_profile(context, directory));
  KOPI_TRY(const Scaffolded done, write_scaffold(directory, plan_scaffold(request), given.flag("--force")));
  Outcome outcome;
  outcome.data = Node::mapping({{"name", request.name.str()},
                                {"path", directory},
                                {"made", records_of("path", done.made)},
                                {"kept", records_of("path", done.kept)}});
  if (done.made.empty()) {
    outcome.text.print("{} has all of the files already\n", directory);
  } else {
    outcome.text.styled(Style::green, "✓").print(" Made '{}' in {}\n", request.name.str(), directory);
  }
  for (const std::string& path : done.made) outcome.text.styled(Style::green, "  + {}\n", path);
  for (const std::string& path : done.kept) outcome.text.styled(Style::cyan, "  = {}", path).print("  (yours, as it was)\n");
  warn_of_secrets(context, directory);
  tell_next_steps(outcome.text, context, directory, request.name);
  return outcome;
}

}  // namespace

const CommandSpec profile_init_command{
    "profile init",
    "Start a distribution of your own",
    "Writes a manifest, a character, a config, an example skill, a README and a .gitignore that keeps keys, memories and sessions out of "
    "your commits. They install and validate as they are. Nothing that is there is written over; git is not run.",
    arguments,
    options,
    examples,
    Needs::named,
    run};

}  // namespace kopi::cli
