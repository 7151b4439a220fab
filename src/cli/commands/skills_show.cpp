#include <algorithm>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "runtime/agent.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the skill", true, false, Offers::skill}};
constexpr ExampleSpec examples[] = {{"kopi skills show code-review", "read a skill as the agent does"},
                                    {"coder skills show code-review --json", "with its files"}};

// One that may be there: its directory, its SKILL.md, or a whole root can't be read.
std::optional<Error> unreadable_skill(const SkillSet& set, const std::vector<SkillRoot>& roots, const std::string& wanted) {
  for (const Finding& finding : set.refused) {
    if (!is_unreadable_skill(finding)) continue;
    const std::string& path = finding.file;
    const bool is_it = file_name(path.ends_with(".md") ? parent_path(path) : path) == wanted;
    const bool is_root = std::any_of(roots.begin(), roots.end(), [&](const SkillRoot& root) { return root.directory == path; });
    if (is_it || is_root) {
      return with_hint(error(Code::io, "the skill '{}' can't be read: {}", wanted, describe(finding)), unreadable_skill_hint(finding));
    }
  }
  return std::nullopt;
}

// One that is there and can't be used: the file says why.
std::optional<Error> refused_skill(const SkillSet& set, const std::string& wanted) {
  const auto file = std::find_if(set.refused.begin(), set.refused.end(),
                                 [&](const Finding& finding) { return file_name(parent_path(finding.file)) == wanted; });
  if (file == set.refused.end()) return std::nullopt;
  return with_hint(error(Code::schema, "the skill '{}' can't be used: {}", wanted, describe(*file)),
                   "${EDITOR:-vi} " + shell_quote(file->file));
}

Result<Outcome> run(Context& context, const Arguments& given) {
  const auto roots = skill_roots(context.home, context.selection.name);
  KOPI_TRY(const SkillSet set, load_skills(roots));
  const std::string wanted = *given.value("NAME");
  const auto skill = std::find_if(set.skills.begin(), set.skills.end(), [&](const Skill& s) { return s.name == wanted; });
  if (skill == set.skills.end()) {
    if (auto unreadable = unreadable_skill(set, roots, wanted)) return *std::move(unreadable);
    if (auto refused = refused_skill(set, wanted)) return *std::move(refused);
    std::vector<std::string> names;
    for (const Skill& known : set.skills) names.push_back(known.name);
    Error problem = error(Code::not_found, "there is no skill '{}' in profile '{}'", wanted, context.selection.name.str());
    if (const auto meant = closest(wanted, names)) problem.message += fmt::format(", did you mean '{}'?", *meant);
    problem.hint = "kopi skills list";
    return problem;
  }
  KOPI_TRY(const auto files, list_skill_files(*skill));
  Outcome outcome;
  outcome.data = Node::mapping({{"name", skill->name},
                                {"description", skill->description},
                                {"origin", skill->origin},
                                {"path", skill->file},
                                {"conforms", skill->findings.empty()},
                                {"findings", to_json(skill->findings)},
                                {"files", records_of("path", files)},
                                {"body", skill->body}});
  const auto row = [&](std::string_view label, const std::string& value) {
    outcome.text.styled(Style::dim, "{:<12}", label).print(" {}\n", value);
  };
  row("Skill", skill->name);
  row("Description", one_line(skill->description));
  row("File", skill->file);
  for (const std::string& file : files) {
    if (file != "SKILL.md") row("", file);
  }
  for (const Finding& finding : skill->findings) row("Note", describe(finding));
  outcome.text.print("\n").block(trim(replace_all(skill->body, "\r\n", "\n"))).print("\n");
  return outcome;
}

}  // namespace

const CommandSpec skills_show_command{"skills show",
                                      "Show one skill",
                                      "Its description, its files, its text, and where it bends the Agent Skills specification.",
                                      arguments,
                                      {},
                                      examples,
                                      Needs::profile,
                                      run};

}  // namespace kopi::cli
