// system/http.hpp
//
// HTTP as a client: one request, one response whose body arrives piece by piece. libcurl inside, in no header.
// Redirects are not followed here: who sends a credential decides where it may go (`redirect_target`).
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/task.hpp"

namespace kopi {

class Environment;
class Loop;
class Reporter;

struct HttpHeader {
  std::string name;
  std::string value;
};

struct HttpTimeouts {
  std::chrono::milliseconds connect{15'000};
  std::chrono::milliseconds first_byte{60'000};  ///< from the connection to the status line
  std::chrono::milliseconds stall{60'000};       ///< between two pieces of the body
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<HttpHeader> headers = {};
  std::vector<std::pair<std::string, Secret>> secret_headers = {};  ///< as headers, kept out of every message
  std::string body = {};                                            ///< sent when the method is POST
  HttpTimeouts timeouts = {};
  bool use_netrc = false;  ///< take user and password from ~/.netrc
};

/// A response. Its head is there when the object is; the body is read. Destroying it ends the transfer.
class HttpResponse {
 public:
  virtual ~HttpResponse() = default;
  virtual int status() const = 0;
  /// The first header of that name, whatever its case.
  virtual std::optional<std::string> header(std::string_view name) const = 0;
  /// Absolute URL that a 3xx response points to.
  virtual std::optional<std::string> redirect_target() const = 0;
  /// The next piece of the body, nothing at its end.   @error network  cut, stalled.   @error interrupted  stop was requested
  virtual Task<Result<std::optional<std::string>>> read() = 0;
  /// The body said that it is over, its transfer not yet: a pause longer than this now counts as a stall.
  virtual void expect_end_within(std::chrono::milliseconds pause) = 0;
};

class HttpTransport {
 public:
  virtual ~HttpTransport() = default;
  /// @error network      no answer: unreachable, refused, timed out, TLS failed.   @error interrupted  stop was requested
  virtual Task<Result<std::unique_ptr<HttpResponse>>> send(HttpRequest request, std::stop_token stop) = 0;
};

/// Connections are kept and used again by later requests of the same client. Proxies and CA certificates as the environment
/// says (http_proxy, https_proxy, no_proxy; SSL_CERT_FILE, SSL_CERT_DIR, CURL_CA_BUNDLE). `loop` outlives the client.
/// @param reporter  told of each request, if there is one
std::unique_ptr<HttpTransport> make_http_client(Loop& loop, const Environment& environment, Reporter* reporter);

/// Reads the rest of a body, at most `max_bytes`.   @error limit  there is more
Task<Result<std::string>> read_body(HttpResponse& response, std::size_t max_bytes);

struct Url {
  std::string scheme;  ///< lower case
  std::string user;    ///< decoded
  Secret password;     ///< decoded
  std::string host;    ///< lower case, IPv6 in brackets
  int port = 0;        ///< 0: the scheme's own
  std::string path;    ///< with its leading '/', query included

  /// Scheme, host and port are the same: a credential for one may go to the other.
  bool same_origin(const Url& other) const;
  /// "https://host:port/path", never with a user or password.
  std::string without_credentials() const;
  /// The same for messages: without the query too, which may hold a token ("https://host/path?…").
  std::string shown() const;
};

/// @error source  not an absolute URL: the message holds it without user, password and query
Result<Url> parse_url(std::string_view text);
/// 127.0.0.0/8, ::1, localhost.
bool is_loopback_host(std::string_view host);

}  // namespace kopi
