#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/consent.hpp"
#include "cli/preview.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile; the active one when left out", false, false, Offers::profile}};
constexpr OptionSpec options[] = {{"--to", "N", "go to state N (kopi profile history lists them) instead of the one before"},
                                  {"--merge", "HOW", "where you changed what differs between the two: ours, theirs, ask or fail"},
                                  {"--force-config", "", "let that state's config.yaml replace an edited one"},
                                  {"--keep-config", "", "leave config.yaml as it is"},
                                  {"--yes,-y", "", "agree to what the preview shows"},
                                  {"--dry-run,--plan", "", "show what would happen and stop"},
                                  {"--diff", "", "show the text of what changes"},
                                  {"--apply-plan", "DIGEST", "apply only the plan with this digest"}};
constexpr ExampleSpec examples[] = {{"kopi profile rollback research-bot", "undo the last update; what you edited stays"},
                                    {"kopi profile rollback research-bot --to 3", "go back to an earlier state"}};

Result<Outcome> run(Context& context, const Arguments& given) {
  RollbackRequest request;
  KOPI_TRY(request.name, context.profile(given.value("NAME")));
  if (const auto to = given.value("--to")) {
    request.to = parse_integer(*to);
    if (!request.to || *request.to < 1) return error(Code::usage, "--to is '{}': expected the number of a state", *to);
  }
  KOPI_TRY(request.plan, read_plan_options(context, request.name, given));
  const InstallContext install = context.install_context();
  KOPI_TRY(Prepared prepared, prepare_rollback(request, install));
  Outcome outcome;
  KOPI_TRY(const bool agreed, show_and_agree(context, given, prepared, request.plan, outcome));
  if (!agreed) return outcome;
  KOPI_TRY(const Applied applied, apply_prepared(prepared, install));
  outcome.text.styled(Style::green, "✓")
      .print(" Rolled '{}' back to {} (state {}, now {})\n", request.name.str(),
             version_words(applied.record.version, applied.record.commit), *prepared.restored_state, applied.record.state);
  if (prepared.plan.has_conflicts()) outcome.problem = conflicts_left(prepared);
  return outcome;
}

}  // namespace

const CommandSpec profile_rollback_command{
    "profile rollback",
    "Go back to an earlier state of an agent",
    "Makes a state that the distribution was in before the current one again, from kopi's own store: nothing is fetched. It is a change "
    "like an update: what you edited is merged or stays, memories, .env and sessions are not touched, and it can be undone by another "
    "rollback. The next update offers the newest version again.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
