#include "cli/commands/commands.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi config path", "where the settings are"},
                                    {"less \"$(kopi -p coder config path)\"", "read coder's"}};

Result<Outcome> run(Context& context, const Arguments&) {
  const std::string path = join_path(context.home.profile_path(context.selection.name), "config.yaml");
  Outcome outcome;
  outcome.data = Node::mapping({{"file", path}, {"exists", is_regular_file(path)}});
  outcome.text.print("{}\n", path);
  return outcome;
}

}  // namespace

const CommandSpec config_path_command{"config path",
                                      "Print where a profile's settings are",
                                      "The path of the profile's config.yaml, whether it exists or not.",
                                      {},
                                      {},
                                      examples,
                                      Needs::profile,
                                      run};

}  // namespace kopi::cli
