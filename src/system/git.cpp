#include "system/git.hpp"

#include <git2.h>

#include <algorithm>

#include "base/text.hpp"
#include "system/files.hpp"
#include "system/git_context.hpp"

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

}  // namespace detail

namespace {

using RepositoryPointer = std::unique_ptr<git_repository, detail::GitDeleter<git_repository, git_repository_free>>;
using OdbPointer = std::unique_ptr<git_odb, detail::GitDeleter<git_odb, git_odb_free>>;
using ObjectPointer = std::unique_ptr<git_object, detail::GitDeleter<git_object, git_object_free>>;
using TreePointer = std::unique_ptr<git_tree, detail::GitDeleter<git_tree, git_tree_free>>;
using ReferencePointer = std::unique_ptr<git_reference, detail::GitDeleter<git_reference, git_reference_free>>;

std::string hex(const git_oid& id) {
  char text[GIT_OID_SHA1_HEXSIZE + 1];
  return git_oid_tostr(text, sizeof text, &id);
}

// An object store that reaches outside its own directory could make us read, as a distribution's files, what lies elsewhere.
Result<void> check_object_store(const std::string& objects) {
  for (const std::string_view file : {"info/alternates", "info/http-alternates"}) {
    if (path_exists(join_path(objects, file))) {
      return error(Code::source, "{} borrows objects from another repository ({}), which is refused", objects, file);
    }
  }
  KOPI_TRY(const auto self, stat_path(objects));
  if (!self || self->type != EntryType::directory) return error(Code::source, "{} is not a directory", objects);
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

std::string_view name(GitRef::Kind kind) {
  switch (kind) {
    case GitRef::Kind::head: return "head";
    case GitRef::Kind::branch: return "branch";
    case GitRef::Kind::tag: return "tag";
    case GitRef::Kind::commit: return "commit";
    case GitRef::Kind::other: return "ref";
  }
  return "ref";
}

bool is_full_commit_id(std::string_view text) {
  return text.size() == GIT_OID_SHA1_HEXSIZE && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

struct GitObjects::Implementation {
  RepositoryPointer repository;
  OdbPointer odb;

  Result<git_oid> peel_to_commit(const git_oid& id) const {
    git_object* found = nullptr;
    if (git_object_lookup(&found, repository.get(), &id, GIT_OBJECT_ANY) != 0) return detail::git_error_as(Code::not_found, "no such object");
    const ObjectPointer object(found);
    git_object* peeled = nullptr;
    if (git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT) != 0) return error(Code::not_found, "{} is not a commit", hex(id));
    const ObjectPointer commit(peeled);
    return *git_object_id(commit.get());
  }
};

GitObjects::GitObjects(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
GitObjects::GitObjects(GitObjects&&) noexcept = default;
GitObjects& GitObjects::operator=(GitObjects&&) noexcept = default;
GitObjects::~GitObjects() = default;

GitObjects::Layout GitObjects::layout(const std::string& path) {
  if (path_exists(join_path(path, ".git"))) return Layout::work_tree;
  const bool bare = is_regular_file(join_path(path, "HEAD")) && is_directory(join_path(path, "objects")) &&
                    is_directory(join_path(path, "refs"));
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
  if (opened != 0) return detail::git_error_as(Code::source, fmt::format("cannot open the git repository {}", path));
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

Result<GitRef> GitObjects::resolve(const std::optional<std::string>& wanted) const {
  const auto look_up = [&](const std::string& full) -> std::optional<git_oid> {
    git_oid id;
    if (git_reference_name_to_id(&id, implementation_->repository.get(), full.c_str()) != 0) return std::nullopt;
    return id;
  };
  std::vector<GitRef> candidates;
  const auto add = [&](GitRef::Kind kind, const std::string& full) -> Result<void> {
    const auto id = look_up(full);
    if (!id) return {};
    KOPI_TRY(const git_oid commit, implementation_->peel_to_commit(*id));
    candidates.push_back({kind, full, hex(commit)});
    return {};
  };
  if (!wanted) {
    KOPI_CHECK(add(GitRef::Kind::head, "HEAD"));
    if (candidates.empty()) return error(Code::source, "the repository has no commit");
  } else {
    KOPI_CHECK(add(GitRef::Kind::tag, "refs/tags/" + *wanted));
    KOPI_CHECK(add(GitRef::Kind::branch, "refs/heads/" + *wanted));
    if (wanted->starts_with("refs/")) KOPI_CHECK(add(GitRef::Kind::other, *wanted));
    if (is_full_commit_id(*wanted) && has_commit(to_lower_ascii(*wanted))) {
      candidates.push_back({GitRef::Kind::commit, "", to_lower_ascii(*wanted)});
    }
  }
  return choose_ref(candidates, wanted);
}

Result<std::vector<GitEntry>> GitObjects::list(const std::string& commit, const std::string& subdirectory,
                                               std::size_t max_entries) const {
  git_oid id;
  if (git_oid_fromstr(&id, commit.c_str()) != 0) return error(Code::not_found, "no such commit: {}", commit);
  git_object* found = nullptr;
  if (git_object_lookup(&found, implementation_->repository.get(), &id, GIT_OBJECT_COMMIT) != 0) {
    return detail::git_error_as(Code::source, fmt::format("cannot read commit {}", commit));
  }
  const ObjectPointer commit_object(found);
  git_tree* root = nullptr;
  if (git_commit_tree(&root, reinterpret_cast<git_commit*>(commit_object.get())) != 0) {
    return detail::git_error_as(Code::source, fmt::format("cannot read the tree of commit {}", commit));
  }
  TreePointer top(root);
  git_repository* repository = implementation_->repository.get();
  if (!subdirectory.empty()) {
    git_tree_entry* entry = nullptr;
    if (git_tree_entry_bypath(&entry, top.get(), subdirectory.c_str()) != 0) {
      return error(Code::not_found, "there is no directory '{}' in commit {}", subdirectory, commit.substr(0, 12));
    }
    git_tree* below = nullptr;
    const bool is_tree = git_tree_entry_type(entry) == GIT_OBJECT_TREE &&
                         git_tree_lookup(&below, repository, git_tree_entry_id(entry)) == 0;
    git_tree_entry_free(entry);
    if (!is_tree) return error(Code::not_found, "'{}' is not a directory in commit {}", subdirectory, commit.substr(0, 12));
    top.reset(below);
  }

  std::vector<GitEntry> entries;
  struct Level {
    TreePointer tree;
    std::string prefix;
    std::size_t next = 0;
  };
  std::vector<Level> levels;
  levels.push_back({std::move(top), ""});
  while (!levels.empty()) {
    Level& level = levels.back();
    if (level.next >= git_tree_entrycount(level.tree.get())) {
      levels.pop_back();
      continue;
    }
    const git_tree_entry* entry = git_tree_entry_byindex(level.tree.get(), level.next++);
    const std::string entry_name = git_tree_entry_name(entry);
    if (entry_name.empty() || entry_name.find('/') != std::string::npos) {
      return error(Code::path, "path '{}{}' is not allowed: its name holds '/' or is empty", level.prefix, entry_name);
    }
    GitEntry listed{level.prefix + entry_name, static_cast<unsigned>(git_tree_entry_filemode_raw(entry)), hex(*git_tree_entry_id(entry)), 0};
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
      if (levels.size() > 256) return error(Code::limit, "directories are nested too deep at {}", listed.path);
      git_tree* below = nullptr;
      if (git_tree_lookup(&below, repository, git_tree_entry_id(entry)) != 0) {
        return detail::git_error_as(Code::source, fmt::format("cannot read {}", listed.path));
      }
      levels.push_back({TreePointer(below), listed.path + "/"});
      continue;
    }
    if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
      git_object_t type = GIT_OBJECT_INVALID;
      std::size_t size = 0;
      if (git_odb_read_header(&size, &type, implementation_->odb.get(), git_tree_entry_id(entry)) != 0) {
        return detail::git_error_as(Code::source, fmt::format("cannot read {}", listed.path));
      }
      listed.size = size;
    }
    entries.push_back(std::move(listed));
    if (entries.size() > max_entries) return error(Code::limit, "the tree holds more than {} files", max_entries);
  }
  return entries;
}

Result<std::string> GitObjects::read_blob(const std::string& object, std::size_t max_bytes) const {
  git_oid id;
  if (git_oid_fromstr(&id, object.c_str()) != 0) return error(Code::internal, "bad object id {}", object);
  git_odb_object* found = nullptr;
  if (git_odb_read(&found, implementation_->odb.get(), &id) != 0) {
    return detail::git_error_as(Code::source, fmt::format("cannot read object {}", object));
  }
  const std::unique_ptr<git_odb_object, detail::GitDeleter<git_odb_object, git_odb_object_free>> blob(found);
  if (git_odb_object_size(blob.get()) > max_bytes) return error(Code::limit, "object {} is larger than {}", object, human_bytes(max_bytes));
  return std::string(static_cast<const char*>(git_odb_object_data(blob.get())), git_odb_object_size(blob.get()));
}

Result<GitRef> choose_ref(const std::vector<GitRef>& advertised, const std::optional<std::string>& wanted) {
  const auto first = [&](auto matches) -> std::optional<GitRef> {
    const auto found = std::find_if(advertised.begin(), advertised.end(), matches);
    return found == advertised.end() ? std::nullopt : std::optional(*found);
  };
  if (!wanted) {
    if (auto head = first([](const GitRef& ref) { return ref.kind == GitRef::Kind::head; })) return *head;
    return error(Code::source, "the repository has no default branch, or no commit at all");
  }
  if (auto tag = first([&](const GitRef& ref) { return ref.name == "refs/tags/" + *wanted; })) return *tag;
  if (auto branch = first([&](const GitRef& ref) { return ref.name == "refs/heads/" + *wanted; })) return *branch;
  if (auto exact = first([&](const GitRef& ref) { return wanted->starts_with("refs/") && ref.name == *wanted; })) return *exact;
  if (is_full_commit_id(*wanted)) return GitRef{GitRef::Kind::commit, "", to_lower_ascii(*wanted)};
  std::vector<std::string> names;
  for (const GitRef& ref : advertised) {
    if (ref.kind == GitRef::Kind::tag) names.push_back(ref.name.substr(10));
    if (ref.kind == GitRef::Kind::branch) names.push_back(ref.name.substr(11));
  }
  Error problem = error(Code::not_found, "there is no tag or branch '{}'", *wanted);
  const bool looks_short = wanted->size() >= 4 && wanted->size() < 40 && wanted->find_first_not_of("0123456789abcdef") == std::string::npos;
  if (const auto meant = closest(*wanted, names)) {
    problem.message += fmt::format(", did you mean '{}'?", *meant);
  } else if (looks_short) {
    problem.message += "; a commit is named by all 40 digits";
  }
  return problem;
}

Result<std::string> diff_texts(std::string_view before, std::string_view after, const std::string& path) {
  if (before == after) return std::string();
  detail::start_libgit2();
  git_patch* made = nullptr;
  git_diff_options options;
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  if (git_patch_from_buffers(&made, before.data(), before.size(), path.c_str(), after.data(), after.size(), path.c_str(), &options) != 0) {
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
