// installer/pack.hpp
//
// A distribution as one reproducible archive, for its author: exactly the files that an install would take, in the directory
// NAME-VERSION/. The same files give the same bytes.
#pragma once

#include <functional>
#include <string>

#include "base/result.hpp"
#include "installer/context.hpp"
#include "installer/distribution.hpp"
#include "installer/snapshot.hpp"
#include "model/source_ref.hpp"

namespace kopi {

struct Package {
  Snapshot snapshot;
  Manifest manifest;
  Findings findings;
  std::string directory;  ///< "research-bot-1.2.0"
  Digest tree;            ///< as an install records it
};

/// Reads the distribution as an install would, and refuses what one would, and secrets. Archives of earlier packings stay out, and of a
/// git work tree what git ignores.
/// @param output  where the archive will be written, as an absolute path; "" when that is no place in a directory
/// @error secret  with a finding for each that would be published
/// @error manifest, yaml, ...  as open_source() and understand().   @error name, manifest  name or version are nothing to call a file by
Result<Package> open_package(const SourceRef& source, const std::string& output, const InstallContext& context);

Result<void> write_package(const Package& package, const InstallContext& context,
                           const std::function<Result<void>(std::string_view)>& sink);

}  // namespace kopi
