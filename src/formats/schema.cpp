#include "formats/schema.hpp"

#include <algorithm>
#include <fmt/core.h>
#include <optional>

#include "base/text.hpp"

namespace kopi {
namespace {

bool has_type(const Node& value, std::string_view type) {
  switch (value.kind()) {
    case Node::Kind::null: return type == "null";
    case Node::Kind::boolean: return type == "boolean";
    case Node::Kind::integer: return type == "integer" || type == "number";
    case Node::Kind::real: return type == "number";
    case Node::Kind::string: return type == "string" || (type == "boolean" && value.as_bool().has_value());
    case Node::Kind::sequence: return type == "array";
    case Node::Kind::mapping: return type == "object";
  }
  return false;
}

std::vector<std::string> types_of(const Node& schema) {
  const Node* type = schema.find("type");
  std::vector<std::string> types;
  if (type == nullptr) return types;
  if (type->is(Node::Kind::sequence)) {
    for (const Node& item : type->items()) types.push_back(item.as_text());
  } else {
    types.push_back(type->as_text());
  }
  return types;
}

const Node* member_schema(const Node& schema, std::string_view key) {
  if (const Node* properties = schema.find("properties")) {
    if (const Node* member = properties->find(key)) return member;
  }
  const Node* additional = schema.find("additionalProperties");
  return additional != nullptr && additional->is(Node::Kind::mapping) ? additional : nullptr;
}

class Checker {
 public:
  Checker(const SchemaCheck& check, Findings& findings) : check_(check), findings_(findings) {}

  void value(const Node& node, const Node& schema, const std::string& path) {
    if (node.is_null()) return;  // `key:` with nothing behind it: as if it were absent
    const auto types = types_of(schema);
    const auto fits = [&](const std::string& type) { return has_type(node, type); };
    if (!types.empty() && std::none_of(types.begin(), types.end(), fits)) {
      return complain(Severity::medium, "type", node.place(),
                      fmt::format("{}: expected {}, found {}", path, join(types, " or "), name(node.kind())));
    }
    check_choice(node, schema, path);
    check_range(node, schema, path);
    if (node.is(Node::Kind::mapping)) members(node, schema, path);
    if (const Node* items = schema.find("items"); items != nullptr && node.is(Node::Kind::sequence)) {
      std::size_t index = 0;
      for (const Node& item : node.items()) value(item, *items, fmt::format("{}[{}]", path, index++));
    }
  }

 private:
  void members(const Node& node, const Node& schema, const std::string& path) {
    const Node* additional = schema.find("additionalProperties");
    const bool closed = additional != nullptr && additional->as_bool() == false;
    for (const Node& member : node.items()) {
      const std::string member_path = path + "." + member.key();
      if (const Node* expected = member_schema(schema, member.key())) {
        value(member, *expected, member_path);
      } else if (closed) {
        std::string message = fmt::format("{}: unknown key", member_path);
        if (const auto meant = closest(member.key(), schema_keys(schema))) message += fmt::format(", did you mean '{}'?", *meant);
        complain(Severity::low, "unknown-key", member.key_place(), std::move(message));
      }
    }
  }

  void check_choice(const Node& node, const Node& schema, const std::string& path) {
    const Node* choices = schema.find("enum");
    if (choices == nullptr) return;
    std::vector<std::string> names;
    for (const Node& choice : choices->items()) {
      if (choice == node) return;
      names.push_back(choice.as_text());
    }
    complain(Severity::medium, "value", node.place(), fmt::format("{}: expected one of {}", path, join(names, ", ")));
  }

  void check_range(const Node& node, const Node& schema, const std::string& path) {
    const auto value = node.as_real();
    if (!value) return;
    const Node* minimum = schema.find("minimum");
    const Node* maximum = schema.find("maximum");
    if (minimum != nullptr && *value < *minimum->as_real()) {
      complain(Severity::medium, "value", node.place(), fmt::format("{}: must be at least {}", path, minimum->as_text()));
    }
    if (maximum != nullptr && *value > *maximum->as_real()) {
      complain(Severity::medium, "value", node.place(), fmt::format("{}: must be at most {}", path, maximum->as_text()));
    }
  }

  void complain(Severity severity, std::string_view rule, Place place, std::string message) {
    findings_.push_back({severity, fmt::format("{}.{}", check_.rule_prefix, rule), std::string(check_.file), place.line, place.column,
                         std::move(message), "", ""});
  }

  const SchemaCheck& check_;
  Findings& findings_;
};

}  // namespace

Findings check_against_schema(const Node& document, const Node& schema, const SchemaCheck& check) {
  Findings findings;
  Checker(check, findings).value(document, schema, "$");
  return findings;
}

const Node* find_schema(const Node& schema, std::span<const std::string> path) {
  const Node* at = &schema;
  for (const std::string& key : path) {
    const Node* items = parse_integer(key) ? at->find("items") : nullptr;  // a step into a list is an item's number
    at = items != nullptr ? items : member_schema(*at, key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::vector<std::string> schema_keys(const Node& schema) {
  std::vector<std::string> keys;
  if (const Node* properties = schema.find("properties")) {
    for (const Node& member : properties->items()) keys.push_back(member.key());
  }
  return keys;
}

std::string schema_type(const Node& schema) {
  const auto types = types_of(schema);
  return types.size() == 1 ? types.front() : std::string();
}

}  // namespace kopi
