#include <algorithm>

#include "formats/dotenv.hpp"
#include "installer/apply_parts.hpp"
#include "installer/live.hpp"
#include "installer/operation.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"

namespace kopi {
namespace {

Result<ProfileName> target_name(const InstallRequest& request, const Manifest& manifest, const Home& home) {
  const std::string& text = request.name ? *request.name : manifest.name;
  auto name = ProfileName::parse(text);
  // A reserved name that is in use already stays usable; a new profile can't take one.
  if (!name || name->is_default() || !profile_exists(home, *name)) name = parse_new_profile_name(text);
  if (!name && !request.name) return with_hint(std::move(name).error(), "add --name NAME");
  return name;
}

// Record and ledger are two files: they are read while nobody writes there.
Result<FileLock> lock_to_read(const ProfileName& name, const std::string& operation, const InstallContext& context) {
  return lock_profile(context.home, name, LockMode::shared, "kopi profile " + operation, context.interrupt,
                      [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); });
}

// --keep-config: what the author's config.yaml would let the agent do does not come with this update, and nobody agrees to it. Where the
// store has lost the text that was shipped last, all of it counts as coming.
Result<void> leave_config_out(Distribution& distribution, const PlanBasis& basis, const Blobs& blobs) {
  KOPI_TRY(const RelPath config, RelPath::parse("config.yaml"));
  const auto shipped = distribution.files.find(config);
  const auto base = basis.base.find(config);
  const auto live = basis.live.find(config);
  if (shipped == distribution.files.end() || base == basis.base.end()) return {};
  if (live != basis.live.end() && live->second.entry.digest == shipped->second.digest) return {};
  const auto text = blobs.get(base->second.digest);
  return text ? withhold_config(distribution, *text) : Result<void>{};
}

}  // namespace

Result<void> plan_again(Prepared& prepared, const PlanOptions& options, const InstallContext& context) {
  const Home& home = context.home;
  const std::string path = home.profile_path(prepared.name);
  if (!prepared.profile_exists) {
    prepared.plan = make_plan({}, prepared.distribution, options);
    return {};
  }
  KOPI_TRY(const FileLock lock, lock_to_read(prepared.name, prepared.operation, context));
  PlanBasis basis;
  KOPI_TRY(auto installed, read_installed(home, prepared.name));
  if (installed) {
    basis.base = merge_base(*installed);
    basis.pending = installed->record.pending;
    basis.own = installed->record.own;
    basis.capabilities = installed->record.capabilities;
    prepared.previous = std::move(installed->record);
  }
  const Ledger shipped = prepared.distribution.ledger();
  KOPI_TRY(basis.live, scan_live(path, {basis.base, shipped, beside_paths(basis.pending), basis.own}));
  KOPI_TRY(basis.texts, read_texts(path, list_cases(basis.base, basis.pending, basis.live, shipped), Blobs(home)));
  if (options.keep_config) KOPI_CHECK(leave_config_out(prepared.distribution, basis, Blobs(home)));
  prepared.plan = make_plan(basis, prepared.distribution, options);
  return check_places(path, prepared.plan, basis.pending);
}

Result<std::vector<EnvStatus>> env_status(const Manifest& manifest, const Home& home, const ProfileName& name,
                                          const Environment& environment) {
  std::vector<EnvStatus> statuses;
  const auto text = read_profile_file(home, name, ".env");
  const Dotenv dotenv = parse_dotenv(text && *text ? **text : "", ".env");
  for (const EnvRequirement& variable : manifest.env) {
    const DotenvEntry* entry = dotenv.find(variable.name);
    const bool in_file = entry != nullptr && !entry->value.empty();
    statuses.push_back({variable, in_file || environment.get(variable.name).has_value()});
  }
  return statuses;
}

Result<Prepared> prepare_install(const InstallRequest& request, const InstallContext& context) {
  KOPI_TRY(auto opened, open_source(request.source, {.insecure_http = request.insecure_http, .installed_commit = std::nullopt}, context));
  Prepared prepared;
  prepared.source = request.source;
  KOPI_TRY(prepared.distribution,
           understand(std::move(opened->snapshot), context.program_version).while_doing("reading {}", request.source.shown()));
  KOPI_TRY(prepared.name, target_name(request, prepared.distribution.manifest, context.home));
  prepared.profile_exists = profile_exists(context.home, prepared.name);
  if (prepared.profile_exists && !request.force) {
    return with_hint(
        error(Code::exists, "profile '{}' already exists", prepared.name.str()),
        fmt::format("kopi profile update {} brings its own source up to date; --force installs into it; --name NAME installs beside it",
                    prepared.name.str()));
  }
  if (!prepared.profile_exists) KOPI_CHECK(check_free(context.home, prepared.name));
  KOPI_CHECK(plan_again(prepared, request.plan, context));
  KOPI_TRY(prepared.env, env_status(prepared.distribution.manifest, context.home, prepared.name, context.environment));
  return prepared;
}

namespace {

// --keep-config left something out that the next plain update brings, and --merge decides what is undecided: also where the source has
// nothing new.
bool brings_kept(const UpdateRequest& request, const InstallRecord& record) {
  const bool decides = request.plan.merge == MergePolicy::ours || request.plan.merge == MergePolicy::theirs;
  const bool waits = std::any_of(record.pending.begin(), record.pending.end(), [](const Pending& item) { return !item.held; });
  return !request.plan.keep_config && (keeps_back(record) || (decides && waits));
}

Result<UpdateOutcome> decide_update(const UpdateRequest& request, SourceRef source, Snapshot snapshot, UpdateOutcome outcome,
                                    const InstallContext& context) {
  const InstallRecord& record = outcome.installed;
  Prepared prepared;
  prepared.operation = "update";
  prepared.name = request.name;
  prepared.source = std::move(source);
  prepared.profile_exists = true;
  KOPI_TRY(prepared.distribution,
           understand(std::move(snapshot), context.program_version).while_doing("reading {}", prepared.source.shown()));
  KOPI_CHECK(plan_again(prepared, request.plan, context));
  KOPI_TRY(prepared.env, env_status(prepared.distribution.manifest, context.home, prepared.name, context.environment));
  const bool same_commit = prepared.distribution.ref ? prepared.distribution.ref->commit == record.commit : true;
  const bool same_tree = prepared.distribution.tree_digest == record.tree && prepared.source.ref == record.wanted;
  const bool kept_comes = brings_kept(request, record) && prepared.plan.pending != record.pending;
  if (same_commit && same_tree && !kept_comes && !prepared.plan.writes_files()) return outcome;
  outcome.kind = UpdateOutcome::Kind::prepared;
  outcome.prepared = std::move(prepared);
  return outcome;
}

// From the store: what is installed, to be merged with what an earlier update kept.
Result<UpdateOutcome> bring_kept(const UpdateRequest& request, SourceRef source, const Ledger& ledger, UpdateOutcome outcome,
                                 const InstallContext& context) {
  KOPI_TRY(Snapshot snapshot, restore_snapshot(outcome.installed, ledger, Blobs(context.home)));
  source.ref = outcome.installed.wanted;
  return decide_update(request, std::move(source), std::move(snapshot), std::move(outcome), context);
}

}  // namespace

Result<UpdateOutcome> prepare_update(const UpdateRequest& request, const InstallContext& context) {
  std::optional<Installed> installed;
  {
    KOPI_TRY(const FileLock lock, lock_to_read(request.name, "update", context));
    if (!profile_exists(context.home, request.name)) return no_such_profile(Selection{request.name, Selection::Origin::flag});
    KOPI_TRY(installed, read_installed(context.home, request.name));
  }
  if (!installed) {
    return with_hint(error(Code::source, "profile '{}' was not installed from a distribution", request.name.str()),
                     request.name.is_default() ? "name a profile: kopi profile update NAME; or all of them: kopi profile update --all"
                                               : fmt::format("kopi profile install SOURCE --name {} --force", request.name.str()));
  }
  const InstallRecord& record = installed->record;
  UpdateOutcome outcome;
  outcome.installed = record;
  const bool is_pinned = (record.ref_kind == "tag" || record.ref_kind == "commit") && !request.to && !request.plan.force_config;
  if (is_pinned) outcome.kind = UpdateOutcome::Kind::pinned;
  if (is_pinned && !brings_kept(request, record)) return outcome;
  KOPI_TRY(SourceRef source, parse_source(record.source, std::nullopt, {context.home.user_home, "/"}));
  if (is_pinned) return bring_kept(request, std::move(source), installed->ledger, std::move(outcome), context);
  if (request.to) {
    KOPI_TRY(source, with_ref(std::move(source), *request.to).while_doing("reading --to"));
  }
  OpenOptions options{.insecure_http = request.insecure_http, .installed_commit = std::nullopt};
  const bool may_skip = !record.commit.empty() && !request.plan.force_config && (!request.to || request.to == record.wanted);
  if (may_skip) options.installed_commit = record.commit;
  auto looked = open_source(source, options, context);
  if (!looked && looked.error().code == Code::source && looked.error().hint.empty() && !request.to)
    looked.error().hint = fmt::format("if it moved: kopi profile install SOURCE --name {} --force", request.name.str());
  KOPI_TRY(auto opened, std::move(looked));
  if (opened) return decide_update(request, std::move(source), std::move(opened->snapshot), std::move(outcome), context);
  if (brings_kept(request, record)) return bring_kept(request, std::move(source), installed->ledger, std::move(outcome), context);
  return outcome;
}

}  // namespace kopi
