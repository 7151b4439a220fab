// system/http_failure.hpp   (inside system only)
//
// What a failed transfer is called: one sentence for each kind of failure that a user can do something about.
#pragma once

#include <curl/curl.h>

#include <string_view>

#include "base/result.hpp"

namespace kopi {

/// @param host     "example.com" or "example.com:8443", as the user wrote it
/// @param details  curl's own message for this transfer (CURLOPT_ERRORBUFFER), or empty
Error describe_curl_failure(CURLcode code, std::string_view host, const char* details);

}  // namespace kopi
