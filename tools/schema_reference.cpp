#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "formats/json.hpp"
#include "reference.hpp"

namespace kopi::docs {
namespace {

constexpr std::string_view k_common = "common.schema.json";
constexpr std::string_view k_definitions = "#/$defs/";

std::string text_at(const Node& node, std::string_view key) {
  const Node* value = node.find(key);
  return value == nullptr ? std::string() : value->as_text();
}

// ---- types in words ----

std::string one_type(std::string_view type) {
  if (type == "string") return "text";
  if (type == "integer") return "whole number";
  if (type == "object") return "mapping";
  if (type == "array") return "list";
  if (type == "boolean") return "true or false";
  return std::string(type);  // number, null
}

std::string choices(const Node& values) {
  std::vector<std::string> words;
  for (const Node& value : values.items()) words.push_back(value.is_null() ? "null" : "`" + value.as_text() + "`");
  return join(words, ", ");
}

std::string range(const Node& schema) {
  const std::string low = text_at(schema, "minimum");
  const std::string high = text_at(schema, "maximum");
  if (!low.empty() && !high.empty()) return fmt::format(", {} to {}", low, high);
  return low.empty() ? high.empty() ? "" : ", at most " + high : ", at least " + low;
}

std::string types(const Node& schema) {
  std::vector<std::string> words;
  const Node* type = schema.find("type");
  if (type == nullptr) return "anything";
  if (!type->is(Node::Kind::sequence)) return one_type(type->as_text());
  for (const Node& item : type->items()) words.push_back(one_type(item.as_text()));
  return join(words, " or ");
}

// ---- config.yaml ----

std::string config_type(const Node& schema) {
  if (const Node* values = schema.find("enum")) return choices(*values);
  std::string words = types(schema);
  if (const Node* items = schema.find("items"); items != nullptr && words == "list") {
    const Node* values = items->find("enum");
    words = "list of " + (values != nullptr ? choices(*values) : types(*items));
  }
  const Node* additional = schema.find("additionalProperties");
  if (words == "mapping" && additional != nullptr && additional->find("properties") == nullptr)
    words = "mapping of names to " + types(*additional);
  return words + range(schema);
}

void config_rows(const Node& schema, const std::string& key, std::string& rows) {
  const Node* members = schema.find("properties");
  const Node* additional = schema.find("additionalProperties");
  const bool by_name = additional != nullptr && additional->find("properties") != nullptr;
  const bool is_value = !by_name && (members == nullptr || schema.find("type")->is(Node::Kind::sequence));
  if (is_value)
    rows += fmt::format("| `{}` | {} | {} |\n", key, markdown_cell(config_type(schema)), markdown_cell(text_at(schema, "description")));
  if (members != nullptr) {
    for (const Node& member : members->items()) config_rows(member, key + "." + member.key(), rows);
  }
  if (by_name) config_rows(*additional, key + ".NAME", rows);
}

// ---- records ----

class Records {
 public:
  explicit Records(const RecordSources& sources) : sources_(sources) {}

  Result<std::string> page() {
    KOPI_TRY(common_, sources_.schema("common"));
    KOPI_TRY(const Node record, sources_.schema("record"));
    std::string text = page_start("Records", "the schemas in schemas/output");
    text += markdown_escape(text_at(record, "description")) +
            " The schemas are the last word; this page shows them for reading. Every field is always there. A field that has nothing to "
            "say is null.\n\n";
    text += "## The envelope\n\n" + forms(record);
    for (const cli::CommandSpec* command : cli::all_commands()) {
      if (command->hidden) continue;
      KOPI_TRY(const std::string section, command_section("kopi " + std::string(command->path), replace_all(command->path, " ", "-")));
      text += section;
    }
    KOPI_TRY(const std::string version, command_section("kopi --version", "version"));
    text += version + "## Definitions\n\n";
    for (const Node& definition : common_.find("$defs")->items()) {
      if (definition.find("properties") == nullptr) continue;
      text += fmt::format("### {}\n\n", text_at(definition, "title")) + described(definition) + table(definition);
    }
    text.pop_back();
    return text;
  }

 private:
  Result<std::string> command_section(const std::string& heading, const std::string& name) {
    const std::string file = name == "chat" ? "chat-event" : name;
    KOPI_TRY(const Node schema, sources_.schema(file));
    std::string text = fmt::format("## {}\n\n", heading) + described(schema);
    if (schema.find("$ref") != nullptr) text += fmt::format("`data` is {}.\n\n", link(resolve(schema)));
    text += forms(schema);
    if (const auto sample = sources_.sample(file)) text += "```json\n" + *sample + "```\n\n";
    return text;
  }

  static std::string described(const Node& schema) {
    const std::string description = text_at(schema, "description");
    return description.empty() ? "" : markdown_escape(description) + "\n\n";
  }

  // The tables of a schema: one, or one a form where it has several.
  std::string forms(const Node& schema) {
    const Node* choices = schema.find("oneOf");
    if (choices == nullptr) return schema.find("properties") == nullptr ? "" : table(schema);
    std::string text;
    for (const Node& form : choices->items()) {
      text += fmt::format("**{}**{}\n\n", text_at(form, "title"),
                          form.find("description") == nullptr ? "" : ": " + markdown_escape(text_at(form, "description")));
      text += form.find("$ref") != nullptr ? link(resolve(form)) + "\n\n" : table(form);
    }
    return text;
  }

  std::string table(const Node& schema) {
    std::string text = "| Field | Type | Meaning |\n|---|---|---|\n";
    rows(schema, "", text);
    return text + "\n";
  }

  void rows(const Node& schema, const std::string& prefix, std::string& text) {
    for (const Node& member : schema.find("properties")->items()) {
      const Node& target = resolve(member);
      const std::string own = text_at(member, "description");
      text += fmt::format("| `{}` | {} | {} |\n", prefix + member.key(), type(member),
                          markdown_cell(own.empty() ? text_at(target, "description") : own));
      const Node* items = target.find("items");
      const Node* inner = items != nullptr && items->find("properties") != nullptr ? items : &target;
      if (inner->find("properties") != nullptr && !is_defined(*inner))
        rows(*inner, prefix + member.key() + (items != nullptr ? "[]." : "."), text);
    }
  }

  std::string type(const Node& schema) {
    const Node& target = resolve(schema);
    if (const Node* constant = target.find("const")) return constant->is_null() ? "null" : "`" + constant->as_text() + "`";
    if (is_defined(target)) return link(target);
    if (const Node* values = target.find("enum")) return values->items().size() > 12 ? "text or null" : choices(*values);
    if (const Node* items = target.find("items")) {
      const Node& item = resolve(*items);
      const bool is_record = item.find("properties") != nullptr || item.find("oneOf") != nullptr;
      const std::string list = is_defined(item) ? "list: " + link(item) : is_record ? "list of records" : "list of " + types(item);
      return types(target).find("null") == std::string::npos ? list : list + ", or null";
    }
    if (const Node* choices = target.find("oneOf")) {
      std::vector<std::string> words;
      for (const Node& choice : choices->items()) words.push_back(type(choice));
      return join(words, " or ");
    }
    return types(target) + range_of(target);
  }

  // That a count is not negative goes without saying.
  static std::string range_of(const Node& schema) { return text_at(schema, "minimum") == "0" ? "" : range(schema); }

  const Node& resolve(const Node& schema) const {
    const std::string address = text_at(schema, "$ref");
    const auto at = address.find(k_definitions);
    if (at == std::string::npos || !(at == 0 || address.starts_with(k_common))) return schema;
    const Node* target = common_.find("$defs");
    for (const std::string_view part : split(std::string_view(address).substr(at + k_definitions.size()), '/')) target = target->find(part);
    return resolve(*target);
  }

  // Has a section of its own on the page.
  bool is_defined(const Node& schema) const {
    const auto& definitions = common_.find("$defs")->items();
    return std::any_of(definitions.begin(), definitions.end(),
                       [&](const Node& definition) { return &definition == &schema && schema.find("properties") != nullptr; });
  }

  static std::string link(const Node& definition) {
    const std::string title = text_at(definition, "title");
    std::string anchor;
    for (const char c : to_lower_ascii(title)) {
      if (c == ' ')
        anchor += '-';
      else if (c != '\'')
        anchor += c;
    }
    return fmt::format("[{}](#{})", to_lower_ascii(title), anchor);
  }

  const RecordSources& sources_;
  Node common_;
};

}  // namespace

std::string render_config_page(const Node& schema) {
  std::string page = page_start("Settings", "schemas/config-v1.schema.json");
  page +=
      "A profile's settings are in its `config.yaml`. `kopi config set KEY VALUE` changes one and leaves the rest of the file as it is; "
      "`kopi config list` "
      "shows what is set. NAME stands for a name of your choice.\n\n";
  for (const Node& section : schema.find("properties")->items()) {
    const std::string description = text_at(section, "description");
    const bool is_section = section.find("properties") != nullptr || section.find("additionalProperties") != nullptr;
    page += fmt::format("## {}\n\n", section.key());
    if (is_section && !description.empty()) page += markdown_escape(description) + "\n\n";
    std::string rows;
    config_rows(section, section.key(), rows);
    page += "| Key | Value | Meaning |\n|---|---|---|\n" + rows + "\n";
  }
  page.pop_back();
  return page;
}

Result<std::string> render_records_page(const RecordSources& sources) { return Records(sources).page(); }

}  // namespace kopi::docs
