#include "store/bundled_skills.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "base/embedded.hpp"
#include "base/text.hpp"
#include "model/ledger.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi {

extern const std::span<const EmbeddedFile> embedded_skills;

namespace {

std::string skill_of(const RelPath& path) { return std::string(path.components()[1]); }  // skills/<name>/...

std::map<RelPath, std::string_view> shipped_files() {
  std::map<RelPath, std::string_view> files;
  for (const EmbeddedFile& file : embedded_skills) {
    auto path = RelPath::parse("skills/" + std::string(file.name));
    KOPI_ASSERT(path.has_value());
    if (path->depth() >= 3) files.emplace(*std::move(path), file.content);
  }
  return files;
}

enum class State { absent, untouched, edited, removed };

Result<State> state_of(const Directory& profile, const Ledger& written, const RelPath& path) {
  const auto entry = written.find(path);
  KOPI_TRY(const auto there, profile.stat(path));
  if (!there) return entry == written.end() ? State::absent : State::removed;
  if (entry == written.end()) return State::edited;  // the user's own skill of that name
  KOPI_TRY(const std::string content, profile.read(path, 16u << 20));
  return sha256(content) == entry->second.digest ? State::untouched : State::edited;
}

}  // namespace

std::vector<std::string> bundled_skill_names() {
  std::set<std::string> names;
  for (const auto& [path, content] : shipped_files()) names.insert(skill_of(path));
  return {names.begin(), names.end()};
}

namespace {

// What kopi no longer ships goes where nobody edited it; an edited file stays, as the user's.
Result<bool> remove_dropped(const Directory& profile, Ledger& written, const std::map<RelPath, std::string_view>& shipped) {
  bool changed = false;
  for (auto entry = written.begin(); entry != written.end();) {
    if (shipped.contains(entry->first)) {
      ++entry;
      continue;
    }
    KOPI_TRY(const State state, state_of(profile, written, entry->first));
    if (state == State::untouched) KOPI_CHECK(profile.remove(entry->first));
    entry = written.erase(entry);
    changed = true;
  }
  return changed;
}

struct SkillState {
  bool kept = false;     ///< edited or removed by the user
  bool present = false;  ///< some of it is there as kopi wrote it
  bool stale = false;    ///< some of it is missing or older than what is shipped
};

using Files = std::vector<std::pair<RelPath, std::string_view>>;

Result<SkillState> compare(const Directory& profile, const Ledger& written, const Files& files) {
  SkillState skill;
  for (const auto& [path, content] : files) {
    KOPI_TRY(const State state, state_of(profile, written, path));
    skill.kept = skill.kept || state == State::edited || state == State::removed;
    skill.present = skill.present || state == State::untouched;
    skill.stale = skill.stale || state == State::absent || (state == State::untouched && written.at(path).digest != sha256(content));
  }
  return skill;
}

}  // namespace

Result<SkillSync> sync_bundled_skills(const std::string& directory) {
  SkillSync sync;
  if (path_exists(join_path(directory, ".no-bundled-skills"))) return sync;
  KOPI_TRY(const Directory profile, Directory::open(directory));
  const std::string record = join_path(directory, ".kopi/bundled");
  KOPI_TRY(const auto text, read_file_if_present(record));
  KOPI_TRY(Ledger written, parse_ledger(text.value_or(""), record));
  const auto shipped = shipped_files();
  KOPI_TRY(bool changed, remove_dropped(profile, written, shipped));
  std::map<std::string, Files> skills;
  for (const auto& [path, content] : shipped) skills[skill_of(path)].emplace_back(path, content);
  for (const auto& [name, files] : skills) {
    KOPI_TRY(const SkillState skill, compare(profile, written, files));
    if (skill.kept) sync.kept.push_back(name);
    if (skill.kept || !skill.stale) continue;
    for (const auto& [path, content] : files) {
      KOPI_CHECK(profile.write(path, content, 0644));
      written.insert_or_assign(path, LedgerEntry{FileMode::regular, sha256(content)});
    }
    (skill.present ? sync.updated : sync.added).push_back(name);
    changed = true;
  }
  if (changed) {
    KOPI_CHECK(make_directories(join_path(directory, ".kopi"), 0700));
    KOPI_CHECK(write_file(record, render_ledger(written), 0644));
  }
  return sync;
}

}  // namespace kopi
