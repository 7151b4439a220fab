#include "base/finding.hpp"

#include <algorithm>
#include <tuple>

namespace kopi {

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::critical: return "critical";
    case Severity::high: return "high";
    case Severity::medium: return "medium";
    case Severity::low: return "low";
    case Severity::info: return "info";
  }
  return "info";
}

bool has_at_least(const Findings& findings, Severity severity) {
  return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.severity <= severity; });
}

void sort_by_place(Findings& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
}

}  // namespace kopi
