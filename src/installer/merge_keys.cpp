#include "installer/merge_keys.hpp"

#include <vector>

#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "formats/yaml_edit.hpp"

namespace kopi {
namespace {

struct Missing {
  std::vector<std::string> path;
  Node value;
};

void find_missing(const Node& ours, const Node& theirs, std::vector<std::string>& path, std::vector<Missing>& missing) {
  for (const Node& member : theirs.items()) {
    path.push_back(member.key());
    const Node* present = ours.find(member.key());
    if (present == nullptr) {
      missing.push_back({path, member});
    } else if (present->is(Node::Kind::mapping) && member.is(Node::Kind::mapping)) {
      find_missing(*present, member, path, missing);
    }
    path.pop_back();
  }
}

void add_missing(Node& ours, const Node& theirs) {
  for (const Node& member : theirs.items()) {
    Node* present = ours.find(member.key());
    if (present == nullptr) {
      ours.set(member.key(), member);
    } else if (present->is(Node::Kind::mapping) && member.is(Node::Kind::mapping)) {
      add_missing(*present, member);
    }
  }
}

std::optional<std::string> merge_json(std::string_view path, std::string_view ours, std::string_view theirs) {
  auto mine = parse_json(ours, path);
  const auto shipped = parse_json(theirs, path);
  if (!mine || !shipped || !mine->is(Node::Kind::mapping) || !shipped->is(Node::Kind::mapping)) return std::nullopt;
  Node merged = *mine;
  add_missing(merged, *shipped);
  if (merged == *mine) return std::string(ours);
  return render_json(merged, JsonStyle::indented) + "\n";
}

std::optional<std::string> merge_yaml(std::string_view path, std::string_view ours, std::string_view theirs) {
  const auto mine = parse_yaml(ours, path);
  const auto shipped = parse_yaml(theirs, path);
  const auto is_table = [](const Node& node) { return node.is(Node::Kind::mapping) || node.is_null(); };
  if (!mine || !shipped || !is_table(*mine) || !shipped->is(Node::Kind::mapping)) return std::nullopt;
  std::vector<Missing> missing;
  std::vector<std::string> prefix;
  find_missing(*mine, *shipped, prefix, missing);
  std::string text(ours);
  for (const Missing& entry : missing) {
    auto edited = set_yaml_value(text, path, entry.path, entry.value);
    if (!edited) return std::nullopt;
    text = *std::move(edited);
  }
  return text;
}

}  // namespace

std::optional<std::string> merge_missing_keys(std::string_view path, std::string_view ours, std::string_view theirs) {
  if (path.ends_with(".json")) return merge_json(path, ours, theirs);
  if (path.ends_with(".yaml") || path.ends_with(".yml")) return merge_yaml(path, ours, theirs);
  return std::nullopt;
}

}  // namespace kopi
