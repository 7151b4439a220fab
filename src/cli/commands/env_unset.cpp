#include "cli/commands/commands.hpp"
#include "cli/commands/env_file.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the variable", true, false, Offers::variable}};
constexpr ExampleSpec examples[] = {{"kopi env unset OPENAI_API_KEY", "forget the key"},
                                    {"coder env unset GITHUB_TOKEN", "of one profile"}};

Result<Outcome> run(Context& context, const Arguments& given) {
  const std::string name = *given.value("NAME");
  std::string path;
  KOPI_CHECK(edit_env_file(context, "kopi env unset", [&](const std::string& text, const std::string& file) {
    path = file;
    return unset_dotenv_value(text, file, name);
  }));
  Outcome outcome;
  outcome.data = Node::mapping({{"name", name}, {"file", path}});
  outcome.text.print("{} is no longer set in {}\n", name, path);
  return outcome;
}

}  // namespace

const CommandSpec env_unset_command{"env unset",
                                    "Remove a variable of a profile",
                                    "Takes every assignment of the name out of the profile's .env; other lines stay as they are.",
                                    arguments,
                                    {},
                                    examples,
                                    Needs::profile,
                                    run};

}  // namespace kopi::cli
