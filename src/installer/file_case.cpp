#include "installer/file_case.hpp"

#include <set>

namespace kopi {
namespace {

std::optional<LedgerEntry> lookup(const Ledger& ledger, const RelPath& path) {
  const auto found = ledger.find(path);
  return found == ledger.end() ? std::nullopt : std::optional(found->second);
}

std::optional<LedgerEntry> lookup(const LiveFiles& live, const RelPath& path) {
  const auto found = live.find(path);
  return found == live.end() || found->second.kind != LiveFile::Kind::file ? std::nullopt : std::optional(found->second.entry);
}

bool is_other(const LiveFiles& live, const RelPath& path) {
  const auto found = live.find(path);
  return found != live.end() && found->second.kind != LiveFile::Kind::file;
}

// New path by old one, where there is no doubt about it.
std::map<RelPath, RelPath> find_renames(const Ledger& base, const LiveFiles& live, const Ledger& shipped) {
  std::map<Digest, std::vector<RelPath>> removed, added;
  for (const auto& [path, entry] : base) {
    if (!shipped.contains(path)) removed[entry.digest].push_back(path);
  }
  for (const auto& [path, entry] : shipped) {
    if (!base.contains(path)) added[entry.digest].push_back(path);
  }
  std::map<RelPath, RelPath> renames;
  for (const auto& [digest, from] : removed) {
    const auto to = added.find(digest);
    if (from.size() == 1 && to != added.end() && to->second.size() == 1 && !live.contains(to->second[0]) && !is_other(live, from[0]))
      renames.emplace(from[0], to->second[0]);
  }
  return renames;
}

}  // namespace

FileMode FileCase::merged_mode() const {
  if (!ours) return theirs->mode;
  if (!theirs || !base) return ours->mode;
  return ours->mode == base->mode ? theirs->mode : ours->mode;
}

bool FileCase::needs_texts() const {
  if (!ours || !theirs) return false;
  if (ours->digest == theirs->digest) return false;
  if (!base) return true;
  if (ours->digest == base->digest) return false;
  if (undecided && ours->digest == undecided->digest) return false;
  return !undecided_keys.empty() || theirs->digest != base->digest || merged_mode() != ours->mode || moved_from;
}

Ledger merge_base(const Installed& installed) {
  Ledger base = installed.ledger;
  for (const Pending& pending : installed.record.pending) {
    base.erase(pending.path);
    if (pending.base) base.emplace(pending.path, *pending.base);
  }
  return base;
}

std::vector<RelPath> beside_paths(const std::vector<Pending>& pending) {
  std::vector<RelPath> paths;
  for (const Pending& item : pending) {
    auto path = RelPath::parse(item.path.str() + ".kopi-new");
    if (path && !item.held) paths.push_back(*std::move(path));
  }
  return paths;
}

std::vector<FileCase> list_cases(const Ledger& base, const std::vector<Pending>& pending, const LiveFiles& live, const Ledger& shipped) {
  const auto renames = find_renames(base, live, shipped);
  std::map<RelPath, RelPath> old_of;
  for (const auto& [from, to] : renames) old_of.emplace(to, from);
  std::set<RelPath> paths;
  for (const auto& entry : base) paths.insert(entry.first);
  for (const auto& entry : shipped) paths.insert(entry.first);
  std::vector<FileCase> cases;
  for (const RelPath& path : paths) {
    const auto from = old_of.find(path);
    const RelPath& past = from == old_of.end() ? path : from->second;
    FileCase file{path, lookup(base, past), lookup(live, past), lookup(shipped, path)};
    file.moved_away = renames.contains(path);
    const auto conflict =
        std::find_if(pending.begin(), pending.end(), [&](const Pending& item) { return item.path == past && !item.held; });
    if (conflict != pending.end()) {
      file.undecided = conflict->theirs;
      for (const Node& item : conflict->keys.items()) file.undecided_keys.insert(item.find("key")->as_text());
    }
    if (is_other(live, path)) file.other = live.at(path).kind;
    if (from != old_of.end()) file.moved_from = from->second;
    cases.push_back(std::move(file));
  }
  return cases;
}

}  // namespace kopi
