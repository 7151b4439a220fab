// cli/commands/env_file.hpp
//
// The variables of a profile, as the `kopi env` commands see them: what its distribution asks for and what its `.env` holds.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "formats/dotenv.hpp"
#include "formats/node.hpp"

namespace kopi::cli {

struct VariableView {
  std::string name;
  bool required = false;
  bool set = false;
  std::string from;  ///< ".env", "environment" or ""
  std::string description;
};

struct VariablesView {
  std::string file;
  std::vector<VariableView> variables;  ///< those that the distribution asks for first
  Findings findings;
};

Result<VariablesView> view_variables(const Context& context);
/// {file, variables: [{name, required, set, from, description}]}
Node to_json(const VariablesView& view);
Text render(const VariablesView& view);

/// Reads, edits and writes `.env` (0600) under the profile's lock.
Result<void> edit_env_file(const Context& context, const std::string& holder,
                           const std::function<Result<std::string>(const std::string& text, const std::string& path)>& edit);

}  // namespace kopi::cli
