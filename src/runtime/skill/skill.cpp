#include "runtime/skill/skill.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/front_matter.hpp"
#include "formats/yaml.hpp"
#include "model/skill_names.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_max_skill = 4u << 20;
constexpr std::size_t k_max_depth = 6;
constexpr std::string_view k_unreadable = "skill.unreadable";
constexpr std::size_t k_max_name = 64;
constexpr std::size_t k_max_description = 1024;

bool is_specified_name(std::string_view name) {
  if (name.empty() || name.size() > k_max_name || name.front() == '-' || name.back() == '-') return false;
  if (name.find("--") != std::string_view::npos) return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

class SkillReader {
 public:
  SkillReader(std::string_view text, const std::string& file) : text_(text), file_(file) {
    skill_.file = file;
    skill_.directory = parent_path(file);
  }

  Result<Skill> read() {
    const auto front = find_front_matter(text_);
    if (!front) return refuse(1, "there is no front matter with a name and a description");
    skill_.body = std::string(front->body);
    const Node document = read_front(*front);
    take_name(document);
    KOPI_CHECK(take_description(document));
    return std::move(skill_);
  }

 private:
  Error refuse(int line, std::string_view reason) const { return error(Code::schema, "{}:{}: {}", file_, line, reason); }
  void note(std::string rule, int line, std::string message) {
    skill_.findings.push_back({Severity::low, std::move(rule), file_, line, 0, std::move(message), "", ""});
  }

  Node read_front(const FrontMatter& front) {
    auto parsed = parse_yaml(front.yaml, file_);
    if (parsed && parsed->is(Node::Kind::mapping)) return *std::move(parsed);
    note("skill.front-matter", front.yaml_line, "the front matter is not the YAML that kopi reads; its lines are taken as they stand");
    return read_plain_front_matter(front.yaml, front.yaml_line);
  }

  static std::string text_of(const Node& document, std::string_view key) {
    const Node* node = document.find(key);
    return node == nullptr || !node->is_scalar() ? std::string() : std::string(trim(node->as_text()));
  }

  void take_name(const Node& document) {
    const std::string folder = file_name(skill_.directory);
    skill_.name = text_of(document, "name");
    if (skill_.name.empty()) {
      skill_.name = folder;
      return note("skill.name", 2, fmt::format("there is no name; '{}' is taken, the directory's", folder));
    }
    if (!is_specified_name(skill_.name)) {
      note("skill.name", 2, fmt::format("the name '{}' is not of lower-case letters, digits and single hyphens, at most 64", skill_.name));
    } else if (skill_.name != folder) {
      note("skill.name", 2, fmt::format("the name '{}' differs from the directory's, '{}'", skill_.name, folder));
    }
  }

  Result<void> take_description(const Node& document) {
    skill_.description = text_of(document, "description");
    if (skill_.description.empty()) return refuse(2, "there is no description, so nobody could tell when to use it");
    if (skill_.description.size() > k_max_description) {
      note("skill.description", 2, fmt::format("the description has {} bytes, more than 1024", skill_.description.size()));
    }
    return {};
  }

  std::string_view text_;
  std::string file_;
  Skill skill_;
};

// A directory may be listed and yet not looked into: then it is as unreadable as one that can't be listed.
struct SkillVisitor {
  std::function<void(const std::string& file)> found;  ///< each SKILL.md
  std::function<void(const std::string& directory, const Error& reason)> unreadable;
};

void walk_skills(const std::string& directory, std::size_t depth, const SkillVisitor& visitor) {
  const auto names = list_directory(directory);
  if (!names) {  // one that is not there is an empty one
    const auto entry = stat_path(directory);
    if (!entry || is_directory(directory)) visitor.unreadable(directory, names.error());
    return;
  }
  for (const std::string_view spelling : {"SKILL.md", "skill.md", "Skill.md"}) {
    if (!std::binary_search(names->begin(), names->end(), spelling)) continue;
    if (auto entry = stat_path(join_path(directory, spelling)); !entry) return visitor.unreadable(directory, entry.error());
    return visitor.found(join_path(directory, spelling));
  }
  if (depth == 0) return;
  for (const std::string& name : *names) {
    if (name.starts_with('.') || name == "node_modules") continue;
    const std::string path = join_path(directory, name);
    if (auto entry = stat_path(path); !entry) return visitor.unreadable(directory, entry.error());
    if (is_directory(path)) walk_skills(path, depth - 1, visitor);
  }
}

// "cannot open PATH: permission denied": a finding has the path apart.
Finding unreadable(const std::string& path, const Error& problem) {
  const std::string& message = problem.message;
  const std::size_t colon = message.rfind(": ");
  const std::string reason = colon == std::string::npos ? message : message.substr(colon + 2);
  return {Severity::medium, std::string(k_unreadable), path, 0, 0, reason, "", ""};
}

// The message of parse_skill() begins with file and line, which a finding has apart.
Finding refusal(const std::string& file, std::string_view message) {
  int line = 0;
  if (message.starts_with(file + ":")) {
    message.remove_prefix(file.size() + 1);
    const auto digits = std::min(message.find_first_not_of("0123456789"), message.size());
    if (digits > 0 && message.substr(digits).starts_with(": ")) {
      line = static_cast<int>(parse_integer(message.substr(0, digits)).value_or(0));
      message.remove_prefix(digits + 2);
    }
  }
  return {Severity::medium, "skill.refused", file, line, 0, std::string(message), "", ""};
}

struct Loader {
  SkillSet set;
  struct Found {
    const SkillRoot* root;
    std::string file;
  };
  std::map<std::string, Found> found;  ///< by name

  void load(const std::string& file, const SkillRoot& root) {
    const auto text = read_file(file, k_max_skill);
    if (!text && text.error().code == Code::io && is_regular_file(file)) {
      set.refused.push_back(unreadable(file, text.error()));
      return;
    }
    auto skill = text ? parse_skill(*text, file) : Result<Skill>(text.error());
    if (!skill) {
      set.refused.push_back(refusal(file, skill.error().message));
      return;
    }
    skill->origin = root.origin;
    const auto [first, is_new] = found.emplace(skill->name, Found{&root, file});
    if (is_new) {
      set.skills.push_back(*std::move(skill));
    } else if (first->second.root == &root) {  // a nearer root is meant to win; in one root it is a slip
      set.refused.push_back(duplicate_skill({file, skill->name}, first->second.file));
    }
  }
};

Result<void> list_below(const std::string& directory, const std::string& prefix, std::size_t depth, std::vector<std::string>& files) {
  KOPI_TRY(const auto names, list_directory(directory));
  for (const std::string& name : names) {
    const std::string path = join_path(directory, name);
    if (!is_directory(path)) {
      files.push_back(prefix + name);
    } else if (depth > 0) {
      KOPI_CHECK(list_below(path, prefix + name + "/", depth - 1, files));
    }
  }
  return {};
}

}  // namespace

Result<Skill> parse_skill(std::string_view text, const std::string& file) {
  const std::string valid = to_valid_utf8(text);
  return SkillReader(valid, file).read();
}

bool is_unreadable_skill(const Finding& finding) { return finding.rule == k_unreadable; }

std::string unreadable_skill_hint(const Finding& finding) {
  return is_unreadable_skill(finding) ? "chmod u+rX " + shell_quote(finding.file) : "";
}

Result<SkillSet> load_skills(const std::vector<SkillRoot>& roots) {
  Loader loader;
  for (const SkillRoot& root : roots) {
    walk_skills(root.directory, k_max_depth,
                {[&](const std::string& file) { loader.load(file, root); },
                 [&](const std::string& directory, const Error& reason) { loader.set.refused.push_back(unreadable(directory, reason)); }});
  }
  std::sort(loader.set.skills.begin(), loader.set.skills.end(), [](const Skill& a, const Skill& b) { return a.name < b.name; });
  return std::move(loader.set);
}

std::size_t count_skill_directories(const std::string& directory) {
  std::size_t count = 0;
  walk_skills(directory, k_max_depth, {[&](const std::string&) { ++count; }, [](const std::string&, const Error&) {}});
  return count;
}

Result<std::vector<std::string>> list_skill_files(const Skill& skill) {
  std::vector<std::string> files;
  KOPI_CHECK(list_below(skill.directory, "", k_max_depth, files));
  return files;
}

}  // namespace kopi
