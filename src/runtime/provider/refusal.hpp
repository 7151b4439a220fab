// runtime/provider/refusal.hpp
//
// Why a provider does not answer, from its HTTP status and the words of its error body, in terms of what the user can do. Pure:
// servers word the same refusal in many ways, and a table of cases can be held against this.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "runtime/provider/endpoint.hpp"

namespace kopi {

/// What an API's error body says, in whatever form it has.
struct Complaint {
  std::string message;  ///< "" when the body holds none
  std::string kind;     ///< its `type` and `code`, lower case: "insufficient_quota rate_limit"
};
Complaint complaint_in(std::string_view body);

struct Refusal {
  Error error;
  bool can_retry = false;  ///< the same request may be answered a little later
};

/// @param status  of the response; 0 for an error inside a stream that had begun well
/// @param said    the server's words as they may be shown: short, without secrets
Refusal judge_refusal(const Endpoint& endpoint, int status, const Complaint& complaint, const std::string& said,
                      const Variables& variables);

/// The header Retry-After (RFC 9110, 10.2.3): seconds, or a date that counts from the response's own `Date`, so that no two clocks
/// need to agree. At most a day.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::string_view date);
/// What it says in words: "wait 3600 seconds", "wait until 21 Oct 2099 07:28:00 GMT". `pause`: what it was understood as.
std::string retry_after_words(std::string_view text, std::chrono::milliseconds pause);

}  // namespace kopi
