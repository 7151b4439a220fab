// store/locks.hpp
//
// Who may look at a profile, or change it, while others do. One lock a profile, one for the store; two kopi processes on
// different profiles do not wait for each other.
//
// Order, so that nobody waits in a circle: profiles by name, then the store.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "store/home.hpp"
#include "system/lock.hpp"

namespace kopi {

/// Everything that writes below a profile holds this exclusively; who reads several files that belong together holds it shared.
/// A change that had broken off is finished or taken back before the lock is given. A shared lock on a home that can't be written, or
/// where nothing was ever locked, is no lock at all: nobody else can write there either.
/// @param on_wait  called once when the wait has lasted a second, with the holder's words
/// @error interrupted  while waiting.   @error io, state
Result<FileLock> lock_profile(const Home& home, const ProfileName& name, LockMode mode, const std::string& holder,
                              const Interrupt* interrupt, std::function<void(std::string_view)> on_wait);

/// The same, but without waiting and without looking at what broke off.   @error busy  somebody holds it
Result<FileLock> try_lock_profile(const Home& home, const ProfileName& name, const std::string& holder);

/// Shared: somebody edits copies of this profile's files in `.kopi/edit`. Exclusive: what an editor left there is being removed. Never
/// waits.
/// @error busy
Result<FileLock> try_lock_edits(const Home& home, const ProfileName& name, LockMode mode);

/// Shared: blobs are being added that no record names yet. Exclusive: what no record names is being removed.
Result<FileLock> lock_store(const Home& home, LockMode mode, const std::string& holder, const Interrupt* interrupt,
                            std::function<void(std::string_view)> on_wait);

}  // namespace kopi
