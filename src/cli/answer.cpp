#include "cli/answer.hpp"

#include "formats/json.hpp"

namespace kopi::cli {
namespace {

Node text_or_null(const std::string& text) { return text.empty() ? Node() : Node(text); }

Node findings_of(const Findings& own, const Findings& warnings) {
  Findings all = own;
  all.insert(all.end(), warnings.begin(), warnings.end());
  return to_json(all);
}

void print_error(Console& console, const Error& problem) {
  if (problem.code == Code::declined) {
    console.error(Text().print("Cancelled.\n"));
  } else {
    console.error(describe(problem));
  }
}

}  // namespace

Node to_json(const Finding& finding) {
  return Node::mapping({{"severity", name(finding.severity)},
                        {"rule", finding.rule},
                        {"file", text_or_null(finding.file)},
                        {"line", finding.line > 0 ? Node(finding.line) : Node()},
                        {"column", finding.column > 0 ? Node(finding.column) : Node()},
                        {"message", finding.message},
                        {"evidence", text_or_null(finding.evidence)},
                        {"digest", text_or_null(finding.digest)}});
}

Node to_json(const Findings& findings) {
  Node list = Node::sequence();
  for (const Finding& finding : findings) list.push(to_json(finding));
  return list;
}

Node records_of(std::string_view key, const std::vector<std::string>& texts) {
  Node list = Node::sequence();
  for (const std::string& text : texts) list.push(Node::mapping({{key, text}}));
  return list;
}

Node error_record(const Error& problem, const Node& data, const Findings& warnings) {
  const CodeInfo& code = info(problem.code);
  return Node::mapping({{"ok", code.exit == 0},
                        {"exit", code.exit},
                        {"code", code.name},
                        {"message", problem.message},
                        {"hint", text_or_null(problem.hint)},
                        {"context", Node::strings(problem.context)},
                        {"data", data},
                        {"findings", findings_of(problem.findings, warnings)}});
}

int answer(Console& console, bool json, Result<Outcome> outcome) {
  if (!outcome) {
    if (json) console.out_raw(render_json(error_record(outcome.error(), Node(), console.warnings())) + "\n");
    print_error(console, outcome.error());
    return info(outcome.error().code).exit;
  }
  const int exit = outcome->problem ? info(outcome->problem->code).exit : 0;
  if (outcome->printed) return exit;
  if (json) {
    Findings warnings = outcome->findings;
    warnings.insert(warnings.end(), console.warnings().begin(), console.warnings().end());
    Node record =
        outcome->problem
            ? error_record(*outcome->problem, outcome->data, warnings)
            : Node::mapping({{"ok", true}, {"exit", 0}, {"code", Node()}, {"data", outcome->data}, {"findings", to_json(warnings)}});
    console.out_raw(render_json(record) + "\n");
  } else {
    console.out(outcome->text);
  }
  if (outcome->problem) print_error(console, *outcome->problem);
  return exit;
}

}  // namespace kopi::cli
