// URLs, by libcurl's own parser: what is judged here is what curl will connect to.
#include <curl/curl.h>

#include "base/text.hpp"
#include "system/http.hpp"

namespace kopi {
namespace {

std::string without_query(std::string_view text) {
  const auto query = text.find('?');
  return query == std::string_view::npos ? std::string(text) : std::string(text.substr(0, query)) + "?…";
}

// Where nobody knows its parts, everything up to the last '@' may be a password.
Error not_a_url(std::string_view text) {
  const auto scheme = text.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto at = text.rfind('@');
  const bool has_login = at != std::string_view::npos && at >= begin;
  const std::string login = has_login ? std::string(text.substr(0, begin)) + "…" : "";
  return error(Code::source, "'{}' is not a URL", without_query(login + std::string(text.substr(has_login ? at : 0))));
}

}  // namespace

bool Url::same_origin(const Url& other) const {
  const auto effective_port = [](const Url& url) { return url.port != 0 ? url.port : url.scheme == "https" ? 443 : 80; };
  return scheme == other.scheme && host == other.host && effective_port(*this) == effective_port(other);
}

std::string Url::without_credentials() const {
  return fmt::format("{}://{}{}{}", scheme, host, port == 0 ? "" : fmt::format(":{}", port), path);
}

std::string Url::shown() const { return without_query(without_credentials()); }

Result<Url> parse_url(std::string_view text) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parts(curl_url(), curl_url_cleanup);
  const std::string copy(text);
  if (curl_url_set(parts.get(), CURLUPART_URL, copy.c_str(), CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return not_a_url(text);
  }
  bool readable = true;
  const auto part = [&](CURLUPart which, unsigned flags = 0) -> std::string {
    char* value = nullptr;
    const CURLUcode problem = curl_url_get(parts.get(), which, &value, flags);
    readable = readable && problem != CURLUE_URLDECODE;  // a control character in a user or password
    if (problem != CURLUE_OK) return {};
    std::string copied(value);
    curl_free(value);
    return copied;
  };
  Url url;
  url.scheme = to_lower_ascii(part(CURLUPART_SCHEME));
  url.user = part(CURLUPART_USER, CURLU_URLDECODE);
  url.password = Secret(part(CURLUPART_PASSWORD, CURLU_URLDECODE));
  url.host = to_lower_ascii(part(CURLUPART_HOST));
  url.port = static_cast<int>(parse_integer(part(CURLUPART_PORT)).value_or(0));
  url.path = part(CURLUPART_PATH);
  if (const std::string query = part(CURLUPART_QUERY); !query.empty()) url.path += "?" + query;
  if (!readable) return not_a_url(text);
  return url;
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  if (!host.starts_with("127.")) return false;
  return host.find_first_not_of("0123456789.") == std::string_view::npos && split(host, '.').size() == 4;
}

}  // namespace kopi
