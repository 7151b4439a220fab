// cli/commands/config_file.hpp
//
// The config.yaml of the chosen profile, as the `kopi config` commands read and change it.
#pragma once

#include <functional>
#include <string>

#include "cli/context.hpp"
#include "formats/node.hpp"

namespace kopi::cli {

struct ConfigFile {
  std::string path;
  std::string text;  ///< empty when the file is not there
  Node document;
};

/// @error yaml, limit, io  names the file
Result<ConfigFile> read_config_file(const Context& context);

/// Reads, edits and writes the file under the profile's lock; nothing is written when the text stays the same.
/// Whether it changed.
Result<bool> edit_config_file(const Context& context, const std::string& holder,
                              const std::function<Result<std::string>(const ConfigFile&)>& edit);

}  // namespace kopi::cli
