#include "runtime/prompt/prompt.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/front_matter.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_catalog_budget = 16 * 1024;

std::string without_front_matter(const std::string& text) {
  const auto front = find_front_matter(text);
  return std::string(trim(front ? front->body : std::string_view(text)));
}

}  // namespace

std::string render_skill_catalog(const std::vector<Skill>& skills, std::size_t budget) {
  if (skills.empty()) return {};
  std::string text = "## Skills\n\nYou have these skills. When a task matches a description, work as that skill lays down.\n";
  std::size_t left_out = 0;
  for (const Skill& skill : skills) {
    std::string description = replace_all(skill.description, "\n", " ");
    std::string line = fmt::format("\n- {}: {}", skill.name, description);
    if (text.size() + line.size() > budget) {
      ++left_out;
      continue;
    }
    text += line;
  }
  if (left_out > 0) text += fmt::format("\n- and {} more", left_out);
  return text;
}

std::vector<PromptSection> build_prompt(const PromptInputs& inputs) {
  std::string soul = without_front_matter(inputs.soul);
  if (soul.empty()) {
    soul = fmt::format("You are {}, a helpful assistant. You are clear and to the point, and you say so when you do not know something.",
                       inputs.display_name.empty() ? "Kopi" : inputs.display_name);
  }
  std::vector<PromptSection> sections;
  const auto add = [&](std::string name, std::string text) {
    if (!trim(text).empty()) sections.push_back({std::move(name), std::move(text)});
  };
  add("systemPrompt", inputs.system_prompt);
  add("soul", std::move(soul));
  add("skills", render_skill_catalog(inputs.skills, k_catalog_budget));
  add("facts", inputs.today.empty() ? "" : "Today is " + inputs.today + ".");
  return sections;
}

std::string render_prompt(const std::vector<PromptSection>& sections) {
  std::string text;
  for (const PromptSection& section : sections) {
    if (!text.empty()) text += "\n\n";
    text += trim(section.text);
  }
  return text;
}

}  // namespace kopi
