// installer/lint_text.hpp
//
// What a text gives away: keys, private keys, passwords, paths of one machine. Pure; a text of a megabyte takes milliseconds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/redaction.hpp"

namespace kopi {

struct TextMatch {
  std::size_t begin = 0;
  std::size_t end = 0;    ///< one past the last byte
  std::string_view rule;  ///< "secret.api-key"
  std::string what;       ///< for people: "an Anthropic key"
  bool doubtful = false;  ///< looks like an example: placeholders, runs of one letter
};

/// What an export would replace (model/redaction.hpp), but for what is no more than a name of a program or an empty form. In the order of
/// the text. The secrets themselves must be shown nowhere.
std::vector<TextMatch> find_secrets(std::string_view text, TextKind kind = TextKind::prose);
std::vector<TextMatch> find_machine_paths(std::string_view text);

/// A setting of this name holds a secret: "api_key", "X-Api-Token", "AUTHORIZATION"; not "api_key_env", "max_tokens".
bool names_secret(std::string_view name);
/// `value` stands for a secret and is none: "${TOKEN}", "<your key>", "changeme".
bool is_placeholder(std::string_view value);

/// Why `text` is no schedule: five fields of cron(5), `@daily` and the like, `every 30m`, or a time.
std::optional<std::string> schedule_problem(std::string_view text);

}  // namespace kopi
