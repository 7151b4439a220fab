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
  static constexpr std::string_view names[] = {"add", "replace", "remove", "adopt", "keep", "release", "merge", "conflict"};
  return names[static_cast<std::size_t>(action)];
}

struct Side {
  std::string content;
  FileMode mode = FileMode::regular;
  bool operator==(const Side&) const = default;
};
using Sides = std::optional<Side>;

State state_of(const Sides& side) { return side ? State(entry(side->content, side->mode)) : std::nullopt; }

Distribution shipping(std::string_view file, const Sides& side) {
  Distribution distribution;
  if (side) distribution.files.emplace(path(file), SnapshotFile{side->mode, side->content, sha256(side->content)});
  return distribution;
}

PlanBasis basis_of(std::string_view file, const Sides& base, const Sides& ours) {
  PlanBasis basis;
  if (base) basis.base.emplace(path(file), *state_of(base));
  if (ours) basis.live.emplace(path(file), LiveFile{*state_of(ours)});
  if (ours) basis.texts.emplace(path(file), CaseTexts{base ? std::optional(base->content) : std::nullopt, ours->content});
  return basis;
}

Plan plan_of(std::string_view file, const Sides& base, const Sides& ours, const Sides& theirs, const PlanOptions& options = {}) {
  return make_plan(basis_of(file, base, ours), shipping(file, theirs), options);
}

// The three states by what they have in common: "aba" is: edited by the user, as it was at the author's. '-' is absent.
std::string pattern_of(const Sides& base, const Sides& ours, const Sides& theirs) {
  std::vector<Sides> seen;
  std::string pattern;
  for (const Sides& state : {base, ours, theirs}) {
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

constexpr Rule k_rules[] = {{"---", "", '-', '-'},           // nobody has it
                            {"--a", "add", 't', 't'},        // new
                            {"-a-", "", 'o', '-'},           // the user's own
                            {"-aa", "keep", 'o', 't'},       // the user made the very same file
                            {"-ab", "conflict", 'o', 't'},   // two different files of one name
                            {"a--", "", '-', '-'},           // gone on both sides
                            {"a-a", "", '-', 't'},           // deleted by the user
                            {"a-b", "keep", '-', 't'},       // deleted by the user, changed by the author
                            {"aa-", "remove", '-', '-'},     // dropped by the author
                            {"aaa", "", 'o', 't'},           // nothing moved
                            {"aab", "replace", 't', 't'},    // changed by the author
                            {"ab-", "release", 'o', '-'},    // edited by the user, dropped by the author
                            {"aba", "keep", 'o', 't'},       // edited by the user
                            {"abb", "adopt", 'o', 't'},      // both made the same change
                            {"abc", "conflict", 'o', 't'}};  // both changed it, differently

const Sides k_states[] = {std::nullopt, Side{"A\n"}, Side{"B\n"}, Side{"C\n"}};

}  // namespace

TEST_CASE("every combination of what was shipped, what lies there and what is shipped now has its one action") {
  std::map<std::string, int> met;
  for (const Sides& base : k_states) {
    for (const Sides& ours : k_states) {
      for (const Sides& theirs : k_states) {
        const std::string pattern = pattern_of(base, ours, theirs);
        ++met[pattern];
        const auto rule = std::find_if(std::begin(k_rules), std::end(k_rules), [&](const Rule& r) { return r.pattern == pattern; });
        CAPTURE(pattern);
        REQUIRE(rule != std::end(k_rules));
        const auto state_at = [&](char which) -> State {
          return which == 'o' ? state_of(ours) : which == 't' ? state_of(theirs) : std::nullopt;
        };
        const Plan plan = plan_of("a.md", base, ours, theirs);
        REQUIRE(plan.steps.size() == (rule->action.empty() ? 0U : 1U));
        const auto in_ledger = plan.ledger.find(path("a.md"));
        CHECK((in_ledger == plan.ledger.end() ? std::nullopt : State(in_ledger->second)) == state_at(rule->ledger_after));
        CHECK(plan.has_conflicts() == (rule->action == "conflict"));
        const bool writes = rule->action == "add" || rule->action == "replace" || rule->action == "remove" || rule->action == "conflict";
        CHECK(plan.writes_files() == writes);
        if (rule->action.empty()) continue;
        const PlanStep& step = plan.steps[0];
        CHECK(name(step.action) == rule->action);
        CHECK(step.path == path("a.md"));
        CHECK(step.from == state_of(ours));
        CHECK(step.to == state_at(rule->live_after));
        CHECK(step.beside == (rule->action == "conflict" ? state_of(theirs) : std::nullopt));
        CHECK(plan.pending.size() == (rule->action == "conflict" ? 1U : 0U));
        if (rule->action == "conflict") CHECK(plan.pending[0].base == state_of(base));
        const bool explained = rule->action == "keep" || rule->action == "release" || rule->action == "conflict";
        CHECK(step.reason.empty() == !explained);
        CHECK(plan.own.size() == (pattern.starts_with("-a") && theirs ? 1U : 0U));
      }
    }
  }
  CHECK(met.size() == std::size(k_rules));  // no rule is dead
}

TEST_CASE("the executable bit is merged three-way, beside the content") {
  constexpr FileMode modes[] = {FileMode::regular, FileMode::executable};
  const std::tuple<std::string, std::string, std::string, std::string> contents[] = {{"A\n", "A\n", "A\n", "A\n"},
                                                                                     {"A\n", "A\n", "B\n", "B\n"},
                                                                                     {"A\n", "B\n", "A\n", "B\n"},
                                                                                     {"A\n", "B\n", "B\n", "B\n"},
                                                                                     {"A\n\nx\n", "B\n\nx\n", "A\n\ny\n", "B\n\ny\n"}};
  for (const FileMode base : modes) {
    for (const FileMode ours : modes) {
      for (const FileMode theirs : modes) {
        for (const auto& [base_text, our_text, their_text, merged] : contents) {
          CAPTURE(base, ours, theirs, our_text, their_text);
          const Plan plan = plan_of("a.sh", Side{base_text, base}, Side{our_text, ours}, Side{their_text, theirs});
          const LedgerEntry expected = entry(merged, ours == base ? theirs : ours);
          const LedgerEntry live = plan.steps.empty() ? entry(our_text, ours) : *plan.steps[0].to;
          CHECK(live == expected);
          CHECK_FALSE(plan.has_conflicts());
          if (live == entry(our_text, ours)) CHECK_FALSE(plan.writes_files());
          CHECK(plan.ledger.at(path("a.sh")) == entry(their_text, theirs));
        }
      }
    }
  }
}

TEST_CASE("--force-config puts the author's config.yaml in place of an edited or deleted one, and touches no other file") {
  const PlanOptions forced{.force_config = true};
  const Side a{"k: A\n"}, b{"k: B\n"}, c{"k: C\n"};
  const std::pair<std::array<Sides, 3>, std::string_view> rows[] = {
      {{a, b, c}, "replace"}, {{a, b, a}, "replace"}, {{a, std::nullopt, a}, "add"},
      {{a, b, b}, ""},        {{a, a, a}, ""},        {{a, b, std::nullopt}, "release"}};
  for (const auto& [states, action] : rows) {
    CAPTURE(pattern_of(states[0], states[1], states[2]));
    const Plan plan = plan_of("config.yaml", states[0], states[1], states[2], forced);
    CHECK((plan.steps.empty() ? "" : name(plan.steps[0].action)) == action);
    if (states[2]) CHECK(plan.ledger.at(path("config.yaml")) == *state_of(states[2]));
  }
  for (const std::string_view file : {"SOUL.md", "skills/config.yaml", "mcp.json"}) {
    CHECK(name(plan_of(file, Side{"A\n"}, Side{"B\n"}, Side{"C\n"}, forced).steps[0].action) == "conflict");
  }
}

TEST_CASE("--keep-config leaves config.yaml, and the next merge starts where this one would have") {
  const Side base{"a: 1\n"}, ours{"a: 1\nb: 1\n"}, theirs{"a: 2\n"}, later{"a: 2\nc: 3\n"};
  const Plan kept = plan_of("config.yaml", base, ours, theirs, {.keep_config = true});
  REQUIRE(kept.steps.size() == 1);
  CHECK(name(kept.steps[0].action) == "keep");
  REQUIRE(kept.pending.size() == 1);
  CHECK(kept.pending[0].held);
  CHECK_FALSE(kept.has_conflicts());

  Installed installed;
  installed.ledger = kept.ledger;
  installed.record.pending = kept.pending;
  CHECK(merge_base(installed) == Ledger{{path("config.yaml"), *state_of(base)}});
  const Plan next = plan_of("config.yaml", base, ours, later);
  CHECK(next.texts.at(path("config.yaml")) == "a: 2\nc: 3\nb: 1\n");
  CHECK(next.pending.empty());
}

TEST_CASE("where both changed the same, the policy decides; without one it is left, with both sides") {
  const Side base{"a: 1\nb: 1\n"}, ours{"a: 2\nb: 1\n"}, theirs{"a: 3\nb: 2\n"};
  const auto live = [](const Plan& plan) { return plan.texts.at(path("config.yaml")); };
  const Plan left = plan_of("config.yaml", base, ours, theirs);
  CHECK(left.has_conflicts());
  CHECK(live(left) == "a: 2\nb: 2\n");
  REQUIRE(left.steps[0].keys.size() == 1);
  CHECK(left.steps[0].keys[0].key == "a");
  CHECK(left.pending[0].base == state_of(base));
  const Plan mine = plan_of("config.yaml", base, ours, theirs, {.merge = MergePolicy::ours});
  CHECK_FALSE(mine.has_conflicts());
  CHECK(mine.pending.empty());
  CHECK(live(mine) == "a: 2\nb: 2\n");
  const Plan author = plan_of("config.yaml", base, ours, theirs, {.merge = MergePolicy::theirs});
  CHECK_FALSE(author.has_conflicts());
  CHECK(author.steps[0].to == state_of(theirs));
  const Plan decided = plan_of("config.yaml", base, ours, theirs, {.decisions = {{path("config.yaml"), MergePolicy::ours}}});
  CHECK_FALSE(decided.has_conflicts());
}

TEST_CASE("a file that is undecided and now equals the author's is decided") {
  const Side base{"one\n"}, theirs{"two\n"}, later{"three\n"};
  PlanBasis basis = basis_of("SOUL.md", base, theirs);
  basis.pending.push_back({path("SOUL.md"), state_of(base), *state_of(theirs)});
  for (const auto& [next, action] : {std::pair{later, "replace"}, {base, "replace"}, {theirs, ""}}) {
    const Plan plan = make_plan(basis, shipping("SOUL.md", next), {});
    CHECK(plan.pending.empty());
    CHECK((plan.steps.empty() ? "" : name(plan.steps[0].action)) == action);
  }
  // What --keep-config held back is not: it is the user's to keep.
  basis.pending[0].held = true;
  CHECK(name(make_plan(basis, shipping("SOUL.md", later), {}).steps[0].action) == "conflict");
}

TEST_CASE("a file that the author renamed keeps the user's edits at its new place") {
  Distribution shipped = shipping("docs/new.md", Side{"one\ntwo\n"});
  PlanBasis basis = basis_of("old.md", Side{"one\ntwo\n"}, Side{"one\ntwo\nmine\n"});
  basis.texts.emplace(path("docs/new.md"), basis.texts.at(path("old.md")));
  const Plan plan = make_plan(basis, shipped, {});
  REQUIRE(plan.steps.size() == 2);
  CHECK(name(plan.steps[0].action) == "merge");
  CHECK(plan.steps[0].path == path("docs/new.md"));
  CHECK(plan.steps[0].moved_from == path("old.md"));
  CHECK(plan.texts.at(path("docs/new.md")) == "one\ntwo\nmine\n");
  CHECK(name(plan.steps[1].action) == "remove");

  // Two candidates, or somebody's file at the new place: then it is not followed.
  shipped.files.emplace(path("docs/other.md"), shipped.files.at(path("docs/new.md")));
  CHECK(name(make_plan(basis, shipped, {}).steps.back().action) == "release");
  shipped.files.erase(path("docs/other.md"));
  basis.live.emplace(path("docs/new.md"), LiveFile{entry("own\n")});
  basis.texts.at(path("docs/new.md")) = {std::nullopt, "own\n"};
  const Plan taken = make_plan(basis, shipped, {});
  CHECK(name(taken.steps[0].action) == "conflict");
  CHECK(name(taken.steps[1].action) == "release");
}

TEST_CASE("steps come by path and say why something stays") {
  PlanBasis basis;
  basis.base = {{path("b.md"), entry("1")}, {path("c.md"), entry("1")}, {path("d.md"), entry("1")}, {path("e.md"), entry("1")}};
  basis.live = {{path("a.md"), {entry("mine")}},
                {path("b.md"), {entry("edited")}},
                {path("c.md"), {entry("edited")}},
                {path("d.md"), {entry("edited")}}};
  basis.texts = {{path("a.md"), {std::nullopt, "mine"}}, {path("c.md"), {"1", "edited"}}};
  Distribution shipped;
  for (const auto& [file, content] : {std::pair{"a.md", "2"}, {"b.md", "1"}, {"c.md", "2"}, {"e.md", "2"}}) {
    shipped.files.emplace(path(file), SnapshotFile{FileMode::regular, content, sha256(content)});
  }
  std::string text;
  for (const PlanStep& step : make_plan(basis, shipped, {}).steps) {
    text += fmt::format("{} {}: {}\n", name(step.action), step.path.str(), step.reason);
  }
  CHECK(text ==
        "conflict a.md: your own file, and no common past\n"
        "keep b.md: edited by you\n"
        "conflict c.md: both changed line 1\n"
        "release d.md: edited by you, no longer shipped: now your own\n"
        "keep e.md: deleted by you: stays deleted\n");
}

TEST_CASE("a YAML or JSON file without a common past is merged by key, the user's values live") {
  const Plan merged = plan_of("config.yaml", std::nullopt, Side{"# mine\na: 1\n", FileMode::executable}, Side{"a: 2\nb: 3\n"});
  REQUIRE(merged.steps.size() == 1);
  CHECK(name(merged.steps[0].action) == "merge");
  CHECK(merged.texts.at(path("config.yaml")) == "# mine\na: 1\nb: 3\n");
  CHECK(merged.steps[0].to == entry("# mine\na: 1\nb: 3\n", FileMode::executable));
  CHECK(merged.steps[0].keys.size() == 1);  // named, with both values
  CHECK(merged.ledger.at(path("config.yaml")) == entry("a: 2\nb: 3\n"));
  CHECK(merged.writes_files());
  CHECK_FALSE(merged.has_conflicts());

  const Plan complete = plan_of("mcp.json", std::nullopt, Side{R"({"a": 1, "b": 2})"}, Side{R"({"a": 3})"});
  REQUIRE(complete.steps.size() == 1);
  CHECK(name(complete.steps[0].action) == "keep");
  CHECK_FALSE(complete.writes_files());

  for (const auto& [file, ours, theirs] :
       {std::tuple{"SOUL.md", "a: 1", "b: 2"}, {"config.yaml", "- a", "b: 2"}, {"config.yaml", "a: [", "b: 2"}, {"mcp.json", "{", "{}"}}) {
    CAPTURE(file, ours);
    CHECK(plan_of(file, std::nullopt, Side{ours}, Side{theirs}).has_conflicts());
  }
}

TEST_CASE("a conflict's file lands beside the user's") { CHECK(must(beside_path(path("a/SOUL.md"))).str() == "a/SOUL.md.kopi-new"); }

TEST_CASE("capabilities are compared as sets") {
  Distribution shipped;
  shipped.capabilities = {{"cron", "a", "1"}, {"cron", "b", "1"}, {"env", "X", ""}};
  PlanBasis basis;
  basis.capabilities = {{"cron", "a", "2"}, {"env", "X", ""}, {"plugin", "t", ""}};
  const Plan plan = make_plan(basis, shipped, {});
  CHECK(plan.capabilities_added == std::vector<Capability>{{"cron", "a", "1"}, {"cron", "b", "1"}});
  CHECK(plan.capabilities_removed == std::vector<Capability>{{"cron", "a", "2"}, {"plugin", "t", ""}});
}

TEST_CASE("a plan is printed in groups, under a digest of everything else in it") {
  const Plan plan = plan_of("run.sh", Side{"A"}, Side{"A"}, Side{"B", FileMode::executable});
  const Node json = to_json(plan);
  const std::string a = sha256("A").str();
  const std::string b = sha256("B").str();
  CHECK(json == Node::mapping({{"digest", plan_digest(plan).str()},
                               {"added", Node::sequence()},
                               {"changed", Node::sequence({Node::mapping({{"path", "run.sh"},
                                                                          {"from", a},
                                                                          {"to", b},
                                                                          {"mode", "100755"},
                                                                          {"shipped", Node()},
                                                                          {"moved_from", Node()},
                                                                          {"keys", Node::sequence()},
                                                                          {"reason", Node()}})})},
                               {"removed", Node::sequence()},
                               {"kept", Node::sequence()},
                               {"conflicts", Node::sequence()},
                               {"capabilities", test::json(R"({"added": [], "removed": []})")}}));
  const Node removal = to_json(plan_of("run.sh", Side{"A", FileMode::executable}, Side{"A", FileMode::executable}, std::nullopt));
  CHECK(removal.find("removed")->items()[0] == Node::mapping({{"path", "run.sh"},
                                                              {"from", a},
                                                              {"to", Node()},
                                                              {"mode", "100755"},
                                                              {"shipped", Node()},
                                                              {"moved_from", Node()},
                                                              {"keys", Node::sequence()},
                                                              {"reason", Node()}}));
}

TEST_CASE("the digest of a plan follows what it does") {
  const Digest digest = plan_digest(plan_of("a", std::nullopt, std::nullopt, Side{"A"}));
  CHECK(digest == plan_digest(plan_of("a", std::nullopt, std::nullopt, Side{"A"})));
  for (const Plan& other : {plan_of("b", std::nullopt, std::nullopt, Side{"A"}), plan_of("a", std::nullopt, std::nullopt, Side{"B"}),
                            plan_of("a", std::nullopt, std::nullopt, Side{"A", FileMode::executable}),
                            plan_of("a", Side{"B"}, Side{"B"}, Side{"A"}), plan_of("a", std::nullopt, Side{"B"}, Side{"A"}), Plan{}}) {
    CHECK(digest != plan_digest(other));
  }
  Distribution shipped = shipping("a", Side{"A"});
  shipped.capabilities = {{"env", "X", ""}};
  CHECK(digest != plan_digest(make_plan({}, shipped, {})));
}
