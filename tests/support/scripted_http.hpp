// tests/support/scripted_http.hpp
//
// An HttpTransport that answers from a list, for what a real server can't be made to do on command.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "system/http.hpp"

namespace kopi::test {

struct ScriptedAnswer {
  int status = 200;
  std::map<std::string, std::string> headers = {};  ///< names in lower case
  std::vector<std::string> pieces = {};
  std::optional<Error> failure = {};  ///< behind the pieces; instead of a head when `status` is 0
};

class ScriptedHttp final : public HttpTransport {
 public:
  explicit ScriptedHttp(std::deque<ScriptedAnswer> answers) : answers_(std::move(answers)) {}

  Task<Result<std::unique_ptr<HttpResponse>>> send(HttpRequest request, std::stop_token) override {
    requests.push_back(std::move(request));
    if (answers_.empty()) co_return Error{Code::internal, "the script has no answer left"};
    ScriptedAnswer answer = std::move(answers_.front());
    answers_.pop_front();
    if (answer.status == 0) co_return *std::move(answer.failure);
    co_return std::make_unique<Response>(std::move(answer));
  }

  std::vector<HttpRequest> requests;
  std::size_t left() const { return answers_.size(); }

 private:
  class Response final : public HttpResponse {
   public:
    explicit Response(ScriptedAnswer answer) : answer_(std::move(answer)) {}
    int status() const override { return answer_.status; }
    std::optional<std::string> header(std::string_view name) const override {
      const auto found = answer_.headers.find(to_lower_ascii(name));
      return found == answer_.headers.end() ? std::nullopt : std::optional(found->second);
    }
    std::optional<std::string> redirect_target() const override { return header("location"); }
    Task<Result<std::optional<std::string>>> read() override {
      if (next_ < answer_.pieces.size()) co_return std::optional(answer_.pieces[next_++]);
      if (answer_.failure) co_return *answer_.failure;
      co_return std::optional<std::string>();
    }
    void expect_end_within(std::chrono::milliseconds) override {}

   private:
    ScriptedAnswer answer_;
    std::size_t next_ = 0;
  };

  std::deque<ScriptedAnswer> answers_;
};

}  // namespace kopi::test
