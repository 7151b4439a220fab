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

/// One look at a profile: which shipped paths are taken by something of another type.
class Scan {
 public:
  Scan(const Directory& profile, const Ledger& base, const Ledger& shipped) : profile_(profile), base_(base), shipped_(shipped) {}

  Result<LiveFiles> run(const std::vector<RelPath>& others) {
    for (const RelPath& path : others) {
      KOPI_TRY(const auto entry, profile_.stat(path));
      if (entry && entry->type == EntryType::file) KOPI_CHECK(look_at(path));
    }
    std::set<RelPath> paths;
    for (const auto& entry : base_) paths.insert(entry.first);
    for (const auto& entry : shipped_) paths.insert(entry.first);
    for (const RelPath& path : paths) KOPI_CHECK(look_at(path));
    for (const RelPath& path : directories_) KOPI_CHECK(check_vacated(path));
    for (const auto& [path, entry] : shipped_) {
      if (!live_.contains(path)) KOPI_CHECK(check_way(path));
    }
    return std::move(live_);
  }

 private:
  Result<void> look_at(const RelPath& path) {
    KOPI_TRY(const auto entry, profile_.stat(path));
    if (!entry) return {};
    const std::string shown = join_path(profile_.path(), path.str());
    if (entry->type == EntryType::link) {
      return with_hint(error(Code::link, "{} is a symbolic link, which kopi neither follows nor replaces", shown),
                       std::string(k_make_room));
    }
    if (entry->type == EntryType::directory) {
      if (shipped_.contains(path)) directories_.push_back(path);
      return {};  // where only `base` had a file, the user made a directory: the file is gone
    }
    if (entry->type != EntryType::file) return in_the_way(profile_, path.str(), "a file is shipped there");
    KOPI_TRY(const std::string content, profile_.read(path, k_limit));
    live_.emplace(path, LiveFile{{file_mode(entry->mode), sha256(content)}});
    return {};
  }

  bool is_as_shipped(const RelPath& path) const {
    const auto live = live_.find(path);
    const auto base = base_.find(path);
    return live != live_.end() && base != base_.end() && live->second.entry == base->second && !shipped_.contains(path);
  }

  // A directory gives way to a file when all it holds was shipped, is untouched and no longer shipped.
  Result<void> check_vacated(const RelPath& path) const {
    return profile_.walk([&](const Directory::Entry& entry) -> Result<bool> {
      const auto inside = RelPath::parse(entry.path);
      const bool on_the_way = path.str().starts_with(entry.path + "/") || entry.path == path.str();
      if (on_the_way) return true;
      if (!entry.path.starts_with(path.str() + "/")) return false;
      if (entry.info.type == EntryType::directory) {
        if (std::any_of(base_.begin(), base_.end(), [&](const auto& shipped) { return shipped.first.is_within(entry.path); })) return true;
      } else if (inside && is_as_shipped(*inside)) {
        return false;
      }
      return in_the_way(profile_, entry.path, fmt::format("the file {} is shipped there", path.str()));
    });
  }

  // A file on the way to a shipped path gives way when it was shipped, is untouched and no longer shipped.
  Result<void> check_way(const RelPath& path) const {
    for (std::string_view above = path.parent(); !above.empty();) {
      KOPI_TRY(const RelPath directory, RelPath::parse(above));
      KOPI_TRY(const auto entry, profile_.stat(directory));
      if (entry && entry->type != EntryType::directory && !is_as_shipped(directory)) {
        return in_the_way(profile_, directory.str(), fmt::format("{} is shipped", path.str()));
      }
      if (entry) return {};
      above = path.parent().substr(0, directory.parent().size());
    }
    return {};
  }

  const Directory& profile_;
  const Ledger& base_;
  const Ledger& shipped_;
  LiveFiles live_;
  std::vector<RelPath> directories_;
};

}  // namespace

Result<LiveFiles> scan_live(const std::string& profile, const Ledger& base, const Ledger& shipped, const std::vector<RelPath>& others) {
  if (!is_directory(profile)) return LiveFiles{};
  KOPI_TRY(const Directory directory, Directory::open(profile));
  return Scan(directory, base, shipped).run(others);
}

Result<void> check_beside(const std::string& profile, const Plan& plan, const std::vector<Pending>& pending) {
  if (!plan.has_conflicts()) return {};
  KOPI_TRY(const Directory directory, Directory::open(profile));
  for (const PlanStep& step : plan.steps) {
    if (step.action != PlanStep::Action::conflict) continue;
    KOPI_TRY(const RelPath beside, beside_path(step.path));
    KOPI_TRY(const auto entry, directory.stat(beside));
    const std::string shown = join_path(profile, beside.str());
    if (entry && entry->type == EntryType::link) {
      return with_hint(error(Code::link, "{} is a symbolic link, which kopi does not replace", shown), std::string(k_make_room));
    }
    if (entry && entry->type != EntryType::file) return in_the_way(directory, beside.str(), "a file has to be put there");
    if (!entry) continue;
    KOPI_TRY(const std::string content, directory.read(beside, k_limit));
    const Digest digest = sha256(content);
    const bool is_kopis = digest == step.beside->digest || std::any_of(pending.begin(), pending.end(), [&](const Pending& item) {
                            return item.path == step.path && !item.held && item.theirs.digest == digest;
                          });
    if (is_kopis) continue;
    return with_hint(error(Code::exists, "{} is yours, and the author's {} has to be put there", shown, step.path.str()),
                     std::string(k_make_room));
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
    texts.emplace(file.path, std::move(found));
  }
  return texts;
}

}  // namespace kopi
