// cli/escape.hpp
//
// The one place where foreign text is made safe for a terminal. Everything that kopi prints goes through it (cli/text.hpp), and
// tests/architecture holds that nothing goes round.
#pragma once

#include <string>
#include <string_view>

namespace kopi::cli {

enum class Keep { nothing, layout };

/// `text` with every C0, DEL, C1 and bidirectional control shown as `\x1b`, `\u202e`, and invalid UTF-8 as `\xff`.
/// Keep::layout lets line breaks and tabs through: for text that we lay out, or that is shown as a block.
std::string escape_terminal(std::string_view text, Keep keep);

}  // namespace kopi::cli
