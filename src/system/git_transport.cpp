// git over HTTP ("smart HTTP", gitprotocol-http(5)) for libgit2, on kopi's own HTTP client, so that redirects, credentials,
// proxies, certificates, time-outs and Ctrl-C follow one set of rules:
//   - anonymous first; a credential only after the server asked, first the URL's own, then ~/.netrc, then the user's
//     credential helpers;
//   - a credential belongs to the origin (scheme, host, port) that asked; after a redirect to another one it is not sent;
//   - https never redirects to http; http is for this machine alone unless --insecure-http.
#include <cstring>

#include "base/text.hpp"
#include "system/crypto.hpp"
#include "system/git_context.hpp"
#include "system/git_listing.hpp"

namespace kopi::detail {
namespace {

constexpr std::string_view k_advertisement = "application/x-git-upload-pack-advertisement";
constexpr std::string_view k_result = "application/x-git-upload-pack-result";
constexpr int k_max_redirects = 5;

Result<void> check_allowed(const GitContext& context, const Url& url) {
  if (url.scheme == "https") return {};
  if (url.scheme != "http") return error(Code::source, "a redirect to {}:// is refused", url.scheme);
  if (is_loopback_host(url.host) || context.request.insecure_http) return {};
  return with_hint(error(Code::source, "http://{} is refused: anybody on the way could change what is installed", url.host),
                   "use https://, or add --insecure-http if you accept that");
}

class HttpSubtransport;

struct HttpStream {
  git_smart_subtransport_stream base{};  // first: libgit2 hands this pointer back
  HttpSubtransport* transport = nullptr;
  std::string request_body;  // of a POST that is not sent yet
  std::unique_ptr<HttpResponse> response;
  std::string buffer;
  GitListingFilter listing;
  bool is_listing = false;
};

class HttpSubtransport {
 public:
  explicit HttpSubtransport(GitContext& context) : context_(context) {
    base_.owner = this;
    base_.callbacks.action = &HttpSubtransport::action;
    base_.callbacks.close = [](git_smart_subtransport*) { return 0; };
    base_.callbacks.free = [](git_smart_subtransport* self) { delete of(self); };
  }
  git_smart_subtransport* handle() { return &base_.callbacks; }

 private:
  struct Base {
    git_smart_subtransport callbacks{};  // first: libgit2 hands this pointer back
    HttpSubtransport* owner = nullptr;
  };
  static HttpSubtransport* of(git_smart_subtransport* self) { return reinterpret_cast<Base*>(self)->owner; }

  static int action(git_smart_subtransport_stream** out, git_smart_subtransport* self, const char* url, git_smart_service_t service) {
    HttpSubtransport& transport = *of(self);
    auto stream = std::make_unique<HttpStream>();
    stream->transport = &transport;
    stream->base.subtransport = self;
    stream->base.read = &HttpSubtransport::read;
    stream->base.write = &HttpSubtransport::write;
    stream->base.free = [](git_smart_subtransport_stream* self) {
      const std::unique_ptr<HttpStream> ended(reinterpret_cast<HttpStream*>(self));
      if (ended->response) ended->transport->finish(*ended->response);
    };
    if (service == GIT_SERVICE_UPLOADPACK_LS) {
      auto response = transport.list(url);
      if (!response) return transport.context_.fail(std::move(response).error());
      stream->response = *std::move(response);
      stream->is_listing = true;
    } else if (service != GIT_SERVICE_UPLOADPACK) {
      return transport.context_.fail(error(Code::internal, "kopi only reads from git servers"));
    }
    *out = &stream.release()->base;
    return 0;
  }

  static int write(git_smart_subtransport_stream* self, const char* data, std::size_t length) {
    reinterpret_cast<HttpStream*>(self)->request_body.append(data, length);
    return 0;
  }

  static int read(git_smart_subtransport_stream* self, char* data, std::size_t size, std::size_t* count) {
    auto& stream = *reinterpret_cast<HttpStream*>(self);
    HttpSubtransport& transport = *stream.transport;
    if (!stream.response) {
      auto response = transport.post(std::move(stream.request_body));
      if (!response) return transport.context_.fail(std::move(response).error());
      stream.response = *std::move(response);
    }
    for (bool at_end = false; stream.buffer.empty() && !at_end;) {
      auto piece = transport.context_.loop().run(stream.response->read());
      if (!piece) return transport.context_.fail(std::move(piece).error());
      at_end = !piece->has_value();
      stream.buffer = piece->value_or("");
      if (!transport.context_.takes(stream.buffer.size())) return transport.context_.fail(transport.context_.listing_too_long());
      if (stream.is_listing) stream.buffer = at_end ? stream.listing.rest() : stream.listing.feed(stream.buffer);
    }
    *count = std::min(room_before_end(size), stream.buffer.size());
    std::memcpy(data, stream.buffer.data(), *count);
    put_end(data, size, *count);
    stream.buffer.erase(0, *count);
    return 0;
  }

  Result<std::unique_ptr<HttpResponse>> list(const std::string& url) {
    KOPI_TRY(remote_, parse_url(url));
    if (!remote_.user.empty()) own_ = GitCredential{remote_.user, remote_.password.clone()};
    while (remote_.path.size() > 1 && remote_.path.ends_with('/')) remote_.path.pop_back();
    constexpr std::string_view suffix = "/info/refs?service=git-upload-pack";
    for (int redirects = 0;; ++redirects) {
      KOPI_TRY(auto response, authorized("GET", std::string(suffix), "", ""));
      if (const auto target = response->redirect_target()) {
        if (redirects == k_max_redirects) return error(Code::source, "{} redirects more than {} times", shown(), k_max_redirects);
        KOPI_TRY(Url next, parse_url(*target));
        if (!std::string_view(next.path).ends_with(suffix))
          return error(Code::source, "{} redirects to something that is no git repository", shown());
        next.path.resize(next.path.size() - suffix.size());
        if (remote_.scheme == "https" && next.scheme == "http")
          return error(Code::source, "{} redirects from https to http, which is refused", shown());
        if (!next.same_origin(remote_)) {
          credential_.reset();
          own_.reset();
          use_netrc_ = false;
          tried_helpers_ = false;
        }
        if (context_.request.reporter != nullptr)
          context_.request.reporter->note(fmt::format("{} redirects to {}", shown(), next.shown()));
        remote_ = std::move(next);
        continue;
      }
      KOPI_CHECK(check_answer(*response, k_advertisement));
      return response;
    }
  }

  Result<std::unique_ptr<HttpResponse>> post(std::string body) {
    KOPI_TRY(auto response, authorized("POST", "/git-upload-pack", std::move(body), "application/x-git-upload-pack-request"));
    KOPI_CHECK(check_answer(*response, k_result));
    return response;
  }

  // libgit2 stops reading behind the last packet. A connection can be used again only when its answer was read to the end;
  // the next request would otherwise wait for another handshake.
  void finish(HttpResponse& response) {
    if (context_.failure) return;
    response.expect_end_within(std::chrono::milliseconds(200));
    for (std::size_t read = 0; read < 64 * 1024;) {
      const auto piece = context_.loop().run(response.read());
      if (!piece || !*piece) return;  // what comes now is of no interest, so neither is why it does not come
      read += (*piece)->size();
    }
  }

  Result<void> check_answer(const HttpResponse& response, std::string_view wanted_type) const {
    const int status = response.status();
    if (status == 403) return error(Code::auth, "{} refuses access (HTTP 403)", shown());
    if (status == 404 || status == 410) return error(Code::source, "there is no git repository at {} (HTTP {})", shown(), status);
    if (status == 429) {  // as a 503: it is there, and wants to be asked later
      const std::string later = response.header("retry-after").value_or("");
      return error(Code::network, "{} was asked too often (HTTP 429){}", remote_.host, later.empty() ? "" : "; Retry-After: " + later);
    }
    if (status / 100 == 5) return error(Code::network, "{} answered with HTTP {}", remote_.host, status);
    if (status / 100 != 2) return error(Code::source, "{} answered with HTTP {}", shown(), status);
    const std::string type = response.header("content-type").value_or("");
    if (type.substr(0, type.find(';')) != wanted_type) {
      return error(Code::source, "{} is not a git repository that speaks smart HTTP (it answers with '{}')", shown(), type);
    }
    return {};
  }

  Result<std::unique_ptr<HttpResponse>> authorized(std::string method, std::string suffix, std::string body, std::string type) {
    for (;;) {
      KOPI_CHECK(check_allowed(context_, remote_));
      HttpRequest request{.method = method, .url = remote_.without_credentials() + suffix};
      request.timeouts = context_.request.timeouts;
      request.body = body;
      request.headers.push_back({"Accept", "*/*"});
      if (!type.empty()) request.headers.push_back({"Content-Type", type});
      if (credential_) {
        Secret pair(fmt::format("{}:{}", credential_->user, credential_->password.reveal()));
        request.secret_headers.emplace_back("Authorization", Secret("Basic " + base64(pair.reveal())));
      }
      request.use_netrc = use_netrc_ && !credential_;
      KOPI_TRY(auto response, context_.loop().run(context_.http().send(std::move(request), context_.stop_token())));
      if (response->status() != 401) {
        if (credential_ && from_helpers_ && !reported_ && response->status() / 100 == 2) {
          report_git_credential(context_, remote_, *credential_, true);
          reported_ = true;
        }
        return response;
      }
      finish(*response);
      KOPI_CHECK(next_credential());
    }
  }

  // After each 401 the next source; the failed one is not tried again.
  Result<void> next_credential() {
    const bool had_one = credential_.has_value();
    if (credential_ && from_helpers_) report_git_credential(context_, remote_, *credential_, false);
    credential_.reset();
    from_helpers_ = false;
    if (own_) {
      credential_ = std::move(own_);
      own_.reset();
      return {};
    }
    if (!use_netrc_) {
      use_netrc_ = true;
      return {};
    }
    if (!tried_helpers_) {
      tried_helpers_ = true;
      KOPI_TRY(credential_, find_git_credential(context_, remote_));
      from_helpers_ = credential_.has_value();
      if (credential_) return {};
    }
    if (had_one)
      return with_hint(error(Code::auth, "{} does not accept the credential for {}", remote_.host, shown()),
                       "git ls-remote " + shell_quote(shown()));
    return with_hint(error(Code::auth, "{} asks for a credential, and none that it accepts was found", shown()),
                     "set one up with git's credential.helper or ~/.netrc, or install by ssh");
  }

  std::string shown() const { return remote_.shown(); }

  Base base_;
  GitContext& context_;
  Url remote_;
  std::optional<GitCredential> own_;
  std::optional<GitCredential> credential_;
  bool use_netrc_ = false;
  bool tried_helpers_ = false;
  bool from_helpers_ = false;
  bool reported_ = false;
};

}  // namespace

int open_http_subtransport(git_smart_subtransport** out, GitContext& context) {
  *out = (new HttpSubtransport(context))->handle();
  return 0;
}

int make_git_transport(git_transport** out, git_remote* owner, void* payload) {
  auto& context = *static_cast<GitContext*>(payload);
  // The URL after the user's url.*.insteadOf rules.
  const std::string url = git_remote_url(owner);
  const std::string scheme = to_lower_ascii(url.substr(0, url.find("://")));
  if (url.substr(0, url.find('/')).find("::") != std::string::npos && !url.starts_with('[')) {  // ext::, fd:: and the like run programs
    return context.fail(error(Code::source, "kopi uses no remote helpers of git's ({}::)", url.substr(0, url.find("::"))));
  }
  git_smart_subtransport_definition definition{};
  definition.param = &context;
  if (scheme == "http" || scheme == "https") {
    definition.rpc = 1;
    definition.callback = [](git_smart_subtransport** made, git_transport*, void* param) {
      return open_http_subtransport(made, *static_cast<GitContext*>(param));
    };
  } else if (scheme == "ssh" || scheme == "git" || url.find("://") == std::string::npos) {
    definition.rpc = 0;
    definition.callback = [](git_smart_subtransport** made, git_transport*, void* param) {
      return open_stream_subtransport(made, *static_cast<GitContext*>(param));
    };
  } else {
    return context.fail(error(Code::source, "kopi does not fetch from {}:// URLs", scheme));
  }
  return git_transport_smart(out, owner, &definition);
}

}  // namespace kopi::detail
