// Skills, jobs, and what any text may hold.
#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/front_matter.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "installer/lint_text.hpp"
#include "installer/lint_work.hpp"
#include "model/cron_job.hpp"
#include "model/skill_names.hpp"

namespace kopi::detail {
namespace {

// ---- skills ----------------------------------------------------------------------------------------------------------------

constexpr std::size_t k_max_description = 1024;

bool is_skill_file(const LintFile& file) {
  return file.taken && file.path.first() == "skills" && file.path.depth() > 2 && to_lower_ascii(file.path.filename()) == "skill.md";
}

bool is_skill_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name.front() == '-' || name.back() == '-' || name.find("--") != std::string_view::npos)
    return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

void check_skill(LintWork& work, const LintFile& file) {
  const std::string& path = file.path.str();
  if (!file.text) return work.add("skill.front-matter", path, {}, "it is no text");
  const auto front = find_front_matter(*file.text);
  if (!front) return work.add("skill.front-matter", path, {1, 1}, "there is no front matter with a name and a description");
  const int shift = front->yaml_line - 1;
  auto parsed = parse_yaml(front->yaml, path);
  const bool is_yaml = parsed && parsed->is(Node::Kind::mapping);
  if (!is_yaml)
    work.add("skill.unreadable", path, {front->yaml_line, 0},
             "the front matter is not the YAML that kopi reads; its lines are taken as they stand");
  const Node document = is_yaml ? *std::move(parsed) : read_plain_front_matter(front->yaml, 1);
  const auto field = [&](std::string_view key) -> std::pair<std::string, Place> {
    const Node* node = document.find(key);
    if (node == nullptr || node->is_null() || !node->is_scalar()) return {"", {front->yaml_line, 0}};
    return {std::string(trim(node->as_text())), {node->place().line + shift, node->place().column}};
  };
  const std::string_view parent = file.path.parent();
  const std::string_view folder = parent.substr(parent.rfind('/') == std::string_view::npos ? 0 : parent.rfind('/') + 1);
  const auto [name, name_place] = field("name");
  if (name.empty()) {
    work.add("skill.name-missing", path, name_place, fmt::format("there is no name; '{}' is taken, the directory's", folder));
  } else if (!is_skill_name(name)) {
    work.add("skill.name-form", path, name_place,
             fmt::format("the name '{}' is not of lower-case letters, digits and single hyphens, at most 64", name));
  } else if (name != folder) {
    work.add("skill.name-differs", path, name_place, fmt::format("the name '{}' differs from the directory's, '{}'", name, folder));
  }
  const auto [description, description_place] = field("description");
  if (description.empty()) {
    work.add("skill.description-missing", path, description_place, "there is no description, so the agent could not tell when to use it");
  } else if (description.size() > k_max_description) {
    work.add("skill.description-long", path, description_place,
             fmt::format("the description has {} bytes, more than {}", description.size(), k_max_description));
  }
}

// ---- jobs ------------------------------------------------------------------------------------------------------------------

std::string schedule_text(const Node& node) {
  if (node.is_scalar()) return node.as_text();
  for (const std::string_view key : {"expr", "cron", "every", "at", "display"}) {
    if (const Node* text = node.find(key); text != nullptr && text->is_scalar()) return text->as_text();
  }
  return {};
}

void check_job(LintWork& work, const LintFile& file, const Node& job) {
  const std::string& path = file.path.str();
  if (!job.is(Node::Kind::mapping)) return work.add("cron.invalid", path, job.place(), "a job is a mapping with schedule and prompt");
  const Node* schedule = job.find("schedule");
  const bool is_interval = schedule != nullptr && schedule->is(Node::Kind::mapping) && schedule->find("minutes") != nullptr;
  const auto problem = schedule_problem(schedule == nullptr ? std::string() : schedule_text(*schedule));
  if (problem && !is_interval) work.add("cron.schedule", path, schedule == nullptr ? job.place() : schedule->place(), *problem);
  for (const std::string_view key : {"prompt", "script", "command", "skill", "skills", "message", "payload"}) {
    if (const Node* task = job.find(key); task != nullptr && !task->is_null() && !(task->is_scalar() && trim(task->as_text()).empty()))
      return;
  }
  work.add("cron.prompt-missing", path, job.place(), "the job says nothing to do");
}

void check_jobs(LintWork& work, const LintFile& file) {
  const std::string& path = file.path.str();
  if (!file.text) return work.add("cron.invalid", path, {}, "it is no text");
  const auto document = path.ends_with(".json") ? parse_json(*file.text, path) : parse_yaml(*file.text, path);
  if (!document) return work.add_error("cron.invalid", file, document.error().message);
  const Node* list = document->find("jobs");
  if (list == nullptr && document->is(Node::Kind::sequence)) list = &*document;
  if (list != nullptr && list->is(Node::Kind::sequence)) {
    for (const Node& job : list->items()) check_job(work, file, job);
  } else if (!document->is_null()) {
    check_job(work, file, *document);
  }
}

// ---- texts -----------------------------------------------------------------------------------------------------------------

// Enough to find the place by, and nothing of what it hides.
std::string masked(std::string_view secret) {
  const std::size_t shown = std::min<std::size_t>(secret.size() / 4, 8);
  return fmt::format("{}… ({})", secret.substr(0, shown), count_of(secret.size(), "character"));
}

// A file with thousands of the same mistake is told often enough.
constexpr std::size_t k_most_matches = 50;

// What the settings' own check has said of a line is not said twice.
std::set<int> lines_told(const LintWork& work, const LintFile& file) {
  std::set<int> lines;
  for (const Finding& finding : work.findings) {
    if (finding.rule == "secret.literal" && finding.file == file.path.str()) lines.insert(finding.line);
  }
  return lines;
}

void check_secrets(LintWork& work, const LintFile& file) {
  Places places(*file.text);
  const std::set<int> lines = lines_told(work, file);
  std::size_t told = 0;
  for (const TextMatch& match : find_secrets(*file.text, text_kind(file.path.str()))) {
    const Place place = places.at(match.begin);
    if (match.rule == "secret.literal" && lines.contains(place.line)) continue;
    if (++told > k_most_matches) return;
    const std::string_view secret = std::string_view(*file.text).substr(match.begin, match.end - match.begin);
    const bool shows_start = match.rule == "secret.api-key" && !match.doubtful;
    const bool is_literal = match.rule == "secret.literal";
    const std::string message =
        (is_literal ? "a secret seems to stand here" : "it looks like " + match.what) + (match.doubtful ? ", or an example of one" : "");
    work.add(match.rule, file.path.str(), place, message, match.doubtful ? std::optional(Severity::low) : std::nullopt,
             shows_start ? masked(secret) : "");
  }
}

bool is_for_machines(const RelPath& path) {
  constexpr std::string_view files[] = {"distribution.yaml", "config.yaml", "mcp.json", "SOUL.md", ".env.EXAMPLE", ".env.template"};
  constexpr std::string_view directories[] = {"skills", "cron", "plugins", "scripts", "tools"};
  return std::find(std::begin(files), std::end(files), path.str()) != std::end(files) ||
         std::find(std::begin(directories), std::end(directories), path.first()) != std::end(directories);
}

void check_paths(LintWork& work, const LintFile& file) {
  if (!file.taken || !is_for_machines(file.path)) return;
  Places places(*file.text);
  std::size_t told = 0;
  for (const TextMatch& match : find_machine_paths(*file.text)) {
    if (++told > k_most_matches) return;
    work.add("path.machine", file.path.str(), places.at(match.begin), fmt::format("'{}' is a place of one machine", match.what), {},
             match.what);
  }
}

bool is_windows_script(std::string_view path) {
  for (const std::string_view end : {".bat", ".cmd", ".ps1", ".psm1", ".vbs"}) {
    if (to_lower_ascii(path).ends_with(end)) return true;
  }
  return false;
}

void check_script(LintWork& work, const LintFile& file) {
  if (!file.taken) return;
  const std::string_view text = *file.text;
  const std::string& path = file.path.str();
  if (is_lfs_pointer(text)) work.add("file.lfs-pointer", path, {1, 1}, "it is a pointer of Git LFS, not the file");
  const bool has_interpreter = text.starts_with("#!");
  if (file.is_executable() && !has_interpreter && !text.empty() && !is_windows_script(path))
    work.add("file.executable-text", path, {}, "it is executable and has no `#!` line that says what runs it");
  const bool is_script = has_interpreter || path.ends_with(".sh") || path.ends_with(".bash");
  const auto crlf = text.find("\r\n");
  if (is_script && crlf != std::string_view::npos && !is_windows_script(path))
    work.add("file.crlf", path, Places(text).at(crlf), "its lines end in CR LF, which no Unix shell understands");
}

void check_soul(LintWork& work) {
  const LintFile* soul = work.find("SOUL.md");
  if (soul == nullptr || !soul->taken)
    return work.add("soul.missing", "", {}, "there is no SOUL.md: the agent has no character of its own");
  if (soul->text && trim(*soul->text).empty())
    work.add("soul.missing", "SOUL.md", {}, "it is empty: the agent has no character of its own");
}

}  // namespace

void lint_skills(LintWork& work) {
  std::vector<std::string> paths;
  for (const LintFile& file : work.files) {
    if (!is_skill_file(file)) continue;
    check_skill(work, file);
    paths.push_back(file.path.str());
  }
  std::vector<SkillPlace> places;
  for (const std::string& path : find_skill_files(paths)) {
    const LintFile& file = *work.find(path);
    const std::string name = file.text ? skill_name_in(*file.text, file.path.components()[file.path.depth() - 2]) : "";
    if (!name.empty()) places.push_back({path, name});
  }
  for (Finding& finding : find_duplicate_skills(std::move(places))) work.add(std::move(finding));
}

void lint_jobs(LintWork& work) {
  for (const LintFile& file : work.files) {
    if (file.taken && is_cron_file(file.path)) check_jobs(work, file);
  }
}

void lint_texts(LintWork& work) {
  check_soul(work);
  for (const LintFile& file : work.files) {
    if (!file.text) continue;
    check_secrets(work, file);
    check_paths(work, file);
    check_script(work, file);
  }
}

}  // namespace kopi::detail
