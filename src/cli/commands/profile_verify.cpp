#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/locks.hpp"
#include "cli/several.hpp"
#include "installer/verify.hpp"
#include "store/install_record.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profiles to look at; the active one when left out", false, true, Offers::profile}};
constexpr OptionSpec options[] = {{"--all", "", "every profile that was installed from a distribution"}};
constexpr ExampleSpec examples[] = {{"kopi profile verify research-bot", "is every file as its author shipped it?"},
                                    {"kopi profile verify --all --quiet", "for a script: exit status 3 when anything differs"}};

constexpr std::size_t k_most_extra = 10;

Node to_json(const ProfileName& name, const Verification& found) {
  Node modified = Node::sequence();
  for (const auto& file : found.modified) modified.push(Node::mapping({{"path", file.path}, {"reason", file.reason}}));
  return Node::mapping({{"name", name.str()},
                        {"clean", found.is_clean()},
                        {"signature", "absent"},
                        {"modified", std::move(modified)},
                        {"missing", records_of("path", found.missing)},
                        {"extra", records_of("path", found.extra)},
                        {"pending", records_of("path", found.pending)}});
}

Text render(const ProfileName& name, const InstallRecord& record, std::size_t files, const Verification& found) {
  Text text;
  const std::string what = fmt::format("{}@{}", record.name, record.version.empty() ? "?" : record.version);
  if (found.is_clean()) {
    text.styled(Style::green, "✓").print(" {}: {} of {} as shipped\n", name.str(), count_of(files, "file"), what);
  } else {
    text.styled(Style::yellow, "!")
        .print(" {}: {} of {}, {} changed, {} missing\n", name.str(), count_of(files, "file"), what, found.modified.size(),
               found.missing.size());
  }
  for (const auto& file : found.modified) text.styled(Style::yellow, "  ~ {}", file.path).print("  ({})\n", file.reason);
  for (const std::string& path : found.missing) text.styled(Style::red, "  - {}\n", path);
  for (const std::string& path : found.pending) text.styled(Style::red, "  ! {}", path).print("  (its merge waits for your decision)\n");
  for (std::size_t i = 0; i < std::min(found.extra.size(), k_most_extra); ++i)
    text.styled(Style::dim, "  + {}  (your own, beside what was shipped)\n", found.extra[i]);
  if (found.extra.size() > k_most_extra) text.styled(Style::dim, "  + {} more of your own\n", found.extra.size() - k_most_extra);
  return text;
}

// Whatever keeps kopi from reading its own record, a missing right included, is one thing to its user: the record is no use.
Error unreadable(Error problem, const ProfileName& name) {
  if (problem.code == Code::io || problem.code == Code::limit || problem.code == Code::link || problem.code == Code::type)
    problem.code = Code::state;
  if (problem.code == Code::state && problem.hint.empty()) problem.hint = fmt::format("kopi -p {} doctor --repair", name.str());
  return problem;
}

Result<Outcome> verify_one(Context& context, const ProfileName& name) {
  KOPI_TRY(const FileLock lock, hold_profile(context, name, "kopi profile verify"));
  auto read = read_installed(context.home, name);
  if (!read) return unreadable(std::move(read).error(), name);
  if (!*read) {
    return with_hint(
        error(Code::source, "profile '{}' was not installed from a distribution: there is nothing to compare it with", name.str()),
        "kopi profile verify --all");
  }
  const Installed& installed = **read;
  const std::string path = context.home.profile_path(name);
  KOPI_TRY(Verification found, verify_files(path, installed.ledger).while_doing("verifying {}", name.str()));
  for (const Pending& pending : undecided(path, installed.record)) found.pending.push_back(pending.path.str());
  Outcome outcome;
  outcome.data = to_json(name, found);
  outcome.text = render(name, installed.record, installed.ledger.size(), found);
  if (!found.is_clean()) {
    outcome.problem = with_hint(error(Code::drift, "'{}' differs from what was installed", name.str()), "kopi profile diff " + name.str());
  }
  return outcome;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const auto names, named_profiles(context, given));
  if (names.size() == 1 && !given.flag("--all")) return verify_one(context, names.front());
  SeveralOutcomes outcomes("failed the check");
  for (const ProfileName& name : names) {
    if (context.interrupt.requested()) return interrupted_error();
    outcomes.add(context, name, verify_one(context, name));
  }
  Outcome outcome = std::move(outcomes).finish();
  if (names.empty()) outcome.text.print("No profile was installed from a distribution.\n");
  return outcome;
}

}  // namespace

const CommandSpec profile_verify_command{
    "profile verify",
    "Compare a profile's files with what was installed",
    "Every file that the distribution shipped is read and compared with the ledger: content and executable bit. Ends with 3 when one was "
    "changed or is missing, by you or by anybody else, and with 8 when kopi's own record can't be read. Files of your own beside the "
    "shipped ones are listed, and are fine.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
