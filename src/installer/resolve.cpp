#include <algorithm>

#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "installer/apply_parts.hpp"
#include "installer/merge.hpp"
#include "installer/operation.hpp"
#include "store/blobs.hpp"
#include "store/history.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "store/transaction.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_limit = std::size_t{4} << 30;

// In a file that is merged by key the author's side is the author's values of the keys in conflict; otherwise it is the whole file.
Result<std::string> author_side(const Pending& pending, const std::optional<std::string>& ours, const Blobs& blobs) {
  KOPI_TRY(std::string theirs, blobs.get(pending.theirs.digest).while_doing("reading the author's {}", pending.path.str()));
  if (!ours || pending.keys.items().empty()) return theirs;
  MergeInput input{pending.path.str(), std::nullopt, *ours, theirs, Favor::theirs};
  std::optional<std::string> base;
  if (pending.base) {
    if (auto known = blobs.get(pending.base->digest)) base = *std::move(known);
  }
  if (base) input.base = *base;
  MergeOutcome merged = merge_file(input);
  return merged.clean ? std::move(merged.text) : theirs;
}

// The author's file beside goes, unless the user made something else of it.   @return  it stays
Result<bool> clear_beside(const Directory& directory, const Pending& pending, Transaction& transaction) {
  KOPI_TRY(const RelPath beside, beside_path(pending.path));
  KOPI_TRY(const auto there, directory.stat(beside));
  if (!there || there->type != EntryType::file) return false;
  KOPI_TRY(const std::string content, directory.read(beside, k_limit));
  const LedgerEntry entry{file_mode(there->mode), sha256(content)};
  if (entry.digest != pending.theirs.digest) return true;
  KOPI_CHECK(transaction.remove(beside, entry));
  return false;
}

}  // namespace

Result<std::vector<Resolved>> resolve_conflicts(const ProfileName& name, const std::vector<RelPath>& paths, ResolveSide side,
                                                const std::map<RelPath, std::string>& edited, const InstallContext& context) {
  const auto say = [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); };
  KOPI_TRY(const FileLock lock, lock_profile(context.home, name, LockMode::exclusive, "kopi profile resolve", context.interrupt, say));
  const std::string profile = context.home.profile_path(name);
  KOPI_TRY(auto installed, read_installed(context.home, name));
  if (!installed) return error(Code::source, "profile '{}' was not installed from a distribution", name.str());
  KOPI_TRY(const State state, read_state(profile, installed->record.state));
  KOPI_TRY(const Directory directory, Directory::open(profile));
  KOPI_TRY(Transaction transaction, Transaction::begin(profile, "resolve"));
  std::vector<Resolved> resolved;
  auto& pending = installed->record.pending;
  for (const RelPath& path : paths) {
    const auto found = std::find_if(pending.begin(), pending.end(), [&](const Pending& item) { return item.path == path && !item.held; });
    if (found == pending.end())
      return with_hint(error(Code::not_found, "{} is in no conflict", path.str()), fmt::format("kopi profile conflicts {}", name.str()));
    std::optional<std::string> ours;
    std::optional<LedgerEntry> live;
    KOPI_TRY(const auto present, directory.stat(path));
    if (present) {
      KOPI_TRY(ours, directory.read(path, k_limit));
      live = LedgerEntry{file_mode(present->mode), sha256(*ours)};
    }
    std::optional<std::string> text = ours;  // what the user deleted stays deleted
    if (const auto own = edited.find(path); own != edited.end()) {
      text = own->second;
    } else if (side == ResolveSide::theirs) {
      KOPI_TRY(text, author_side(*found, ours, Blobs(context.home)));
    }
    if (text) {
      const bool whole = side == ResolveSide::theirs && sha256(*text) == found->theirs.digest;
      const FileMode mode = whole ? found->theirs.mode : live ? live->mode : FileMode::regular;
      if (text != ours || live->mode != mode) KOPI_CHECK(transaction.put(path, *text, mode, live));
    }
    KOPI_TRY(const bool left, clear_beside(directory, *found, transaction));
    resolved.push_back({path, left});
    pending.erase(found);
  }
  for (const RecordFile& file : render_record(*installed, state)) KOPI_CHECK(transaction.put_record(file.path, file.text, file.bits));
  KOPI_CHECK(transaction.commit().while_doing("resolving conflicts of {}", name.str()));
  return resolved;
}

}  // namespace kopi
