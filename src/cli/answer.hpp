// cli/answer.hpp
//
// The last step of a command: its outcome as text, or as the one JSON object of the contract, and as an exit status.
#pragma once

#include "cli/command.hpp"
#include "cli/console.hpp"

namespace kopi::cli {

/// Prints the outcome; the exit status.
int answer(Console& console, bool json, Result<Outcome> outcome);

/// One finding, one error, as the contract's records.
Node to_json(const Finding& finding);
Node to_json(const Findings& findings);
/// Each text as {`key`: text}: a list's items are records, so that more can be said of them later.
Node records_of(std::string_view key, const std::vector<std::string>& texts);
/// {ok, exit, code, message, hint, context, data, findings}
Node error_record(const Error& problem, const Node& data, const Findings& warnings);

}  // namespace kopi::cli
