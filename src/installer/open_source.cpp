// Three ways to a tree: a remote repository through its mirror, a repository on disk opened in place, a directory copied.
#include <algorithm>

#include "base/text.hpp"
#include "installer/snapshot.hpp"
#include "model/ownership.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"
#include "system/lock.hpp"

namespace kopi {
namespace {

// A tree may hold far more than is taken of it; this bounds only the walk.
constexpr std::size_t k_max_entries = 200'000;

class CommitTree final : public SourceTree {
 public:
  static Result<std::unique_ptr<SourceTree>> open(GitObjects objects, const std::string& commit, const std::string& subdirectory) {
    KOPI_TRY(auto listed, objects.list(commit, subdirectory, k_max_entries));
    auto tree = std::unique_ptr<CommitTree>(new CommitTree(std::move(objects)));
    for (GitEntry& entry : listed) {
      tree->entries_.push_back({std::move(entry.path), type_of(entry.mode), entry.size});
      tree->objects_of_.push_back(std::move(entry.object));
    }
    return std::unique_ptr<SourceTree>(std::move(tree));
  }
  const std::vector<TreeEntry>& entries() const override { return entries_; }
  Result<std::string> read(std::size_t index, std::size_t max_bytes) const override {
    return objects_.read_blob(objects_of_[index], max_bytes).while_doing("reading {}", entries_[index].path);
  }

 private:
  explicit CommitTree(GitObjects objects) : objects_(std::move(objects)) {}
  static TreeEntry::Type type_of(unsigned mode) {
    switch (mode) {
      case 0100644: return TreeEntry::Type::file;
      case 0100755: return TreeEntry::Type::executable;
      case 0120000: return TreeEntry::Type::link;
      case 0160000: return TreeEntry::Type::submodule;
      default: return TreeEntry::Type::odd_mode;
    }
  }
  GitObjects objects_;
  std::vector<TreeEntry> entries_;
  std::vector<std::string> objects_of_;
};

class DirectoryTree final : public SourceTree {
 public:
  static Result<std::unique_ptr<SourceTree>> open(const std::string& path, bool as_committed) {
    KOPI_TRY(Directory directory, Directory::open(path));
    auto tree = std::unique_ptr<DirectoryTree>(new DirectoryTree(std::move(directory)));
    if (as_committed) {
      KOPI_TRY(IgnoreRules rules, IgnoreRules::open(path));
      if (rules.in_repository()) tree->rules_.emplace(std::move(rules));
    }
    KOPI_TRY(tree->entries_, tree->list(tree->skipped_));
    return std::unique_ptr<SourceTree>(std::move(tree));
  }
  const std::vector<TreeEntry>& entries() const override { return entries_; }
  Result<std::string> read(std::size_t index, std::size_t max_bytes) const override {
    KOPI_TRY(const RelPath path, RelPath::parse(entries_[index].path));
    KOPI_TRY(std::string content, directory_.read(path, max_bytes));
    if (content.size() != entries_[index].size) return changed();
    return content;
  }
  std::vector<std::string> skipped() const override { return skipped_; }
  Result<void> check_unchanged() const override {
    std::vector<std::string> skipped;
    KOPI_TRY(const auto now, list(skipped));
    if (now != entries_) return changed();
    return {};
  }

 private:
  explicit DirectoryTree(Directory directory) : directory_(std::move(directory)) {}
  Error changed() const { return error(Code::changed, "{} changed while it was read", directory_.path()); }

  // What belongs to the user is not even entered: a local agent's memories and workspace can be large, and private.
  Result<std::vector<TreeEntry>> list(std::vector<std::string>& skipped) const {
    std::vector<TreeEntry> entries;
    auto walked = directory_.walk([&](const Directory::Entry& entry) -> Result<bool> {
      const bool at_root = entry.path.find('/') == std::string::npos;
      if (at_root && entry.path == ".git") return false;
      if (entry.info.type == EntryType::directory) {
        const bool is_users = at_root && is_user_owned_root(entry.path);
        if (is_users) skipped.push_back(entry.path);
        return !is_users && !(rules_ && rules_->ignores(entry.path + "/"));
      }
      if (rules_ && rules_->ignores(entry.path)) return true;
      const bool executable = (entry.info.mode & 0100) != 0;
      TreeEntry::Type type = executable ? TreeEntry::Type::executable : TreeEntry::Type::file;
      if (entry.info.type == EntryType::link) type = TreeEntry::Type::link;
      if (entry.info.type == EntryType::other) type = TreeEntry::Type::other;
      entries.push_back({entry.path, type, entry.info.size, entry.info.modified_ns});
      if (entries.size() > k_max_entries) return error(Code::limit, "{} holds more than {} files", directory_.path(), k_max_entries);
      return true;
    });
    if (!walked) return std::move(walked).error();
    return entries;
  }

  Directory directory_;
  std::optional<IgnoreRules> rules_;
  std::vector<TreeEntry> entries_;
  std::vector<std::string> skipped_;
};

// The mirror's directory name: readable, and unique by the digest of the identity.
std::string mirror_path(const Home& home, const SourceRef& source) {
  SourceRef whole = source;
  whole.subdirectory.clear();
  const std::string identity = whole.identity();
  std::string readable;
  for (const char c : identity.substr(0, 60)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    readable += plain ? c : '-';
  }
  return join_path(home.cache_path(), "git/" + readable + "-" + sha256(identity).hex().substr(0, 12) + ".git");
}

struct Located {
  std::unique_ptr<SourceTree> tree;
  std::optional<GitRef> ref;
};

// One kopi at a time fetches into a mirror and reads from it.
Result<FileLock> lock_mirror(const std::string& mirror, const SourceRef& source, const InstallContext& context) {
  KOPI_CHECK(make_directories(context.home.root, 0700));
  FileLock::Request request;
  request.path = mirror + ".lock";
  request.holder = "fetching " + source.shown_location();
  request.interrupt = context.interrupt;
  request.on_wait = [&](std::string_view holder) { context.reporter.note(fmt::format("waiting for another kopi ({})", holder)); };
  return FileLock::acquire(request);
}

Result<std::optional<Located>> locate_remote(const SourceRef& source, const OpenOptions& options, const SnapshotLimits& limits,
                                             const InstallContext& context) {
  GitFetch fetch;
  fetch.url = source.location;
  fetch.wanted = source.ref;
  fetch.known = options.installed_commit;
  fetch.mirror = mirror_path(context.home, source);
  fetch.environment = &context.environment;
  fetch.interrupt = context.interrupt;
  fetch.reporter = &context.reporter;
  fetch.may_ask = context.may_ask;
  fetch.insecure_http = options.insecure_http;
  fetch.timeouts = limits.timeouts;
  KOPI_TRY(GitFetched fetched, fetch_commit(fetch).while_doing("fetching {}", source.shown_location()));
  if (options.installed_commit == fetched.ref.commit) return std::optional<Located>();
  KOPI_TRY(GitObjects objects, GitObjects::open_mirror(fetch.mirror));
  KOPI_TRY(auto tree,
           CommitTree::open(std::move(objects), fetched.ref.commit, source.subdirectory).while_doing("reading {}", source.shown()));
  return std::optional<Located>(Located{std::move(tree), fetched.ref});
}

Result<std::optional<Located>> locate_repository(const SourceRef& source, const OpenOptions& options) {
  KOPI_TRY(GitObjects objects, GitObjects::open_untrusted(source.location));
  KOPI_TRY(GitRef ref, objects.resolve(source.ref).while_doing("looking into {}", source.location));
  if (options.installed_commit == ref.commit) return std::optional<Located>();
  KOPI_TRY(auto tree, CommitTree::open(std::move(objects), ref.commit, source.subdirectory).while_doing("reading {}", source.shown()));
  return std::optional<Located>(Located{std::move(tree), std::move(ref)});
}

Result<std::optional<Located>> locate_directory(const SourceRef& source, bool as_committed) {
  std::string path = source.location;
  if (!source.subdirectory.empty()) {
    path = join_path(path, source.subdirectory);
    KOPI_TRY(const Directory top, Directory::open(source.location));
    KOPI_TRY(const RelPath below, RelPath::parse(source.subdirectory));
    KOPI_TRY(const auto entry, top.stat(below));
    if (!entry) return error(Code::not_found, "there is no directory {}", path);
    if (entry->type == EntryType::link) return error(Code::link, "{} is a symbolic link, which kopi does not follow", path);
    if (entry->type != EntryType::directory) return error(Code::not_found, "{} is no directory", path);
  }
  KOPI_TRY(auto tree, DirectoryTree::open(path, as_committed).while_doing("reading {}", source.shown()));
  return std::optional<Located>(Located{std::move(tree), std::nullopt});
}

Error no_directory(const SourceRef& source) {
  if (path_exists(source.location)) {
    Error problem = error(Code::source, "{} is a file; a source is a directory or a git repository", source.location);
    if (source.location.ends_with(".tar.gz") || source.location.ends_with(".tgz"))
      problem.hint = "kopi profile import " + shell_quote(source.location);
    return problem;
  }
  Error problem = error(Code::source, "there is no directory {}", source.location);
  const std::string whole = source.location + "#" + source.ref.value_or("");
  if (source.ref && is_directory(whole))
    problem.hint = "what follows the last # is a ref; for the directory write " + shell_quote(whole + "#");
  return problem;
}

Result<std::optional<Located>> locate(const SourceRef& source, const OpenOptions& options, const SnapshotLimits& limits,
                                      const InstallContext& context) {
  if (source.kind == SourceRef::Kind::registry) {
    Error problem = error(Code::source, "'{}' names a registry's entry, and no registry is configured", source.location);
    problem.hint = is_directory(source.location) ? "for the directory write ./" + source.location
                                                 : "for a git host write github.com/" + source.location;
    return problem;
  }
  if (source.kind == SourceRef::Kind::git) return locate_remote(source, options, limits, context);
  if (!is_directory(source.location)) return no_directory(source);
  // A directory is taken as it stands, also one that is a git work tree; a ref or a file:// URL asks for the repository in it.
  const auto layout = GitObjects::layout(source.location);
  const bool wants_repository = source.ref || source.is_file_url;
  if (layout == GitObjects::Layout::bare || (wants_repository && layout == GitObjects::Layout::work_tree)) {
    return locate_repository(source, options);
  }
  if (source.ref) return error(Code::source, "{} is no git repository, so there is no '{}' in it", source.location, *source.ref);
  return locate_directory(source, options.as_committed);
}

Result<std::optional<OpenedSource>> read_source(const SourceRef& source, const OpenOptions& options, const SnapshotLimits& limits,
                                                const InstallContext& context) {
  KOPI_TRY(auto located, locate(source, options, limits, context));
  if (!located) return std::optional<OpenedSource>();
  KOPI_TRY(Snapshot snapshot, take_snapshot(*located->tree, limits, source.shown()).while_doing("reading {}", source.shown()));
  const bool is_git = located->ref.has_value();
  snapshot.ref = std::move(located->ref);
  return std::optional<OpenedSource>(OpenedSource{std::move(snapshot), is_git});
}

}  // namespace

Result<std::optional<OpenedSource>> open_source(const SourceRef& source, const OpenOptions& options, const InstallContext& context) {
  KOPI_TRY(const SnapshotLimits limits, read_limits(context.home));
  if (source.kind != SourceRef::Kind::git) return read_source(source, options, limits, context);
  const std::string mirror = mirror_path(context.home, source);
  KOPI_TRY(const FileLock lock, lock_mirror(mirror, source, context));
  auto opened = read_source(source, options, limits, context);
  if (opened || opened.error().code != Code::state) return opened;
  // The mirror is damaged. It is a cache: made anew, once; what then still can't be read is the source's own fault.
  KOPI_CHECK(remove_tree(mirror));
  opened = read_source(source, options, limits, context);
  if (!opened && opened.error().code == Code::state) opened.error().code = Code::source;
  return opened;
}

}  // namespace kopi
