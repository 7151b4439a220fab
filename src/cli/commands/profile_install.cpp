#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/consent.hpp"
#include "cli/preview.hpp"
#include "model/settings.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {
    {"SOURCE", "git URL, github.com/owner/repo, or a directory as ./path", true, false, Offers::directory}};
constexpr OptionSpec options[] = {{"--name", "NAME", "install as profile NAME instead of the distribution's own name"},
                                  {"--alias", "", "make a command of the profile's name"},
                                  {"--force", "", "install into a profile that exists; your files stay"},
                                  {"--yes,-y", "", "agree to what the preview shows"},
                                  {"--to", "REF", "this branch, tag or commit: the same as SOURCE#REF"},
                                  {"--subdir", "PATH", "the distribution lies below PATH in its repository"},
                                  {"--force-config", "", "let the author's config.yaml replace an edited one"},
                                  {"--keep-config", "", "with --force: leave config.yaml as it is"},
                                  {"--merge", "HOW", "with --force, where both changed the same: ours, theirs, ask or fail"},
                                  {"--allow-new-capabilities", "", "with --force: agree to more capabilities than before"},
                                  {"--dry-run,--plan", "", "show what would happen and stop"},
                                  {"--diff", "", "show the text of what changes"},
                                  {"--apply-plan", "DIGEST", "apply only the plan with this digest"},
                                  {"--insecure-http", "", "allow http:// to other hosts than this one"}};
constexpr ExampleSpec examples[] = {
    {"kopi profile install github.com/you/research-bot --alias", "the whole agent, and the command `research-bot`"},
    {"kopi install ./bot --name test-bot --dry-run", "look at what a local distribution would bring"},
    {"kopi install git@host:team/agents.git#v1.2 --subdir agents/bot", "one tag, one directory of a repository"}};

std::optional<std::string> made_alias(Context& context, const Prepared& prepared, const Applied& applied) {
  if (applied.no_alias) warn_no_alias(context, prepared.name, *applied.no_alias);
  return applied.alias;
}

// The author may write it in lower case.
std::optional<std::string> env_example(const Distribution& distribution) {
  for (const auto& [path, file] : distribution.files) {
    if (to_lower_ascii(path.str()) == ".env.example") return path.str();
  }
  return std::nullopt;
}

void tell_next_steps(Text& text, const Context& context, const Prepared& prepared, const std::optional<std::string>& alias) {
  const std::string command = alias.value_or("kopi -p " + prepared.name.str());
  text.styled(Style::green, "✓")
      .print(" Installed '{}' {}\n", prepared.name.str(),
             version_words(prepared.distribution.manifest.version, prepared.distribution.ref ? prepared.distribution.ref->commit : ""));
  for (const std::string& name : missing_variables(prepared)) text.print("  needs setting: {} env set {}\n", command, name);
  if (const auto example = env_example(prepared.distribution); example && !prepared.env.empty())
    text.print("  all variables: {}/{}\n", context.home.profile_path(prepared.name), *example);
  if (!prepared.distribution.cron_jobs.empty()) text.print("  scheduled jobs are off\n");
  if (alias) tell_path_hint(context, text);
  const auto config = read_config(context.home, prepared.name);
  if (config && !model_setting(*config)) text.print("  needs a model: {} setup\n", command);
  text.print("  talk to it: {} chat\n", command);
}

Result<SourceRef> read_source(const Context& context, const Arguments& given) {
  KOPI_TRY(SourceRef source,
           parse_source(*given.value("SOURCE"), given.value("--subdir"), {context.home.user_home, context.working_directory}));
  const auto to = given.value("--to");
  if (!to) return source;
  if (source.ref && *source.ref != *to) return error(Code::usage, "the source says #{} and --to says {}", *source.ref, *to);
  return with_ref(std::move(source), *to).while_doing("reading --to");
}

Result<Outcome> run(Context& context, const Arguments& given) {
  InstallRequest request;
  KOPI_TRY(request.source, read_source(context, given));
  request.name = given.value("--name");
  request.force = given.flag("--force");
  request.insecure_http = given.flag("--insecure-http");
  const InstallContext install = context.install_context();
  KOPI_TRY(request.plan, read_plan_options(context, std::nullopt, given));
  KOPI_TRY(Prepared prepared, prepare_install(request, install));
  if (prepared.profile_exists) {  // its own policy counts, and only now its name is known
    KOPI_TRY(const PlanOptions own, read_plan_options(context, prepared.name, given));
    if (own.merge != request.plan.merge) KOPI_CHECK(plan_again(prepared, own, install));
    request.plan = own;
  }
  Outcome outcome;
  KOPI_TRY(const bool agreed, show_and_agree(context, given, prepared, request.plan, outcome));
  if (!agreed) return outcome;
  const AliasContext aliases = context.alias_context();
  KOPI_TRY(const Applied applied, apply_prepared(prepared, install, given.flag("--alias") ? &aliases : nullptr));
  const auto alias = made_alias(context, prepared, applied);
  if (alias) outcome.data.set("alias", *alias);
  tell_next_steps(outcome.text, context, prepared, alias);
  if (prepared.plan.has_conflicts()) outcome.problem = conflicts_left(prepared);
  return outcome;
}

}  // namespace

const CommandSpec profile_install_command{
    "profile install",
    "Install an agent from git or a directory",
    "Reads a distribution, shows what it is and what it can do, and after your consent makes a profile of it. Git is read as objects: "
    "nothing is checked out and nothing of the repository runs. Memories, .env and sessions are never taken from a distribution, and "
    "scheduled jobs arrive switched off.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
