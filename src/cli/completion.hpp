// cli/completion.hpp
//
// What could come next on a command line, from the same table that parses it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"
#include "cli/context.hpp"

namespace kopi::cli {

struct Candidate {
  std::string word;  ///< or ":file", ":directory": the shell's own completion is better there
  std::string help;
};

/// `words`: the line behind the program's name; the last one is being typed.
std::vector<Candidate> complete(const Context& context, std::vector<std::string> words);

/// The script for bash, zsh or fish.
std::optional<std::string> completion_script(std::string_view shell);

}  // namespace kopi::cli
