#include "system/http_failure.hpp"

namespace kopi {

Error describe_curl_failure(CURLcode code, std::string_view host, const char* details) {
  if (details == nullptr || details[0] == 0) details = curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return error(Code::network, "cannot find the host {}", host);
    case CURLE_COULDNT_RESOLVE_PROXY: return error(Code::network, "cannot find the proxy for {}", host);
    case CURLE_COULDNT_CONNECT: return error(Code::network, "cannot connect to {}: connection refused or host unreachable", host);
    case CURLE_OPERATION_TIMEDOUT: return error(Code::network, "{} did not answer in time", host);
    case CURLE_GOT_NOTHING: return error(Code::network, "{} closed the connection without an answer", host);
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM: return error(Code::network, "{} cut the connection", host);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE: return error(Code::network, "no trusted connection to {}: {}", host, details);
    default: return error(Code::network, "talking to {} failed: {}", host, details);
  }
}

}  // namespace kopi
