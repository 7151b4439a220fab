#include <algorithm>

#include "installer/apply_parts.hpp"
#include "installer/operation.hpp"
#include "store/blobs.hpp"
#include "store/history.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"

namespace kopi {
namespace {

Error already_there(const RollbackRequest& request, std::int64_t state) {
  return with_hint(error(Code::usage, "{}{} is the state that '{}' is in", request.to ? "--to " : "state ", state, request.name.str()),
                   fmt::format("kopi profile history {}", request.name.str()));
}

Result<State> choose_state(const RollbackRequest& request, const InstallRecord& current, const std::string& path) {
  KOPI_TRY(const auto numbers, list_states(path));
  const std::string history = fmt::format("kopi profile history {}", request.name.str());
  if (request.to == current.state) return already_there(request, *request.to);
  if (request.to) {
    if (std::find(numbers.begin(), numbers.end(), *request.to) == numbers.end())
      return with_hint(error(Code::not_found, "'{}' keeps no state {}", request.name.str(), *request.to), history);
    return read_state(path, *request.to);
  }
  const auto before = std::find_if(numbers.rbegin(), numbers.rend(), [&](std::int64_t number) { return number < current.state; });
  if (before == numbers.rend()) return with_hint(error(Code::not_found, "'{}' has no state before this one", request.name.str()), history);
  return read_state(path, *before);
}

}  // namespace

Result<Prepared> prepare_rollback(const RollbackRequest& request, const InstallContext& context) {
  const std::string path = context.home.profile_path(request.name);
  Prepared prepared;
  prepared.operation = "rollback";
  prepared.name = request.name;
  prepared.profile_exists = true;
  {
    KOPI_TRY(const FileLock lock,
             lock_profile(context.home, request.name, LockMode::shared, "kopi profile rollback", context.interrupt,
                          [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); }));
    if (!profile_exists(context.home, request.name)) return no_such_profile(Selection{request.name, Selection::Origin::flag});
    KOPI_TRY(const auto installed, read_installed(context.home, request.name));
    if (!installed) return error(Code::source, "profile '{}' was not installed from a distribution", request.name.str());
    KOPI_TRY(const State state, choose_state(request, installed->record, path));
    KOPI_TRY(prepared.restored, install_record_from(state.record, join_path(path, state_path(state.number))));
    prepared.restored_state = state.number;
    const Blobs blobs(context.home);
    KOPI_TRY(const Ledger ledger, read_ledger(state, blobs));
    KOPI_TRY(Snapshot snapshot, restore_snapshot(*prepared.restored, ledger, blobs));
    if (snapshot.ref) snapshot.ref = GitRef{GitRef::Kind::commit, "", snapshot.ref->commit};
    KOPI_TRY(prepared.distribution, understand(std::move(snapshot), context.program_version));
  }
  KOPI_TRY(prepared.source, parse_source(prepared.restored->source, std::nullopt, {context.home.user_home, "/"}));
  prepared.source.ref = prepared.restored->wanted;
  KOPI_CHECK(plan_again(prepared, request.plan, context));
  // One more state that is as this one would push one that is not out of the history.
  if (is_applied(prepared, make_record(prepared, context))) return already_there(request, *prepared.restored_state);
  KOPI_TRY(prepared.env, env_status(prepared.distribution.manifest, context.home, prepared.name, context.environment));
  return prepared;
}

}  // namespace kopi
