#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/completion.hpp"
#include "store/aliases.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"WORD", "the command line so far", false, true}};
constexpr OptionSpec options[] = {{"--aliases", "", "list the commands that stand for profiles"},
                                  {"--as", "ALIAS", "the line was begun with this alias"}};

// Completion happens while a person types: whatever is wrong, it stays silent.
Result<Outcome> run(Context& context, const Arguments& given) {
  Outcome outcome;
  if (auto home = find_home(context.environment, context.working_directory)) context.home = *std::move(home);
  if (given.flag("--aliases")) {
    for (const auto& [profile, names] : all_aliases(context.home)) {
      for (const std::string& name : names) outcome.text.print("{}\n", name);
    }
    return outcome;
  }
  std::vector<std::string> words = given.all("WORD");
  if (const auto alias = given.value("--as")) {
    for (const auto& [profile, names] : all_aliases(context.home)) {
      if (std::binary_search(names.begin(), names.end(), *alias)) words.insert(words.begin(), {"-p", profile});
    }
  }
  for (const Candidate& candidate : complete(context, std::move(words))) {
    outcome.text.print("{}", candidate.word);
    if (!candidate.help.empty()) outcome.text.print("\t").print("{}", candidate.help);
    outcome.text.print("\n");
  }
  return outcome;
}

}  // namespace

const CommandSpec complete_command{"__complete", "Answer a shell's completion", "", arguments, options, {}, Needs::nothing, run, true};

}  // namespace kopi::cli
