// cli/parse.hpp
//
// From argv to a command and its arguments, by the command table. The rules are those of getopt_long: `--name VALUE`,
// `--name=VALUE`, `-p VALUE`, `-pVALUE`, `-yq TEXT`; options and arguments in any order; behind `--` everything is an argument;
// the word behind an option that takes a value is that value, whatever it looks like. Options that every command takes may stand
// before the command too.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace kopi::cli {

struct CommandLine {
  std::string path;                      ///< "profile create"; "profile" of a mere group; "" when none was named
  const CommandSpec* command = nullptr;  ///< of that path; null for a mere group
  Arguments arguments;
  std::size_t positionals = 0;              ///< words that were given as the command's arguments
  const OptionSpec* open_option = nullptr;  ///< the line ends before this option's value
  bool behind_dashes = false;               ///< the line holds `--`: no options any more
  bool wants_help = false;
  bool wants_version = false;
  std::optional<Error> problem;  ///< E_USAGE: the first thing that is wrong; all else is still read
};

/// Reads the words behind the program's name. Never fails: a line that is being typed is read too.
CommandLine read_command_line(std::span<const std::string> words);

/// The option of that name ("--yes", "-y") which `command`, or every command, takes.
const OptionSpec* find_option(const CommandSpec* command, std::string_view name);

}  // namespace kopi::cli
