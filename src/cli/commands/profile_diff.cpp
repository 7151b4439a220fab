#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/diff_view.hpp"
#include "cli/locks.hpp"
#include "cli/pager.hpp"
#include "store/blobs.hpp"
#include "store/history.hpp"
#include "store/install_record.hpp"
#include "store/profiles.hpp"
#include "system/directory.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {
    {"NAME", "the profile; the active one when left out", false, false, Offers::profile},
    {"PATH", "only this file, or what is below this directory of the profile", false, true, Offers::file}};
constexpr OptionSpec options[] = {{"--to", "N", "compare with what state N shipped (see kopi profile history)"}};
constexpr ExampleSpec examples[] = {{"kopi profile diff research-bot", "what did I change in it?"},
                                    {"kopi profile diff research-bot SOUL.md skills", "in these alone"},
                                    {"kopi profile diff research-bot --to 3", "what would going back to state 3 change?"}};

constexpr std::size_t k_limit = std::size_t{1} << 30;

struct Wanted {
  ProfileName name = ProfileName::default_profile();
  std::vector<std::string> paths;  ///< relative to the profile; none: everything
};

// The first word is a profile where one is called so, and a path of the active one otherwise.
Result<Wanted> read_words(const Context& context, const Arguments& given) {
  Wanted wanted;
  wanted.name = context.selection.name;
  wanted.paths = given.all("PATH");
  const auto first = given.value("NAME");
  if (!first) return wanted;
  auto named = context.profile(first);
  if (named) {
    wanted.name = *std::move(named);
    return wanted;
  }
  const bool is_path = first->find('/') != std::string::npos || first->find('.') != std::string::npos ||
                       path_exists(join_path(context.home.profile_path(wanted.name), *first));
  if (!is_path) return std::move(named).error();
  wanted.paths.insert(wanted.paths.begin(), *first);
  return wanted;
}

// As a person may write a path: "./skills/", or from the root of the file system.
Result<std::string> below_profile(std::string_view text, const std::string& profile) {
  std::string_view rest = text;
  if (rest.starts_with(profile + "/")) rest.remove_prefix(profile.size() + 1);
  while (rest.starts_with("./")) rest.remove_prefix(2);
  while (rest.size() > 1 && rest.ends_with('/')) rest.remove_suffix(1);
  if (rest == "." || rest.empty()) return std::string();
  auto path = RelPath::parse(rest);
  if (!path) return error(Code::path, "'{}' is no path below {}", text, profile);
  return path->str();
}

class Comparison {
 public:
  Comparison(const Directory& profile, const Blobs& blobs, const Ledger& shipped) : profile_(profile), blobs_(blobs), shipped_(shipped) {}

  Result<std::optional<DiffSide>> shipped(const RelPath& path) const {
    const auto entry = shipped_.find(path);
    if (entry == shipped_.end()) return std::optional<DiffSide>();
    KOPI_TRY(std::string content, blobs_.get(entry->second.digest).while_doing("comparing {}", path.str()));
    return std::optional(DiffSide{std::move(content), entry->second.mode});
  }

  // What is no file there any more is told apart, and compared as gone.
  Result<std::optional<DiffSide>> live(const RelPath& path, Console& console) const {
    const auto seen = profile_.stat(path);
    const bool is_link = seen ? *seen && (*seen)->type == EntryType::link : seen.error().code == Code::link;
    if (is_link) {
      console.warn(
          {Severity::medium, "diff.link", path.str(), 0, 0, "a symbolic link is in its place, which kopi does not follow", "", ""});
      return std::optional<DiffSide>();
    }
    KOPI_TRY(const auto entry, seen);
    if (!entry || entry->type != EntryType::file) return std::optional<DiffSide>();
    KOPI_TRY(std::string content, profile_.read(path, k_limit).while_doing("comparing {}", path.str()));
    return std::optional(DiffSide{std::move(content), file_mode(entry->mode)});
  }

 private:
  const Directory& profile_;
  const Blobs& blobs_;
  const Ledger& shipped_;
};

Result<std::set<RelPath>> select(const std::set<RelPath>& known, const std::vector<std::string>& wanted, const std::string& profile) {
  if (wanted.empty()) return known;
  std::set<RelPath> chosen;
  for (const std::string& text : wanted) {
    KOPI_TRY(const std::string below, below_profile(text, profile));
    std::size_t found = 0;
    for (const RelPath& path : known) {
      if (!below.empty() && !path.is_within(below)) continue;
      chosen.insert(path);
      ++found;
    }
    if (found > 0) continue;
    if (path_exists(join_path(profile, below))) {
      return error(Code::not_found, "'{}' is your own: no distribution shipped it, so there is nothing to compare it with", below);
    }
    return error(Code::not_found, "the distribution ships nothing called '{}'", below);
  }
  return chosen;
}

Result<std::int64_t> state_number(const std::string& text) {
  const auto number = parse_integer(text);
  if (!number || *number < 1) return error(Code::usage, "--to takes the number of a state, found '{}'", text);
  return *number;
}

// What `--to` names.
Result<Ledger> ledger_of_state(const std::string& profile, const ProfileName& name, std::int64_t number, const Blobs& blobs) {
  KOPI_TRY(const auto numbers, list_states(profile));
  if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) {
    return with_hint(error(Code::not_found, "no state {} of '{}' is kept", number, name.str()), "kopi profile history " + name.str());
  }
  KOPI_TRY(const State state, read_state(profile, number));
  return read_ledger(state, blobs);
}

Result<std::vector<FileDiff>> compare(Context& context, const Wanted& wanted, const std::optional<std::int64_t>& to) {
  const ProfileName& name = wanted.name;
  KOPI_TRY(const FileLock lock, hold_profile(context, name, "kopi profile diff"));
  KOPI_TRY(const auto installed, read_installed(context.home, name));
  if (!installed) {
    return with_hint(error(Code::source, "profile '{}' was not installed from a distribution: all of it is your own", name.str()),
                     "kopi profile list");
  }
  const std::string path = context.home.profile_path(name);
  const Blobs blobs(context.home);
  Ledger shipped = installed->ledger;
  std::set<RelPath> known;
  for (const auto& file : shipped) known.insert(file.first);
  if (to) {
    KOPI_TRY(shipped, ledger_of_state(path, name, *to, blobs));
    for (const auto& file : shipped) known.insert(file.first);
  }
  KOPI_TRY(const Directory directory, Directory::open(path));
  KOPI_TRY(const auto chosen, select(known, wanted.paths, path));
  const Comparison comparison(directory, blobs, shipped);
  std::vector<FileDiff> diffs;
  for (const RelPath& file : chosen) {
    if (context.interrupt.requested()) return interrupted_error();
    KOPI_TRY(const auto base, comparison.shipped(file));
    KOPI_TRY(const auto live, comparison.live(file, context.console));
    KOPI_TRY(auto diff, to ? diff_file(file.str(), live, base) : diff_file(file.str(), base, live));
    if (diff) diffs.push_back(*std::move(diff));
  }
  return diffs;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const Wanted wanted, read_words(context, given));
  std::optional<std::int64_t> to;
  if (const auto text = given.value("--to")) {
    KOPI_TRY(to, state_number(*text));
  }
  KOPI_TRY(const auto diffs, compare(context, wanted, to));
  Outcome outcome;
  outcome.data = Node::mapping({{"name", wanted.name.str()}, {"to", to}, {"diffs", to_json(diffs)}});
  Text text = render_diffs(diffs);
  if (!show_paged(context, text)) outcome.text = std::move(text);
  if (diffs.empty())
    context.console.note(to ? fmt::format("'{}' is as state {} shipped it", wanted.name.str(), *to)
                            : fmt::format("'{}' is as it was shipped", wanted.name.str()));
  return outcome;
}

}  // namespace

const CommandSpec profile_diff_command{
    "profile diff",
    "Show what you changed in an installed agent",
    "The files as the installed version shipped them, against the files as they lie in the profile: your edits, as a unified diff. With "
    "--to N it is the other way round: from what lies there to what state N shipped (a rollback brings that, and merges your edits into "
    "it). Files that no distribution shipped are your own and are not shown. On a terminal the text is paged ($PAGER, else less).",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
