#include <algorithm>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/preview.hpp"
#include "cli/several.hpp"
#include "installer/outdated.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {
    {"NAME", "the profiles to ask about; all installed ones when left out", false, true, Offers::profile}};
constexpr OptionSpec options[] = {{"--check", "", "end with 3 when one of them is outdated"},
                                  {"--insecure-http", "", "allow http:// to other hosts than this one"}};
constexpr ExampleSpec examples[] = {{"kopi profile outdated", "which of my agents have something new?"},
                                    {"kopi profile outdated research-bot --check", "for a script: exit status 3 when it has"}};

bool is_outdated(const Newest& newest) { return newest.kept_back || (newest.differs && !newest.pinned); }

Node or_null(const std::string& text) { return text.empty() ? Node() : Node(text); }

Node to_json(const OutdatedQuery& query, const Newest& newest) {
  const InstallRecord& record = query.record;
  return Node::mapping(
      {{"name", query.name.str()},
       {"source", record.source},
       {"wanted", record.wanted},
       {"ref_kind", or_null(record.ref_kind)},
       {"version", or_null(record.version)},
       {"commit", or_null(record.commit)},
       {"newest", Node::mapping({{"ref", or_null(newest.ref)}, {"commit", or_null(newest.commit)}, {"version", or_null(newest.version)}})},
       {"outdated", is_outdated(newest)},
       {"pinned", newest.pinned},
       {"note", or_null(newest.note)}});
}

// "1.2.0 (3f2a…)" or what of it is known.
std::string words(const std::string& name, const std::string& commit) {
  const std::string digits = commit.substr(0, 12);
  if (name.empty() || digits.empty()) return name.empty() ? (digits.empty() ? "—" : digits) : shortened(name, 24);
  return fmt::format("{} ({})", shortened(name, 24), digits);
}

std::string state_words(const Newest& newest) {
  std::string state = newest.pinned ? "stays at its commit" : is_outdated(newest) ? "outdated" : "newest";
  if (!newest.note.empty()) state += "; " + newest.note;
  return state;
}

// What brings the first of them up to date: one at a tag is moved, the others follow by themselves.
std::string update_hint(const OutdatedQuery& query, const Newest& newest) {
  const std::string command = "kopi profile update " + query.name.str();
  return query.record.ref_kind == "tag" && newest.differs ? fmt::format("{} --to {}", command, shell_quote(newest.ref)) : command;
}

Result<std::vector<OutdatedQuery>> read_queries(Context& context, const Arguments& given, SeveralOutcomes& outcomes) {
  std::vector<OutdatedQuery> queries;
  std::vector<ProfileName> names;
  const bool all = given.all("NAME").empty();
  if (all) {
    KOPI_TRY(names, list_profiles(context.home));
  } else {
    KOPI_TRY(names, named_profiles(context, given));
  }
  for (const ProfileName& name : names) {
    auto record = read_install_record(context.home, name);
    if (!record) {
      outcomes.add(context, name, std::move(record).error());
    } else if (*record) {
      queries.push_back({name, **std::move(record)});
    } else if (!all) {
      outcomes.add(context, name, error(Code::source, "profile '{}' was not installed from a distribution", name.str()));
    }
  }
  return queries;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  SeveralOutcomes outcomes("could not be looked up");
  KOPI_TRY(const auto queries, read_queries(context, given, outcomes));
  const auto answers = fetch_newest(queries, {.insecure_http = given.flag("--insecure-http")}, context.install_context());
  if (context.interrupt.requested()) return interrupted_error();
  Table table({"Profile", "Installed", "Newest", "State"});
  std::vector<std::string> outdated;
  std::string hint;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const OutdatedQuery& query = queries[i];
    const std::string installed = words(query.record.version, query.record.commit);
    if (!answers[i]) {
      table.row({query.name.str(), installed, "?", std::string(info(answers[i].error().code).name)});
      outcomes.add(context, query.name, answers[i].error());
      continue;
    }
    const Newest& newest = *answers[i];
    if (is_outdated(newest) && outdated.empty()) hint = update_hint(query, newest);
    if (is_outdated(newest)) outdated.push_back(query.name.str());
    table.row({query.name.str(), installed, words(newest.ref.empty() ? newest.version : newest.ref, newest.commit), state_words(newest)},
              is_outdated(newest) ? "!" : " ");
    Outcome one;
    one.data = to_json(query, newest);
    outcomes.add(context, query.name, std::move(one));
  }
  Outcome outcome = std::move(outcomes).finish();
  if (queries.empty()) {
    if (!outcome.problem) outcome.text.print("No profile was installed from a distribution.\n");
    return outcome;
  }
  outcome.text = table.render();
  if (!outdated.empty() && given.flag("--check") && !outcome.problem) {
    outcome.problem = with_hint(error(Code::drift, "outdated: {}", join(outdated, ", ")), hint);
  }
  return outcome;
}

}  // namespace

const CommandSpec profile_outdated_command{
    "profile outdated",
    "Ask the sources what is new",
    "For each installed agent: what is installed, and what is newest where it came from. One question a repository, several at a time; "
    "nothing is fetched and nothing changes. An agent that follows a branch is compared with that branch, one at a tag with the highest "
    "version among the tags; one at a commit stays there, and the default branch is told for information. A source that does not "
    "answer is one line, and the others are asked all the same; the exit status is then 6.",
    arguments,
    options,
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
