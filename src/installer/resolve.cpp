#include <algorithm>

#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "installer/apply_parts.hpp"
#include "installer/live.hpp"
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

std::vector<Pending>::const_iterator find_conflict(const std::vector<Pending>& pending, const RelPath& path) {
  return std::find_if(pending.begin(), pending.end(), [&](const Pending& item) { return item.path == path && !item.held; });
}

Error no_conflict(const ProfileName& name, const RelPath& path) {
  return with_hint(error(Code::not_found, "{} is in no conflict", path.str()), fmt::format("kopi profile conflicts {}", name.str()));
}

struct LiveText {
  std::optional<std::string> text;
  std::optional<LedgerEntry> entry;
};

Result<LiveText> read_live(const Directory& directory, const RelPath& path) {
  LiveText live;
  KOPI_TRY(const auto present, directory.stat(path));
  if (!present || present->type == EntryType::directory) return live;  // of another type: there is no such file
  KOPI_TRY(live.text, directory.read(path, k_limit));
  live.entry = LedgerEntry{file_mode(present->mode), sha256(*live.text)};
  return live;
}

// What was written in the editor is one of both as they were when it opened: what came after that would go without having been seen.
Result<void> check_edited_from(const EditedFile& edited, const LiveText& live, const Pending& pending, const ProfileName& name) {
  const bool same_ours = live.entry ? edited.ours == live.entry->digest : !edited.ours.has_value();
  if (same_ours && edited.theirs == pending.theirs.digest) return {};
  return with_hint(error(Code::changed, "{} changed while you edited a copy of it; nothing was written", pending.path.str()),
                   fmt::format("kopi -p {} profile resolve {} --edit", name.str(), pending.path.str()));
}

struct Resolving {
  const ProfileName& name;
  ResolveSide side;
  const std::map<RelPath, EditedFile>& edited;
  const Directory& directory;
  const Blobs blobs;
};

Result<Resolved> resolve_one(const Resolving& how, const Pending& pending, Transaction& transaction) {
  KOPI_TRY(const LiveText live, read_live(how.directory, pending.path));
  std::optional<std::string> text = live.text;  // what the user deleted stays deleted
  if (const auto own = how.edited.find(pending.path); own != how.edited.end()) {
    KOPI_CHECK(check_edited_from(own->second, live, pending, how.name));
    text = own->second.text;
  } else if (how.side == ResolveSide::theirs) {
    KOPI_TRY(text, author_side(pending, live.text, how.blobs));
  }
  if (text) {
    const bool whole = how.side == ResolveSide::theirs && sha256(*text) == pending.theirs.digest;
    const FileMode mode = whole ? pending.theirs.mode : live.entry ? live.entry->mode : FileMode::regular;
    if (!live.entry) KOPI_CHECK(check_room(how.directory, pending.path));
    if (text != live.text || live.entry->mode != mode) KOPI_CHECK(transaction.put(pending.path, *text, mode, live.entry));
  }
  KOPI_TRY(const bool left, clear_beside(how.directory, pending, transaction));
  return Resolved{pending.path, left};
}

}  // namespace

Result<ConflictSides> read_conflict(const ProfileName& name, const RelPath& path, const InstallContext& context) {
  const auto say = [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); };
  KOPI_TRY(const FileLock lock, lock_profile(context.home, name, LockMode::shared, "kopi profile resolve", context.interrupt, say));
  KOPI_TRY(const auto record, read_install_record(context.home, name));
  if (!record) return error(Code::source, "profile '{}' was not installed from a distribution", name.str());
  const auto found = find_conflict(record->pending, path);
  if (found == record->pending.end()) return no_conflict(name, path);
  KOPI_TRY(const Directory directory, Directory::open(context.home.profile_path(name)));
  KOPI_TRY(LiveText live, read_live(directory, path));
  const Blobs blobs(context.home);
  ConflictSides sides;
  sides.ours = std::move(live.text);
  KOPI_TRY(sides.theirs, blobs.get(found->theirs.digest).while_doing("reading the author's {}", path.str()));
  if (found->base) {
    KOPI_TRY(sides.base, blobs.get(found->base->digest).while_doing("reading what was shipped as {}", path.str()));
  }
  return sides;
}

Result<std::vector<Resolved>> resolve_conflicts(const ProfileName& name, const std::vector<RelPath>& paths, ResolveSide side,
                                                const std::map<RelPath, EditedFile>& edited, const InstallContext& context) {
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
  const Resolving how{name, side, edited, directory, Blobs(context.home)};
  for (const RelPath& path : paths) {
    const auto found = find_conflict(pending, path);
    if (found == pending.end()) return no_conflict(name, path);
    KOPI_TRY(Resolved one, resolve_one(how, *found, transaction));
    resolved.push_back(std::move(one));
    pending.erase(found);
  }
  for (const RecordFile& file : render_record(*installed, state)) KOPI_CHECK(transaction.put_record(file.path, file.text, file.bits));
  KOPI_CHECK(transaction.commit().while_doing("resolving conflicts of {}", name.str()));
  return resolved;
}

}  // namespace kopi
