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

Result<SkillSync> sync_bundled_skills(const std::string& directory) {
  SkillSync sync;
  if (path_exists(join_path(directory, ".no-bundled-skills"))) return sync;
  KOPI_TRY(const Directory profile, Directory::open(directory));
  const std::string record = join_path(directory, ".kopi/bundled");
  KOPI_TRY(const auto text, read_file_if_present(record));
  KOPI_TRY(Ledger written, parse_ledger(text.value_or(""), record));
  const auto shipped = shipped_files();
  for (const std::string& skill : bundled_skill_names()) {
    std::vector<std::pair<RelPath, std::string_view>> files;
    for (const auto& [path, content] : shipped) {
      if (skill_of(path) == skill) files.emplace_back(path, content);
    }
    bool kept = false;
    bool present = false;
    bool changed = false;
    for (const auto& [path, content] : files) {
      KOPI_TRY(const State state, state_of(profile, written, path));
      kept = kept || state == State::edited || state == State::removed;
      present = present || state == State::untouched;
      changed = changed || state == State::absent || (state == State::untouched && written.at(path).digest != sha256(content));
    }
    if (kept) {
      sync.kept.push_back(skill);
      continue;
    }
    if (!changed) continue;
    for (const auto& [path, content] : files) {
      KOPI_CHECK(profile.write(path, content, 0644));
      written.insert_or_assign(path, LedgerEntry{FileMode::regular, sha256(content)});
    }
    (present ? sync.updated : sync.added).push_back(skill);
  }
  if (!sync.added.empty() || !sync.updated.empty()) {
    KOPI_CHECK(make_directories(join_path(directory, ".kopi"), 0700));
    KOPI_CHECK(write_file(record, render_ledger(written), 0644));
  }
  return sync;
}

}  // namespace kopi
