#include "store/locks.hpp"

#include "store/transaction.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

std::string lock_path(const Home& home, const std::string& name) { return join_path(home.root, "locks/" + name + ".lock"); }

}  // namespace

Result<FileLock> lock_profile(const Home& home, const ProfileName& name, LockMode mode, const std::string& holder,
                              const Interrupt* interrupt, std::function<void(std::string_view)> on_wait) {
  const std::string path = lock_path(home, name.str());
  if (mode == LockMode::exclusive) KOPI_CHECK(make_directories(home.root, 0700));
  FileLock::Request request{path, mode, holder, std::move(on_wait), interrupt, true, mode == LockMode::shared};
  const std::string profile = home.profile_path(name);
  for (;;) {
    KOPI_TRY(FileLock lock, FileLock::acquire(request).while_doing("waiting for profile {}", name.str()));
    if (!lock || !has_transaction(profile)) return lock;
    if (request.mode == LockMode::exclusive) {
      auto recovered = recover_transaction(profile);
      if (!recovered && recovered.error().code == Code::state)
        recovered.error().hint = fmt::format("kopi -p {} doctor --repair", name.str());
      KOPI_CHECK(std::move(recovered));
      if (mode == LockMode::exclusive) return lock;
    }
    // Only a writer may put it right; afterwards the wanted lock is asked for again.
    request.mode = request.mode == LockMode::shared ? LockMode::exclusive : LockMode::shared;
  }
}

Result<FileLock> try_lock_profile(const Home& home, const ProfileName& name, const std::string& holder) {
  FileLock::Request request{lock_path(home, name.str()), LockMode::exclusive, holder};
  request.wait = false;
  return FileLock::acquire(request);
}

Result<FileLock> try_lock_edits(const Home& home, const ProfileName& name, LockMode mode) {
  FileLock::Request request{lock_path(home, name.str() + ".edit"), mode, "kopi profile resolve --edit"};
  request.wait = false;
  return FileLock::acquire(request);
}

Result<FileLock> lock_store(const Home& home, LockMode mode, const std::string& holder, const Interrupt* interrupt,
                            std::function<void(std::string_view)> on_wait) {
  KOPI_CHECK(make_directories(home.root, 0700));
  return FileLock::acquire({lock_path(home, ".store"), mode, holder, std::move(on_wait), interrupt}).while_doing("waiting for the store");
}

}  // namespace kopi
