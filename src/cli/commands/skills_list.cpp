#include <algorithm>

#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "runtime/agent.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi skills list", "what this agent knows how to do"},
                                    {"coder skills list --json", "with paths and findings"}};

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const SkillSet set, load_skills(skill_roots(context.home, context.selection.name)));
  for (const Finding& finding : set.refused) context.console.warn(finding);
  Outcome outcome;
  Node list = Node::sequence();
  Table table({"Skill", "From", "Description"});
  for (const Skill& skill : set.skills) {
    list.push(Node::mapping({{"name", skill.name},
                             {"description", skill.description},
                             {"origin", skill.origin},
                             {"path", skill.file},
                             {"conforms", skill.findings.empty()},
                             {"findings", to_json(skill.findings)}}));
    table.row({skill.name, skill.origin, shortened(skill.description, 90)}, skill.findings.empty() ? " " : "~");
  }
  outcome.data = Node::mapping({{"skills", std::move(list)}, {"refused", to_json(set.refused)}});
  if (set.skills.empty()) {
    const bool any_unreadable = std::any_of(set.refused.begin(), set.refused.end(), is_unreadable_skill);
    outcome.text.print(any_unreadable ? "No skills that can be read.\n" : "No skills.\n");
  } else {
    outcome.text = table.render();
  }
  return outcome;
}

}  // namespace

const CommandSpec skills_list_command{
    "skills list",
    "List a profile's skills",
    "Skills of the profile come first, then those of the default profile that it does not have itself. `~` marks a skill that works but "
    "bends the Agent Skills specification; `kopi skills show NAME` says where.",
    {},
    {},
    examples,
    Needs::profile,
    run};

}  // namespace kopi::cli
