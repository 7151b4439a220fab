#include "model/skill_names.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>

#include "base/text.hpp"
#include "formats/front_matter.hpp"
#include "formats/yaml.hpp"

namespace kopi {

Node read_plain_front_matter(std::string_view yaml, int first_line) {
  Node document = Node::mapping();
  int line = first_line;
  for (const std::string_view text : split_lines(yaml)) {
    const auto colon = text.find(':');
    const bool is_key = colon != std::string_view::npos && colon > 0 && text.front() != ' ' && text.front() != '\t' && text.front() != '#';
    if (is_key) {
      std::string_view value = trim(text.substr(colon + 1));
      const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
      if (quoted) value = value.substr(1, value.size() - 2);
      Node node = Node::scalar(std::string(value), false);
      node.set_place({line, 1});
      document.set(trim(text.substr(0, colon)), std::move(node));
    }
    ++line;
  }
  return document;
}

std::string skill_name_in(std::string_view text, std::string_view folder) {
  const auto front = find_front_matter(text);
  if (!front) return "";
  auto parsed = parse_yaml(front->yaml, "");
  const bool is_yaml = parsed && parsed->is(Node::Kind::mapping);
  const Node document = is_yaml ? *std::move(parsed) : read_plain_front_matter(front->yaml, front->yaml_line);
  const auto field = [&](std::string_view key) {
    const Node* node = document.find(key);
    return node == nullptr || !node->is_scalar() ? std::string() : std::string(trim(node->as_text()));
  };
  if (field("description").empty()) return "";
  std::string name = field("name");
  return name.empty() ? std::string(folder) : name;
}

std::vector<std::string> find_skill_files(const std::vector<std::string>& paths) {
  constexpr std::size_t most = 8;  // skills/, six directories, the file
  std::set<std::string, std::less<>> directories;
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    const auto parts = split(path, '/');
    const auto is_hidden = [](std::string_view part) { return part.starts_with('.') || part == "node_modules"; };
    if (parts.front() != "skills" || parts.size() < 3 || parts.size() > most || to_lower_ascii(parts.back()) != "skill.md") continue;
    if (std::any_of(parts.begin(), parts.end(), is_hidden)) continue;
    directories.insert(path.substr(0, path.rfind('/')));
    files.push_back(path);
  }
  std::erase_if(files, [&](const std::string& path) {
    for (std::size_t end = path.rfind('/', path.rfind('/') - 1); end != std::string::npos && end > 0; end = path.rfind('/', end - 1)) {
      if (directories.contains(std::string_view(path).substr(0, end))) return true;
    }
    return false;
  });
  return files;
}

Findings find_duplicate_skills(std::vector<SkillPlace> skills) {
  // By the names of the directories, one after the other: `a/` comes before `a-b/`, which the bytes of whole paths do not say.
  std::sort(skills.begin(), skills.end(), [](const SkillPlace& a, const SkillPlace& b) { return split(a.path, '/') < split(b.path, '/'); });
  Findings findings;
  std::map<std::string, std::string> first;
  for (const SkillPlace& skill : skills) {
    const auto [there, is_new] = first.emplace(skill.name, skill.path);
    if (!is_new) findings.push_back(duplicate_skill(skill, there->second));
  }
  return findings;
}

Finding duplicate_skill(const SkillPlace& left_out, std::string_view first) {
  return {Severity::medium,
          "skill.duplicate",
          left_out.path,
          0,
          0,
          fmt::format("a skill of the name '{}' comes before this one, which is left out: {}", left_out.name, first),
          "",
          ""};
}

}  // namespace kopi
