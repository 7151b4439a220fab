// Order of writing, as for an install:
// 1. everything into a hidden directory beside the profiles; bases into a directory in there;
// 2. what was shipped into the store, each file held against the ledger once more;
// 3. the records, without any approval; everything flushed; one rename.
#include "installer/import.hpp"

#include <algorithm>

#include "model/portable.hpp"
#include "store/blobs.hpp"
#include "store/history.hpp"
#include "store/lifecycle.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "store/transaction.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"
#include "system/mapped_file.hpp"
#include "system/sqlite.hpp"
#include "system/step.hpp"

namespace kopi {
namespace {

class Unpacker {
 public:
  Unpacker(const ImportPlan& plan, Directory staging, const InstallContext& context)
      : plan_(plan), staging_(std::move(staging)), context_(context), blobs_(context.home) {}

  Result<void> unpack() {
    KOPI_CHECK(plan_.source->begin());
    std::size_t next = 0;
    for (;;) {
      KOPI_TRY(const auto member, plan_.source->next());
      if (!member) break;
      const bool is_base = member->path.first() == k_archive_bases;
      if (!is_base && !is_planned(member->path)) continue;
      KOPI_CHECK(write(*member, is_base).while_doing("unpacking {}", member->path.str()));
      next += is_base ? 0 : 1;
    }
    if (next != plan_.files.size()) return error(Code::changed, "the archive changed while it was read");
    for (const ImportMember& file : plan_.files) {
      if (const auto database = database_of_log(file.path)) KOPI_CHECK(take_log(*database).while_doing("taking over {}", file.path.str()));
    }
    return {};
  }

  Result<std::optional<InstallRecord>> write_records() {
    std::optional<InstallRecord> record;
    for (const std::string_view name : profile_directories()) KOPI_CHECK(make_directories(join_path(staging_.path(), name)));
    KOPI_CHECK(make_directories(join_path(staging_.path(), ".kopi"), 0700));
    if (plan_.record && plan_.record->installed) {
      record = plan_.record->installed;
      record->capabilities = plan_.brought.capabilities;
      record->state = 1;  // its history starts here: earlier states stayed where it came from
      record->ledger = sha256(render_ledger(plan_.record->ledger)).str();
      KOPI_CHECK(store_shipped());
      KOPI_CHECK(write_installed(staging_.path(), {*record, plan_.record->ledger}));
      KOPI_CHECK(write_state(staging_.path(), State{1, "import", format_time(context_.clock.now()), to_json(*record)}));
    }
    if (plan_.record && !plan_.record->bundled.empty()) {
      KOPI_CHECK(write_file(join_path(staging_.path(), ".kopi/bundled"), render_ledger(plan_.record->bundled), 0644));
    }
    KOPI_CHECK(remove_tree(join_path(staging_.path(), k_archive_bases)));
    return record;
  }

 private:
  // SQLite itself brings what the log holds into the database, or takes back what was not committed.
  Result<void> take_log(const RelPath& database) const {
    const std::string path = join_path(staging_.path(), database.str());
    KOPI_TRY(const auto there, staging_.stat(database));
    if (there) {
      auto opened = Database::open(path);
      auto taken = opened ? opened->query("PRAGMA wal_checkpoint(TRUNCATE)") : std::move(opened).error();
      if (!taken) return error(Code::archive, "{} can't be read: {}", database.str(), taken.error().message);
    }
    for (const std::string_view log : {"-wal", "-shm", "-journal"}) KOPI_CHECK(remove_file(path + std::string(log)));
    return {};
  }

  bool is_planned(const RelPath& path) const {
    const auto found = std::lower_bound(plan_.files.begin(), plan_.files.end(), path,
                                        [](const ImportMember& file, const RelPath& wanted) { return file.path < wanted; });
    return found != plan_.files.end() && found->path == path;
  }

  Result<void> write(const ImportMember& member, bool is_base) {
    const ProfilePart part = part_of(database_of_log(member.path).value_or(member.path));
    const bool is_private = is_base || part == ProfilePart::memories || part == ProfilePart::sessions;
    const mode_t mode = is_private ? 0600 : member.executable ? 0755 : 0644;
    KOPI_TRY(const Descriptor file, staging_.create_file(member.path, mode));
    for (;;) {
      KOPI_TRY(const std::string_view piece, plan_.source->read());
      if (piece.empty()) return {};
      KOPI_CHECK(write_descriptor(file.get(), join_path(staging_.path(), member.path.str()), piece));
    }
  }

  /// Every file of the ledger becomes a blob: the base of the next merge, and what a rollback brings back.
  Result<void> store_shipped() {
    for (const auto& [path, entry] : plan_.record->ledger) {
      if (context_.interrupt != nullptr && context_.interrupt->requested()) return interrupted_error();
      KOPI_TRY(const RelPath base, RelPath::parse(std::string(k_archive_bases) + "/" + entry.digest.hex()));
      KOPI_TRY(const auto has_base, staging_.stat(base));
      KOPI_TRY(const std::string content, staging_.read(has_base ? base : path, 64u << 20));
      if (sha256(content) != entry.digest) return error(Code::digest, "digest mismatch for {}", path.str());
      KOPI_CHECK(blobs_.put(entry.digest, content).while_doing("storing {}", path.str()));
    }
    const std::string ledger = render_ledger(plan_.record->ledger);
    KOPI_CHECK(blobs_.put(sha256(ledger), ledger));
    reach_step("blobs");
    return blobs_.sync();
  }

  const ImportPlan& plan_;
  Directory staging_;
  const InstallContext& context_;
  Blobs blobs_;
};

// The default profile is kopi's own home, which no rename can replace: its files come in one transaction.
Result<void> fill_default(const std::string& home, const std::string& staging) {
  KOPI_TRY(const Directory built, Directory::open(staging));
  KOPI_TRY(Transaction transaction, Transaction::begin(home, "import"));
  KOPI_CHECK(built.walk([&](const Directory::Entry& entry) -> Result<bool> {
    if (entry.info.type != EntryType::file) return true;
    KOPI_TRY(const RelPath path, RelPath::parse(entry.path));
    KOPI_TRY(const Descriptor file, built.open_file(path));
    KOPI_TRY(const MappedFile mapped, MappedFile::map(file, entry.path));
    KOPI_CHECK(transaction.put_record(path, mapped.bytes(), entry.info.mode & 0777));
    return true;
  }));
  KOPI_CHECK(transaction.commit());
  for (const std::string_view name : profile_directories()) KOPI_CHECK(make_directories(join_path(home, name)));
  return remove_tree(staging);
}

}  // namespace

Result<Imported> apply_import(const ImportPlan& plan, const InstallContext& context, const AliasContext* alias) {
  const auto say = [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); };
  constexpr std::string_view holder = "kopi profile import";
  KOPI_TRY(const FileLock lock, lock_profile(context.home, plan.name, LockMode::exclusive, std::string(holder), context.interrupt, say));
  KOPI_CHECK(check_import_target(context.home, plan.name));
  KOPI_TRY(const FileLock store, lock_store(context.home, LockMode::shared, std::string(holder), context.interrupt, say));
  KOPI_TRY(const std::string staging, make_staging(context.home, plan.name));
  Imported imported{context.home.profile_path(plan.name), std::nullopt, {}};
  const auto build = [&]() -> Result<void> {
    KOPI_TRY(Directory directory, Directory::open(staging));
    Unpacker unpacker(plan, std::move(directory), context);
    KOPI_CHECK(unpacker.unpack());
    reach_step("unpacked");
    KOPI_TRY(imported.record, unpacker.write_records());
    reach_step("built");
    KOPI_CHECK(sync_file_system(staging));
    if (context.interrupt != nullptr && context.interrupt->requested()) return interrupted_error();
    if (plan.name.is_default()) {
      if (alias != nullptr) imported.published.no_alias = error(Code::alias, "the default profile needs none");
      return fill_default(context.home.root, staging);
    }
    KOPI_TRY(imported.published, publish_profile(context.home, plan.name, staging, alias));
    return {};
  };
  auto built = build().while_doing("importing {}", plan.name.str());
  if (!built) {
    (void)remove_tree(staging);  // the error says what failed; what is left here, the next command removes
    return std::move(built).error();
  }
  return imported;
}

}  // namespace kopi
