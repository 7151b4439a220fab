// cli/commands/config_file.hpp
//
// The config.yaml of the chosen profile, as the `kopi config` commands read and change it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/context.hpp"
#include "formats/node.hpp"

namespace kopi::cli {

struct ConfigFile {
  std::string path;
  std::string text;  ///< empty when the file is not there
  Node document;

  /// The text with `model: some-model` turned into a section that can take keys, where `default` says the same.
  Result<std::string> with_model_section() const;
};

/// A value, and where the file has it.
struct WrittenSetting {
  Node value;
  Place place;
  std::string key;
};
/// What gives `key` its value where today's distributions write it under another name, or under two.
std::optional<WrittenSetting> find_under_other_name(const Node& document, const std::string& key);

/// @error yaml, limit, io  names the file
Result<ConfigFile> read_config_file(const Context& context);

/// @error io  the file is read-only, and stays so
Result<void> check_config_writable(const std::string& path);

/// Reads, edits and writes the file under the profile's lock; nothing is written when the text stays the same.
/// Whether it changed.
Result<bool> edit_config_file(const Context& context, const std::string& holder,
                              const std::function<Result<std::string>(const ConfigFile&)>& edit);

/// Puts `text` in the place of the file, if that still reads `before`. Whether it changed.
/// @error changed  somebody else wrote it meanwhile
Result<bool> replace_config_file(const Context& context, const std::string& holder, const std::string& before, const std::string& text);

}  // namespace kopi::cli
