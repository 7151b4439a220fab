#include "base/finding.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::shown;

TEST_CASE("severities have the names of the contract, the worst first") {
  const Severity order[] = {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::info};
  std::vector<std::string_view> names;
  for (const Severity severity : order) names.push_back(name(severity));
  CHECK(names == std::vector<std::string_view>{"critical", "high", "medium", "low", "info"});
}

TEST_CASE("a worse finding counts as at least a milder severity") {
  const Findings findings = {{Severity::low, "a", "", 0, 0, "", "", ""}, {Severity::high, "b", "", 0, 0, "", "", ""}};
  CHECK(has_at_least(findings, Severity::info));
  CHECK(has_at_least(findings, Severity::medium));
  CHECK(has_at_least(findings, Severity::high));
  CHECK_FALSE(has_at_least(findings, Severity::critical));
  CHECK_FALSE(has_at_least({}, Severity::info));
}

TEST_CASE("findings are sorted by file, line and column, and keep their order where these are equal") {
  const auto at = [](std::string file, int line, int column, std::string message) {
    return Finding{Severity::low, "r", std::move(file), line, column, std::move(message), "", ""};
  };
  Findings findings = {at("b", 1, 1, "1"),  at("a", 9, 2, "2"), at("a", 9, 1, "3"),
                       at("a", 10, 1, "4"), at("a", 9, 1, "5"), at("", 0, 0, "6")};
  sort_by_place(findings);
  std::string order;
  for (const Finding& finding : findings) order += finding.message;
  CHECK(order == "635241");
}
