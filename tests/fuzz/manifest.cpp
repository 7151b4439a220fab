// distribution.yaml: whatever an author writes, what kopi takes from it is safe to act on.
#include "model/manifest.hpp"

#include "base/rel_path.hpp"
#include "formats/dotenv.hpp"
#include "fuzz.hpp"
#include "model/ownership.hpp"

using namespace kopi;

namespace {

void check_findings(const Findings& findings) {
  for (const Finding& finding : findings) {
    KOPI_MUST(finding.line >= 1 && finding.column >= 1, finding.message);
    KOPI_MUST(!finding.rule.empty() && finding.file == "distribution.yaml" && !finding.message.empty(), finding.message);
  }
}

// No description or default can bring in a variable that the author did not declare.
void check_env_example(const Manifest& manifest) {
  const std::string example = render_env_example(manifest);
  const Dotenv read = parse_dotenv(example, ".env.EXAMPLE");
  KOPI_MUST(read.findings.empty(), example);
  std::size_t required = 0;
  for (const EnvRequirement& variable : manifest.env) {
    KOPI_MUST(is_variable_name(variable.name) && !is_protected_variable(variable.name), variable.name);
    if (!variable.required) continue;
    ++required;
    KOPI_MUST(read.find(variable.name) != nullptr, example);
    if (variable.default_value) KOPI_MUST(read.find(variable.name)->value.reveal() == *variable.default_value, example);
  }
  KOPI_MUST(read.entries.size() == required, example);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reading = read_manifest(text, "distribution.yaml");
  if (!reading) {
    const Error& error = reading.error();
    KOPI_MUST(fuzz::is_one_of(error.code, {Code::manifest, Code::yaml, Code::limit}), fuzz::words_of(error));
    KOPI_MUST(error.message.starts_with("distribution.yaml:"), fuzz::words_of(error));
    check_findings(error.findings);
    return 0;
  }
  check_findings(reading->findings);
  const Manifest& manifest = reading->manifest;
  KOPI_MUST(!manifest.name.empty(), "a manifest without a name passed");
  check_env_example(manifest);
  if (manifest.owned) {
    for (const std::string& entry : *manifest.owned) {
      const auto path = RelPath::parse(entry);
      KOPI_MUST(path.has_value() && !is_user_owned(*path), entry);
      const auto again = normalise_owned(entry);
      KOPI_MUST(again.has_value() && *again == entry, entry);
    }
  }
  return 0;
}
