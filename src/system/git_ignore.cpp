// What git would leave out of a commit. Where there is no repository yet, an empty one is made in a directory of its own, with the
// directory in question as its work tree: so the rules are git's in both cases, and nothing is written beside the author's files.
#include <git2.h>

#include "system/crypto.hpp"
#include "system/files.hpp"
#include "system/git.hpp"
#include "system/git_objects.hpp"

namespace kopi {
namespace {

using detail::RepositoryPointer;
using IndexPointer = std::unique_ptr<git_index, detail::GitDeleter<git_index, git_index_free>>;

/// A repository without a commit, gone with this object.
class PassingRepository {
 public:
  PassingRepository() = default;
  PassingRepository(const PassingRepository&) = delete;
  PassingRepository& operator=(const PassingRepository&) = delete;
  ~PassingRepository() {
    repository_.reset();
    if (!path_.empty()) (void)remove_tree(path_);  // empty but for git's own files, below the system's temporary directory
  }

  Result<git_repository*> make(const std::string& work_tree) {
    path_ = "/tmp/kopi-ignore-" + random_hex(8);
    KOPI_CHECK(make_directories(path_, 0700));
    git_repository_init_options options;
    git_repository_init_options_init(&options, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    options.flags = GIT_REPOSITORY_INIT_NO_DOTGIT_DIR | GIT_REPOSITORY_INIT_MKPATH;
    options.workdir_path = work_tree.c_str();
    git_repository* repository = nullptr;
    if (git_repository_init_ext(&repository, path_.c_str(), &options) != 0) {
      return detail::git_error_as(Code::source, fmt::format("cannot read the .gitignore of {}", work_tree));
    }
    repository_.reset(repository);
    return repository;
  }

 private:
  RepositoryPointer repository_;
  std::string path_;
};

// A path as the index and the ignore rules know it: from the top of the work tree.
Result<std::string> prefix_of(git_repository* repository, const std::string& directory) {
  const char* top = git_repository_workdir(repository);
  if (top == nullptr) return error(Code::source, "{} lies in a bare git repository", directory);
  KOPI_TRY(const std::string root, real_path(top));
  KOPI_TRY(const std::string below, real_path(directory));
  if (below == root) return std::string();
  if (!below.starts_with(root + "/")) return error(Code::source, "{} is not part of the work tree {}", directory, root);
  return below.substr(root.size() + 1) + "/";
}

}  // namespace

Result<std::vector<bool>> ignored_by_git(const std::string& directory, const std::vector<std::string>& paths, bool& is_repository) {
  detail::start_libgit2();
  git_repository* opened = nullptr;
  const int status = git_repository_open_ext(&opened, directory.c_str(), 0, nullptr);
  RepositoryPointer own(opened);
  PassingRepository passing;
  git_repository* repository = opened;
  is_repository = status == 0 && git_repository_is_bare(opened) == 0;
  std::string prefix;
  if (is_repository) {
    KOPI_TRY(prefix, prefix_of(repository, directory));
    // A directory that is itself ignored in a repository around it is nothing of that repository's.
    int whole = 0;
    if (!prefix.empty() && git_ignore_path_is_ignored(&whole, repository, prefix.c_str()) == 0 && whole != 0) is_repository = false;
  }
  if (!is_repository) {
    prefix.clear();
    KOPI_TRY(repository, passing.make(directory));
  }
  git_index* raw_index = nullptr;
  const IndexPointer index(git_repository_index(&raw_index, repository) == 0 ? raw_index : nullptr);
  std::vector<bool> ignored;
  ignored.reserve(paths.size());
  for (const std::string& path : paths) {
    const std::string full = prefix + path;
    int answer = 0;
    if (git_ignore_path_is_ignored(&answer, repository, full.c_str()) != 0) {
      return detail::git_error_as(Code::source, fmt::format("cannot read the .gitignore of {}", directory));
    }
    const bool tracked = index && git_index_get_bypath(index.get(), full.c_str(), 0) != nullptr;
    ignored.push_back(answer != 0 && !tracked);
  }
  return ignored;
}

}  // namespace kopi
