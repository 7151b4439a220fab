// cli/parse.hpp
//
// From argv to a command and its arguments. Which command is meant is found in the table; only that command's options are then
// given to CLI11, because building a parser for all of them would cost more than most commands do.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/command.hpp"

namespace kopi::cli {

struct CommandLine {
  const CommandSpec* command = nullptr;  ///< null: no command was named
  std::string group;                     ///< "profile" when only a group was named, or its help asked for
  std::vector<std::string> rest;         ///< options and arguments
  bool wants_help = false;
  bool wants_version = false;
};

/// Finds the command. Options that every command takes may stand anywhere.   @error usage  unknown command
Result<CommandLine> find_command_line(const std::vector<std::string>& arguments);

/// Reads the rest by the command's definition.   @error usage  says what is wrong, and where the help is
Result<Arguments> parse_arguments(const CommandSpec& command, const std::vector<std::string>& rest);

/// `--json` stands on the command line, however broken that is.
bool asks_for_json(const std::vector<std::string>& arguments);

}  // namespace kopi::cli
