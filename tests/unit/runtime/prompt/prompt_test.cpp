#include "runtime/prompt/prompt.hpp"

#include <algorithm>

#include "support/outcome.hpp"

using namespace kopi;

namespace {

Skill skill(std::string name, std::string description) {
  Skill skill;
  skill.name = std::move(name);
  skill.description = std::move(description);
  return skill;
}

std::string prompt(const PromptInputs& inputs) { return render_prompt(build_prompt(inputs)); }

}  // namespace

TEST_CASE("the sections stand in a fixed order, and empty ones are left out whole") {
  PromptInputs inputs;
  inputs.system_prompt = "Before all.";
  inputs.soul = "---\ntone: dry\n---\n\nYou are Ada.\n\n";
  inputs.display_name = "Ada";
  inputs.skills = {skill("cook", "Cooks.\nWell."), skill("read", "Reads.")};
  inputs.today = "2026-11-21";
  CHECK(prompt(inputs) ==
        "Before all.\n\nYou are Ada.\n\n## Skills\n\nYou have these skills. When a task matches a description, work as that skill lays "
        "down.\n\n"
        "- cook: Cooks. Well.\n- read: Reads.\n\nToday is 2026-11-21.");
  std::string names;
  for (const PromptSection& section : build_prompt(inputs)) names += section.name + " ";
  CHECK(names == "systemPrompt soul skills facts ");

  CHECK(prompt({"", "You are Ada.", "", {}, ""}) == "You are Ada.");
  CHECK(prompt({" \n", "You are Ada.", "", {}, ""}) == "You are Ada.");
  CHECK(build_prompt({}).size() == 1);
}

TEST_CASE("without a soul the agent has a name and manners") {
  const std::string manners = ", a helpful assistant. You are clear and to the point, and you say so when you do not know something.";
  CHECK(prompt({"", "", "coder", {}, ""}) == "You are coder" + manners);
  CHECK(prompt({"", " \n\n", "", {}, ""}) == "You are Kopi" + manners);
  CHECK(prompt({"", "---\na: b\n---\n", "coder", {}, ""}) == "You are coder" + manners);
}

TEST_CASE("the catalog keeps within its budget and counts what it leaves out") {
  std::vector<Skill> skills;
  for (int i = 0; i < 2400; ++i) skills.push_back(skill(fmt::format("skill-{:04}", i), "Does the thing number " + std::to_string(i)));
  for (const std::size_t budget : {200u, 1000u, 16384u}) {
    const std::string catalog = render_skill_catalog(skills, budget);
    CHECK(catalog.size() <= budget + 20);  // and the count
    const auto shown = static_cast<std::size_t>(std::count(catalog.begin(), catalog.end(), '\n')) - 4;
    CHECK(catalog.ends_with(fmt::format("\n- and {} more", 2400 - shown)));
    CHECK(catalog.find("skill-0000") != std::string::npos);
  }
  CHECK(render_skill_catalog({}, 1000).empty());
  // one that is too long does not keep the others out
  const std::string catalog = render_skill_catalog({skill("a", std::string(5000, 'x')), skill("b", "Short.")}, 1000);
  CHECK(catalog.ends_with("\n- b: Short.\n- and 1 more"));
}
