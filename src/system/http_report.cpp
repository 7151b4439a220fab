#include "system/http_report.hpp"

#include "base/text.hpp"

namespace kopi::detail {
namespace {

std::string shown(const std::string& url) {
  const auto parsed = parse_url(url);
  return parsed ? parsed->shown() : "a URL that can't be read";
}

class ReportingClient final : public HttpTransport {
 public:
  ReportingClient(std::unique_ptr<HttpTransport> client, Reporter& reporter) : client_(std::move(client)), reporter_(reporter) {}

  Task<Result<std::unique_ptr<HttpResponse>>> send(HttpRequest request, std::stop_token stop) override {
    const std::string what = request.method + " " + shown(request.url);
    const auto started = std::chrono::steady_clock::now();
    auto response = co_await client_->send(std::move(request), std::move(stop));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - started;
    const std::string outcome = response ? fmt::format("HTTP {}", (*response)->status()) : response.error().message;
    reporter_.debug(fmt::format("{}: {} after {:.1f} ms", what, outcome, took.count()));
    co_return response;
  }

 private:
  std::unique_ptr<HttpTransport> client_;
  Reporter& reporter_;
};

}  // namespace

std::unique_ptr<HttpTransport> report_requests(std::unique_ptr<HttpTransport> client, Reporter& reporter) {
  return std::make_unique<ReportingClient>(std::move(client), reporter);
}

}  // namespace kopi::detail
