// 1. The gate gives libfyaml's events (yaml_events.cpp).
// 2. yaml-cpp loads the same text.
// 3. One walk goes through both in step: every scalar's text and every collection's shape must be the same. The node takes
//    its value from yaml-cpp, and its place, quoting and anchors from the events.
// 4. Aliases become copies of the node that their anchor names, merge keys are followed, duplicate keys are refused.
#include "formats/yaml.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <yaml-cpp/yaml.h>

#include "base/text.hpp"
#include "formats/yaml_events.hpp"

namespace kopi {
namespace {

using detail::YamlEvent;
using Kind = YamlEvent::Kind;

Error disagreement(std::string_view file, Place place) {
  return error(Code::yaml, "{}:{}:{}: two YAML readers read this differently; write it more plainly (quote the text)", file, place.line,
               place.column);
}

class Walker {
 public:
  Walker(std::vector<YamlEvent> events, std::string_view file, const DocumentLimits& limits)
      : events_(std::move(events)), file_(file), limits_(limits) {}

  /// `loaded`: what the second reader made of it; null: there is none.
  Result<Node> document(const YAML::Node* loaded) {
    if (events_.empty()) return Node();
    return node(loaded);
  }

 private:
  Error refuse(Code code, Place place, std::string_view reason) const {
    return error(code, "{}:{}:{}: {}", file_, place.line, place.column, reason);
  }

  Result<Node> node(const YAML::Node* loaded) {
    const YamlEvent& event = events_[next_];
    if (event.kind == Kind::alias) {
      ++next_;
      return follow(event);
    }
    if (!event.anchor.empty()) anchors_[event.anchor] = std::nullopt;  // not complete: an alias inside itself is refused
    KOPI_TRY(Node built, event.kind == Kind::scalar          ? scalar(loaded)
                         : event.kind == Kind::mapping_start ? mapping(loaded)
                                                             : sequence(loaded));
    KOPI_CHECK(count(1, event.place));
    if (!event.anchor.empty()) {
      KOPI_CHECK(count(size_of(built), event.place));  // it is kept a second time: anchors in anchors must not multiply
      anchors_[event.anchor] = built;
    }
    return built;
  }

  Result<void> count(std::size_t nodes, Place place) {
    nodes_ += nodes;
    if (nodes_ > limits_.nodes) {
      return refuse(Code::limit, place, fmt::format("more than {} values once aliases are followed", limits_.nodes));
    }
    return {};
  }

  static std::size_t size_of(const Node& node) {
    std::size_t size = 1;
    for (const Node& item : node.items()) size += size_of(item);
    return size;
  }

  Result<Node> follow(const YamlEvent& alias) {
    const auto found = anchors_.find(alias.text);
    KOPI_ASSERT(found != anchors_.end());  // the gate lets no other alias through
    if (!found->second) return refuse(Code::yaml, alias.place, fmt::format("anchor '{}' contains itself", alias.text));
    KOPI_CHECK(count(size_of(*found->second), alias.place));
    return *found->second;
  }

  Result<Node> scalar(const YAML::Node* loaded) {
    const YamlEvent& event = events_[next_++];
    const bool plain = event.style == YamlEvent::Style::plain && event.tag.empty();
    if (loaded != nullptr) {
      const bool same = loaded->IsNull() ? Node::scalar(event.text, plain).is_null() : loaded->IsScalar() && loaded->Scalar() == event.text;
      if (!same) return disagreement(file_, event.place);
    }
    Node built = tagged(event, plain);
    built.set_place(event.place);
    return built;
  }

  // A core tag decides the type, whatever the quotes say; the non-specific tag "!" makes a string.
  static Node tagged(const YamlEvent& event, bool plain) {
    const bool resolve = plain || (!event.tag.empty() && event.tag != "!" && !event.tag.ends_with(":str"));
    Node built = Node::scalar(event.text, resolve);
    if (event.tag.ends_with(":float")) return Node(*built.as_real());
    return built;
  }

  Result<Node> sequence(const YAML::Node* loaded) {
    const Place place = events_[next_++].place;
    if (loaded != nullptr && !loaded->IsSequence()) return disagreement(file_, place);
    Node built = Node::sequence();
    built.set_place(place);
    std::size_t index = 0;
    while (events_[next_].kind != Kind::sequence_end) {
      if (loaded != nullptr && index >= loaded->size()) return disagreement(file_, events_[next_].place);
      const YAML::Node loaded_item = loaded == nullptr ? YAML::Node() : (*loaded)[index];
      ++index;
      KOPI_TRY(Node item, node(loaded == nullptr ? nullptr : &loaded_item));
      built.push(std::move(item));
    }
    ++next_;
    if (loaded != nullptr && index != loaded->size()) return disagreement(file_, place);
    return built;
  }

  Result<Node> mapping(const YAML::Node* loaded) {
    const Place place = events_[next_++].place;
    if (loaded != nullptr && !loaded->IsMap()) return disagreement(file_, place);
    Node built = Node::mapping();
    built.set_place(place);
    std::vector<std::pair<Place, Node>> merged;
    std::unordered_set<std::string> keys;
    auto entry = loaded == nullptr ? YAML::const_iterator() : loaded->begin();
    while (events_[next_].kind != Kind::mapping_end) {
      const YamlEvent& key = events_[next_];
      if (loaded != nullptr && entry == loaded->end()) return disagreement(file_, key.place);
      if (key.kind != Kind::scalar) return refuse(Code::yaml, key.place, "a key must be a simple value");
      const YAML::Node loaded_key = loaded == nullptr ? YAML::Node() : entry->first;
      KOPI_TRY(Node key_node, node(loaded == nullptr ? nullptr : &loaded_key));
      if (!keys.insert(key.text).second) return refuse(Code::yaml, key.place, fmt::format("duplicate key '{}'", key.text));
      const YAML::Node loaded_value = loaded == nullptr ? YAML::Node() : entry->second;
      KOPI_TRY(Node value, node(loaded == nullptr ? nullptr : &loaded_value));
      if (loaded != nullptr) ++entry;
      if (key.text == "<<" && key.style == YamlEvent::Style::plain) {
        merged.emplace_back(key.place, std::move(value));
        continue;
      }
      value.set_key(key.text, key.place);
      built.push(std::move(value));
    }
    ++next_;
    if (loaded != nullptr && entry != loaded->end()) return disagreement(file_, place);
    for (const auto& [key_place, source] : merged) KOPI_CHECK(merge_into(built, keys, source, key_place));
    return built;
  }

  // YAML 1.1's merge key: what the mapping has itself wins, then the earlier source.
  Result<void> merge_into(Node& target, std::unordered_set<std::string>& keys, const Node& source, Place place) const {
    if (source.is(Node::Kind::sequence)) {
      for (const Node& item : source.items()) KOPI_CHECK(merge_into(target, keys, item, place));
      return {};
    }
    if (!source.is(Node::Kind::mapping)) return refuse(Code::yaml, place, "the merge key '<<' needs a mapping");
    for (const Node& member : source.items()) {
      if (keys.insert(member.key()).second) target.push(member);
    }
    return {};
  }

  std::vector<YamlEvent> events_;
  std::string_view file_;
  DocumentLimits limits_;
  std::size_t next_ = 0;
  std::size_t nodes_ = 0;
  std::map<std::string, std::optional<Node>, std::less<>> anchors_;
};

}  // namespace

Result<Node> parse_yaml(std::string_view text, std::string_view file, const DocumentLimits& limits) {
  KOPI_TRY(auto events, detail::read_yaml_events(text, file, limits));
  try {
    const YAML::Node loaded = YAML::Load(std::string(text));
    return Walker(std::move(events), file, limits).document(&loaded);
  } catch (const YAML::Exception& problem) {  // the gate took it for YAML
    return disagreement(file, {problem.mark.line + 1, problem.mark.column + 1});
  }
}

Result<Node> compare_yaml(std::string_view text, std::string_view file, const DocumentLimits& limits) {
  KOPI_TRY(auto events, detail::read_yaml_events(text, file, limits));
  return Walker(std::move(events), file, limits).document(nullptr);
}

}  // namespace kopi
