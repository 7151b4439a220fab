// runtime/prompt/prompt.hpp
//
// The system prompt, built once at the start of a session from named sections in a fixed order.
#pragma once

#include <string>
#include <vector>

#include "formats/node.hpp"
#include "runtime/skill/skill.hpp"

namespace kopi {

struct PromptSection {
  std::string name;  ///< "soul", "skills", ...
  std::string text;
};

struct PromptInputs {
  std::string system_prompt;  ///< config.yaml's systemPrompt
  std::string soul;           ///< SOUL.md, front matter taken off; empty: a short default
  std::string display_name;
  std::vector<Skill> skills;
  std::string today;  ///< "2026-11-21"
};

/// Sections without text are left out; nothing leaves an empty heading.
std::vector<PromptSection> build_prompt(const PromptInputs& inputs);
/// The sections as one text.
std::string render_prompt(const std::vector<PromptSection>& sections);

/// Names and descriptions of the skills, at most `budget` bytes; what does not fit is counted.
std::string render_skill_catalog(const std::vector<Skill>& skills, std::size_t budget);

}  // namespace kopi
