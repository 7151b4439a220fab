#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "store/lifecycle.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"OLD", "the profile as it is called now", true, false, Offers::profile}, {"NEW", "its new name"}};
constexpr ExampleSpec examples[] = {{"kopi profile rename coder dev-bot", "directory, alias and sticky choice follow"},
                                    {"kopi profile rename default \"My desk\"", "the default profile only gets a display name"}};

constexpr std::size_t k_max_display_name = 64;

Result<Outcome> name_default(Context& context, const std::string& display_name) {
  const std::string name(trim(display_name));
  std::size_t characters = 0;
  for (std::string_view rest = name; !rest.empty(); ++characters) rest.remove_prefix(decode_utf8(rest).size);
  if (name.empty()) return error(Code::name, "the display name is empty");
  if (characters > k_max_display_name) return error(Code::name, "a display name has at most {} characters", k_max_display_name);
  if (has_control_characters(name)) return error(Code::name, "a display name holds no control characters");
  KOPI_TRY(const FileLock lock, context.lock(ProfileName::default_profile(), "kopi profile rename"));
  KOPI_CHECK(write_card(context.home.root, {{"display_name", name}}));
  Outcome outcome;
  outcome.data =
      Node::mapping({{"from", "default"}, {"name", "default"}, {"display_name", name}, {"path", context.home.root}, {"alias", Node()}});
  outcome.text.print("The default profile is now called: {}\n", name);
  return outcome;
}

// Both names are taken, in one order, so that two renames crosswise do not wait for each other.
Result<std::pair<FileLock, FileLock>> lock_both(const Context& context, const ProfileName& from, const ProfileName& to) {
  const bool ordered = from.str() < to.str();
  KOPI_TRY(FileLock first, context.lock(ordered ? from : to, "kopi profile rename"));
  KOPI_TRY(FileLock second, context.lock(ordered ? to : from, "kopi profile rename"));
  return std::pair(std::move(first), std::move(second));
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const ProfileName from, ProfileName::parse(*given.value("OLD")));
  if (from.is_default()) return name_default(context, *given.value("NEW"));
  KOPI_CHECK(context.profile(from.str()));
  KOPI_TRY(const ProfileName to, parse_new_profile_name(*given.value("NEW")));
  if (from == to) return error(Code::exists, "profile '{}' is already called that", from.str());
  KOPI_TRY(const auto locks, lock_both(context, from, to));
  KOPI_TRY(const Renamed renamed, rename_profile(context.home, from, to, context.alias_context()).while_doing("renaming {}", from.str()));
  for (const Error& reason : renamed.not_made) warn_no_alias(context, to, reason);
  for (const Error& left : renamed.not_removed) context.console.warn({Severity::medium, "alias.left", "", 0, 0, left.message, "", ""});
  const auto now = find_aliases(context.home);
  const Node alias = now.contains(to.str()) ? Node(now.at(to.str())) : Node();
  Outcome outcome;
  outcome.data = Node::mapping(
      {{"from", from.str()}, {"name", to.str()}, {"display_name", Node()}, {"path", context.home.profile_path(to)}, {"alias", alias}});
  outcome.text.styled(Style::green, "✓").print(" Renamed {} to {}\n", from.str(), to.str());
  return outcome;
}

}  // namespace

const CommandSpec profile_rename_command{
    "profile rename",
    "Give a profile another name",
    "Moves the profile's directory, its command alias and the sticky choice. The default profile stays where it is and gets a display "
    "name instead.",
    arguments,
    {},
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
