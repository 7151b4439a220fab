// cli/locks.hpp
//
// Holding still what a command reads; who waits longer than a second is told for whom.
#pragma once

#include <optional>
#include <string>

#include "cli/context.hpp"

namespace kopi::cli {

/// Nobody writes below the profile while this is held.
Result<FileLock> hold_profile(const Context& context, const ProfileName& name, const std::string& holder);
/// Exclusive: nobody adds blobs, and nobody else removes any. Shared: nobody removes any.
Result<FileLock> hold_store(const Context& context, LockMode mode, const std::string& holder);

}  // namespace kopi::cli
