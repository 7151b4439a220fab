// Order of writing, so that what is on disk can always be explained:
// 1. every shipped file and the ledger into the store;
// 2. a new profile: everything into a hidden directory beside it, flushed, then one rename;
//    an existing one: one transaction of files, ledger, record, approvals and history.
// Before the first write the profile is compared once more with what the plan was made on.
#include <algorithm>

#include "installer/apply_parts.hpp"
#include "installer/live.hpp"
#include "installer/operation.hpp"
#include "store/blobs.hpp"
#include "store/lifecycle.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "store/transaction.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"
#include "system/step.hpp"

namespace kopi {
namespace {

using Action = PlanStep::Action;

Result<void> store_blobs(const Prepared& prepared, const Blobs& blobs, const InstallContext& context) {
  for (const auto& [path, file] : prepared.distribution.files) {
    if (context.interrupt != nullptr && context.interrupt->requested()) return interrupted_error();
    KOPI_CHECK(blobs.put(file.digest, file.content).while_doing("storing {}", path.str()));
  }
  const std::string ledger = render_ledger(prepared.plan.ledger);
  KOPI_CHECK(blobs.put(prepared.distribution.tree_digest, ledger).while_doing("storing the ledger"));
  reach_step("blobs");
  return blobs.sync();
}

Result<Published> apply_new(const Prepared& prepared, const InstallRecord& record, const InstallContext& context,
                            const AliasContext* alias) {
  KOPI_CHECK(check_free(context.home, prepared.name));
  KOPI_TRY(const std::string staging, make_staging(context.home, prepared.name));
  const auto build = [&]() -> Result<Published> {
    KOPI_TRY(const Directory directory, Directory::open(staging));
    for (const auto& [path, file] : prepared.distribution.files) {
      KOPI_CHECK(directory.create(path, file.content, permission_bits(file.mode)));
    }
    for (const std::string_view name : profile_directories()) KOPI_CHECK(make_directories(join_path(staging, name)));
    KOPI_CHECK(make_directories(join_path(staging, ".kopi"), 0700));
    KOPI_TRY(const auto records, render_records(staging, prepared, record));
    for (const RecordFile& file : records) KOPI_CHECK(directory.create(file.path, file.text, file.bits));
    reach_step("built");
    KOPI_CHECK(sync_file_system(staging));
    if (context.interrupt != nullptr && context.interrupt->requested()) return interrupted_error();
    return publish_profile(context.home, prepared.name, staging, alias);
  };
  auto built = build();
  if (!built) (void)remove_tree(staging);  // the error says what failed; what is left here, the next command removes
  return built;
}

Result<void> stage_step(const PlanStep& step, const Prepared& prepared, Transaction& transaction) {
  const auto& plan = prepared.plan;
  const auto merged = plan.texts.find(step.path);
  const bool from_merge = merged != plan.texts.end() && step.to && step.action != Action::add;
  if (step.action == Action::remove) return transaction.remove(step.path, step.from);
  if (step.beside) {
    KOPI_TRY(const RelPath beside, beside_path(step.path));
    const auto live = plan.live.find(beside);
    const auto expected = live == plan.live.end() ? std::nullopt : std::optional(live->second.entry);
    KOPI_CHECK(transaction.put(beside, prepared.distribution.files.at(step.path).content, step.beside->mode, expected));
  }
  const bool writes = step.action == Action::add || step.action == Action::replace || step.action == Action::merge || from_merge;
  if (!writes || !step.to) return {};
  const std::string& content = merged != plan.texts.end() ? merged->second : prepared.distribution.files.at(step.path).content;
  return transaction.put(step.path, content, step.to->mode, step.from);
}

Result<void> check_unchanged(const Prepared& prepared, const std::string& path, const InstallContext& context) {
  KOPI_TRY(const auto installed, read_installed(context.home, prepared.name));
  const bool same_record =
      installed.has_value() == prepared.previous.has_value() &&
      (!installed || (installed->record.ledger == prepared.previous->ledger && installed->record.state == prepared.previous->state &&
                      installed->record.pending == prepared.previous->pending));
  const Ledger base = installed ? merge_base(*installed) : Ledger{};
  const Ledger shipped = prepared.distribution.ledger();
  const auto beside = installed ? beside_paths(installed->record.pending) : std::vector<RelPath>();
  KOPI_TRY(const LiveFiles live, scan_live(path, {base, shipped, beside, installed ? installed->record.own : std::vector<RelPath>()}));
  KOPI_CHECK(check_places(path, prepared.plan, installed ? installed->record.pending : std::vector<Pending>()));
  if (same_record && live == prepared.plan.live && profile_exists(context.home, prepared.name)) return {};
  return with_hint(error(Code::changed, "profile '{}' changed since the plan was made; nothing was written", prepared.name.str()),
                   "run the command again");
}

Result<void> apply_existing(const Prepared& prepared, const InstallRecord& record, const InstallContext& context) {
  if (is_applied(prepared, record)) return {};
  const std::string path = context.home.profile_path(prepared.name);
  KOPI_TRY(const auto records, render_records(path, prepared, record));
  KOPI_TRY(Transaction transaction, Transaction::begin(path, prepared.operation));
  for (const PlanStep& step : prepared.plan.steps) KOPI_CHECK(stage_step(step, prepared, transaction));
  for (const RelPath& beside : prepared.plan.outdated_beside) KOPI_CHECK(transaction.remove(beside, prepared.plan.live.at(beside).entry));
  for (const RecordFile& file : records) KOPI_CHECK(transaction.put_record(file.path, file.text, file.bits));
  KOPI_TRY(const auto outdated, outdated_states(path));
  for (const RelPath& state : outdated) KOPI_CHECK(transaction.remove(state));
  if (context.interrupt != nullptr && context.interrupt->requested()) return interrupted_error();
  context.reporter.debug(
      fmt::format("{}: {} steps and {} records in one transaction", prepared.operation, prepared.plan.steps.size(), records.size()));
  return transaction.commit();
}

// What was put into the store first stays there: another kopi may be using it by now.
Result<void> free_room(Result<void> done) {
  if (done || !done.error().hint.empty() || done.error().message.find("no space left") == std::string::npos) return done;
  return with_hint(std::move(done).error(), "kopi store gc");
}

}  // namespace

Result<Applied> apply_prepared(const Prepared& prepared, const InstallContext& context, const AliasContext* alias) {
  const auto say = [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); };
  const std::string holder = "kopi profile " + prepared.operation;
  KOPI_TRY(const FileLock lock, lock_profile(context.home, prepared.name, LockMode::exclusive, holder, context.interrupt, say));
  const InstallRecord record = make_record(prepared, context);
  const std::string path = context.home.profile_path(prepared.name);
  const std::string doing = (prepared.operation == "rollback" ? "rolling back "
                             : prepared.profile_exists        ? "updating "
                                                              : "installing ") +
                            prepared.name.str();
  if (prepared.profile_exists) {
    KOPI_CHECK(check_unchanged(prepared, path, context).while_doing("{}", doing));
  } else {
    KOPI_CHECK(check_free(context.home, prepared.name).while_doing("{}", doing));
  }
  KOPI_TRY(const FileLock store, lock_store(context.home, LockMode::shared, holder, context.interrupt, say));
  KOPI_CHECK(free_room(store_blobs(prepared, Blobs(context.home), context)).while_doing("{}", doing));
  Applied applied{path, record, std::nullopt, std::nullopt};
  if (prepared.profile_exists) {
    KOPI_CHECK(free_room(apply_existing(prepared, record, context)).while_doing("{}", doing));
    if (alias == nullptr) return applied;
    auto made = create_alias(context.home, prepared.name.str(), prepared.name, *alias);
    if (made) applied.alias = prepared.name.str();
    if (!made) applied.no_alias = std::move(made).error();
    return applied;
  }
  KOPI_TRY(Published published, apply_new(prepared, record, context, alias).while_doing("{}", doing));
  applied.alias = std::move(published.alias);
  applied.no_alias = std::move(published.no_alias);
  return applied;
}

}  // namespace kopi
