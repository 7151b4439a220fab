// The YAML gate: what passes it can be written as JSON and as YAML, and is read again the same.
#include "formats/yaml.hpp"

#include "formats/json.hpp"
#include "formats/yaml_edit.hpp"
#include "fuzz.hpp"

using namespace kopi;

namespace {

// YAML allows a key on one line 1,024 characters only (YAML 1.2.2, 7.4.2), and an escape takes up to six of them.
bool has_long_key(const Node& node) {
  return std::any_of(node.items().begin(), node.items().end(),
                     [](const Node& item) { return item.key().size() > 160 || has_long_key(item); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = parse_yaml(text, "a.yaml");
  if (!read) {
    KOPI_MUST(fuzz::is_one_of(read.error().code, {Code::yaml, Code::limit}), fuzz::words_of(read.error()));
    KOPI_MUST(read.error().message.starts_with("a.yaml:"), fuzz::words_of(read.error()));
    return 0;
  }
  KOPI_MUST(is_valid_utf8(text), "bytes that are no UTF-8 passed");
  const std::string json = render_json(*read);
  const auto as_json = parse_json(json, "rendered", {.bytes = 16u << 20, .depth = 70, .nodes = 200'000});
  KOPI_MUST(as_json.has_value(), json + "\n" + fuzz::words_of(as_json.error()));
  KOPI_MUST(fuzz::same_data(*as_json, *read), json);
  if (has_long_key(*read)) return 0;
  const std::string value = render_yaml_value(*read);
  const auto as_yaml = parse_yaml("key: " + value + "\n", "rendered", {.bytes = 16u << 20, .depth = 70, .nodes = 200'000});
  KOPI_MUST(as_yaml.has_value(), value + "\n" + fuzz::words_of(as_yaml.error()));
  KOPI_MUST(fuzz::same_data(*as_yaml->find("key"), *read), value);
  return 0;
}
