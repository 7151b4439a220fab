#include "installer/live.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_make_room = "move it elsewhere and run the command again";
constexpr std::size_t k_limit = std::size_t{4} << 30;  // a user's own file may be large; it is read to be compared

Error in_the_way(const Directory& profile, std::string_view path, std::string_view needed) {
  return with_hint(error(Code::type, "{} is in the way: {}", join_path(profile.path(), path), needed), std::string(k_make_room));
}

Error not_followed(const Directory& profile, const RelPath& path) {
  return with_hint(
      error(Code::link, "{} is a symbolic link, which kopi neither follows nor replaces", join_path(profile.path(), path.str())),
      std::string(k_make_room));
}

using Kind = LiveFile::Kind;

// What stands where a directory on the way to `path` would have to be.
Result<std::optional<RelPath>> file_on_the_way(const Directory& profile, const RelPath& path) {
  for (std::string_view above = path.parent(); !above.empty();) {
    KOPI_TRY(RelPath directory, RelPath::parse(above));
    KOPI_TRY(const auto entry, profile.stat(directory));
    if (entry) return entry->type == EntryType::directory ? std::nullopt : std::optional(std::move(directory));
    above = path.parent().substr(0, directory.parent().size());
  }
  return std::optional<RelPath>();
}

/// One look at a profile: which shipped paths are taken by something of another type.
class Scan {
 public:
  Scan(const Directory& profile, const ScanScope& scope)
      : profile_(profile), base_(scope.base), shipped_(scope.shipped), own_(scope.own.begin(), scope.own.end()) {}

  Result<LiveFiles> run(const std::vector<RelPath>& others) {
    for (const RelPath& path : others) {
      const auto entry = profile_.stat(path);
      if (entry && *entry && (*entry)->type == EntryType::file) KOPI_CHECK(look_at(path));
    }
    std::set<RelPath> paths;
    for (const auto& entry : base_) paths.insert(entry.first);
    for (const auto& entry : shipped_) paths.insert(entry.first);
    for (const RelPath& path : paths) KOPI_CHECK(look_at(path));
    for (const RelPath& path : directories_) {
      KOPI_TRY(const bool vacated, is_vacated(path));
      if (!vacated) live_.emplace(path, LiveFile{{}, Kind::directory});
    }
    for (const auto& [path, entry] : shipped_) {
      if (live_.contains(path)) continue;
      KOPI_TRY(const bool free, is_way_free(path));
      if (!free) live_.emplace(path, LiveFile{{}, Kind::blocked});
    }
    return std::move(live_);
  }

 private:
  Result<void> look_at(const RelPath& path) {
    auto looked = profile_.stat(path);
    const bool is_behind_link = !looked && looked.error().code == Code::link;
    if (is_behind_link || (looked && *looked && (*looked)->type == EntryType::link)) {
      live_.emplace(path, LiveFile{{}, Kind::link});
      return {};
    }
    KOPI_TRY(const auto entry, std::move(looked));
    if (!entry) return {};
    if (entry->type == EntryType::directory) {
      if (shipped_.contains(path)) directories_.push_back(path);
      return {};  // where only `base` had a file, the user made a directory: the file is gone
    }
    if (entry->type != EntryType::file) return in_the_way(profile_, path.str(), "a file is shipped there");
    KOPI_TRY(const std::string content, profile_.read(path, k_limit));
    live_.emplace(path, LiveFile{{file_mode(entry->mode), sha256(content)}});
    return {};
  }

  // It goes before anything is written.
  bool makes_way(const RelPath& path) const {
    const auto live = live_.find(path);
    const auto base = base_.find(path);
    return live != live_.end() && base != base_.end() && live->second == LiveFile{base->second} && !shipped_.contains(path) &&
           !own_.contains(path);
  }

  // A directory gives way to a file when all it holds was shipped, is untouched and no longer shipped.
  Result<bool> is_vacated(const RelPath& path) const {
    bool vacated = true;
    KOPI_CHECK(profile_.walk([&](const Directory::Entry& entry) -> Result<bool> {
      const auto inside = RelPath::parse(entry.path);
      const bool on_the_way = path.str().starts_with(entry.path + "/") || entry.path == path.str();
      if (on_the_way) return true;
      if (!entry.path.starts_with(path.str() + "/")) return false;
      if (entry.info.type == EntryType::directory) {
        if (std::any_of(base_.begin(), base_.end(), [&](const auto& shipped) { return shipped.first.is_within(entry.path); })) return true;
      } else if (inside && makes_way(*inside)) {
        return false;
      }
      vacated = false;
      return false;
    }));
    return vacated;
  }

  // A file on the way to a shipped path gives way when it was shipped, is untouched and no longer shipped.
  Result<bool> is_way_free(const RelPath& path) const {
    KOPI_TRY(const auto obstacle, file_on_the_way(profile_, path));
    return !obstacle || makes_way(*obstacle);
  }

  const Directory& profile_;
  const Ledger& base_;
  const Ledger& shipped_;
  std::set<RelPath> own_;
  LiveFiles live_;
  std::vector<RelPath> directories_;
};

bool touches(const PlanStep& step) {
  using Action = PlanStep::Action;
  const bool writes = step.action == Action::add || step.action == Action::replace || step.action == Action::merge;
  return writes || step.action == Action::remove || (step.action == Action::conflict && step.from != step.to);
}

Result<void> check_target(const Directory& profile, const RelPath& path, Kind kind) {
  KOPI_CHECK(profile.stat(path));  // a link on the way is named
  return kind == Kind::link ? Result<void>(not_followed(profile, path)) : check_room(profile, path);
}

Result<void> check_beside(const Directory& directory, const PlanStep& step, const std::vector<Pending>& pending) {
  KOPI_TRY(const RelPath beside, beside_path(step.path));
  KOPI_TRY(const auto entry, directory.stat(beside));
  const std::string shown = join_path(directory.path(), beside.str());
  if (entry && entry->type == EntryType::link) {
    return with_hint(error(Code::link, "{} is a symbolic link, which kopi does not replace", shown), std::string(k_make_room));
  }
  if (entry && entry->type != EntryType::file) return in_the_way(directory, beside.str(), "a file has to be put there");
  if (!entry) return {};
  KOPI_TRY(const std::string content, directory.read(beside, k_limit));
  const Digest digest = sha256(content);
  const bool is_kopis = digest == step.beside->digest || std::any_of(pending.begin(), pending.end(), [&](const Pending& item) {
                          return item.path == step.path && !item.held && item.theirs.digest == digest;
                        });
  if (is_kopis) return {};
  return with_hint(error(Code::exists, "{} is yours, and the author's {} has to be put there", shown, step.path.str()),
                   std::string(k_make_room));
}

}  // namespace

Result<LiveFiles> scan_live(const std::string& profile, const ScanScope& scope) {
  if (!is_directory(profile)) return LiveFiles{};
  KOPI_TRY(const Directory directory, Directory::open(profile));
  return Scan(directory, scope).run(scope.others);
}

Result<void> check_room(const Directory& profile, const RelPath& path) {
  KOPI_TRY(const auto there, profile.stat(path));
  if (there && there->type == EntryType::directory) return in_the_way(profile, path.str(), "a file is shipped there");
  KOPI_TRY(const auto obstacle, file_on_the_way(profile, path));
  return obstacle ? Result<void>(in_the_way(profile, obstacle->str(), fmt::format("{} is shipped", path.str()))) : Result<void>{};
}

Result<void> check_places(const std::string& profile, const Plan& plan, const std::vector<Pending>& pending) {
  if (plan.steps.empty() || !is_directory(profile)) return {};
  KOPI_TRY(const Directory directory, Directory::open(profile));
  for (const PlanStep& step : plan.steps) {
    const auto live = plan.live.find(step.path);
    if (touches(step) && live != plan.live.end() && live->second.kind != Kind::file)
      KOPI_CHECK(check_target(directory, step.path, live->second.kind));
    if (step.action == PlanStep::Action::conflict && step.beside) KOPI_CHECK(check_beside(directory, step, pending));
  }
  return {};
}

Result<TextsByPath> read_texts(const std::string& profile, const std::vector<FileCase>& cases, const Blobs& blobs) {
  TextsByPath texts;
  for (const FileCase& file : cases) {
    if (!file.needs_texts()) continue;
    KOPI_TRY(const Directory directory, Directory::open(profile));
    CaseTexts found;
    KOPI_TRY(found.ours, directory.read(file.moved_from.value_or(file.path), k_limit));
    if (sha256(found.ours) != file.ours->digest) return error(Code::changed, "{} was changed at the same time", file.path.str());
    // A store that has lost it leaves a merge without a common past: more conflicts, and nothing lost.
    if (file.base) {
      if (auto base = blobs.get(file.base->digest)) found.base = *std::move(base);
    }
    if (!file.undecided_keys.empty()) {
      if (auto taken = blobs.get(file.undecided->digest)) found.taken = *std::move(taken);
    }
    texts.emplace(file.path, std::move(found));
  }
  return texts;
}

}  // namespace kopi
