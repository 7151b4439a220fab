#include <algorithm>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "installer/lint.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {
    {"PATH", "a distribution's directory, or the name of a profile; when left out this directory, or what -p names", false, false,
     Offers::directory}};
constexpr OptionSpec options[] = {{"--strict", "", "fail at any finding of medium or higher"},
                                  {"--rules", "", "list what is looked for, and look at nothing"}};
constexpr ExampleSpec examples[] = {{"kopi profile validate ./release-bot", "would it install, and would its users be glad?"},
                                    {"kopi profile validate --strict --json", "for continuous integration: any doubt fails, as data"}};

struct Target {
  std::string directory;
  bool is_profile = false;
};

// As everywhere, `./x` is a path; a bare word is a profile where one is called so.
Result<Target> find_target(const Context& context, const std::optional<std::string>& word) {
  if (!word && context.selection.origin == Selection::Origin::flag) return Target{context.home.profile_path(context.selection.name), true};
  if (!word) return Target{context.working_directory};
  std::string path = *word;
  if (path == "~" || path.starts_with("~/")) path = context.home.user_home + path.substr(1);
  Target target{absolute_path(path, context.working_directory)};
  const bool is_path = path.starts_with('/') || path.starts_with("./") || path.starts_with("../") || path == "." || path == "..";
  if (!is_path) {
    const auto name = ProfileName::parse(path);
    if (name && profile_exists(context.home, *name)) return Target{context.home.profile_path(*name), true};
  }
  if (is_directory(target.directory)) return target;
  const bool is_manifest = file_name(target.directory) == "distribution.yaml" && path_exists(target.directory);
  if (is_manifest) return Target{parent_path(target.directory)};
  if (path_exists(target.directory)) return error(Code::not_found, "{} is no directory", target.directory);
  if (is_path) return error(Code::not_found, "there is no directory {}", target.directory);
  return error(Code::not_found, "there is neither a profile nor a directory called '{}'", path);
}

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
    case Severity::high: return Style::red;
    case Severity::medium: return Style::yellow;
    case Severity::low:
    case Severity::info: break;
  }
  return Style::dim;
}

std::size_t count(const Findings& findings, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.severity == severity; }));
}

std::string counts_in_words(const Findings& findings) {
  std::vector<std::string> parts;
  for (const Severity severity : {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::info}) {
    if (const std::size_t number = count(findings, severity); number > 0) parts.push_back(fmt::format("{} {}", number, name(severity)));
  }
  return join(parts, ", ");
}

Text render(const LintReport& report) {
  Text text;
  for (const Finding& finding : report.findings) {
    text.styled(style_of(finding.severity), "{:<8}", name(finding.severity)).print(" {}", describe(finding));
    text.styled(Style::dim, "  [{}]\n", finding.rule);
  }
  const std::string what = report.name.empty()      ? std::string("the distribution")
                           : report.version.empty() ? report.name
                                                    : report.name + " " + report.version;
  const std::string size = fmt::format("{}, {}", count_of(report.files, "file"), human_bytes(report.bytes));
  if (report.findings.empty()) return text.styled(Style::green, "✓").print(" {} is in order ({})\n", what, size);
  const std::string found = fmt::format("{}: {}", count_of(report.findings.size(), "finding"), counts_in_words(report.findings));
  if (report.refusal) return text.styled(Style::red, "✗").print(" {} can't be installed; {}\n", what, found);
  return text.styled(Style::yellow, "!").print(" {} can be installed ({}); {}\n", what, size, found);
}

// A secret first: nothing else about the tree is as urgent.
std::optional<Error> problem_of(const LintReport& report, bool strict) {
  const auto secrets = static_cast<std::size_t>(std::count_if(report.findings.begin(), report.findings.end(), is_published_secret));
  if (secrets > 0) return error(Code::secret, "{} would be published", count_of(secrets, "secret"));
  if (report.refusal) {
    Error problem = *report.refusal;
    problem.context.emplace_back("trying an install");
    problem.findings.clear();  // they are shown already
    return problem;
  }
  if (strict && has_at_least(report.findings, Severity::medium)) {
    return error(Code::manifest, "--strict: {} of medium or higher",
                 count_of(count(report.findings, Severity::high) + count(report.findings, Severity::medium), "finding"));
  }
  return std::nullopt;
}

Outcome list_rules() {
  Outcome outcome;
  Node list = Node::sequence();
  Table table({"Rule", "Severity", "What it finds"});
  for (const LintRule& rule : lint_rules()) {
    list.push(Node::mapping({{"rule", rule.id},
                             {"severity", name(rule.severity)},
                             {"what", rule.what},
                             {"example", rule.example.empty() ? Node() : Node(rule.example)}}));
    table.row({std::string(rule.id), std::string(name(rule.severity)), std::string(rule.what)});
  }
  outcome.data = Node::mapping({{"rules", std::move(list)}});
  outcome.text = table.render();
  return outcome;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  if (given.flag("--rules")) return list_rules();
  KOPI_TRY(const Target target, find_target(context, given.value("PATH")));
  LintRequest request;
  request.directory = target.directory;
  request.is_profile = target.is_profile;
  request.program_version = std::string(program_version());
  KOPI_TRY(request.limits, read_limits(context.home));
  KOPI_TRY(LintReport report, lint_directory(request));
  Outcome outcome;
  outcome.data = Node::mapping({{"path", target.directory},
                                {"name", report.name.empty() ? Node() : Node(report.name)},
                                {"version", report.version.empty() ? Node() : Node(report.version)},
                                {"files", report.files},
                                {"bytes", report.bytes},
                                {"installable", !report.refusal}});
  outcome.text = render(report);
  outcome.problem = problem_of(report, given.flag("--strict"));
  outcome.findings = std::move(report.findings);
  return outcome;
}

}  // namespace

const CommandSpec profile_validate_command{
    "profile validate",
    "Look a distribution over before you publish it",
    "Finds what an install would refuse, and what it would let pass to your users' cost: secrets and files that may hold some, paths of "
    "your machine, servers without a version, variables that nobody is asked for, skills that can't be found, keys with a slip of the "
    "pen. In a git work tree, what a commit would hold is looked at. Ends with 4 when a secret of high or "
    "critical severity was found, whatever else was; with 1 when it can't be installed, or --strict has found anything of medium or "
    "higher; "
    "else with 0.",
    arguments,
    options,
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
