// Edits of a YAML text: one value is set and taken out again; everything else stays as it was.
#include "formats/yaml_edit.hpp"

#include <span>
#include <vector>

#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "fuzz.hpp"

using namespace kopi;

namespace {

using Path = std::vector<std::string>;

const char* const k_new_keys[] = {"new", "model.default",    "a b", "x: y", "#h",  "true",     "1",
                                  "",    "\xD0\xBA\xD0\xBB", "'q'", "<<",   "- a", "tab\tkey", "?"};

// A path of one to three keys: existing ones as far as the choices say so.
Path choose_path(FuzzedDataProvider& input, const Node& document) {
  Path path;
  const Node* at = &document;
  const std::size_t length = input.ConsumeIntegralInRange<std::size_t>(1, 3);
  while (path.size() < length) {
    const bool existing = at != nullptr && !at->is_scalar() && !at->items().empty() && input.ConsumeIntegral<std::uint8_t>() % 4 != 0;
    if (existing) {
      const auto index = input.ConsumeIntegralInRange<std::size_t>(0, at->items().size() - 1);
      path.push_back(at->is(Node::Kind::sequence) ? std::to_string(index) : at->items()[index].key());
    } else {
      path.emplace_back(input.PickValueInArray(k_new_keys));
    }
    at = at == nullptr ? nullptr : find_yaml_value(*at, std::span(&path.back(), 1));
  }
  return path;
}

Node choose_value(FuzzedDataProvider& input, const std::string& text) {
  const std::size_t from = input.ConsumeIntegralInRange<std::size_t>(0, text.size());
  const std::string piece = to_valid_utf8(std::string_view(text).substr(from, input.ConsumeIntegral<std::uint8_t>()));
  switch (input.ConsumeIntegralInRange<int>(0, 5)) {
    case 0: return Node(input.ConsumeBool());
    case 1: return Node(input.ConsumeIntegral<std::int32_t>());
    case 2: return Node::sequence({Node(piece), Node(1), Node::mapping({{"k", piece}})});
    case 3: return Node::mapping({{"k", piece}, {"l", Node::sequence()}});
    case 4: return Node();
    default: return Node(piece);
  }
}

// Some part of the path before its last step is of that kind.
bool leads_through(const Node& document, const Path& path, Node::Kind kind) {
  for (std::size_t length = 0; length < path.size(); ++length) {
    const Node* at = find_yaml_value(document, std::span(path).first(length));
    if (at != nullptr && at->is(kind)) return true;
  }
  return false;
}

void check_refusal(const Error& error) {
  KOPI_MUST(fuzz::is_one_of(error.code, {Code::schema, Code::yaml, Code::limit}), fuzz::words_of(error));
}

void check_unset(const std::string& text, const Node& document, const Path& path) {
  const auto removed = unset_yaml_value(text, "a.yaml", path);
  if (!removed) return check_refusal(removed.error());
  const auto read = parse_yaml(*removed, "removed");
  KOPI_MUST(read.has_value(), *removed);
  KOPI_MUST(removed->size() < text.size(), *removed);
  if (leads_through(document, path, Node::Kind::sequence)) return;  // the next item has the number now
  KOPI_MUST(find_yaml_value(*read, path) == nullptr, *removed);
  const auto twice = unset_yaml_value(*removed, "a.yaml", path);
  KOPI_MUST(!twice && twice.error().code == Code::not_found, twice ? *twice : fuzz::words_of(twice.error()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  FuzzedDataProvider choices(data + (size > 12 ? size - 12 : 0), std::min<std::size_t>(size, 12));
  const std::string text = input.ConsumeBytesAsString(size > 12 ? size - 12 : 0);
  const auto document = parse_yaml(text, "a.yaml");
  const Path path = choose_path(choices, document ? *document : Node());
  const Node value = choose_value(choices, text);

  const auto edited = set_yaml_value(text, "a.yaml", path, value);
  if (!document) {
    KOPI_MUST(!edited && edited.error().code == document.error().code, text);
    return 0;
  }
  if (find_yaml_value(*document, path) != nullptr) {
    check_unset(text, *document, path);
  } else {
    const auto removed = unset_yaml_value(text, "a.yaml", path);
    KOPI_MUST(!removed && removed.error().code == Code::not_found, removed ? *removed : fuzz::words_of(removed.error()));
  }
  if (!edited) {
    check_refusal(edited.error());
    return 0;
  }
  const auto read = parse_yaml(*edited, "edited");
  KOPI_MUST(read.has_value(), *edited);
  const Node* now = find_yaml_value(*read, path);
  KOPI_MUST(now != nullptr && *now == value, *edited);
  const auto again = set_yaml_value(*edited, "a.yaml", path, value);
  KOPI_MUST(again.has_value() && *again == *edited, *edited);
  if (find_yaml_value(*document, path) == nullptr) {
    // Something was added, nothing taken away but a null that was written.
    if (!leads_through(*document, path, Node::Kind::null)) KOPI_MUST(fuzz::starts_and_ends_like(*edited, text), *edited);
    check_unset(*edited, *read, path);
  }
  return 0;
}
