#include "cli/commands/commands.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile", true, false, Offers::profile}};
constexpr OptionSpec options[] = {{"--name", "ALIAS", "call the command ALIAS instead of the profile's name"},
                                  {"--remove", "", "remove the command"}};
constexpr ExampleSpec examples[] = {{"kopi profile alias coder", "make the command `coder`"},
                                    {"kopi profile alias coder --name c", "make the command `c`"},
                                    {"kopi profile alias coder --remove", "take it away again"}};

Node alias_data(const ProfileName& name, const Node& alias, const Node& path, bool removed) {
  return Node::mapping({{"name", name.str()}, {"alias", alias}, {"path", path}, {"removed", removed}});
}

// Needs no profile: a wrapper whose profile is gone must be removable too.
Result<Outcome> remove(Context& context, const ProfileName& name, const std::optional<std::string>& custom) {
  const auto aliases = find_aliases(context.home);
  const auto known = aliases.find(name.str());
  const std::string alias = custom ? *custom : known != aliases.end() ? known->second : name.str();
  KOPI_TRY(const bool removed, remove_alias_of(context.home, alias, name));
  Outcome outcome;
  outcome.data =
      alias_data(name, removed ? Node(alias) : Node(), removed ? Node(join_path(context.home.alias_directory(), alias)) : Node(), removed);
  if (removed) {
    outcome.text.styled(Style::green, "✓").print(" Alias removed: {}\n", alias);
  } else {
    outcome.text.print("There is no alias '{}' to remove; kopi profile list shows those that there are.\n", alias);
  }
  return outcome;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  // The alias is judged before the profile is looked for.
  if (const auto custom = given.value("--name")) KOPI_CHECK(given.flag("--remove") ? parse_existing_alias(*custom) : parse_alias(*custom));
  KOPI_TRY(const ProfileName name, ProfileName::parse(*given.value("NAME")));
  if (given.flag("--remove")) return remove(context, name, given.value("--name"));
  KOPI_TRY(const FileLock lock, context.lock_existing(name, "kopi profile alias"));
  KOPI_TRY(const std::string path, create_alias(context.home, given.value("--name").value_or(name.str()), name, context.alias_context()));
  Outcome outcome;
  outcome.data = alias_data(name, file_name(path), path, false);
  outcome.text.styled(Style::green, "✓").print(" Alias created: {}\n", path);
  tell_path_hint(context, outcome.text);
  return outcome;
}

}  // namespace

void warn_no_alias(const Context& context, const ProfileName& name, const Error& reason) {
  const std::string advice = reason.code == Code::io ? "kopi tries again with every command until then"
                                                     : fmt::format("or kopi profile alias {} --name OTHER", name.str());
  context.console.warn({Severity::medium, "alias.refused", "", 0, 0,
                        fmt::format("no command was made: {}; use kopi -p {}, {}", reason.message, name.str(), advice), "", ""});
}

void tell_path_hint(const Context& context, Text& text) {
  if (aliases_are_reachable(context.home, context.alias_context())) return;
  text.print("  {} is not on your PATH; add it to use the command\n", context.home.alias_directory());
}

const CommandSpec profile_alias_command{
    "profile alias",
    "Make or remove the command of a profile",
    "An alias is a small script in ~/.local/bin, so that `coder chat` means `kopi -p coder chat`. It never hides another program, and "
    "only scripts that kopi wrote are replaced or removed.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
