#include "installer/apply_parts.hpp"

#include <algorithm>

#include "formats/json.hpp"
#include "store/history.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

RelPath known(std::string_view path) {
  auto parsed = RelPath::parse(path);
  KOPI_ASSERT(parsed.has_value());
  return *std::move(parsed);
}

std::string text_of(const InstallRecord& record) { return render_json(to_json(record), JsonStyle::indented) + "\n"; }

State state_of(const InstallRecord& record, std::string operation) {
  return {record.state, std::move(operation), record.updated_at, to_json(record)};
}

// Consent to the preview approves the MCP servers that it listed, bound to what they are; cron jobs it never approves. An
// update lists the new ones alone: what was not approved before (in a clone, say) is not approved in passing.
Result<std::optional<Approvals>> approve_servers(const std::string& directory, const Prepared& prepared) {
  KOPI_TRY(Approvals approvals, read_approvals(directory));
  const auto& added = prepared.plan.capabilities_added;
  const auto was_listed = [&](const McpServer& server) {
    return !prepared.previous || std::any_of(added.begin(), added.end(), [&](const Capability& capability) {
      return capability.kind.starts_with("mcp-") && capability.name == server.name;
    });
  };
  bool changed = false;
  for (const McpServer& server : prepared.distribution.mcp_servers) {
    if (!was_listed(server) || prepared.restored) continue;
    approvals.digests["mcp"][server.name] = sha256(server.approval_text()).str();
    changed = true;
  }
  return changed ? std::optional(std::move(approvals)) : std::nullopt;
}

GitRef ref_of(const InstallRecord& record) {
  using Kind = GitRef::Kind;
  GitRef ref{Kind::other, record.wanted.value_or(""), record.commit};
  for (const Kind kind : {Kind::head, Kind::branch, Kind::tag, Kind::commit}) {
    if (record.ref_kind == name(kind)) ref.kind = kind;
  }
  const std::string_view start = ref.kind == Kind::tag ? "refs/tags/" : ref.kind == Kind::branch ? "refs/heads/" : "";
  if (!ref.name.starts_with(start)) ref.name.insert(0, start);
  return ref;
}

// Behind every state that is kept, also where the record itself was lost. A record of before there was a history counts as the first.
std::int64_t next_state(const Prepared& prepared, const Home& home) {
  std::int64_t last = prepared.previous ? std::max<std::int64_t>(prepared.previous->state, 1) : 0;
  const auto kept = list_states(home.profile_path(prepared.name));
  if (kept && !kept->empty()) last = std::max(last, kept->back());
  return last + 1;
}

}  // namespace

InstallRecord make_record(const Prepared& prepared, const InstallContext& context) {
  const Distribution& distribution = prepared.distribution;
  const std::string now = format_time(context.clock.now());
  InstallRecord record;
  if (prepared.restored) {
    record = *prepared.restored;
  } else {
    record.name = distribution.manifest.name;
    record.version = distribution.manifest.version;
    record.description = distribution.manifest.description;
    record.source = prepared.source.recorded();
    record.identity = prepared.source.identity();
    record.wanted = prepared.source.ref;
    record.subdirectory = prepared.source.subdirectory;
    if (distribution.ref) {
      record.ref_kind = std::string(name(distribution.ref->kind));
      record.commit = distribution.ref->commit;
    }
  }
  record.tree = distribution.tree_digest;
  record.manifest = distribution.manifest_digest;
  record.installed_at = prepared.previous ? prepared.previous->installed_at : now;
  record.updated_at = now;
  record.capabilities = distribution.capabilities;
  record.state = next_state(prepared, context.home);
  record.pending = prepared.plan.pending;
  record.own = prepared.plan.own;
  record.ledger = sha256(render_ledger(prepared.plan.ledger)).str();
  return record;
}

bool is_applied(const Prepared& prepared, const InstallRecord& record) {
  const auto& before = prepared.previous;
  return before && before->state > 0 && !prepared.plan.writes_files() && before->ledger == record.ledger &&
         before->commit == record.commit && before->wanted == record.wanted && before->source == record.source &&
         before->subdirectory == record.subdirectory && before->pending == record.pending && before->own == record.own &&
         before->capabilities == record.capabilities;
}

Result<Snapshot> restore_snapshot(const InstallRecord& record, const Ledger& ledger, const Blobs& blobs) {
  Snapshot snapshot;
  for (const auto& [path, entry] : ledger) {
    KOPI_TRY(std::string content, blobs.get(entry.digest).while_doing("restoring {}", path.str()));
    if (path.str() == "distribution.yaml") {
      KOPI_TRY(snapshot.manifest, read_manifest(content, path.str()));
    }
    snapshot.files.emplace(path, SnapshotFile{entry.mode, std::move(content), entry.digest});
  }
  if (record.commit.empty()) return snapshot;
  snapshot.ref = ref_of(record);
  return snapshot;
}

Result<std::vector<RecordFile>> render_records(const std::string& directory, const Prepared& prepared, const InstallRecord& record) {
  std::vector<RecordFile> files;
  files.push_back({known(".kopi/ledger"), render_ledger(prepared.plan.ledger), 0644});
  files.push_back({known(".kopi/install.json"), text_of(record), 0644});
  files.push_back({known(state_path(record.state)), render_state(state_of(record, prepared.operation)), 0644});
  if (prepared.previous && prepared.previous->state == 0) {
    InstallRecord first = *prepared.previous;
    first.state = 1;
    files.push_back({known(state_path(1)), render_state(state_of(first, "install")), 0644});
  }
  KOPI_TRY(const auto approvals, approve_servers(directory, prepared));
  if (approvals) files.push_back({known(".kopi/approvals.json"), render_approvals(*approvals), 0600});
  return files;
}

std::vector<RecordFile> render_record(const Installed& installed, const State& state) {
  const InstallRecord& record = installed.record;
  return {{known(".kopi/install.json"), text_of(record), 0644},
          {known(state_path(state.number)), render_state({state.number, state.operation, state.at, to_json(record)}), 0644}};
}

Result<std::vector<RelPath>> outdated_states(const std::string& directory) {
  KOPI_TRY(std::vector<std::int64_t> numbers, list_states(directory));
  std::vector<RelPath> paths;
  for (const std::int64_t number : states_beyond(numbers, k_kept_states - 1)) paths.push_back(known(state_path(number)));
  return paths;
}

}  // namespace kopi
