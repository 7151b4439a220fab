// system/git.hpp
//
// git as a source of immutable trees: refs are looked up, commits fetched as objects, files read from the object database.
// There is no work tree, no checkout, and so no hook, filter, submodule or LFS pointer ever runs. libgit2 inside.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/reporter.hpp"
#include "base/result.hpp"
#include "system/http.hpp"

namespace kopi {

class Environment;
class Interrupt;

struct GitRef {
  enum class Kind { head, branch, tag, commit, other };
  Kind kind = Kind::head;
  std::string name;      ///< "refs/tags/v1.0"; of HEAD the branch it stands for, if the server says so
  std::string commit;    ///< 40 hex digits
  std::string tag = {};  ///< of an annotated tag: the object that names the commit; "" for any other ref
};
std::string_view name(GitRef::Kind kind);

struct GitEntry {
  std::string path;   ///< components as the tree names them, joined with '/': not checked for "..", ".git" and the like
  unsigned mode = 0;  ///< as stored: 0100644, 0100755, 0120000 (link), 0160000 (submodule)
  std::string object;
  std::uint64_t size = 0;  ///< of a blob
};

/// Objects of one repository, bare or not, read only.
class GitObjects {
 public:
  /// Opens a repository on disk in place. Its owner must be this user, or git's safe.directory must list it; object
  /// stores that reach outside (alternates, links) are refused.   @error source  says which
  static Result<GitObjects> open_untrusted(const std::string& path);
  /// Opens one that kopi made.   @error state  it is damaged
  static Result<GitObjects> open_mirror(const std::string& path);
  /// `path` holds a git repository: a bare one, or one with a work tree.
  enum class Layout { none, bare, work_tree };
  static Layout layout(const std::string& path);

  GitObjects(GitObjects&&) noexcept;
  GitObjects& operator=(GitObjects&&) noexcept;
  ~GitObjects();

  /// `wanted`: 40 hex digits (a commit, whatever refs are named like it), a tag, a branch, a full ref name; nothing = HEAD.
  /// @error not_found  none of these, or it points to no commit.   @error source  there is no commit
  Result<GitRef> resolve(const std::optional<std::string>& wanted) const;
  /// All branches and tags, and HEAD first where there is one; those that point to no commit are left out.
  std::vector<GitRef> refs() const;
  bool has_commit(const std::string& commit) const;
  /// All entries of the commit's tree below `subdirectory` ("" = all), links and submodules included, in tree order.
  /// @error not_found  no such directory.   @error path  an entry's name holds '/'.   @error collision  a name twice
  /// @error type  a file that is none.   @error limit  over `max_entries`, directories included
  /// @error source  damaged; of a mirror: state
  Result<std::vector<GitEntry>> list(const std::string& commit, const std::string& subdirectory, std::size_t max_entries) const;
  Result<std::string> read_blob(const std::string& object, std::size_t max_bytes) const;

 private:
  struct Implementation;
  explicit GitObjects(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

struct GitFetch {
  std::string url;                    ///< http, https, ssh, git or scp-like; may carry user and password
  std::optional<std::string> wanted;  ///< as for resolve()
  std::optional<std::string> known;   ///< a commit that need not be fetched again, wherever it is
  std::string mirror;                 ///< bare repository to fetch into; made when it is not there
  const Environment* environment = nullptr;
  const Interrupt* interrupt = nullptr;
  Reporter* reporter = nullptr;
  bool may_ask = false;        ///< a person sits at a terminal: ssh and credential helpers may prompt
  bool insecure_http = false;  ///< http:// to other hosts than this one
  std::uint64_t max_bytes = 512u << 20;
  HttpTimeouts timeouts = {.connect = std::chrono::seconds(15), .first_byte = std::chrono::seconds(30), .stall = std::chrono::seconds(30)};
};

struct GitFetched {
  GitRef ref;
  bool moved = false;  ///< objects were received; false: the mirror had the commit already
  bool full = false;   ///< the whole history had to be fetched, because the server gives no single commit
};

/// Asks the remote what `wanted` is now and makes sure that the mirror holds that commit: one ref advertisement when it
/// does already, else one shallow fetch.
/// @error auth  credentials missing or refused.   @error network  unreachable, timed out, cut.
/// @error source  no repository there, or not one that can be read.   @error not_found  no such ref
/// @error state  the mirror was there before and may be damaged: a cache, so remove it and fetch again
Result<GitFetched> fetch_commit(const GitFetch& fetch);

/// Of what a remote advertises, the ref that `wanted` means.   @error not_found  none
Result<GitRef> choose_ref(const std::vector<GitRef>& advertised, const std::optional<std::string>& wanted);
bool is_full_commit_id(std::string_view text);

/// A unified diff of two texts, with `a/path` and `b/path` headers; "" when they are equal. A file that is not there on one side is
/// /dev/null there. Binary content is named, not shown.
Result<std::string> diff_texts(std::optional<std::string_view> before, std::optional<std::string_view> after, const std::string& path);

/// The refs that a remote advertises: one request, nothing is fetched and no mirror is needed. Of `fetch`, `wanted`, `known` and
/// `mirror` play no part.   @error auth, network, source  as fetch_commit()
Result<std::vector<GitRef>> list_remote_refs(const GitFetch& fetch);

/// What git would leave out of a commit: ignored by a .gitignore, .git/info/exclude or the user's own list, and not tracked already.
/// In a directory outside of any repository its .gitignore files alone count.
class IgnoreRules {
 public:
  /// @error source  the repository there can't be read
  static Result<IgnoreRules> open(const std::string& directory);
  IgnoreRules(IgnoreRules&&) noexcept;
  IgnoreRules& operator=(IgnoreRules&&) noexcept;
  ~IgnoreRules();

  /// The directory lies in a work tree of git.
  bool in_repository() const;
  /// @param path  relative to the directory; a directory's ends with '/'
  bool ignores(const std::string& path) const;
  /// `path` is a file that git tracks.
  bool tracks(const std::string& path) const;

 private:
  struct Implementation;
  explicit IgnoreRules(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace kopi
