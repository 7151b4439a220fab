// Order of writing, so that what is on disk can always be explained:
// 1. every shipped file into the store, flushed;
// 2. a new profile: everything into a hidden directory beside it, flushed, then one rename;
//    an existing one: first what goes, then the files, each by rename, then the ledger and the record, flushed.
// Before the first write the profile is compared once more with what the plan was made on.
#include <algorithm>

#include "installer/live.hpp"
#include "installer/operation.hpp"
#include "store/blobs.hpp"
#include "store/profiles.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

using Action = PlanStep::Action;

InstallRecord make_record(const Prepared& prepared, const InstallContext& context) {
  const Distribution& distribution = prepared.distribution;
  const std::string now = format_time(context.clock.now());
  InstallRecord record;
  record.name = distribution.manifest.name;
  record.version = distribution.manifest.version;
  record.description = distribution.manifest.description;
  record.source = prepared.source.shown();
  record.identity = prepared.source.identity();
  record.wanted = prepared.source.ref;
  record.subdirectory = prepared.source.subdirectory;
  if (distribution.ref) {
    record.ref_kind = std::string(name(distribution.ref->kind));
    record.commit = distribution.ref->commit;
  }
  record.tree = distribution.tree_digest;
  record.manifest = distribution.manifest_digest;
  record.installed_at = prepared.previous ? prepared.previous->installed_at : now;
  record.updated_at = now;
  record.capabilities = distribution.capabilities;
  return record;
}

Result<void> store_blobs(const Distribution& distribution, const Blobs& blobs, const InstallContext& context) {
  for (const auto& [path, file] : distribution.files) {
    if (context.interrupt != nullptr && context.interrupt->requested()) return interrupted_error();
    KOPI_CHECK(blobs.put(file.digest, file.content).while_doing("storing {}", path.str()));
  }
  return {};
}

// Consent to the preview approves the MCP servers that it listed, bound to what they are; cron jobs it never approves. An
// update lists the new ones alone: what was not approved before (in a clone, say) is not approved in passing.
Result<void> approve_servers(const std::string& directory, const Prepared& prepared) {
  KOPI_TRY(Approvals approvals, read_approvals(directory));
  const auto& added = prepared.plan.capabilities_added;
  const auto was_listed = [&](const McpServer& server) {
    return !prepared.previous || std::any_of(added.begin(), added.end(), [&](const Capability& capability) {
      return capability.kind.starts_with("mcp-") && capability.name == server.name;
    });
  };
  bool changed = false;
  for (const McpServer& server : prepared.distribution.mcp_servers) {
    if (!was_listed(server)) continue;
    approvals.digests["mcp"][server.name] = sha256(server.approval_text()).str();
    changed = true;
  }
  if (!changed) return {};
  return write_approvals(directory, approvals);
}

Result<void> apply_new(const Prepared& prepared, const InstallRecord& record, const InstallContext& context) {
  KOPI_CHECK(check_free(context.home, prepared.name));
  KOPI_TRY(const std::string staging, make_staging(context.home, prepared.name));
  const auto build = [&]() -> Result<void> {
    KOPI_TRY(const Directory directory, Directory::open(staging));
    for (const auto& [path, file] : prepared.distribution.files) {
      KOPI_CHECK(directory.create(path, file.content, permission_bits(file.mode)));
    }
    for (const std::string_view name : profile_directories()) KOPI_CHECK(make_directories(join_path(staging, name)));
    KOPI_CHECK(write_installed(staging, {record, prepared.plan.ledger}));
    KOPI_CHECK(approve_servers(staging, prepared));
    KOPI_CHECK(sync_file_system(staging));
    if (context.interrupt != nullptr && context.interrupt->requested()) return interrupted_error();
    return publish_profile(context.home, prepared.name, staging);
  };
  auto built = build();
  if (!built) (void)remove_tree(staging);  // the error says what failed; a left-over is hidden and harmless
  return built;
}

// A user who closed a file to others keeps it closed: only the executable bit is the author's.
Result<void> write_over(const Directory& profile, const RelPath& path, std::string_view content, FileMode mode) {
  KOPI_TRY(const auto present, profile.stat(path));
  unsigned bits = permission_bits(mode);
  if (present && present->type == EntryType::file) {
    bits = present->mode & 0666;
    if (mode == FileMode::executable) bits |= (bits & 0444) >> 2;
  }
  return profile.write(path, content, bits);
}

Result<void> apply_step(const PlanStep& step, const Prepared& prepared, const Directory& profile) {
  const auto& files = prepared.distribution.files;
  switch (step.action) {
    case Action::add:
    case Action::replace: {
      const SnapshotFile& file = files.at(step.path);
      return write_over(profile, step.path, file.content, file.mode);
    }
    case Action::merge: return write_over(profile, step.path, prepared.plan.merged.at(step.path), step.to->mode);
    case Action::remove: return profile.remove(step.path);
    case Action::conflict: {
      KOPI_TRY(const RelPath beside, beside_path(step.path));
      const SnapshotFile& file = files.at(step.path);
      return profile.write(beside, file.content, permission_bits(file.mode));
    }
    case Action::adopt:
    case Action::keep:
    case Action::release: return {};
  }
  return {};
}

Result<void> check_unchanged(const Prepared& prepared, const std::string& path, const InstallContext& context) {
  KOPI_TRY(const auto installed, read_installed(context.home, prepared.name));
  const bool same_record =
      installed.has_value() == prepared.previous.has_value() && (!installed || installed->record.ledger == prepared.previous->ledger);
  const Ledger base = installed ? installed->ledger : Ledger{};
  KOPI_TRY(const LiveFiles live, scan_live(path, base, prepared.distribution.ledger()));
  KOPI_CHECK(check_beside(path, prepared.plan));
  if (same_record && live == prepared.plan.live && profile_exists(context.home, prepared.name)) return {};
  return with_hint(error(Code::changed, "profile '{}' changed since the plan was made; nothing was written", prepared.name.str()),
                   "run the command again");
}

Result<void> apply_existing(const Prepared& prepared, const InstallRecord& record, const InstallContext& context) {
  const std::string path = context.home.profile_path(prepared.name);
  KOPI_CHECK(check_unchanged(prepared, path, context));
  KOPI_CHECK(read_approvals(path));  // a damaged one must not stop the work half-way
  KOPI_TRY(const Directory profile, Directory::open(path));
  const auto& steps = prepared.plan.steps;
  // What goes makes room: a directory can become a file, and a file a directory.
  for (const PlanStep& step : steps) {
    if (step.action == Action::remove) KOPI_CHECK(apply_step(step, prepared, profile).while_doing("removing {}", step.path.str()));
  }
  for (const PlanStep& step : steps) {
    if (step.action != Action::remove) KOPI_CHECK(apply_step(step, prepared, profile).while_doing("writing {}", step.path.str()));
  }
  KOPI_CHECK(write_installed(path, {record, prepared.plan.ledger}));
  KOPI_CHECK(approve_servers(path, prepared));
  return sync_file_system(path);
}

}  // namespace

Result<Applied> apply_prepared(const Prepared& prepared, const InstallContext& context) {
  KOPI_TRY(const FileLock lock,
           lock_profile(context.home, prepared.name, LockMode::exclusive,
                        "kopi profile " + std::string(prepared.profile_exists ? "update" : "install"), context.interrupt,
                        [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); }));
  const InstallRecord record = make_record(prepared, context);
  if (prepared.profile_exists) {
    KOPI_CHECK(
        check_unchanged(prepared, context.home.profile_path(prepared.name), context).while_doing("updating {}", prepared.name.str()));
  } else {
    KOPI_CHECK(check_free(context.home, prepared.name).while_doing("installing {}", prepared.name.str()));
  }
  KOPI_CHECK(store_blobs(prepared.distribution, Blobs(context.home), context));
  if (prepared.profile_exists) {
    KOPI_CHECK(apply_existing(prepared, record, context).while_doing("updating {}", prepared.name.str()));
  } else {
    KOPI_CHECK(apply_new(prepared, record, context).while_doing("installing {}", prepared.name.str()));
  }
  return Applied{context.home.profile_path(prepared.name), record};
}

}  // namespace kopi
