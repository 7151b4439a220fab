// model/manifest.hpp
//
// distribution.yaml: what an author declares. Reading it judges the whole file at once; the file itself is never rewritten.
// Schema: schemas/distribution-v1.schema.json; page: docs/formats/distribution.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "base/result.hpp"
#include "formats/node.hpp"
#include "model/version.hpp"

namespace kopi {

struct EnvRequirement {
  std::string name;
  std::string description;
  bool required = true;
  std::optional<std::string> default_value;
  bool secret = true;

  bool operator==(const EnvRequirement&) const = default;
};

struct Manifest {
  std::string name;     ///< as written; whether it can name a profile is for whoever installs it
  std::string version;  ///< as written; "" when there is none
  std::string description, author, license, homepage;
  std::optional<VersionRange> kopi_requires;
  std::string hermes_requires;  ///< shown, never enforced
  std::vector<EnvRequirement> env;
  std::optional<std::vector<std::string>> owned;  ///< normalised entries; absent: everything is owned
};

struct ManifestReading {
  Manifest manifest;
  Findings findings;  ///< unknown keys, ignored entries: nothing that keeps it from being installed
};

/// @param file  how the user knows the text
/// @error yaml, limit  not YAML that kopi reads.   @error manifest  breaks the schema; `findings` has every place
Result<ManifestReading> read_manifest(std::string_view text, std::string_view file);

/// `.env.EXAMPLE` as kopi writes it when the author ships none: one block a variable, every line of a description a comment.
std::string render_env_example(const Manifest& manifest);

}  // namespace kopi
