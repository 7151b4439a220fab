// cli/pager.hpp
//
// Answers that are longer than the screen.
#pragma once

#include "cli/context.hpp"

namespace kopi::cli {

/// Shows `text` through $PAGER (else `less -FRX`, where there is one) when stdout is a terminal: then true, and nothing is left to
/// print. Into a pipe or a file, with --json, --quiet or TERM=dumb, and with an empty PAGER, nothing is shown and it is false.
bool show_paged(Context& context, const Text& text);

}  // namespace kopi::cli
