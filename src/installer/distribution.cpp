#include "installer/distribution.hpp"

#include <algorithm>
#include <set>

#include "base/unicode.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "model/settings.hpp"
#include "model/skill_names.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

const SnapshotFile* find_file(const std::map<RelPath, SnapshotFile>& files, std::string_view path) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.first.str() == path; });
  return found == files.end() ? nullptr : &found->second;
}

Result<void> check_version(const Manifest& manifest, const std::string& program_version) {
  if (!manifest.kopi_requires) return {};
  const auto version = Version::parse(program_version);
  KOPI_ASSERT(version.has_value());
  if (manifest.kopi_requires->contains(*version)) return {};
  return with_hint(
      error(Code::requires_newer, "{} needs kopi {}, this is {}", manifest.name, manifest.kopi_requires->str(), program_version),
      "kopi update");
}

// The author's own example counts; a `.env.template` lands under the same name; else one is made from env_requires.
void place_env_example(Distribution& distribution) {
  auto example = RelPath::parse(".env.EXAMPLE");
  auto& files = distribution.files;
  auto from_template = std::find_if(files.begin(), files.end(), [](const auto& file) { return file.first.str() == ".env.template"; });
  SnapshotFile file;
  if (from_template != files.end()) {
    file = std::move(from_template->second);
    files.erase(from_template);
  } else if (!distribution.manifest.env.empty()) {
    file.content = render_env_example(distribution.manifest);
  } else {
    return;
  }
  // `.env.example` too: the two are one file where case does not count.
  const bool is_there =
      std::any_of(files.begin(), files.end(), [&](const auto& other) { return fold(other.first.str()) == fold(example->str()); });
  if (is_there) return;
  file.mode = FileMode::regular;
  file.digest = sha256(file.content);
  files.emplace(*example, std::move(file));
}

std::vector<std::string> executables(const std::map<RelPath, SnapshotFile>& files) {
  std::vector<std::string> paths;
  for (const auto& [path, file] : files) {
    if (file.mode == FileMode::executable) paths.push_back(path.str());
  }
  return paths;
}

std::vector<std::string> plugins(const std::map<RelPath, SnapshotFile>& files) {
  std::set<std::string> names;
  for (const auto& [path, file] : files) {
    const bool is_about_them = path.depth() == 2 && path.str().ends_with(".md");
    if (path.first() == "plugins" && path.depth() > 1 && !is_about_them) names.emplace(path.components()[1]);
  }
  return {names.begin(), names.end()};
}

// Of what the job does, the skills that it names included: an approval is of all of that.
std::string digest_of(const CronJob& job, const std::map<RelPath, SnapshotFile>& files) {
  constexpr std::size_t shown = 12;
  std::string text = job.definition + "\n";
  for (const auto& [path, file] : files) {
    if (path.first() != "skills") continue;
    const auto parts = path.components();
    const bool is_named = std::any_of(job.skills.begin(), job.skills.end(),
                                      [&](const std::string& skill) { return std::find(parts.begin(), parts.end(), skill) != parts.end(); });
    if (is_named) text += fmt::format("{}  {}\n", file.digest.hex(), path.str());
  }
  return sha256(text).hex().substr(0, shown);
}

void read_jobs(Distribution& distribution) {
  for (const auto& [path, file] : distribution.files) {
    if (!is_cron_file(path)) continue;
    const auto document = path.str().ends_with(".json") ? parse_json(file.content, path.str()) : parse_yaml(file.content, path.str());
    if (!document) {  // nothing runs from a file that can't be read; the preview says so
      distribution.findings.push_back(
          {Severity::medium, "cron.invalid", path.str(), 0, 0, document.error().message, "", file.digest.str()});
      continue;
    }
    for (CronJob& job : read_cron_jobs(*document, path, distribution.findings)) {
      job.digest = digest_of(job, distribution.files);
      distribution.cron_jobs.push_back(std::move(job));
    }
  }
}

// What all of it can do; the findings are about its servers.
Result<Findings> list_powers(Distribution& distribution, const Node& config) {
  Node mcp;
  if (const SnapshotFile* file = find_file(distribution.files, "mcp.json")) {
    KOPI_TRY(mcp, parse_json(file->content, "mcp.json"));
    if (!mcp.is(Node::Kind::mapping)) return error(Code::json, "mcp.json:1: expected an object, found {}", with_article(mcp.kind()));
  }
  McpReading servers = read_mcp_servers(mcp, config, "mcp.json", "config.yaml");
  distribution.mcp_servers = std::move(servers.servers);
  const auto programs = executables(distribution.files);
  const auto plugin_names = plugins(distribution.files);
  distribution.capabilities =
      list_capabilities({distribution.manifest, config, distribution.mcp_servers, distribution.cron_jobs, programs, plugin_names});
  return std::move(servers.findings);
}

// config.yaml, mcp.json and the jobs; and from them what all of it can do.
Result<void> read_settings(Distribution& distribution) {
  Node config;
  if (const SnapshotFile* file = find_file(distribution.files, "config.yaml")) {
    KOPI_TRY(config, parse_yaml(file->content, "config.yaml"));
    if (!config.is_null() && !config.is(Node::Kind::mapping))
      return error(Code::yaml, "config.yaml:1: expected keys and values, found {}", with_article(config.kind()));
    const Findings about = check_config(config, "config.yaml");
    distribution.findings.insert(distribution.findings.end(), about.begin(), about.end());
  }
  read_jobs(distribution);
  KOPI_TRY(const Findings about_servers, list_powers(distribution, config));
  distribution.findings.insert(distribution.findings.end(), about_servers.begin(), about_servers.end());
  return {};
}

}  // namespace

Ledger Distribution::ledger() const {
  Ledger ledger;
  for (const auto& [path, file] : files) ledger.emplace(path, LedgerEntry{file.mode, file.digest});
  return ledger;
}

std::vector<SkillPlace> list_skills(const std::map<RelPath, SnapshotFile>& files) {
  std::vector<std::string> paths;
  for (const auto& [path, file] : files) paths.push_back(path.str());
  std::vector<SkillPlace> skills;
  for (const std::string& path : find_skill_files(paths)) {
    const RelPath parsed = *RelPath::parse(path);
    const std::string name = skill_name_in(files.at(parsed).content, parsed.components()[parsed.depth() - 2]);
    if (!name.empty()) skills.push_back({path, name});
  }
  return skills;
}

Result<Distribution> understand(Snapshot snapshot, const std::string& program_version) {
  Distribution distribution;
  distribution.manifest = std::move(snapshot.manifest.manifest);
  distribution.findings = std::move(snapshot.manifest.findings);
  distribution.files = std::move(snapshot.files);
  distribution.left_out = std::move(snapshot.left_out);
  distribution.ref = std::move(snapshot.ref);
  KOPI_CHECK(check_version(distribution.manifest, program_version));
  place_env_example(distribution);

  KOPI_CHECK(read_settings(distribution));
  const Findings duplicates = find_duplicate_skills(list_skills(distribution.files));
  distribution.findings.insert(distribution.findings.end(), duplicates.begin(), duplicates.end());
  distribution.manifest_digest = find_file(distribution.files, "distribution.yaml")->digest;
  distribution.tree_digest = sha256(render_ledger(distribution.ledger()));
  return distribution;
}

Result<void> withhold_config(Distribution& distribution, std::string_view config) {
  KOPI_TRY(const Node document, parse_yaml(config, "config.yaml"));
  KOPI_CHECK(list_powers(distribution, document));
  return {};
}

Result<Distribution> understand_profile(std::map<RelPath, SnapshotFile> files, const std::string& program_version) {
  Distribution distribution;
  distribution.files = std::move(files);
  if (const SnapshotFile* file = find_file(distribution.files, "distribution.yaml")) {
    auto manifest = read_manifest(file->content, "distribution.yaml");
    if (manifest) {
      distribution.manifest = std::move(manifest->manifest);
      distribution.findings = std::move(manifest->findings);
      KOPI_CHECK(check_version(distribution.manifest, program_version));
    } else {
      distribution.findings.push_back({Severity::medium, "manifest.invalid", "distribution.yaml", 0, 0, manifest.error().message, "", ""});
    }
  }
  KOPI_CHECK(read_settings(distribution));
  return distribution;
}

}  // namespace kopi
