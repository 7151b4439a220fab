// formats/dotenv.hpp
//
// `.env` files: NAME=value lines, read and edited in place. The grammar is on docs/formats/env.md; there is no variable
// expansion, so a `$` in a key stays a `$`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace kopi {

struct DotenvEntry {
  std::string name;
  Secret value;
  int line = 0;
  std::size_t begin = 0;        ///< first byte of the line that the entry starts on
  std::size_t end = 0;          ///< one past its last line's break
  std::size_t value_begin = 0;  ///< first byte of the value, its quote included
  std::size_t value_end = 0;    ///< one past its last byte
};

struct Dotenv {
  std::vector<DotenvEntry> entries;  ///< in file order; the last of a name counts
  Findings findings;                 ///< lines that are no assignment, names that are ignored, names given twice

  const DotenvEntry* find(std::string_view name) const;
};

/// Never fails: what is no assignment is a finding and is skipped.
Dotenv parse_dotenv(std::string_view text, std::string_view file);

/// The text with the value of `name` replaced, or a line added; every other byte stays, a comment behind the value too.
/// A name given several times is set where it counts.
/// @error schema  the value can't be written as one entry (it holds a NUL)
Result<std::string> set_dotenv_value(std::string_view text, std::string_view file, std::string_view name, const Secret& value);
/// The text without any assignment of `name`.   @error not_found  there is none
Result<std::string> unset_dotenv_value(std::string_view text, std::string_view file, std::string_view name);

/// `[A-Z_][A-Z0-9_]*`: what a manifest may ask for and `kopi env set` takes.
bool is_variable_name(std::string_view name);
/// Names that steer the loader, the shell, kopi or proxies: no distribution and no .env may set them.
bool is_protected_variable(std::string_view name);

}  // namespace kopi
