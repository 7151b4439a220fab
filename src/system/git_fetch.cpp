// One fetch:
// 1. Connect and list the refs. Compare what is wanted with what the mirror holds: when it is there, this was all.
// 2. Fetch that one ref at depth 1 into the mirror. A commit that no ref names is asked for by its id; where the server
//    refuses that, the whole history is fetched.
// 3. Look whether the commit is there now: libgit2 reports success for a ref that the remote does not have.
// 4. Note it as refs/kopi/..., so that the objects stay reachable.
#include <git2.h>
#include <git2/sys/repository.h>
#include <git2/sys/transport.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"
#include "system/git.hpp"
#include "system/git_context.hpp"
#include "system/git_objects.hpp"

namespace kopi {
namespace detail {

Loop& GitContext::loop() {
  if (!loop_) {
    loop_ = std::make_unique<Loop>();
    if (request.interrupt != nullptr) {
      interrupt_watch_ = loop_->watch(*request.interrupt, [this] { stop_.request_stop(); });
    }
  }
  return *loop_;
}

HttpTransport& GitContext::http() {
  if (!http_) http_ = make_http_client(loop(), *request.environment, request.reporter);
  return *http_;
}

}  // namespace detail

namespace {

using detail::GitContext;

using detail::RepositoryPointer;
using RemotePointer = std::unique_ptr<git_remote, detail::GitDeleter<git_remote, git_remote_free>>;

struct Mirror {
  RepositoryPointer repository;
  bool is_new = false;
};

Result<Mirror> open_or_make_mirror(const std::string& path) {
  git_repository* repository = nullptr;
  if (git_repository_open_bare(&repository, path.c_str()) == 0) return Mirror{RepositoryPointer(repository), false};
  // Not there, or left half-made by a crash: a cache is made anew, never repaired.
  KOPI_CHECK(remove_tree(path));
  // What gitrepository-layout(5) calls a repository and no more; HEAD last, because without it there is none.
  for (const char* directory : {"", "/objects", "/objects/pack", "/refs"}) KOPI_CHECK(make_directories(path + directory, 0700));
  KOPI_TRY(const Directory mirror, Directory::open(path));
  KOPI_CHECK(mirror.create(*RelPath::parse("config"), "[core]\n\trepositoryformatversion = 0\n\tbare = true\n", 0600));
  KOPI_CHECK(mirror.create(*RelPath::parse("HEAD"), "ref: refs/heads/main\n", 0600));
  if (git_repository_open_bare(&repository, path.c_str()) != 0) {
    return detail::git_error_as(Code::io, fmt::format("cannot make the mirror {}", path));
  }
  return Mirror{RepositoryPointer(repository), true};
}

// One without objects and without a place on disk: a remote belongs to a repository, whose configuration (url.*.insteadOf) counts.
Result<RepositoryPointer> make_bodiless_repository() {
  git_repository* repository = nullptr;
  git_config* config = nullptr;
  if (git_repository_new(&repository) != 0) return detail::git_error_as(Code::io, "cannot prepare a question");
  RepositoryPointer made(repository);
  if (git_config_open_default(&config) != 0) return detail::git_error_as(Code::io, "cannot read git's configuration");
  const std::unique_ptr<git_config, detail::GitDeleter<git_config, git_config_free>> read(config);
  if (git_repository_set_config(repository, config) != 0) return detail::git_error_as(Code::io, "cannot prepare a question");
  return made;
}

int on_progress(const git_indexer_progress* stats, void* payload) {
  auto& context = *static_cast<GitContext*>(payload);
  if (context.interrupted()) return context.fail(interrupted_error());
  if (stats->received_bytes > context.request.max_bytes) {
    return context.fail(error(Code::limit, "the repository sends more than {}", human_bytes(context.request.max_bytes)));
  }
  if (context.request.reporter != nullptr) {
    context.request.reporter->progress({"receiving objects", stats->received_objects, stats->total_objects, stats->received_bytes});
  }
  return 0;
}

class Fetcher {
 public:
  explicit Fetcher(const GitFetch& request) : request_(request), context_(request) {}

  Result<std::vector<GitRef>> list() {
    detail::start_libgit2();
    KOPI_TRY(mirror_.repository, make_bodiless_repository());
    KOPI_CHECK(connect());
    KOPI_TRY(auto advertised, list_refs());
    git_remote_disconnect(remote_.get());
    return advertised;
  }

  Result<GitFetched> run() {
    detail::start_libgit2();
    KOPI_TRY(mirror_, open_or_make_mirror(request_.mirror));
    KOPI_CHECK(connect());
    KOPI_TRY(const auto advertised, list_refs());
    GitFetched fetched;
    KOPI_TRY(fetched.ref, choose_ref(advertised, request_.wanted));
    if (request_.known == fetched.ref.commit) return fetched;
    KOPI_TRY(const GitObjects objects, GitObjects::open_mirror(request_.mirror));
    if (objects.has_commit(fetched.ref.commit)) return fetched;
    fetched.moved = true;
    KOPI_CHECK(fetch_ref(fetched, advertised));
    if (request_.reporter != nullptr) request_.reporter->progress_done();
    git_remote_disconnect(remote_.get());
    KOPI_CHECK(keep(fetched.ref.commit));
    return fetched;
  }

 private:
  // What a failure that is not the transport's means: an old mirror may be damaged, which its owner can mend by making it anew.
  Code damage() const { return mirror_.is_new ? Code::source : Code::state; }

  Error failed(std::string_view doing, Code code = Code::source) {
    if (request_.reporter != nullptr) request_.reporter->progress_done();
    if (context_.failure) return std::move(*context_.failure);
    if (context_.interrupted()) return interrupted_error();
    if (detail::is_sha256_complaint()) return detail::sha256_error("there");
    const git_error* last = git_error_last();
    if (last != nullptr && last->message != nullptr && std::string_view(last->message) == "could not read from remote repository") {
      return error(code, "the server ended the transfer early; the repository there may be damaged");
    }
    constexpr std::string_view remote_error = "remote error: ";
    if (last != nullptr && last->message != nullptr && std::string_view(last->message).starts_with(remote_error)) {
      return error(code, "the server says: {}", std::string_view(last->message).substr(remote_error.size()));
    }
    return detail::git_error_as(code, doing);
  }

  git_remote_callbacks callbacks() {
    git_remote_callbacks calls;
    git_remote_init_callbacks(&calls, GIT_REMOTE_CALLBACKS_VERSION);
    calls.transfer_progress = on_progress;
    calls.transport = detail::make_git_transport;
    calls.payload = &context_;
    return calls;
  }

  Result<void> connect() {
    git_remote* remote = nullptr;
    if (git_remote_create_anonymous(&remote, mirror_.repository.get(), request_.url.c_str()) != 0) return failed("cannot use this URL");
    remote_.reset(remote);
    const git_remote_callbacks calls = callbacks();
    context_.listing = true;
    context_.listed_bytes = 0;
    const int connected = git_remote_connect(remote, GIT_DIRECTION_FETCH, &calls, nullptr, nullptr);
    context_.listing = false;
    if (connected != 0) return failed("cannot make sense of what the server says");
    return {};
  }

  // An annotated tag is listed twice, the second time as "name^{}" with the commit it points to.
  Result<std::vector<GitRef>> list_refs() {
    const git_remote_head** heads = nullptr;
    std::size_t count = 0;
    if (git_remote_ls(&heads, &count, remote_.get()) != 0) return failed("cannot list the refs");
    std::vector<GitRef> refs;
    for (std::size_t i = 0; i < count; ++i) {
      char commit[GIT_OID_SHA1_HEXSIZE + 1];
      git_oid_tostr(commit, sizeof commit, &heads[i]->oid);
      std::string name = heads[i]->name;
      if (name.ends_with("^{}")) {
        name.resize(name.size() - 3);
        for (GitRef& ref : refs) {
          if (ref.name == name) ref.tag = std::exchange(ref.commit, commit);
        }
        continue;
      }
      GitRef ref{GitRef::Kind::other, name, commit};
      if (name == "HEAD") {
        ref.kind = GitRef::Kind::head;
        if (heads[i]->symref_target != nullptr) ref.name = heads[i]->symref_target;
      }
      if (name.starts_with("refs/tags/")) ref.kind = GitRef::Kind::tag;
      if (name.starts_with("refs/heads/")) ref.kind = GitRef::Kind::branch;
      refs.push_back(std::move(ref));
    }
    return refs;
  }

  Result<void> fetch_ref(GitFetched& fetched, const std::vector<GitRef>& advertised) {
    const GitRef& ref = fetched.ref;
    std::string source = ref.name;
    if (ref.kind == GitRef::Kind::head && source.empty()) source = "HEAD";
    if (ref.kind == GitRef::Kind::commit) {
      const auto named = std::find_if(advertised.begin(), advertised.end(), [&](const GitRef& r) { return r.commit == ref.commit; });
      source = named == advertised.end() ? ref.commit : named->name;
    }
    const bool direct = download({"+" + source + ":refs/kopi/fetched"}, 1);
    if (direct && has(ref.commit)) return {};
    if (context_.failure || context_.interrupted()) return failed("cannot fetch", damage());
    if (const auto peeled = commit_of_tag(ref.commit); peeled && ref.kind == GitRef::Kind::commit) {
      fetched.ref.commit = *peeled;
      return {};
    }
    if (holds_other_object(ref.commit))
      return error(Code::not_found, "{} does not point to a commit", ref.name.empty() ? ref.commit : ref.name);
    if (ref.kind != GitRef::Kind::commit) {
      // A server that can't send a shallow history sends a whole one.
      if (download({"+" + source + ":refs/kopi/fetched"}, 0) && has(ref.commit)) return {};
      return failed("cannot fetch", damage());
    }
    if (request_.reporter != nullptr) request_.reporter->note("the server does not serve a single commit; fetching the whole history");
    fetched.full = true;
    KOPI_CHECK(connect());
    if (!download({"+refs/heads/*:refs/kopi/heads/*", "+refs/tags/*:refs/kopi/tags/*"}, 0)) return failed("cannot fetch", damage());
    if (!has(ref.commit)) return error(Code::not_found, "there is no commit {} in this repository", ref.commit);
    return {};
  }

  bool download(std::vector<std::string> refspecs, int depth) {
    std::vector<char*> texts;
    for (std::string& refspec : refspecs) texts.push_back(refspec.data());
    const git_strarray list{texts.data(), texts.size()};
    git_fetch_options options;
    git_fetch_options_init(&options, GIT_FETCH_OPTIONS_VERSION);
    options.callbacks = callbacks();
    options.depth = depth;
    options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
    options.update_fetchhead = 0;
    return git_remote_download(remote_.get(), &list, &options) == 0;
  }

  bool has(const std::string& commit) const {
    const auto objects = GitObjects::open_mirror(request_.mirror);
    return objects && objects->has_commit(commit);
  }

  std::optional<std::string> commit_of_tag(const std::string& id) const {
    const auto objects = GitObjects::open_mirror(request_.mirror);
    const auto ref = objects ? objects->resolve(id) : Result<GitRef>(Error{});
    return ref && ref->commit != id && objects->has_commit(ref->commit) ? std::optional(ref->commit) : std::nullopt;
  }

  bool holds_other_object(const std::string& id) const {
    git_oid wanted;
    git_object* found = nullptr;
    if (git_oid_fromstr(&wanted, id.c_str()) != 0 || git_object_lookup(&found, mirror_.repository.get(), &wanted, GIT_OBJECT_ANY) != 0)
      return false;
    const detail::ObjectPointer object(found);
    return git_object_type(object.get()) != GIT_OBJECT_COMMIT;
  }

  Result<void> keep(const std::string& commit) {
    git_oid id;
    git_reference* reference = nullptr;
    if (git_oid_fromstr(&id, commit.c_str()) != 0 ||
        git_reference_create(&reference, mirror_.repository.get(), ("refs/kopi/kept/" + commit).c_str(), &id, 1, "kopi") != 0) {
      return detail::git_error_as(Code::io, "cannot note the commit in the mirror");
    }
    git_reference_free(reference);
    return {};
  }

  const GitFetch& request_;
  GitContext context_;
  Mirror mirror_;
  RemotePointer remote_;
};

}  // namespace

Result<GitFetched> fetch_commit(const GitFetch& fetch) { return Fetcher(fetch).run(); }

Result<std::vector<GitRef>> list_remote_refs(const GitFetch& fetch) { return Fetcher(fetch).list(); }

}  // namespace kopi
