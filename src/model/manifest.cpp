#include "model/manifest.hpp"

#include <algorithm>

#include "base/rel_path.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/dotenv.hpp"
#include "formats/yaml.hpp"
#include "model/ownership.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_keys[] = {"name",     "version",       "description",     "author",       "license",
                                       "homepage", "kopi_requires", "hermes_requires", "env_requires", "distribution_owned",
                                       "source",   "installed_at"};

class Reader {
 public:
  Reader(const Node& document, std::string_view file) : document_(document), file_(file) {}

  Result<ManifestReading> read() {
    if (document_.is_null()) return error(Code::manifest, "{}: the file is empty; it needs at least a name", file_);
    if (!document_.is(Node::Kind::mapping)) {
      return error(Code::manifest, "{}:{}: expected keys and values, found {}", file_, std::max(document_.place().line, 1),
                   with_article(document_.kind()));
    }
    Manifest& manifest = reading_.manifest;
    manifest.name = text("name");
    if (trim(manifest.name).empty() && refused_.empty()) {
      const Node* name = document_.find("name");
      refuse(name == nullptr ? Place{1, 1} : name->place(), "$.name: the name is required");
    }
    manifest.version = text("version");
    manifest.description = text("description");
    manifest.author = text("author");
    manifest.license = text("license");
    manifest.homepage = text("homepage");
    manifest.hermes_requires = text("hermes_requires");
    read_requires();
    read_env();
    read_owned();
    note_unknown_keys(document_, k_keys, "$");
    sort_by_place(reading_.findings);
    if (!refused_.empty()) return refusal();
    return std::move(reading_);
  }

 private:
  Finding finding(Severity severity, std::string rule, Place place, std::string message) const {
    return {severity, std::move(rule), std::string(file_), place.line, place.column, std::move(message), "", ""};
  }
  void refuse(Place place, std::string message) {
    refused_.push_back(finding(Severity::high, "manifest.invalid", place, std::move(message)));
  }
  void note(std::string rule, Place place, std::string message) {
    reading_.findings.push_back(finding(Severity::low, std::move(rule), place, std::move(message)));
  }

  Error refusal() {
    sort_by_place(refused_);
    const Finding& first = refused_.front();
    Error problem = error(Code::manifest, "{}:{}:{}: {}", file_, first.line, first.column, first.message);
    if (refused_.size() > 1) problem.message += fmt::format(" (and {} more)", refused_.size() - 1);
    problem.findings = std::move(refused_);
    problem.findings.insert(problem.findings.end(), reading_.findings.begin(), reading_.findings.end());
    return problem;
  }

  // Text of a scalar, whatever YAML takes it for: an unquoted version 1.10 is "1.10".
  std::string text_of(const Node& node, const std::string& path) {
    if (node.is_null()) return {};
    if (node.is_scalar()) return node.as_text();
    refuse(node.place(), fmt::format("{}: expected text, found {}", path, with_article(node.kind())));
    return {};
  }
  std::string text(std::string_view key) {
    const Node* node = document_.find(key);
    return node == nullptr ? std::string() : text_of(*node, fmt::format("$.{}", key));
  }

  void read_requires() {
    const Node* node = document_.find("kopi_requires");
    const std::string range = text("kopi_requires");
    if (range.empty()) return;
    reading_.manifest.kopi_requires = VersionRange::parse(range);
    if (!reading_.manifest.kopi_requires) refuse(node->place(), fmt::format("$.kopi_requires: '{}' is not a version range", range));
  }

  void read_env() {
    const Node* list = document_.find("env_requires");
    if (list == nullptr || list->is_null()) return;
    if (!list->is(Node::Kind::sequence)) {
      return refuse(list->place(), fmt::format("$.env_requires: expected a list, found {}", with_article(list->kind())));
    }
    std::size_t index = 0;
    for (const Node& entry : list->items()) read_variable(entry, fmt::format("$.env_requires[{}]", index++));
  }

  void read_variable(const Node& entry, const std::string& path) {
    if (!entry.is(Node::Kind::mapping)) return refuse(entry.place(), fmt::format("{}: expected a mapping with a name", path));
    EnvRequirement variable;
    const Node* name = entry.find("name");
    variable.name = name == nullptr ? "" : text_of(*name, path + ".name");
    const Place place = name == nullptr ? entry.place() : name->place();
    if (name != nullptr && !name->is_scalar() && !name->is_null()) return;  // refused already
    if (variable.name.empty()) return refuse(place, fmt::format("{}.name: the variable's name is required", path));
    if (!is_variable_name(variable.name)) {
      return refuse(place, fmt::format("{}.name: '{}' must match [A-Z_][A-Z0-9_]*", path, variable.name));
    }
    if (is_protected_variable(variable.name)) {
      return refuse(place, fmt::format("{}.name: no distribution may ask for '{}'", path, variable.name));
    }
    const auto& known = reading_.manifest.env;
    if (std::any_of(known.begin(), known.end(), [&](const auto& other) { return other.name == variable.name; })) {
      return refuse(place, fmt::format("{}.name: '{}' is listed twice", path, variable.name));
    }
    for (const std::string_view key : {"desc", "description"}) {
      if (const Node* description = entry.find(key)) variable.description = text_of(*description, fmt::format("{}.{}", path, key));
    }
    variable.required = flag(entry, "required", true, path);
    variable.secret = flag(entry, "secret", looks_secret(variable.name), path);
    if (const Node* value = entry.find("default"); value != nullptr && !value->is_null()) {
      variable.default_value = text_of(*value, path + ".default");
    }
    static constexpr std::string_view keys[] = {"name", "description", "desc", "required", "default", "secret"};
    note_unknown_keys(entry, keys, path);
    reading_.manifest.env.push_back(std::move(variable));
  }

  bool flag(const Node& entry, std::string_view key, bool otherwise, const std::string& path) {
    const Node* node = entry.find(key);
    if (node == nullptr || node->is_null()) return otherwise;
    if (const auto value = node->as_bool()) return *value;
    const std::string word = to_lower_ascii(node->as_text());  // quoted: the author means it all the same
    if (word == "true" || word == "false" || word == "yes" || word == "no") {
      note("manifest.quoted-boolean", node->place(), fmt::format("{}.{}: '{}' is text; write it without quotes", path, key, word));
      return word == "true" || word == "yes";
    }
    const std::string found = node->is_scalar() ? fmt::format("'{}'", node->as_text()) : with_article(node->kind());
    refuse(node->place(), fmt::format("{}.{}: expected true or false, found {}", path, key, found));
    return otherwise;
  }

  static bool looks_secret(std::string_view name) {
    for (const std::string_view word : {"KEY", "TOKEN", "SECRET", "PASSWORD", "PASS", "CREDENTIAL"}) {
      if (name.find(word) != std::string_view::npos) return true;
    }
    return false;
  }

  void read_owned() {
    const Node* list = document_.find("distribution_owned");
    if (list == nullptr || list->is_null()) return;
    if (!list->is(Node::Kind::sequence)) {
      return refuse(list->place(), fmt::format("$.distribution_owned: expected a list, found {}", with_article(list->kind())));
    }
    auto& owned = reading_.manifest.owned.emplace();
    std::size_t index = 0;
    for (const Node& entry : list->items()) {
      const std::string path = fmt::format("$.distribution_owned[{}]", index++);
      if (entry.is_null() || !entry.is_scalar()) {
        refuse(entry.place(), fmt::format("{}: expected a path", path));
        continue;
      }
      auto normal = normalise_owned(entry.as_text());
      if (!normal) {
        note("manifest.owned-ignored", entry.place(),
             fmt::format("{}: '{}' is ignored: {}", path, entry.as_text(), normal.error().message));
        continue;
      }
      if (normal->find('*') != std::string::npos) {
        note("manifest.owned-pattern", entry.place(),
             fmt::format("{}: '{}' is taken as a name: entries are paths, not patterns", path, *normal));
      }
      owned.push_back(*std::move(normal));
    }
    if (owned.empty() && refused_.empty())
      note("manifest.owned-empty", list->place(), "$.distribution_owned: names nothing: only distribution.yaml is installed");
  }

  template <class Keys>
  void note_unknown_keys(const Node& mapping, const Keys& keys, const std::string& path) {
    std::vector<std::string> known(std::begin(keys), std::end(keys));
    for (const Node& member : mapping.items()) {
      if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
      std::string message = fmt::format("{}.{}: unknown key", path, member.key());
      if (const auto meant = closest(member.key(), known)) message += fmt::format(", did you mean '{}'?", *meant);
      note("manifest.unknown-key", member.key_place(), std::move(message));
    }
  }

  const Node& document_;
  std::string_view file_;
  ManifestReading reading_;
  Findings refused_;
};

}  // namespace

Result<ManifestReading> read_manifest(std::string_view text, std::string_view file) {
  KOPI_TRY(const Node document, parse_yaml(text, file));
  return Reader(document, file).read();
}

std::string render_env_example(const Manifest& manifest) {
  std::string text = "# Variables that this agent uses. Copy the ones you need into .env and fill them in:\n#   kopi env set NAME\n";
  for (const EnvRequirement& variable : manifest.env) {
    text += '\n';
    for (const std::string_view line : split_lines(variable.description)) {
      std::string comment = "# ";
      for (const char c : line)
        comment += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;  // a lone CR would end the comment for some readers
      text += comment + "\n";
    }
    auto assignment = set_dotenv_value("", "", variable.name, Secret(variable.default_value.value_or("")));
    text += variable.required ? "# (required)\n" : "# (optional)\n# ";
    text += assignment ? *assignment : variable.name + "=\n";  // no .env can hold this default: the name alone
  }
  return text;
}

}  // namespace kopi
