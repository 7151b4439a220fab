#include "installer/plan.hpp"

#include <array>

#include "support/documents.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::must;

using State = std::optional<LedgerEntry>;

namespace {

RelPath path(std::string_view text) { return must(RelPath::parse(text)); }

LedgerEntry entry(std::string_view content, FileMode mode = FileMode::regular) { return {mode, sha256(content)}; }

std::string_view name(PlanStep::Action action) {
  static constexpr std::string_view names[] = {"add", "replace", "remove", "adopt", "keep", "release", "conflict", "merge"};
  return names[static_cast<std::size_t>(action)];
}

Distribution shipping(std::string_view file, const State& state) {
  Distribution distribution;
  if (state) distribution.files.emplace(path(file), SnapshotFile{state->mode, "", state->digest});
  return distribution;
}

Plan plan_of(std::string_view file, const State& base, const State& ours, const State& theirs, PlanOptions options = {}) {
  Ledger ledger;
  LiveFiles live;
  if (base) ledger.emplace(path(file), *base);
  if (ours) live.emplace(path(file), LiveFile{*ours});
  return make_plan(ledger, live, {}, shipping(file, theirs), {}, options);
}

// The three states by what they have in common: "aba" is: edited by the user, as it was at the author's. '-' is absent.
std::string pattern_of(const State& base, const State& ours, const State& theirs) {
  std::vector<State> seen;
  std::string pattern;
  for (const State& state : {base, ours, theirs}) {
    if (!state) {
      pattern += '-';
      continue;
    }
    std::size_t index = 0;
    while (index < seen.size() && seen[index] != state) ++index;
    if (index == seen.size()) seen.push_back(state);
    pattern += static_cast<char>('a' + index);
  }
  return pattern;
}

struct Rule {
  std::string_view pattern;  ///< base, ours, theirs
  std::string_view action;   ///< "" = no step
  char live_after;           ///< what lies in the profile afterwards: which of the three ('b', 'o', 't'), or '-'
  char ledger_after;
};

constexpr Rule k_rules[] = {{"---", "", '-', '-'},          // nobody has it
                            {"--a", "add", 't', 't'},       // new
                            {"-a-", "", 'o', '-'},          // the user's own
                            {"-aa", "adopt", 'o', 't'},     // the user made the very same file
                            {"-ab", "conflict", 'o', 't'},  // two different files of one name
                            {"a--", "", '-', '-'},          // gone on both sides
                            {"a-a", "", '-', 'b'},          // deleted by the user
                            {"a-b", "keep", '-', 'b'},      // deleted by the user, changed by the author
                            {"aa-", "remove", '-', '-'},    // dropped by the author
                            {"aaa", "", 'o', 'b'},          // nothing moved
                            {"aab", "replace", 't', 't'},   // changed by the author
                            {"ab-", "release", 'o', '-'},   // edited by the user, dropped by the author
                            {"aba", "keep", 'o', 'b'},      // edited by the user
                            {"abb", "adopt", 'o', 't'},     // both made the same change
                            {"abc", "keep", 'o', 'b'}};     // both changed it, differently

const State k_states[] = {std::nullopt, entry("A"), entry("A", FileMode::executable), entry("B"), entry("C", FileMode::executable)};

}  // namespace

TEST_CASE("every combination of what was shipped, what lies there and what is shipped now has its one action") {
  std::map<std::string, int> met;
  for (const State& base : k_states) {
    for (const State& ours : k_states) {
      for (const State& theirs : k_states) {
        const std::string pattern = pattern_of(base, ours, theirs);
        ++met[pattern];
        const auto rule = std::find_if(std::begin(k_rules), std::end(k_rules), [&](const Rule& r) { return r.pattern == pattern; });
        CAPTURE(pattern);
        REQUIRE(rule != std::end(k_rules));
        const auto state_of = [&](char which) -> State {
          return which == 'b' ? base : which == 'o' ? ours : which == 't' ? theirs : std::nullopt;
        };
        const Plan plan = plan_of("a.md", base, ours, theirs);
        REQUIRE(plan.steps.size() == (rule->action.empty() ? 0U : 1U));
        const auto in_ledger = plan.ledger.find(path("a.md"));
        CHECK((in_ledger == plan.ledger.end() ? std::nullopt : State(in_ledger->second)) == state_of(rule->ledger_after));
        CHECK(plan.has_conflicts() == (rule->action == "conflict"));
        const bool writes = rule->action == "add" || rule->action == "replace" || rule->action == "remove" || rule->action == "conflict";
        CHECK(plan.writes_files() == writes);
        if (rule->action.empty()) continue;
        const PlanStep& step = plan.steps[0];
        CHECK(name(step.action) == rule->action);
        CHECK(step.path == path("a.md"));
        CHECK(step.from == ours);
        CHECK(step.to == (rule->action == "conflict" ? theirs : state_of(rule->live_after)));
        const bool explained = rule->action == "keep" || rule->action == "release" || rule->action == "conflict";
        CHECK(step.reason.empty() == !explained);
      }
    }
  }
  CHECK(met.size() == std::size(k_rules));  // no rule is dead
}

TEST_CASE("--force-config puts the author's config.yaml in place of an edited or deleted one, and touches no other file") {
  const PlanOptions forced{.force_config = true};
  const std::pair<std::array<State, 3>, std::string_view> rows[] = {
      {{entry("A"), entry("B"), entry("C")}, "replace"},   {{entry("A"), entry("B"), entry("A")}, "replace"},
      {{entry("A"), std::nullopt, entry("A")}, "replace"}, {{entry("A"), entry("B"), entry("B")}, "adopt"},
      {{entry("A"), entry("A"), entry("A")}, ""},          {{entry("A"), entry("B"), std::nullopt}, "release"}};
  for (const auto& [states, action] : rows) {
    CAPTURE(pattern_of(states[0], states[1], states[2]));
    const Plan plan = plan_of("config.yaml", states[0], states[1], states[2], forced);
    CHECK((plan.steps.empty() ? "" : name(plan.steps[0].action)) == action);
    if (action == "replace") CHECK(plan.ledger.at(path("config.yaml")) == *states[2]);
  }
  for (const std::string_view file : {"SOUL.md", "skills/config.yaml", "mcp.json"}) {
    CHECK(name(plan_of(file, entry("A"), entry("B"), entry("C"), forced).steps[0].action) == "keep");
  }
}

TEST_CASE("steps come by path and say why something stays") {
  const Ledger base = {{path("b.md"), entry("1")}, {path("c.md"), entry("1")}, {path("d.md"), entry("1")}, {path("e.md"), entry("1")}};
  const LiveFiles live = {{path("a.md"), {entry("mine")}},
                          {path("b.md"), {entry("edited")}},
                          {path("c.md"), {entry("edited")}},
                          {path("d.md"), {entry("edited")}}};
  Distribution shipped;
  for (const auto& [file, content] : {std::pair{"a.md", "2"}, {"b.md", "1"}, {"c.md", "2"}, {"e.md", "2"}}) {
    shipped.files.emplace(path(file), SnapshotFile{FileMode::regular, content, sha256(content)});
  }
  std::string text;
  for (const PlanStep& step : make_plan(base, live, {}, shipped, {}, {}).steps) {
    text += fmt::format("{} {}: {}\n", name(step.action), step.path.str(), step.reason);
  }
  CHECK(text ==
        "conflict a.md: your own file stays; the shipped one lands beside it\n"
        "keep b.md: edited by you\n"
        "keep c.md: edited by you, and changed by the author\n"
        "release d.md: edited by you, no longer shipped: now your own\n"
        "keep e.md: deleted by you: stays deleted\n");
}

namespace {

Plan clash(std::string_view file, std::string_view ours, std::string_view theirs, FileMode our_mode = FileMode::regular) {
  Distribution shipped;
  shipped.files.emplace(path(file), SnapshotFile{FileMode::regular, std::string(theirs), sha256(theirs)});
  return make_plan({}, {{path(file), {entry(ours, our_mode)}}}, {}, shipped, {{path(file), std::string(ours)}}, {});
}

}  // namespace

TEST_CASE("a YAML or JSON file without a common past is merged by key, the user's values live") {
  const Plan merged = clash("config.yaml", "# mine\na: 1\n", "a: 2\nb: 3\n", FileMode::executable);
  REQUIRE(merged.steps.size() == 1);
  CHECK(name(merged.steps[0].action) == "merge");
  CHECK(merged.merged.at(path("config.yaml")) == "# mine\na: 1\nb: 3\n");
  CHECK(merged.steps[0].to == entry("# mine\na: 1\nb: 3\n", FileMode::executable));
  CHECK(merged.ledger.at(path("config.yaml")) == entry("a: 2\nb: 3\n"));
  CHECK(merged.writes_files());
  CHECK_FALSE(merged.has_conflicts());

  const Plan complete = clash("mcp.json", R"({"a": 1, "b": 2})", R"({"a": 3})");
  REQUIRE(complete.steps.size() == 1);
  CHECK(name(complete.steps[0].action) == "keep");
  CHECK(complete.merged.empty());
  CHECK_FALSE(complete.writes_files());

  for (const auto& [file, ours, theirs] :
       {std::tuple{"SOUL.md", "a: 1", "b: 2"}, {"config.yaml", "- a", "b: 2"}, {"config.yaml", "a: [", "b: 2"}, {"mcp.json", "{", "{}"}}) {
    CAPTURE(file, ours);
    CHECK(clash(file, ours, theirs).has_conflicts());
  }
}

TEST_CASE("a conflict's file lands beside the user's") { CHECK(must(beside_path(path("a/SOUL.md"))).str() == "a/SOUL.md.kopi-new"); }

TEST_CASE("capabilities are compared as sets") {
  Distribution shipped;
  shipped.capabilities = {{"cron", "a", "1"}, {"cron", "b", "1"}, {"env", "X", ""}};
  const Plan plan = make_plan({}, {}, {{"cron", "a", "2"}, {"env", "X", ""}, {"plugin", "t", ""}}, shipped, {}, {});
  CHECK(plan.capabilities_added == std::vector<Capability>{{"cron", "a", "1"}, {"cron", "b", "1"}});
  CHECK(plan.capabilities_removed == std::vector<Capability>{{"cron", "a", "2"}, {"plugin", "t", ""}});
}

TEST_CASE("a plan is printed in groups, under a digest of everything else in it") {
  const Plan plan = plan_of("run.sh", entry("A"), entry("A"), entry("B", FileMode::executable));
  const Node json = to_json(plan);
  const std::string a = sha256("A").str();
  const std::string b = sha256("B").str();
  CHECK(json == Node::mapping({{"digest", plan_digest(plan).str()},
                               {"added", Node::sequence()},
                               {"changed", Node::sequence({Node::mapping(
                                               {{"path", "run.sh"}, {"from", a}, {"to", b}, {"mode", "100755"}, {"reason", Node()}})})},
                               {"removed", Node::sequence()},
                               {"kept", Node::sequence()},
                               {"conflicts", Node::sequence()},
                               {"capabilities", test::json(R"({"added": [], "removed": []})")}}));
  const Node removal = to_json(plan_of("run.sh", entry("A", FileMode::executable), entry("A", FileMode::executable), std::nullopt));
  CHECK(removal.find("removed")->items()[0] ==
        Node::mapping({{"path", "run.sh"}, {"from", a}, {"to", Node()}, {"mode", "100755"}, {"reason", Node()}}));
}

TEST_CASE("the digest of a plan follows what it does") {
  const Digest digest = plan_digest(plan_of("a", std::nullopt, std::nullopt, entry("A")));
  CHECK(digest == plan_digest(plan_of("a", std::nullopt, std::nullopt, entry("A"))));
  for (const Plan& other : {plan_of("b", std::nullopt, std::nullopt, entry("A")), plan_of("a", std::nullopt, std::nullopt, entry("B")),
                            plan_of("a", std::nullopt, std::nullopt, entry("A", FileMode::executable)),
                            plan_of("a", entry("B"), entry("B"), entry("A")), plan_of("a", std::nullopt, entry("B"), entry("A")), Plan{}}) {
    CHECK(digest != plan_digest(other));
  }
  Distribution shipped = shipping("a", entry("A"));
  shipped.capabilities = {{"env", "X", ""}};
  CHECK(digest != plan_digest(make_plan({}, {}, {}, shipped, {}, {})));
}
