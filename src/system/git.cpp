#include "system/git.hpp"

#include <git2.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "system/files.hpp"
#include "system/git_context.hpp"
#include "system/git_objects.hpp"

namespace kopi {
namespace detail {

void start_libgit2() {
  static const int started = git_libgit2_init();
  KOPI_ASSERT(started > 0);
}

Error git_error_as(Code code, std::string_view doing) {
  const git_error* last = git_error_last();
  return error(code, "{}: {}", doing, last == nullptr || last->message == nullptr ? "unknown reason" : last->message);
}

bool is_sha256_complaint() {
  const git_error* last = git_error_last();
  return last != nullptr && last->message != nullptr && std::string_view(last->message).find("object format") != std::string_view::npos;
}

Error sha256_error(std::string_view shown) {
  return error(Code::source, "the repository {} names its objects by SHA-256, which kopi does not read yet", shown);
}

}  // namespace detail

namespace {

using detail::hex;
using detail::ObjectPointer;
using detail::TreePointer;

// An object store that reaches outside its own directory could make us read, as a distribution's files, what lies elsewhere.
Result<void> check_object_store(const std::string& objects) {
  KOPI_TRY(const auto self, stat_path(objects));
  if (self && self->type == EntryType::link) return error(Code::source, "{} is a symbolic link, which is refused", objects);
  if (!self || self->type != EntryType::directory) return error(Code::source, "{} is not a directory", objects);
  for (const std::string_view file : {"info/alternates", "info/http-alternates"}) {
    if (path_exists(join_path(objects, file))) {
      return error(Code::source, "{} borrows objects from another repository ({}), which is refused", objects, file);
    }
  }
  KOPI_TRY(const auto names, list_directory(objects));
  for (const std::string& name : names) {
    const std::string directory = join_path(objects, name);
    KOPI_TRY(const auto entry, stat_path(directory));
    if (entry && entry->type == EntryType::link) return error(Code::source, "{} is a symbolic link, which is refused", directory);
    if (!entry || entry->type != EntryType::directory) continue;
    KOPI_TRY(const auto below, list_directory(directory));
    for (const std::string& file : below) {
      KOPI_TRY(const auto object, stat_path(join_path(directory, file)));
      if (object && object->type == EntryType::link) {
        return error(Code::source, "{} is a symbolic link, which is refused", join_path(directory, file));
      }
    }
  }
  return {};
}

}  // namespace

GitObjects::GitObjects(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
GitObjects::GitObjects(GitObjects&&) noexcept = default;
GitObjects& GitObjects::operator=(GitObjects&&) noexcept = default;
GitObjects::~GitObjects() = default;

GitObjects::Layout GitObjects::layout(const std::string& path) {
  if (path_exists(join_path(path, ".git"))) return Layout::work_tree;
  const bool bare =
      is_regular_file(join_path(path, "HEAD")) && is_directory(join_path(path, "objects")) && is_directory(join_path(path, "refs"));
  return bare ? Layout::bare : Layout::none;
}

Result<GitObjects> GitObjects::open_untrusted(const std::string& path) {
  detail::start_libgit2();
  auto implementation = std::make_unique<Implementation>();
  git_repository* repository = nullptr;
  const int opened = git_repository_open_ext(&repository, path.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (opened == GIT_EOWNER) {
    return with_hint(error(Code::source, "the repository {} belongs to another user", path),
                     "git config --global --add safe.directory " + shell_quote(path));
  }
  if (opened != 0) {
    if (detail::is_sha256_complaint()) return detail::sha256_error(path);
    return detail::git_error_as(Code::source, fmt::format("cannot open the git repository {}", path));
  }
  implementation->repository.reset(repository);
  KOPI_CHECK(check_object_store(join_path(git_repository_commondir(repository), "objects")));
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0) return detail::git_error_as(Code::source, fmt::format("cannot read {}", path));
  implementation->odb.reset(odb);
  return GitObjects(std::move(implementation));
}

Result<GitObjects> GitObjects::open_mirror(const std::string& path) {
  detail::start_libgit2();
  auto implementation = std::make_unique<Implementation>();
  git_repository* repository = nullptr;
  if (git_repository_open_bare(&repository, path.c_str()) != 0) {
    return detail::git_error_as(Code::state, fmt::format("the mirror {} is damaged", path));
  }
  implementation->repository.reset(repository);
  implementation->damage = Code::state;
  git_odb* odb = nullptr;
  if (git_repository_odb(&odb, repository) != 0) return detail::git_error_as(Code::state, fmt::format("the mirror {} is damaged", path));
  implementation->odb.reset(odb);
  return GitObjects(std::move(implementation));
}

bool GitObjects::has_commit(const std::string& commit) const {
  git_oid id;
  if (git_oid_fromstr(&id, commit.c_str()) != 0) return false;
  git_object* found = nullptr;
  if (git_object_lookup(&found, implementation_->repository.get(), &id, GIT_OBJECT_COMMIT) != 0) return false;
  const ObjectPointer object(found);
  git_tree* tree = nullptr;  // a commit without its tree is of no use
  if (git_commit_tree(&tree, reinterpret_cast<git_commit*>(object.get())) != 0) return false;
  git_tree_free(tree);
  return true;
}

namespace {

// All entries below one tree, depth first, without recursion: a tree may be nested as deep as its author likes.
class TreeWalk {
 public:
  TreeWalk(git_repository* repository, git_odb* odb, Code damage, std::size_t max_entries)
      : repository_(repository), odb_(odb), damage_(damage), max_entries_(max_entries) {}

  Result<std::vector<GitEntry>> run(TreePointer top) {
    levels_.push_back({std::move(top), "", 0, {}});
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (level.next >= git_tree_entrycount(level.tree.get())) {
        levels_.pop_back();
      } else {
        KOPI_CHECK(visit(level, git_tree_entry_byindex(level.tree.get(), level.next++)));
      }
    }
    return std::move(entries_);
  }

 private:
  struct Level {
    TreePointer tree;
    std::string prefix;
    std::size_t next = 0;
    std::set<std::string> names;
  };

  Result<void> visit(Level& level, const git_tree_entry* entry) {
    const std::string name = git_tree_entry_name(entry);
    if (name.empty() || name.find('/') != std::string::npos) {
      return error(Code::path, "path '{}{}' is not allowed: its name holds '/' or is empty", level.prefix, name);
    }
    // git would show one of the two and check out the other.
    if (!level.names.insert(name).second) return error(Code::collision, "'{}{}' is listed twice", level.prefix, name);
    // Directories count too: they can be shared, so that a tree of a few hundred bytes holds thousands of millions of them.
    if (++visited_ > max_entries_) return error(Code::limit, "the tree holds more than {} files and directories", max_entries_);
    GitEntry listed{level.prefix + name, static_cast<unsigned>(git_tree_entry_filemode_raw(entry)), hex(*git_tree_entry_id(entry)), 0};
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) return enter(listed.path, git_tree_entry_id(entry));
    if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
      git_object_t type = GIT_OBJECT_INVALID;
      std::size_t size = 0;
      if (git_odb_read_header(&size, &type, odb_, git_tree_entry_id(entry)) != 0) {
        return detail::git_error_as(damage_, fmt::format("cannot read {}", listed.path));
      }
      if (type != GIT_OBJECT_BLOB) return error(Code::type, "{} is listed as a file, and is none", listed.path);
      listed.size = size;
    }
    entries_.push_back(std::move(listed));
    return {};
  }

  Result<void> enter(const std::string& path, const git_oid* id) {
    if (levels_.size() > 256) return error(Code::limit, "directories are nested too deep at {}", truncate_to_width(path, 100));
    git_tree* below = nullptr;
    if (git_tree_lookup(&below, repository_, id) != 0) return detail::git_error_as(damage_, fmt::format("cannot read {}", path));
    levels_.push_back({TreePointer(below), path + "/", 0, {}});
    return {};
  }

  git_repository* repository_;
  git_odb* odb_;
  Code damage_;
  std::size_t max_entries_;
  std::size_t visited_ = 0;
  std::vector<Level> levels_;
  std::vector<GitEntry> entries_;
};

}  // namespace

Result<std::vector<GitEntry>> GitObjects::list(const std::string& commit, const std::string& subdirectory, std::size_t max_entries) const {
  const Code damage = implementation_->damage;
  git_repository* repository = implementation_->repository.get();
  git_oid id;
  if (git_oid_fromstr(&id, commit.c_str()) != 0) return error(Code::not_found, "no such commit: {}", commit);
  git_object* found = nullptr;
  if (git_object_lookup(&found, repository, &id, GIT_OBJECT_COMMIT) != 0) {
    return detail::git_error_as(damage, fmt::format("cannot read commit {}", commit));
  }
  const ObjectPointer commit_object(found);
  git_tree* root = nullptr;
  if (git_commit_tree(&root, reinterpret_cast<git_commit*>(commit_object.get())) != 0) {
    return detail::git_error_as(damage, fmt::format("cannot read the tree of commit {}", commit));
  }
  TreePointer top(root);
  if (!subdirectory.empty()) {
    git_tree_entry* entry = nullptr;
    if (git_tree_entry_bypath(&entry, top.get(), subdirectory.c_str()) != 0) {
      return error(Code::not_found, "there is no directory '{}' in commit {}", subdirectory, commit.substr(0, 12));
    }
    git_tree* below = nullptr;
    const bool is_tree =
        git_tree_entry_type(entry) == GIT_OBJECT_TREE && git_tree_lookup(&below, repository, git_tree_entry_id(entry)) == 0;
    git_tree_entry_free(entry);
    if (!is_tree) return error(Code::not_found, "'{}' is not a directory in commit {}", subdirectory, commit.substr(0, 12));
    top.reset(below);
  }
  return TreeWalk(repository, implementation_->odb.get(), damage, max_entries).run(std::move(top));
}

Result<std::string> GitObjects::read_blob(const std::string& object, std::size_t max_bytes) const {
  git_oid id;
  if (git_oid_fromstr(&id, object.c_str()) != 0) return error(Code::internal, "bad object id {}", object);
  git_odb_object* found = nullptr;
  if (git_odb_read(&found, implementation_->odb.get(), &id) != 0) {
    return detail::git_error_as(implementation_->damage, fmt::format("cannot read object {}", object));
  }
  const std::unique_ptr<git_odb_object, detail::GitDeleter<git_odb_object, git_odb_object_free>> blob(found);
  if (git_odb_object_type(blob.get()) != GIT_OBJECT_BLOB) return error(Code::type, "object {} is no file", object);
  if (git_odb_object_size(blob.get()) > max_bytes) return error(Code::limit, "object {} is larger than {}", object, human_bytes(max_bytes));
  return std::string(static_cast<const char*>(git_odb_object_data(blob.get())), git_odb_object_size(blob.get()));
}

Result<std::string> diff_texts(std::optional<std::string_view> before, std::optional<std::string_view> after, const std::string& path) {
  if (before == after) return std::string();
  detail::start_libgit2();
  git_patch* made = nullptr;
  git_diff_options options;
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  // A side without a buffer is a file that is not there; one of no bytes is an empty file.
  const auto data = [](const std::optional<std::string_view>& side) { return !side ? nullptr : side->empty() ? "" : side->data(); };
  const auto size = [](const std::optional<std::string_view>& side) { return side ? side->size() : 0; };
  if (git_patch_from_buffers(&made, data(before), size(before), path.c_str(), data(after), size(after), path.c_str(), &options) != 0) {
    return detail::git_error_as(Code::internal, fmt::format("cannot compare {}", path));
  }
  const std::unique_ptr<git_patch, detail::GitDeleter<git_patch, git_patch_free>> patch(made);
  git_buf buffer{};
  if (git_patch_to_buf(&buffer, patch.get()) != 0) return detail::git_error_as(Code::internal, fmt::format("cannot compare {}", path));
  std::string text(buffer.ptr, buffer.size);
  git_buf_dispose(&buffer);
  return text;
}

}  // namespace kopi
