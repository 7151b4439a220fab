// runtime/provider/provider.hpp
//
// Something that answers: a model behind an API, or a script that stands in for one.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/task.hpp"
#include "runtime/provider/endpoint.hpp"
#include "runtime/provider/wire.hpp"
#include "system/http.hpp"
#include "system/loop.hpp"

namespace kopi {

/// What happens while an answer comes in.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  virtual void text(std::string_view delta) = 0;
  virtual void reasoning(std::string_view delta) = 0;
  /// Something that the user should know: a retry, a cut answer.
  virtual void notice(std::string_view code, std::string_view message) = 0;
};

struct Answer {
  std::string text;
  TokenUsage usage;
  std::string finish_reason;
};

/// A failed answer; what was received of it before is not lost.
struct AnswerFailure {
  Error error;
  std::string partial;
};

using AnswerResult = tl::expected<Answer, AnswerFailure>;

class Provider {
 public:
  virtual ~Provider() = default;
  /// @error auth       the key is refused.              @error not_found  no such model
  /// @error provider   rate limit, overload, garbage.   @error network    unreachable, timed out, cut
  virtual Task<AnswerResult> answer(const ChatRequest& request, AnswerSink& sink, std::stop_token stop) = 0;
};

/// Retries before the first visible byte on 429, 5xx and 529, as the server's Retry-After says, else with growing, jittered
/// pauses; never once something was shown.
std::unique_ptr<Provider> make_http_provider(Endpoint endpoint, HttpTransport& http, Loop& loop, const Variables& variables);

/// Answers from a script: docs/formats/replay.md. `model.default: replay/<file>`, the file relative to the profile.
/// @error not_found, json  the script can't be used
Result<std::unique_ptr<Provider>> make_replay_provider(const std::string& file, Loop& loop);

}  // namespace kopi
