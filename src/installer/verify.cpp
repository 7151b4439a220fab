#include "installer/verify.hpp"

#include <algorithm>
#include <set>

#include "system/crypto.hpp"
#include "system/directory.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_limit = std::size_t{4} << 30;  // a user may put a large file where a small one was shipped

class Verifier {
 public:
  Verifier(const Directory& profile, const Ledger& ledger) : profile_(profile), ledger_(ledger) {}

  Result<Verification> run() {
    for (const auto& [path, entry] : ledger_) KOPI_CHECK(compare(path, entry));
    KOPI_CHECK(find_extra());
    return std::move(found_);
  }

 private:
  Result<void> compare(const RelPath& path, const LedgerEntry& shipped) {
    const auto entry = profile_.stat(path);
    if (!entry) {
      if (entry.error().code != Code::link) return entry.error();
      found_.modified.push_back({path.str(), "a directory on the way to it is a symbolic link"});
      return {};
    }
    if (!*entry) {
      found_.missing.push_back(path.str());
      return {};
    }
    if ((*entry)->type != EntryType::file) {
      found_.modified.push_back({path.str(), std::string(type_words((*entry)->type))});
      return {};
    }
    KOPI_TRY(const std::string content, profile_.read(path, k_limit));
    const bool same_content = sha256(content) == shipped.digest;
    const bool same_mode = file_mode((*entry)->mode) == shipped.mode;
    if (same_content && same_mode) return {};
    found_.modified.push_back({path.str(), same_mode      ? "other content"
                                           : same_content ? "the executable bit"
                                                          : "other content, and the executable bit"});
    return {};
  }

  static std::string_view type_words(EntryType type) {
    switch (type) {
      case EntryType::link: return "a symbolic link stands there";
      case EntryType::directory: return "a directory stands there";
      case EntryType::file:
      case EntryType::other: break;
    }
    return "something that is no file stands there";
  }

  // Only directories that the distribution brings are entered: the rest of a profile is its user's, and can be large.
  Result<void> find_extra() {
    std::set<std::string, std::less<>> shipped_directories;
    std::set<std::string, std::less<>> shipped_files;
    for (const auto& file : ledger_) {
      shipped_files.insert(file.first.str());
      for (std::string_view above = file.first.parent(); !above.empty();
           above = above.substr(0, above.rfind('/') == std::string_view::npos ? 0 : above.rfind('/'))) {
        if (!shipped_directories.emplace(above).second) break;
      }
    }
    if (shipped_directories.empty()) return {};
    return profile_.walk([&](const Directory::Entry& entry) -> Result<bool> {
      const bool at_root = entry.path.find('/') == std::string::npos;
      if (entry.info.type == EntryType::directory) return !at_root || shipped_directories.contains(entry.path);
      if (!at_root && !shipped_files.contains(entry.path)) found_.extra.push_back(entry.path);
      return false;
    });
  }

  const Directory& profile_;
  const Ledger& ledger_;
  Verification found_;
};

}  // namespace

Result<Verification> verify_files(const std::string& profile, const Ledger& ledger) {
  KOPI_TRY(const Directory directory, Directory::open(profile));
  return Verifier(directory, ledger).run();
}

std::vector<Pending> undecided(const std::string& profile, const InstallRecord& record) {
  std::vector<Pending> waiting;
  const auto directory = Directory::open(profile);
  for (const Pending& pending : record.pending) {
    if (pending.held) continue;
    const auto content = directory ? directory->read(pending.path, k_limit) : Result<std::string>(directory.error());
    if (!content || sha256(*content) != pending.theirs.digest) waiting.push_back(pending);
  }
  return waiting;
}

}  // namespace kopi
