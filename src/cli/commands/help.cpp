#include "cli/help.hpp"
#include "cli/commands/commands.hpp"

#include "base/text.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"TOPIC", "a command, or a page of the guide", false, true, Offers::topic}};
constexpr ExampleSpec examples[] = {{"kopi help", "all commands and the pages of the guide"},
                                    {"kopi help authoring", "how to make a distribution"}};

Result<Outcome> run(Context&, const Arguments& given) {
  std::string topic = join(given.all("TOPIC"), " ");
  for (const ShortForm& form : short_forms()) {
    if (topic == form.word) topic = form.path;
  }
  if (find_command(topic) != nullptr || !commands_below(topic).empty() || topic.empty()) return help_outcome(topic);
  return guide_outcome(topic);
}

}  // namespace

const CommandSpec help_command{"help",
                               "Show help for a command, or a page of the guide",
                               "Everything is in the program itself: no network and no browser are needed.",
                               arguments,
                               {},
                               examples,
                               Needs::nothing,
                               run};

}  // namespace kopi::cli
