// system/git_context.hpp   (inside system only)
//
// What one fetch shares with libgit2's callbacks and our transports.
#pragma once

#include <git2.h>
#include <git2/sys/errors.h>
#include <git2/sys/transport.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "base/text.hpp"
#include "system/environment.hpp"
#include "system/git.hpp"
#include "system/http.hpp"
#include "system/interrupt.hpp"
#include "system/loop.hpp"

namespace kopi::detail {

template <class T, void (*release)(T*)>
struct GitDeleter {
  void operator()(T* object) const { release(object); }
};

/// libgit2, started once, when git is first needed.
void start_libgit2();
/// libgit2's last error as ours.
Error git_error_as(Code code, std::string_view doing);
/// libgit2's last error says that the repository uses SHA-256.
bool is_sha256_complaint();
Error sha256_error(std::string_view shown);

struct GitContext {
  explicit GitContext(const GitFetch& request) : request(request) {}

  const GitFetch& request;
  std::optional<Error> failure;    ///< what really went wrong: libgit2 only passes -1 on
  std::uint64_t listed_bytes = 0;  ///< received while the refs are listed; the pack has a limit of its own
  bool listing = false;

  bool interrupted() const { return request.interrupt != nullptr && request.interrupt->requested(); }
  /// Records the failure for fetch_commit to return, and gives the -1 that libgit2 wants.
  int fail(Error error) {
    if (!failure) failure = std::move(error);
    git_error_set_str(GIT_ERROR_NET, "kopi transport");
    return -1;
  }
  /// Counts what a server sends before the pack: a list of refs that never ends would fill the memory.
  bool takes(std::size_t bytes) {
    if (listing) listed_bytes += bytes;
    return listed_bytes <= k_max_listing;
  }
  Error listing_too_long() const { return error(Code::limit, "the server lists more than {} of refs", human_bytes(k_max_listing)); }
  Loop& loop();
  HttpTransport& http();
  std::stop_token stop_token() const { return stop_.get_token(); }

 private:
  static constexpr std::uint64_t k_max_listing = 64u << 20;  // about a million refs
  std::unique_ptr<Loop> loop_;
  std::unique_ptr<HttpTransport> http_;
  std::unique_ptr<Loop::InterruptWatch> interrupt_watch_;
  std::stop_source stop_;
};

/// How many of the `size` bytes that libgit2 offers are filled: it searches what it received with strstr(3) (smart_pkt.c), which
/// runs on to the next NUL, so one byte is left for that. A packet has at most 65,520 bytes of its buffer's 65,536.
inline std::size_t room_before_end(std::size_t size) { return size > 1 ? size - 1 : size; }
inline void put_end(char* data, std::size_t size, std::size_t count) {
  if (count < size) data[count] = 0;
}

/// The transport for `url`, by its scheme; `context` outlives it. For git_remote_callbacks::transport.
int make_git_transport(git_transport** out, git_remote* owner, void* context);

int open_http_subtransport(git_smart_subtransport** out, GitContext& context);
int open_stream_subtransport(git_smart_subtransport** out, GitContext& context);

struct GitCredential {
  std::string user;
  Secret password;
};
/// What the user's credential helpers have for the URL (`git credential fill`); nothing when they have none or git is not
/// installed. Never prompts unless the fetch may ask.
Result<std::optional<GitCredential>> find_git_credential(GitContext& context, const Url& url);
/// Tells the helpers whether it worked.
void report_git_credential(GitContext& context, const Url& url, const GitCredential& credential, bool worked);

}  // namespace kopi::detail
