#include <algorithm>

#include "formats/yaml.hpp"
#include "installer/lint_work.hpp"
#include "model/name.hpp"
#include "model/ownership.hpp"
#include "model/version.hpp"

namespace kopi::detail {
namespace {

constexpr std::string_view k_file = "distribution.yaml";

Place place_at(const Node& document, std::string_view key) {
  const Node* value = document.find(key);
  return value == nullptr ? Place{1, 1} : value->place();
}

// Three numbers, as Semantic Versioning 2.0.0 writes them.
bool is_strict_version(std::string_view text) {
  const auto version = Version::parse(text);
  return version && !text.starts_with('v') && !text.starts_with('V') &&
         std::count(text.begin(),
                    text.begin() + std::min<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(text.size()),
                                                            static_cast<std::ptrdiff_t>(std::min(text.find_first_of("-+"), text.size()))),
                    '.') == 2;
}

void check_version(LintWork& work) {
  const std::string& version = work.manifest->version;
  const Place place = place_at(work.manifest_document, "version");
  if (version.empty()) return work.add("manifest.version-missing", k_file, place, "$.version: there is none");
  if (is_strict_version(version)) return;
  const auto severity = Version::parse(version) ? Severity::low : Severity::medium;
  work.add("manifest.version-form", k_file, place, fmt::format("$.version: '{}' is not of the form 1.2.3", version), severity);
}

// A directory counts when something of it would be installed.
bool exists(const LintWork& work, std::string_view path) {
  return std::any_of(work.files.begin(), work.files.end(),
                     [&](const LintFile& file) { return file.committed && file.path.is_within(path); });
}

void check_owned(LintWork& work) {
  const Node* list = work.manifest_document.find("distribution_owned");
  if (list == nullptr || !list->is(Node::Kind::sequence)) return;
  std::size_t index = 0;
  for (const Node& entry : list->items()) {
    const std::string path = fmt::format("$.distribution_owned[{}]", index++);
    if (entry.is_null() || !entry.is_scalar()) continue;
    const auto normal = normalise_owned(entry.as_text());
    if (!normal || exists(work, *normal)) continue;
    work.add("manifest.owned-missing", k_file, entry.place(), fmt::format("{}: there is no '{}'", path, *normal));
  }
}

void check_variables(LintWork& work) {
  const Node* list = work.manifest_document.find("env_requires");
  if (list == nullptr || !list->is(Node::Kind::sequence)) return;
  std::size_t index = 0;
  for (const Node& entry : list->items()) {
    const std::string path = fmt::format("$.env_requires[{}]", index);
    if (index >= work.manifest->env.size()) return;
    const EnvRequirement& variable = work.manifest->env[index++];
    if (variable.description.empty())
      work.add("env.description-missing", k_file, entry.place(), fmt::format("{}: nobody is told what {} is", path, variable.name));
    if (variable.secret && variable.default_value && !variable.default_value->empty()) {
      const Node* value = entry.find("default");
      work.add("env.secret-default", k_file, value == nullptr ? entry.place() : value->place(),
               fmt::format("{}.default: {} is secret, so no value of it can be everybody's (or say `secret: false`)", path, variable.name));
    }
  }
}

}  // namespace

void lint_manifest(LintWork& work) {
  const LintFile* file = work.find(k_file);
  if (file == nullptr || !file->committed)
    return work.add("manifest.missing", "", {}, "there is no distribution.yaml at the root: it is no distribution");
  if (!work.manifest || !file->text) return;
  auto document = parse_yaml(*file->text, k_file);
  if (!document) return;
  work.manifest_document = *std::move(document);
  const Manifest& manifest = *work.manifest;
  if (const auto name = parse_new_profile_name(manifest.name); !name)
    work.add("manifest.name", k_file, place_at(work.manifest_document, "name"), "$.name: " + name.error().message);
  check_version(work);
  if (manifest.description.empty())
    work.add("manifest.description-missing", k_file, place_at(work.manifest_document, "description"), "$.description: there is none");
  if (manifest.license.empty())
    work.add("manifest.license-missing", k_file, place_at(work.manifest_document, "license"), "$.license: there is none");
  const auto running = Version::parse(work.request.program_version);
  if (manifest.kopi_requires && running && !manifest.kopi_requires->contains(*running)) {
    work.add("manifest.requires", k_file, place_at(work.manifest_document, "kopi_requires"),
             fmt::format("$.kopi_requires: this kopi, {}, is not in '{}'", work.request.program_version, manifest.kopi_requires->str()));
  }
  check_owned(work);
  check_variables(work);
}

}  // namespace kopi::detail
