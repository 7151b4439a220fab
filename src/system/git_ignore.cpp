// What git would leave out of a commit. Where there is no repository yet, an empty one is made in a directory of its own, with the
// directory in question as its work tree: so the rules are git's in both cases, and nothing is written beside the author's files.
#include <git2.h>

#include "system/crypto.hpp"
#include "system/files.hpp"
#include "system/git.hpp"
#include "system/git_objects.hpp"

namespace kopi {

using IndexPointer = std::unique_ptr<git_index, detail::GitDeleter<git_index, git_index_free>>;

struct IgnoreRules::Implementation {
  detail::RepositoryPointer repository;
  IndexPointer index;        ///< of the author's own repository
  std::string prefix;        ///< from the top of the work tree to the directory: "" or "agents/bot/"
  std::string passing_path;  ///< of the repository that was made for this object alone

  ~Implementation() {
    index.reset();
    repository.reset();
    if (!passing_path.empty()) (void)remove_tree(passing_path);  // git's own empty files, below the system's temporary directory
  }

  bool is_ignored(const std::string& path) const {
    int answer = 0;
    return git_ignore_path_is_ignored(&answer, repository.get(), path.c_str()) == 0 && answer != 0;
  }

  /// True when `directory` is part of a work tree, whose rules then count.
  Result<bool> open_own(const std::string& directory) {
    git_repository* opened = nullptr;
    if (git_repository_open_ext(&opened, directory.c_str(), 0, nullptr) != 0) return false;
    repository.reset(opened);
    const char* top = git_repository_workdir(opened);
    if (top == nullptr) return false;
    KOPI_TRY(const std::string root, real_path(top));
    KOPI_TRY(const std::string below, real_path(directory));
    if (below != root && !below.starts_with(root + "/")) return false;
    prefix = below == root ? "" : below.substr(root.size() + 1) + "/";
    git_index* raw = nullptr;
    if (git_repository_index(&raw, opened) == 0) index.reset(raw);
    // A directory that is itself ignored by a repository around it is nothing of that repository's.
    return prefix.empty() || !is_ignored(prefix);
  }

  Result<void> open_passing(const std::string& directory) {
    index.reset();
    prefix.clear();
    passing_path = "/tmp/kopi-ignore-" + random_hex(8);
    KOPI_CHECK(make_directories(passing_path, 0700));
    git_repository* made = nullptr;
    const bool is_made = git_repository_init(&made, passing_path.c_str(), 1) == 0;
    repository.reset(made);
    if (!is_made || git_repository_set_workdir(made, directory.c_str(), 0) != 0) {
      return detail::git_error_as(Code::source, fmt::format("cannot read the .gitignore of {}", directory));
    }
    return {};
  }
};

IgnoreRules::IgnoreRules(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
IgnoreRules::IgnoreRules(IgnoreRules&&) noexcept = default;
IgnoreRules& IgnoreRules::operator=(IgnoreRules&&) noexcept = default;
IgnoreRules::~IgnoreRules() = default;

Result<IgnoreRules> IgnoreRules::open(const std::string& directory) {
  detail::start_libgit2();
  auto rules = std::make_unique<Implementation>();
  KOPI_TRY(const bool own, rules->open_own(directory));
  if (!own) KOPI_CHECK(rules->open_passing(directory));
  return IgnoreRules(std::move(rules));
}

bool IgnoreRules::in_repository() const { return implementation_->passing_path.empty(); }

bool IgnoreRules::tracks(const std::string& path) const {
  const auto& rules = *implementation_;
  return rules.index && git_index_get_bypath(rules.index.get(), (rules.prefix + path).c_str(), 0) != nullptr;
}

bool IgnoreRules::ignores(const std::string& path) const {
  return implementation_->is_ignored(implementation_->prefix + path) && !tracks(path);
}

}  // namespace kopi
