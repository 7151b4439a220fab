#include <algorithm>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/env_file.hpp"
#include "cli/locks.hpp"
#include "formats/json.hpp"
#include "installer/live.hpp"
#include "installer/refetch.hpp"
#include "model/mcp.hpp"
#include "model/settings.hpp"
#include "runtime/agent.hpp"
#include "store/blobs.hpp"
#include "store/collect.hpp"
#include "store/history.hpp"
#include "store/install_record.hpp"
#include "store/profiles.hpp"
#include "store/repair.hpp"
#include "system/files.hpp"
#include "system/process.hpp"
#include "system/sqlite.hpp"

namespace kopi::cli {
namespace {

constexpr OptionSpec options[] = {
    {"--offline", "", "leave out what needs the network"},
    {"--repair", "", "mend kopi's own records first: from the history, the store, the live files and, but for --offline, the source"}};
constexpr ExampleSpec examples[] = {{"kopi doctor", "is everything in order, and how to mend what is not"},
                                    {"coder doctor --offline --json", "without the network, as data"},
                                    {"kopi doctor --repair", "mend records that are damaged"}};

enum class Status { ok, warn, fail, damaged };

struct Check {
  std::string name;
  Status status = Status::ok;
  std::string message;
  std::string hint;
};

class Doctor {
 public:
  Doctor(Context& context, bool offline)
      : context_(context), offline_(offline), name_(context.selection.name), path_(context.home.profile_path(name_)) {}

  Result<void> repair() {
    std::vector<ProfileName> names{name_};
    if (context_.selection.origin != Selection::Origin::flag) {  // nobody named one: all of them
      KOPI_TRY(names, list_profiles(context_.home));
    }
    for (const ProfileName& name : names) {
      if (const auto readable = check_readable(context_.home, name); !readable) {  // the others are mended all the same
        add("repair", Status::fail, readable.error().message, readable.error().hint);
        continue;
      }
      refetch(name);
      KOPI_TRY(const auto repairs, repair_profile(context_.home, name).while_doing("mending {}", name.str()));
      const std::string whose = name == name_ ? "" : name.str() + ": ";
      for (const Repair& repair : repairs) add("repair", repair.whole ? Status::ok : Status::warn, whose + repair.what, repair.hint);
    }
    // Where a profile can't be read, nobody knows what it needs: then nothing is cleared away.
    auto cleared = clear_store();
    if (!cleared && cleared.error().code == Code::interrupted) return cleared;
    if (!cleared) add("repair", Status::warn, cleared.error().message, cleared.error().hint);
    return {};
  }

  std::vector<Check> examine() {
    home();
    if (profile()) {
      const bool readable = settings();
      variables();
      if (readable) {
        servers();
        model();
      }
      skills();
      distribution();
      database();
      aliases();
    }
    programs();
    if (!offline_) provider();
    return std::move(checks_);
  }

 private:
  // First, so that what is mended afterwards finds it. Where the source can't be had, the repair itself names what is lost.
  void refetch(const ProfileName& name) {
    if (offline_ || !profile_exists(context_.home, name)) return;
    const auto lock = hold_store(context_, LockMode::shared, "kopi doctor --repair");
    const auto fetched = lock ? refetch_lost(name, context_.install_context()) : Result<Refetched>(lock.error());
    if (!fetched) return add("repair", Status::warn, name.str() + ": its source can't be asked again: " + fetched.error().message);
    if (fetched->stored == 0) return;
    add("repair", Status::ok, fmt::format("{}: {} fetched again from the source", name.str(), count_of(fetched->stored, "file")));
  }

  // Damaged copies of what nothing needs: nothing could be made of them.
  Result<void> clear_store() {
    KOPI_TRY(const FileLock lock, hold_store(context_, LockMode::exclusive, "kopi doctor --repair"));
    KOPI_TRY(const StoreContents store, list_store(context_.home));
    KOPI_TRY(const Garbage damaged, find_damaged_garbage(context_.home, store, &context_.interrupt));
    KOPI_CHECK(remove_garbage(context_.home, damaged, &context_.interrupt));
    if (damaged.count() > 0)
      add("repair", Status::ok,
          fmt::format("{} of the store that nothing needs {} removed", count_of(damaged.count(), "damaged file"),
                      damaged.count() == 1 ? "is" : "are"));
    return {};
  }

  void add(std::string name, Status status, std::string message, std::string hint = {}) {
    checks_.push_back({std::move(name), status, std::move(message), context_.addressed(std::move(hint))});
  }
  std::string command() const { return "kopi -p " + name_.str(); }
  void failed(std::string name, const Error& problem) {
    add(std::move(name), problem.code == Code::state ? Status::damaged : Status::fail, problem.message, problem.hint);
  }

  /// A record of kopi's own: damaged, unless it is only that nobody lets us read it.
  void unreadable(std::string name, const Error& problem, const std::string& mend) {
    if (problem.code == Code::io) return failed(std::move(name), problem);
    add(std::move(name), Status::damaged, problem.message, mend);
  }

  void home() {
    if (!path_exists(context_.home.root))
      return add("home", Status::ok, context_.home.root + " is not there yet; the first write makes it");
    const std::string probe = join_path(context_.home.root, ".doctor");
    auto written = write_file(probe, "", 0600);
    if (!written) return failed("home", written.error());
    (void)remove_file(probe);  // an empty file of ours; the write itself was the check
    add("home", Status::ok, context_.home.root + " can be written");
    const auto names = list_directory(context_.home.profiles_path());
    if (!names) return;
    for (const std::string& entry : *names) {
      const bool is_left = entry.find(".staging-") != std::string::npos || entry.find(".deleted-") != std::string::npos;
      if (is_left && entry.starts_with('.')) {
        const std::string left = join_path(context_.home.profiles_path(), entry);
        add("left-over", Status::warn, left + " is left of a command, and could not be removed", "rm -r " + shell_quote(left));
      }
    }
  }

  /// There is one to look at.
  bool profile() {
    if (const auto usable = check_profile(context_.home, context_.selection); context_.broken_choice || !usable) {
      const Error& problem = context_.broken_choice ? *context_.broken_choice : usable.error();
      add("profile", Status::fail, problem.message, problem.hint);
      return false;
    }
    add("profile", Status::ok, fmt::format("{} at {}", name_.str(), path_));
    if (!is_regular_file(join_path(path_, "SOUL.md")))
      add("soul", Status::warn, "there is no SOUL.md: a short built-in one is used", edit_hint(join_path(path_, "SOUL.md")));
    const auto card = check_card(context_.home, name_);
    if (!card) add("card", Status::warn, card.error().message, edit_hint(join_path(path_, "profile.yaml")));
    return true;
  }

  static std::string edit_hint(const std::string& path) { return "${EDITOR:-vi} " + shell_quote(path); }

  /// They can be read.
  bool settings() {
    const std::string file = join_path(path_, "config.yaml");
    auto config = read_config(context_.home, name_);
    if (!config) {
      add("config", Status::fail, config.error().message, command() + " config edit");
      return false;
    }
    config_ = *std::move(config);
    const Findings& findings = config_findings_ = check_config(config_, file);
    for (const Finding& finding : findings) {
      if (finding.severity <= Severity::medium) add("config", Status::warn, describe(finding), command() + " config edit");
    }
    const auto unknown = std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.severity > Severity::medium; });
    add("config", Status::ok,
        !path_exists(file) ? file + " is not there: nothing is set"
        : unknown == 0     ? file + " is well-formed"
                           : fmt::format("{} is well-formed; {} in it {} nothing to kopi (kopi config list names them)", file,
                                         count_of(static_cast<std::size_t>(unknown), "key"), unknown == 1 ? "means" : "mean"));
    return true;
  }

  void variables() {
    const auto view = view_variables(context_);
    if (!view) return failed(view.error().code == Code::io || view.error().code == Code::limit ? "variables" : "manifest", view.error());
    for (const Finding& finding : view->findings) {
      const std::string file = shell_quote(view->file);
      add("variables", Status::warn, describe(finding), finding.rule == "dotenv.mode" ? "chmod 600 " + file : "${EDITOR:-vi} " + file);
    }
    for (const VariableView& variable : view->variables) {
      if (!variable.required || variable.set) continue;
      add("variables", Status::fail, fmt::format("{} is required and not set", variable.name),
          fmt::format("{} env set {}", command(), variable.name));
    }
  }

  void servers() {
    const std::string file = join_path(path_, "mcp.json");
    const auto text = read_profile_file(context_.home, name_, "mcp.json");
    auto document = !text ? Result<Node>(text.error()) : *text ? parse_json(**text, file) : Result<Node>(Node());
    if (!document) return add("mcp", Status::fail, document.error().message, edit_hint(file));
    const McpReading reading = read_mcp_servers(*document, config_, file, join_path(path_, "config.yaml"));
    for (const Finding& finding : reading.findings) {
      if (is_told(finding)) continue;
      add("mcp", Status::warn, describe(finding), finding.file == file ? edit_hint(file) : command() + " config edit");
    }
  }

  /// settings() has complained of the same place.
  bool is_told(const Finding& finding) const {
    return std::any_of(config_findings_.begin(), config_findings_.end(), [&](const Finding& told) {
      return told.severity <= Severity::medium && told.file == finding.file && told.line == finding.line && told.column == finding.column;
    });
  }

  void model() {
    auto read = read_variables(context_.home, name_, context_.environment);
    if (!read) return;  // variables() has said why
    const auto setting = model_setting(config_);
    if (!setting) return add("model", Status::fail, "no model is configured", command() + " setup");
    if (setting->provider == "replay") {
      Loop loop;
      const auto script = make_replay_provider(replay_file(path_, *setting), loop);
      return script ? add("model", Status::ok, setting->text() + " (a script)") : failed("model", script.error());
    }
    auto endpoint = resolve_endpoint(*setting, config_, *read);
    if (!endpoint) return failed("model", endpoint.error());
    add("model", Status::ok,
        fmt::format("{} at {}{}", setting->text(), endpoint->host,
                    endpoint->key_variable.empty() ? "" : ", key in " + endpoint->key_variable));
    endpoint_url_ = endpoint->url;
    endpoint_host_ = endpoint->host;
  }

  void skills() {
    const auto set = load_skills(skill_roots(context_.home, name_));
    if (!set) return failed("skills", set.error());
    for (const Finding& finding : set->refused) add("skills", Status::warn, describe(finding), unreadable_skill_hint(finding));
    const bool any_unreadable = std::any_of(set->refused.begin(), set->refused.end(), is_unreadable_skill);
    if (set->skills.empty() && any_unreadable) return;  // not in order
    add("skills", Status::ok, count_of(set->skills.size(), "skill"));
  }

  void distribution() {
    const std::string mend = command() + " doctor --repair";
    if (const auto approvals = read_approvals(path_); !approvals) unreadable("approvals", approvals.error(), mend);
    const Blobs blobs(context_.home);
    if (const auto states = read_states(path_); !states) {
      unreadable("history", states.error(), mend);
    } else if (const auto lost = std::find_if(states->begin(), states->end(), [&](const State& s) { return !read_ledger(s, blobs); });
               lost != states->end()) {
      add("history", Status::damaged, fmt::format("what state {} shipped can't be read", lost->number), mend);
    }
    auto installed = read_installed(context_.home, name_);
    if (!installed) return failed("distribution", installed.error());
    if (!*installed) return;
    const Installed& record = **installed;
    const auto live = scan_live(path_, {record.ledger, {}});
    if (!live) return failed("distribution", live.error());
    std::size_t edited = 0;
    std::size_t missing = 0;
    std::size_t lost = 0;
    for (const auto& [path, entry] : record.ledger) {
      const auto there = live->find(path);
      missing += there == live->end();
      edited += there != live->end() && there->second.entry != entry;
      lost += !blobs.has(entry.digest);
    }
    add("distribution", Status::ok,
        fmt::format("{}@{}: {}, {} edited, {} deleted by you", record.record.name,
                    record.record.version.empty() ? "?" : record.record.version, count_of(record.ledger.size(), "file"), edited, missing));
    if (lost > 0) {
      add("store", Status::damaged,
          fmt::format("{} of this distribution {} missing from {}", count_of(lost, "file"), lost == 1 ? "is" : "are",
                      context_.home.store_path()),
          fmt::format("kopi profile install {} --name {} --force", shell_quote(record.record.source), name_.str()));
    }
  }

  void database() {
    const std::string file = join_path(path_, "state.db");
    if (!is_regular_file(file)) return;
    const auto judge = [&]() -> Result<void> {
      KOPI_TRY(Database database, Database::open(file));
      KOPI_TRY(const auto rows, database.query("PRAGMA quick_check(1)"));
      const std::string verdict = rows.empty() ? "" : rows.front().text(0);
      if (verdict != "ok") return error(Code::state, "the database {} is damaged: {}", file, verdict);
      return {};
    };
    if (auto sound = judge(); !sound) {
      Error problem = std::move(sound).error();
      if (problem.code == Code::state) problem.hint = fmt::format("mv {} {}", shell_quote(file), shell_quote(file + ".damaged"));
      return failed("sessions", problem);
    }
    add("sessions", Status::ok, file + " is sound");
  }

  void aliases() {
    const auto aliases = find_aliases(context_.home);
    const auto alias = aliases.find(name_.str());
    if (alias == aliases.end()) return;
    const bool reachable = aliases_are_reachable(context_.home, context_.alias_context());
    if (!reachable)
      return add("alias", Status::warn, context_.home.alias_directory() + " is not on your PATH", "export PATH=\"$HOME/.local/bin:$PATH\"");
    add("alias", Status::ok, "the command " + alias->second);
  }

  void programs() {
    const std::string search = context_.environment.get("PATH").value_or("");
    const bool git = find_program("git", search).has_value();
    const bool ssh = find_program("ssh", search).has_value();
    add("git", git ? Status::ok : Status::warn,
        git ? "git is here: its credential helpers are used" : "git is not installed: private repositories over https need ~/.netrc");
    add("ssh", ssh ? Status::ok : Status::warn, ssh ? "ssh is here" : "ssh is not installed: ssh sources can't be read");
  }

  // Any answer at all means that the way there is open; whether the key is right, `kopi setup` finds out.
  void provider() {
    if (endpoint_url_.empty()) return;
    Loop loop;
    const auto http = make_http_client(loop, context_.environment, &context_.console);
    HttpRequest request{.method = "GET", .url = endpoint_url_};
    request.timeouts = {std::chrono::seconds(5), std::chrono::seconds(5), std::chrono::seconds(5)};
    std::stop_source stop;
    const auto watch = loop.watch(context_.interrupt, [&] { stop.request_stop(); });
    const auto response = loop.run(http->send(std::move(request), stop.get_token()));
    if (!response) return add("provider", Status::fail, response.error().message, command() + " setup");
    add("provider", Status::ok, endpoint_host_ + " answers");
  }

  Context& context_;
  bool offline_;
  ProfileName name_;
  std::string path_;
  Node config_;
  Findings config_findings_;
  std::string endpoint_url_, endpoint_host_;
  std::vector<Check> checks_;
};

std::string_view word(Status status) {
  switch (status) {
    case Status::ok: return "ok";
    case Status::warn: return "warn";
    case Status::fail: return "fail";
    case Status::damaged: return "damaged";
  }
  return "ok";
}

Result<Outcome> run(Context& context, const Arguments& given) {
  Doctor doctor(context, given.flag("--offline"));
  if (given.flag("--repair")) KOPI_CHECK(doctor.repair());
  const auto checks = doctor.examine();
  if (context.interrupt.requested()) return interrupted_error();
  Outcome outcome;
  Node list = Node::sequence();
  Status worst = Status::ok;
  for (const Check& check : checks) {
    worst = std::max(worst, check.status);
    list.push(Node::mapping({{"name", check.name},
                             {"status", word(check.status)},
                             {"message", check.message},
                             {"hint", check.hint.empty() ? Node() : Node(check.hint)}}));
    const Style style = check.status == Status::ok ? Style::green : check.status == Status::warn ? Style::yellow : Style::red;
    const std::string_view mark = check.status == Status::ok ? "✓" : check.status == Status::warn ? "!" : "✗";
    outcome.text.styled(style, "{}", mark).print(" {:<13} {}\n", check.name, check.message);
    if (!check.hint.empty()) outcome.text.print("{:>15} {} {}\n", "", "→", check.hint);
  }
  outcome.data = Node::mapping({{"profile", context.selection.name.str()}, {"checks", std::move(list)}});
  if (worst == Status::damaged) outcome.problem = error(Code::state, "some of kopi's records are damaged");
  if (worst == Status::fail) outcome.problem = error(Code::drift, "not everything is in order");
  return outcome;
}

}  // namespace

const CommandSpec doctor_command{
    "doctor",
    "Check a profile and say how to mend it",
    "Looks at the home, the profile's files, its model and key, its skills, what was installed, its database, its command, and whether the "
    "provider answers. Ends with 3 when something must be mended before the agent can work, with 8 when kopi's own records are damaged.",
    {},
    options,
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
