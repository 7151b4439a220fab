// Front matter and SKILL.md: loaded leniently, but what is loaded has a name, a description and its body.
#include "runtime/skill/skill.hpp"

#include "formats/front_matter.hpp"
#include "fuzz.hpp"

using namespace kopi;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = to_valid_utf8({reinterpret_cast<const char*>(data), size});
  const std::string_view view = text;
  const auto front = find_front_matter(view);
  if (front) {
    const auto* end = view.data() + view.size();
    KOPI_MUST(front->yaml.data() >= view.data() && front->yaml.data() + front->yaml.size() <= end, "the block lies outside of the text");
    KOPI_MUST(front->body.empty() || front->body.data() + front->body.size() == end, "the body does not reach the end");
    KOPI_MUST(front->yaml.size() + front->body.size() < view.size(), "no fences");
    KOPI_MUST(front->yaml_line >= 2, "the block starts on the first line");
  }
  const auto skill = parse_skill(view, "/skills/notes/SKILL.md");
  if (!skill) {
    KOPI_MUST(skill.error().code == Code::schema, fuzz::words_of(skill.error()));
    return 0;
  }
  KOPI_MUST(front.has_value(), "a skill without front matter");
  KOPI_MUST(!skill->name.empty() && !skill->description.empty(), skill->name);
  KOPI_MUST(skill->body == front->body, skill->body);
  KOPI_MUST(skill->directory == "/skills/notes", skill->directory);
  for (const Finding& finding : skill->findings) KOPI_MUST(finding.line >= 1, finding.message);
  return 0;
}
