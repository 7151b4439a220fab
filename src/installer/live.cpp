#include "installer/live.hpp"

#include <set>

#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_limit = std::size_t{4} << 30;  // a user's own file may be large; it is read to be compared

}  // namespace

Result<LiveFiles> scan_live(const std::string& profile, const Ledger& base, const Ledger& shipped) {
  LiveFiles live;
  if (!is_directory(profile)) return live;
  KOPI_TRY(const Directory directory, Directory::open(profile));
  std::set<RelPath> paths;
  for (const auto& entry : base) paths.insert(entry.first);
  for (const auto& entry : shipped) paths.insert(entry.first);
  for (const RelPath& path : paths) {
    KOPI_TRY(const auto entry, directory.stat(path));
    if (!entry) continue;
    const std::string shown = join_path(profile, path.str());
    if (entry->type == EntryType::link) return error(Code::link, "{} is a symbolic link, which kopi neither follows nor replaces", shown);
    if (entry->type != EntryType::file) return error(Code::type, "{} is in the way: a file is shipped there", shown);
    KOPI_TRY(const std::string content, directory.read(path, k_limit));
    live.emplace(path, LiveFile{{file_mode(entry->mode), sha256(content)}});
  }
  return live;
}

Result<std::map<RelPath, std::string>> read_clashing(const std::string& profile, const LiveFiles& live, const Ledger& base,
                                                     const Ledger& shipped) {
  std::map<RelPath, std::string> contents;
  for (const auto& [path, file] : live) {
    const auto theirs = shipped.find(path);
    if (base.contains(path) || theirs == shipped.end() || theirs->second == file.entry) continue;
    KOPI_TRY(const Directory directory, Directory::open(profile));
    KOPI_TRY(std::string content, directory.read(path, k_limit));
    contents.emplace(path, std::move(content));
  }
  return contents;
}

}  // namespace kopi
