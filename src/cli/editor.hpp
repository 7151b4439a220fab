// cli/editor.hpp
//
// The user's editor, on a copy: what it leaves is checked before it counts.
#pragma once

#include <string>

#include "cli/context.hpp"

namespace kopi::cli {

struct EditedCopy {
  std::string path;  ///< the caller removes it, or says where it is kept
  std::string text;  ///< what the editor left there
};

/// Runs $VISUAL or $EDITOR on a new file at `copy` with that text, and waits.   @error io  it failed; the copy is gone
/// @error usage  the variable can't be understood
Result<EditedCopy> edit_copy(const Context& context, const std::string& copy, const std::string& text);

}  // namespace kopi::cli
