#include "cli/commands/commands.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile that plain `kopi` works with from now on", true, false, Offers::profile}};
constexpr ExampleSpec examples[] = {{"kopi profile use coder", "kopi chat now talks to coder"},
                                    {"kopi profile use default", "back to the default profile"}};

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const ProfileName name, context.profile(given.value("NAME")));
  KOPI_CHECK(write_sticky(context.home, name));
  Outcome outcome;
  outcome.data = Node::mapping({{"name", name.str()}, {"path", context.home.profile_path(name)}});
  outcome.text.print("Switched to: {}\n", name.str());
  const auto origin = context.selection.origin;
  if (origin == Selection::Origin::variable || origin == Selection::Origin::home) {
    context.console.warn(
        {Severity::medium, "profile.choice-hidden", "", 0, 0,
         fmt::format("{} is set and still wins in this shell", origin == Selection::Origin::home ? "KOPI_HOME" : "KOPI_PROFILE"), "", ""});
  }
  return outcome;
}

}  // namespace

const CommandSpec profile_use_command{
    "profile use",
    "Choose the profile that plain kopi works with",
    "Remembers the profile for this user, until another is chosen. -p, KOPI_HOME and KOPI_PROFILE still win where they are given.",
    arguments,
    {},
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
