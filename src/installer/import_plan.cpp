#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "installer/import.hpp"
#include "model/cron_job.hpp"
#include "model/portable.hpp"
#include "model/settings.hpp"
#include "model/source_ref.hpp"
#include "store/profiles.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_record = 16u << 20;    // of .kopi-export.json
constexpr std::size_t k_looked_at = 4u << 20;  // of one file that says what the agent can do
constexpr std::size_t k_looked_at_all = 16u << 20;
constexpr std::size_t k_acting = 10'000;     // files that a preview may have to show
constexpr std::size_t k_hashed = 64u << 20;  // of one file that was shipped: what an install takes in all

constexpr std::size_t k_longest_path = 4000;  // Linux takes 4,095, a profile's name and kopi's own endings included

/// Memory for a digest, however long the path.
struct PathKey {
  std::size_t operator()(const Digest& digest) const {
    std::size_t key = 0;
    std::copy_n(digest.bytes.begin(), sizeof key, reinterpret_cast<std::uint8_t*>(&key));
    return key;
  }
};

class Inspector {
 public:
  Inspector(ImportPlan& plan, const InstallContext& context) : plan_(plan), context_(context) {}

  Result<void> inspect() {
    ImportSource& source = *plan_.source;
    KOPI_CHECK(source.begin());
    for (;;) {
      KOPI_TRY(const auto member, source.next());
      if (!member) break;
      KOPI_CHECK(take(*member));
    }
    for (const std::string& name : source.skipped())
      leave(name, is_credential_name(name) ? "it holds keys or tokens" : "it always belongs to the machine");
    plan_.root = source.root();
    std::sort(plan_.files.begin(), plan_.files.end(), [](const ImportMember& a, const ImportMember& b) { return a.path < b.path; });
    KOPI_CHECK(check_ledger());
    KOPI_TRY(plan_.brought, understand_profile(std::move(looked_at_), context_.program_version));
    return {};
  }

 private:
  Result<void> take(const ImportMember& member) {
    const RelPath& path = member.path;
    if (path.str() == k_archive_record) return take_record(member);
    if (path.first() == k_archive_bases) return take_base(member);
    if (context_.home.profiles_path().size() + path.str().size() > k_longest_path)
      return error(Code::limit, "a path is too long for this home: {}", truncate_to_width(path.str(), 100));
    KOPI_CHECK(check_shape(path));
    // What is in a log is not in its database yet.
    const auto database = member.size > 0 ? database_of_log(path) : std::nullopt;
    const ProfilePart part = part_of(database.value_or(path));
    switch (part) {
      case ProfilePart::credential: leave(path.str(), "it holds keys or tokens"); return {};
      case ProfilePart::machine: leave(std::string(path.first()), "it always belongs to the machine"); return {};
      case ProfilePart::passing: leave(path.str(), "a running program left it"); return {};
      case ProfilePart::memories: plan_.memories = true; break;
      case ProfilePart::sessions: plan_.sessions = true; break;
      case ProfilePart::settings:
      case ProfilePart::unknown: break;
    }
    const bool is_data = part == ProfilePart::memories || part == ProfilePart::sessions || database;
    if (!is_data) KOPI_CHECK(look_at(member));
    plan_.bytes += member.size;
    plan_.files.push_back(member);
    return {};
  }

  void leave(const std::string& path, std::string_view reason) {
    LeftOut left{path, std::string(reason)};
    if (left_out_.insert(path).second) plan_.left_out.push_back(std::move(left));
  }

  Result<std::string> content(const ImportMember& member, std::size_t limit) {
    if (member.size > limit) return error(Code::limit, "{} is larger than {}", member.path.str(), human_bytes(limit));
    std::string text;
    for (;;) {
      KOPI_TRY(const std::string_view piece, plan_.source->read());
      if (piece.empty()) return text;
      text += piece;
    }
  }

  Result<void> take_record(const ImportMember& member) {
    KOPI_TRY(const std::string text, content(member, k_record));
    KOPI_TRY(plan_.record, parse_archive_record(text));
    if (!plan_.record->installed) return {};
    // Whose updates these are follows from the address that is shown, and from nothing else.
    InstallRecord& installed = *plan_.record->installed;
    const auto source = parse_source(installed.source, std::nullopt, {context_.home.user_home, "/"});
    if (!source) return error(Code::archive, "{} names no source: {}", k_archive_record, source.error().message);
    installed.identity = source->identity();
    return {};
  }

  Result<void> take_base(const ImportMember& member) {
    const auto named = Digest::parse(member.path.filename());
    if (!named || member.path.depth() != 2 || member.path.filename() != named->hex())
      return error(Code::archive, "{} is no place for a base", member.path.str());
    KOPI_TRY(const Digest digest, hash(member));
    if (digest != *named) return error(Code::digest, "digest mismatch for {}", member.path.str());
    bases_.insert_or_assign(digest, true);
    return {};
  }

  Result<Digest> hash(const ImportMember& member) {
    if (member.size > k_hashed) return error(Code::limit, "{} is larger than {}", member.path.str(), human_bytes(k_hashed));
    Sha256 hash;
    for (;;) {
      KOPI_TRY(const std::string_view piece, plan_.source->read());
      if (piece.empty()) return hash.finish();
      hash.add(piece);
    }
  }

  /// What a preview has to show is kept; of the rest, the digest.
  Result<void> look_at(const ImportMember& member) {
    const std::string& path = member.path.str();
    const bool speaks = path == "distribution.yaml" || path == "config.yaml" || path == "mcp.json" || is_cron_file(member.path);
    const bool acts = member.executable || member.path.first() == "plugins";
    SnapshotFile file{member.executable ? FileMode::executable : FileMode::regular, "", {}};
    if (speaks) {
      KOPI_TRY(file.content, content(member, k_looked_at));
      looked_at_bytes_ += file.content.size();
      if (looked_at_bytes_ > k_looked_at_all)
        return error(Code::limit, "its settings and jobs are larger than {}", human_bytes(k_looked_at_all));
      file.digest = sha256(file.content);
    } else if (member.size <= k_hashed) {
      KOPI_TRY(file.digest, hash(member));
    }
    digests_.emplace(sha256(path), file.digest);
    // A job's digest is of the skills that it names, too.
    const bool may_be_named = member.path.first() == "skills" && looked_at_.size() < k_acting / 2;
    if (speaks || acts || may_be_named) looked_at_.emplace(member.path, std::move(file));
    if (looked_at_.size() > k_acting)
      return error(Code::limit, "it brings more than {}", count_of(k_acting, "job or executable", "jobs and executables"));
    return {};
  }

  /// Every shipped file is there as it was shipped, or has its base.
  Result<void> check_ledger() const {
    if (!plan_.record) return {};
    for (const auto& [path, entry] : plan_.record->ledger) {
      const auto live = digests_.find(sha256(path.str()));
      const bool is_untouched = live != digests_.end() && live->second == entry.digest;
      if (is_untouched || bases_.contains(entry.digest)) continue;
      return error(Code::digest, "digest mismatch for {}: neither it nor a base is as the archive's record says", path.str());
    }
    return {};
  }

  ImportPlan& plan_;
  const InstallContext& context_;
  std::map<RelPath, SnapshotFile> looked_at_;
  std::size_t looked_at_bytes_ = 0;
  std::set<std::string> left_out_;
  std::unordered_map<Digest, Digest, PathKey> digests_;  // by the digest of the path
  std::unordered_map<Digest, bool, PathKey> bases_;
};

// As `profile pack` calls its directory, or one that can be no profile's: then the manifest says whose files these are.
std::string own_name(const ImportPlan& plan) {
  const Manifest& manifest = plan.brought.manifest;
  if (plan.record || manifest.name.empty()) return plan.root;
  const bool is_packed = plan.root == manifest.name + "-" + manifest.version;
  return is_packed || !ProfileName::parse(plan.root) ? manifest.name : plan.root;
}

// kopi's home becomes nobody else's profile: only what was exported as the default one fills it, so that a whole machine moves.
Result<void> check_default(const ImportPlan& plan) {
  if (!plan.name.is_default() || (plan.record && plan.root == "default")) return {};
  return with_hint(error(Code::name, "'default' is kopi's own profile: only an export of a default profile can become it"),
                   "add --name NAME");
}

// The default profile can't be made anew, but one that was never used can be filled.
Result<ProfileName> target_name(const ImportRequest& request, const std::string& root, const Home& home) {
  const std::string& text = request.name ? *request.name : root;
  const auto parsed = ProfileName::parse(text);
  if (parsed && parsed->is_default()) {
    KOPI_CHECK(check_import_target(home, *parsed));
    return *parsed;
  }
  auto name = parse_new_profile_name(text);
  if (!name && !request.name) return with_hint(std::move(name).error(), "add --name NAME");
  if (!name) return name;
  KOPI_CHECK(check_import_target(home, *name));
  return name;
}

}  // namespace

Result<ArchiveLimits> read_import_limits(const Home& home) {
  ArchiveLimits limits;
  KOPI_TRY(const Node config, read_config(home, ProfileName::default_profile()));
  const auto number = [&](std::string_view key) -> std::optional<std::uint64_t> {
    const Node* value = find_setting(config, key);
    const auto integer = value == nullptr ? std::nullopt : value->as_integer();
    return integer && *integer > 0 ? std::optional(static_cast<std::uint64_t>(*integer)) : std::nullopt;
  };
  limits.bytes = number("import.max_bytes").value_or(limits.bytes);
  limits.members = number("import.max_files").value_or(limits.members);
  limits.ratio = static_cast<unsigned>(std::min<std::uint64_t>(number("import.max_ratio").value_or(limits.ratio), 100'000));
  return limits;
}

Result<void> check_import_target(const Home& home, const ProfileName& name) {
  if (name.is_default()) {
    if (!path_exists(home.root)) return {};
    KOPI_TRY(const auto names, list_directory(home.root));
    for (const std::string& entry : names) {
      const auto path = RelPath::parse(entry);
      const ProfilePart part = path ? part_of(*path) : ProfilePart::unknown;
      const bool is_used = part == ProfilePart::settings || part == ProfilePart::memories || part == ProfilePart::sessions ||
                           part == ProfilePart::credential;
      const auto below =
          is_directory(join_path(home.root, entry)) ? list_directory(join_path(home.root, entry)) : Result<std::vector<std::string>>();
      const bool is_empty = is_directory(join_path(home.root, entry)) && below && below->empty();
      if (is_used && !is_empty)
        return with_hint(error(Code::exists, "the default profile is in use: there is {}", join_path(home.root, entry)), "add --name NAME");
    }
    return {};
  }
  auto free = check_free(home, name);
  if (!free && free.error().hint.empty()) return with_hint(std::move(free).error(), "add --name NAME");
  return free;
}

Result<ImportPlan> prepare_import(const ImportRequest& request, const InstallContext& context) {
  KOPI_TRY(const ArchiveLimits limits, read_import_limits(context.home));
  if (request.name) {  // what can't be is said before a long archive is read
    KOPI_CHECK(target_name(request, "", context.home));
  }
  ImportPlan plan;
  const auto shown = request.path == "-" ? std::string("stdin") : request.path;
  KOPI_TRY(plan.source, open_import_source(request.path, limits, context));
  KOPI_CHECK(Inspector(plan, context).inspect().while_doing("reading {}", shown));
  if (plan.files.empty()) return error(Code::archive, "{} holds no file of a profile", shown);
  KOPI_TRY(plan.name, target_name(request, own_name(plan), context.home));
  KOPI_CHECK(check_default(plan));
  KOPI_TRY(plan.env, env_status(plan.brought.manifest, context.home, plan.name, context.environment));
  return plan;
}

}  // namespace kopi
