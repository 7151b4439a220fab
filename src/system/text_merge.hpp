// system/text_merge.hpp
//
// The three-way merge of lines, as `git merge-file` does it (libgit2's git_merge_file). Bytes in, bytes out: line ends, a missing last
// newline and a byte order mark are bytes like others.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace kopi {

/// What wins where both sides changed the same.
enum class MergeFavor : std::uint8_t { none, ours, theirs };

struct TextMerge {
  bool clean = false;  ///< no two changes met, or `favor` decided
  std::string text;    ///< the merged text; empty where it is not clean: no text with markers leaves this function
  int first_line = 0;  ///< of the first conflict in `ours`, from 1; 0 where it is clean, or not known
  int last_line = 0;   ///< and the last line of that conflict; before first_line where ours only deleted there
};

/// @error limit  a text of more than 8 MiB or 100,000 lines
Result<TextMerge> merge_text(std::string_view base, std::string_view ours, std::string_view theirs, MergeFavor favor);

/// Both sides in one text for an editor, the lines in conflict between `<<<<<<< yours`, `=======` and `>>>>>>> author`. Never for a
/// live file.   @error limit  as above
Result<std::string> mark_conflicts(std::string_view base, std::string_view ours, std::string_view theirs);

}  // namespace kopi
