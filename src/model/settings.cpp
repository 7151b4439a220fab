#include "model/settings.hpp"

#include <algorithm>

#include "base/embedded.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/json.hpp"
#include "formats/schema.hpp"
#include "formats/yaml.hpp"

namespace kopi {

extern const std::span<const EmbeddedFile> embedded_schemas;

const Node& config_schema() {
  static const Node schema = [] {
    const auto file = std::find_if(embedded_schemas.begin(), embedded_schemas.end(),
                                   [](const EmbeddedFile& f) { return f.name == "config-v1.schema.json"; });
    KOPI_ASSERT(file != embedded_schemas.end());
    auto parsed = parse_json(file->content, file->name);
    KOPI_ASSERT(parsed.has_value());
    return *std::move(parsed);
  }();
  return schema;
}

Findings check_config(const Node& config, std::string_view file) { return check_against_schema(config, config_schema(), {"config", file}); }

const Node* find_setting(const Node& config, std::string_view dotted_key) {
  const Node* node = &config;
  for (const std::string_view part : split(dotted_key, '.')) {
    node = node->find(part);
    if (node == nullptr) return nullptr;
  }
  return node->is_null() ? nullptr : node;
}

const Node* find_text_setting(const Node& config, std::string_view dotted_key) {
  const Node* node = find_setting(config, dotted_key);
  return node != nullptr && node->is_scalar() && !node->as_text().empty() ? node : nullptr;
}

ModelSetting parse_model(std::string_view text) {
  ModelSetting setting;
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    setting.model = text;
  } else {
    setting.provider = text.substr(0, slash);
    setting.model = text.substr(slash + 1);
  }
  return setting;
}

std::optional<ModelSetting> model_setting(const Node& config) {
  const auto from = [](const Node& node, std::string key) {
    ModelSetting setting = parse_model(node.as_text());
    setting.place = node.place();
    setting.key = std::move(key);
    return setting;
  };
  const Node* model = find_setting(config, "model");
  if (model == nullptr) return std::nullopt;
  if (model->is_scalar()) return model->as_text().empty() ? std::nullopt : std::optional(from(*model, "model"));
  if (const Node* ours = find_text_setting(*model, "default")) return from(*ours, "model.default");
  const Node* name = find_text_setting(*model, "model");
  if (name == nullptr) return std::nullopt;
  ModelSetting setting = from(*name, "model.model");
  const Node* provider = find_text_setting(*model, "provider");
  if (provider != nullptr && provider->as_text() != "auto") {
    setting.provider = provider->as_text();
    setting.model = name->as_text();
  }
  return setting;
}

const Node* tool_sets(const Node& config) {
  if (const Node* ours = find_setting(config, "tools.toolsets")) return ours;
  return find_setting(config, "toolsets");
}

namespace {

// One past the closing quote of the JSON string that `text` begins with; npos when there is none.
std::size_t end_of_quoted(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\')
      ++i;
    else if (text[i] == '"')
      return i + 1;
  }
  return std::string_view::npos;
}

// The next part of a key, and the text behind it.
std::optional<std::string> take_part(std::string_view& text) {
  if (!text.starts_with('"')) {
    const std::string part(text.substr(0, text.find('.')));
    text.remove_prefix(part.size());
    const bool is_odd = part.empty() || trim(part).size() != part.size() || has_control_characters(part);
    return is_odd || part.find('"') != std::string::npos ? std::nullopt : std::optional(part);
  }
  const std::size_t end = end_of_quoted(text);
  if (end == std::string_view::npos) return std::nullopt;
  const auto part = parse_json(text.substr(0, end), "");
  text.remove_prefix(end);
  return part ? part->as_string() : std::nullopt;
}

}  // namespace

Result<std::vector<std::string>> parse_setting_key(std::string_view key) {
  std::vector<std::string> parts;
  for (std::string_view rest = key;; rest.remove_prefix(1)) {
    auto part = take_part(rest);
    if (!part || !(rest.empty() || rest.front() == '.')) return error(Code::usage, "'{}' is not a key; write it as section.name", key);
    parts.push_back(*std::move(part));
    if (rest.empty()) return parts;
  }
}

std::string setting_key(const std::vector<std::string>& parts) {
  std::string key;
  for (const std::string& part : parts) {
    if (&part != parts.data()) key += '.';
    const std::string quoted = render_json(Node(part));
    const bool escaped = quoted.size() != part.size() + 2 && is_valid_utf8(part);
    const bool plain = !part.empty() && !escaped && part.find('.') == std::string::npos && trim(part).size() == part.size();
    key += plain ? part : quoted;
  }
  return key;
}

namespace {

Error wrong_type(const std::vector<std::string>& key, std::string_view text, std::string_view wanted) {
  return error(Code::schema, "{} must be {}, not '{}'", setting_key(key), wanted, text);
}

Result<Node> typed_value(const std::vector<std::string>& key, std::string_view text, const Node& schema) {
  const std::string type = schema_type(schema);
  if (type == "string") return Node(text);
  Node value = Node::scalar(std::string(text), true);
  if (type == "integer") {
    if (!value.as_integer()) return wrong_type(key, text, "a whole number");
  } else if (type == "number") {
    if (!value.as_real()) return wrong_type(key, text, "a number");
  } else if (type == "boolean") {
    if (!value.as_bool()) return wrong_type(key, text, "true or false");
    value = Node(*value.as_bool());
  } else if (type == "array") {
    if (!text.starts_with('[')) {  // one,two,three is a list too
      value = Node::sequence();
      for (const std::string_view item : split(text, ',')) {
        if (!trim(item).empty()) value.push(trim(item));
      }
      return value;
    }
    auto parsed = parse_yaml(text, join(key, "."));
    if (!parsed || !parsed->is(Node::Kind::sequence)) return wrong_type(key, text, "a list: [one, two] or one,two");
    return parsed;
  } else if (type == "object") {
    auto parsed = parse_yaml(text, join(key, "."));
    if (!parsed || !parsed->is(Node::Kind::mapping)) {
      Error problem = error(Code::schema, "{} is a section, not a value", setting_key(key));
      const auto members = schema_keys(schema);
      if (!members.empty()) problem.hint = fmt::format("kopi config set {}.{} VALUE", setting_key(key), members.front());
      return problem;
    }
    return parsed;
  }
  return value;
}

}  // namespace

Result<Node> parse_setting_value(const std::vector<std::string>& key, std::string_view text, Findings& findings) {
  const Node* schema = find_schema(config_schema(), key);
  Node value;
  if (schema == nullptr) {
    const bool flow = text.starts_with('[') || text.starts_with('{');
    auto parsed = flow ? parse_yaml(text, join(key, ".")) : Result<Node>(Node::scalar(std::string(text), true));
    value = parsed ? *std::move(parsed) : Node(text);
    Node document = Node::mapping();
    Node* at = &document;
    for (std::size_t i = 0; i + 1 < key.size(); ++i) at = &at->set(key[i], Node::mapping());
    at->set(key.back(), value);
    for (Finding& finding : check_config(document, "")) {
      finding.line = finding.column = 0;
      findings.push_back(std::move(finding));
    }
    return value;
  }
  KOPI_TRY(value, typed_value(key, text, *schema));
  for (Finding& finding : check_against_schema(value, *schema, {"config", ""})) {
    if (finding.severity > Severity::medium) continue;
    return error(Code::schema, "{}: {}", setting_key(key),
                 finding.message.starts_with("$: ") ? finding.message.substr(3) : finding.message);
  }
  return value;
}

}  // namespace kopi
