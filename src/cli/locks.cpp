#include "cli/locks.hpp"

namespace kopi::cli {
namespace {

auto tell_wait(const Context& context) {
  return [&context](std::string_view other) { context.console.note(fmt::format("waiting for another kopi ({})", other)); };
}

}  // namespace

Result<FileLock> hold_profile(const Context& context, const ProfileName& name, const std::string& holder) {
  return lock_profile(context.home, name, LockMode::shared, holder, &context.interrupt, tell_wait(context));
}

Result<FileLock> hold_store(const Context& context, LockMode mode, const std::string& holder) {
  return lock_store(context.home, mode, holder, &context.interrupt, tell_wait(context));
}

}  // namespace kopi::cli
