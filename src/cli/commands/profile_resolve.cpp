#include <algorithm>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/editor.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "installer/operation.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"
#include "system/text_merge.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"FILE", "a file that kopi profile conflicts lists", false, true, Offers::file}};
constexpr OptionSpec options[] = {{"--all", "", "every file that is in conflict"},
                                  {"--ours", "", "keep yours"},
                                  {"--theirs", "", "take the author's"},
                                  {"--edit", "", "make one of both in your editor"}};
constexpr ExampleSpec examples[] = {
    {"kopi -p research-bot profile resolve SOUL.md --ours", "yours stays; the author's copy goes"},
    {"kopi profile resolve research-bot config.yaml --theirs", "the author's value of each key in conflict"},
    {"kopi -p research-bot profile resolve SOUL.md --edit", "both sides in your editor"}};

struct Wanted {
  ProfileName name = ProfileName::default_profile();
  std::vector<RelPath> paths;
};

// A path below the profile: as the list shows it, with .kopi-new behind it, or with the profile's own path before it.
Result<RelPath> path_in_profile(std::string text, const std::string& profile) {
  constexpr std::string_view suffix = ".kopi-new";
  if (text.starts_with(profile + "/")) text.erase(0, profile.size() + 1);
  if (text.starts_with("./")) text.erase(0, 2);
  if (text.ends_with(suffix)) text.erase(text.size() - suffix.size());
  return RelPath::parse(text);
}

Result<Wanted> read_wanted(const Context& context, const Arguments& given) {
  Wanted wanted;
  wanted.name = context.selection.name;
  std::vector<std::string> files = given.all("FILE");
  const auto names_profile = [&](const std::string& text) {
    const auto name = ProfileName::parse(text);
    return name && profile_exists(context.home, *name) && context.selection.origin != Selection::Origin::flag;
  };
  // The first word may be the profile, as in the other commands; a file of that name is then called ./NAME.
  if (!files.empty() && (files.size() > 1 || given.flag("--all")) && names_profile(files.front())) {
    KOPI_TRY(wanted.name, ProfileName::parse(files.front()));
    files.erase(files.begin());
  }
  const std::string profiles = context.home.profiles_path() + "/";
  if (!files.empty() && files.front().starts_with(profiles)) {  // a whole path says the profile itself
    const std::string rest = files.front().substr(profiles.size());
    KOPI_TRY(wanted.name, ProfileName::parse(rest.substr(0, rest.find('/'))));
  }
  KOPI_TRY(const auto record, read_install_record(context.home, wanted.name));
  if (!record)
    return with_hint(error(Code::source, "profile '{}' was not installed from a distribution", wanted.name.str()),
                     "name the profile: kopi profile resolve NAME FILE");
  if (given.flag("--all") != files.empty()) return error(Code::usage, "say which files, or --all");
  for (const Pending& pending : record->pending) {
    if (given.flag("--all") && !pending.held) wanted.paths.push_back(pending.path);
  }
  const std::string profile = context.home.profile_path(wanted.name);
  for (const std::string& file : files) {
    KOPI_TRY(RelPath path, path_in_profile(file, profile));
    if (std::find(wanted.paths.begin(), wanted.paths.end(), path) == wanted.paths.end()) wanted.paths.push_back(std::move(path));
  }
  return wanted;
}

Result<void> check_edited(const RelPath& path, const std::string& text) {
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))
      return error(Code::conflict, "{} still holds a conflict marker", path.str());
  }
  if (path.str().ends_with(".json")) KOPI_CHECK(parse_json(text, path.str()));
  if (path.str().ends_with(".yaml") || path.str().ends_with(".yml")) KOPI_CHECK(parse_yaml(text, path.str()));
  return {};
}

// The copies lie in .kopi/, where nothing that an agent reads is looked for, and stay there until what was written in them is decided.
class Editing {
 public:
  Editing(Context& context, const ProfileName& name)
      : context_(context), name_(name), place_(join_path(context.home.profile_path(name), ".kopi/edit")) {}

  Result<void> edit(const RelPath& path) {
    KOPI_TRY(const ConflictSides sides, read_conflict(name_, path, context_.install_context()));
    KOPI_TRY(const std::string marked, mark_conflicts(sides.base, sides.ours.value_or(""), sides.theirs));
    if (!lock_) {
      KOPI_TRY(lock_, try_lock_edits(context_.home, name_, LockMode::shared));
    }
    const std::string directory = join_path(place_, random_hex(4));
    KOPI_CHECK(make_directories(directory, 0700));
    copies_.push_back(join_path(directory, path.filename()));
    auto edited = edit_copy(context_, copies_.back(), marked);
    if (!edited || edited->text == marked) {
      KOPI_CHECK(remove_tree(directory));
      copies_.pop_back();
    }
    if (!edited) return std::move(edited).error();
    if (edited->text == marked) {
      return with_hint(error(Code::conflict, "{} was left as it was opened: nothing is decided", path.str()),
                       "take the lines with <<<<<<<, ======= and >>>>>>> out, or say --ours or --theirs");
    }
    EditedFile file{std::move(edited->text), std::nullopt, sha256(sides.theirs)};
    if (sides.ours) file.ours = sha256(*sides.ours);
    KOPI_CHECK(check_edited(path, file.text));
    files_.emplace(path, std::move(file));
    return {};
  }

  const std::map<RelPath, EditedFile>& files() const { return files_; }
  /// Where what was written is, when it could not be taken over.
  Error kept(Error problem) const {
    if (!copies_.empty()) problem.context.push_back("taking over what was written; it is kept in " + join(copies_, ", "));
    return problem;
  }
  /// What was written is live. What earlier ones left goes with the last conflict that it may be of, but never from under an editor.
  Result<void> clear() {
    for (const std::string& copy : copies_) KOPI_CHECK(remove_tree(parent_path(copy)));
    lock_ = {};
    if (!is_directory(place_)) return {};
    KOPI_TRY(const auto record, read_install_record(context_.home, name_));
    const auto is_open = [](const Pending& pending) { return !pending.held; };
    const bool open = record && std::any_of(record->pending.begin(), record->pending.end(), is_open);
    const auto alone = try_lock_edits(context_.home, name_, LockMode::exclusive);
    return open || !alone ? Result<void>{} : remove_tree(place_);
  }

 private:
  Context& context_;
  const ProfileName& name_;
  std::string place_;
  FileLock lock_;
  std::vector<std::string> copies_;
  std::map<RelPath, EditedFile> files_;
};

Result<Outcome> run(Context& context, const Arguments& given) {
  const int sides = (given.flag("--ours") ? 1 : 0) + (given.flag("--theirs") ? 1 : 0) + (given.flag("--edit") ? 1 : 0);
  if (sides != 1) return error(Code::usage, "say one of --ours, --theirs and --edit");
  KOPI_TRY(const Wanted wanted, read_wanted(context, given));
  Editing editing(context, wanted.name);
  for (const RelPath& path : wanted.paths) {
    if (!given.flag("--edit")) break;
    if (auto edited = editing.edit(path); !edited) return editing.kept(std::move(edited).error());
  }
  const ResolveSide side = given.flag("--theirs") ? ResolveSide::theirs : ResolveSide::ours;
  Outcome outcome;
  std::vector<std::string> paths;
  if (!wanted.paths.empty()) {
    const auto resolved = resolve_conflicts(wanted.name, wanted.paths, side, editing.files(), context.install_context());
    if (!resolved) return editing.kept(resolved.error());
    KOPI_CHECK(editing.clear());
    for (const Resolved& file : *resolved) {
      paths.push_back(file.path.str());
      if (file.beside_stays) context.console.note(fmt::format("{}.kopi-new stays: you edited it", file.path.str()));
    }
  }
  const std::string_view how = given.flag("--edit") ? "as edited" : side == ResolveSide::ours ? "yours" : "the author's";
  for (const std::string& path : paths) outcome.text.styled(Style::green, "✓").print(" {}: {}\n", path, how);
  if (paths.empty()) outcome.text.print("No conflicts in {}.\n", wanted.name.str());
  outcome.data = Node::mapping({{"name", wanted.name.str()},
                                {"side", given.flag("--edit")        ? "edit"
                                         : side == ResolveSide::ours ? "ours"
                                                                     : "theirs"},
                                {"resolved", records_of("path", paths)}});
  return outcome;
}

}  // namespace

const CommandSpec profile_resolve_command{
    "profile resolve",
    "Decide a conflict that an update left",
    "--ours keeps the live file. --theirs takes the author's side: of a YAML or JSON file that was merged by key, the author's values of "
    "the "
    "keys in conflict and nothing else; of any other file, the whole file. --edit opens both, with the lines in conflict marked; a text "
    "that still has markers, or that does not parse, never becomes live. The FILE.kopi-new beside it goes.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
