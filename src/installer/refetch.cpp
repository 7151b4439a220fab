#include "installer/refetch.hpp"

#include <set>

#include "installer/distribution.hpp"
#include "installer/snapshot.hpp"
#include "store/blobs.hpp"
#include "store/install_record.hpp"
#include "store/locks.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"

namespace kopi {
namespace {

Result<std::set<Digest>> find_lost(const Installed& installed, const std::string& path, const Blobs& blobs) {
  KOPI_TRY(const Directory profile, Directory::open(path));
  std::set<Digest> lost;
  for (const auto& [file, entry] : installed.ledger) {
    if (blobs.get(entry.digest)) continue;
    const auto live = profile.read(file, std::size_t{1} << 30);
    if (!live || sha256(*live) != entry.digest) lost.insert(entry.digest);
  }
  return lost;
}

}  // namespace

Result<Refetched> refetch_lost(const ProfileName& name, const InstallContext& context) {
  Refetched done;
  const auto installed = read_installed(context.home, name);
  if (!installed || !*installed) return done;  // without a record nobody knows what was shipped
  const InstallRecord& record = (*installed)->record;
  const Blobs blobs(context.home);
  KOPI_TRY(const std::set<Digest> lost, find_lost(**installed, context.home.profile_path(name), blobs));
  done.lost = lost.size();
  if (lost.empty()) return done;
  KOPI_TRY(SourceRef source, parse_source(record.source, std::nullopt, {context.home.user_home, "/"}));
  if (!record.commit.empty()) {
    KOPI_TRY(source, with_ref(std::move(source), record.commit));
  }
  KOPI_TRY(auto opened, open_source(source, {}, context));
  KOPI_TRY(const Distribution distribution, understand(std::move(opened->snapshot), context.program_version));
  for (const auto& file : distribution.files) {
    if (!lost.contains(file.second.digest)) continue;
    KOPI_CHECK(blobs.replace(file.second.digest, file.second.content));
    ++done.stored;
  }
  if (done.stored > 0) KOPI_CHECK(blobs.sync());
  return done;
}

}  // namespace kopi
