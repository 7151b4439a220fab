// cli/help.hpp
//
// Help for people, from the command table and from the guide that is compiled in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.hpp"

namespace kopi::cli {

/// Help of a command or a group; of kopi as a whole for "".
Outcome help_outcome(const std::string& path);

/// What the commands of a group without a command of its own are for: "Read and change a profile's settings".
std::string_view group_summary(std::string_view group);

/// A page of the guide.   @error usage  there is none of that name
Result<Outcome> guide_outcome(const std::string& topic);
std::vector<std::string> guide_topics();

/// "kopi profile install SOURCE [OPTIONS]"
std::string usage_line(const CommandSpec& command);
/// "-y, --yes" and "--name NAME"
std::string option_words(const OptionSpec& option);

}  // namespace kopi::cli
