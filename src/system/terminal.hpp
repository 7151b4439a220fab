// system/terminal.hpp
//
// What the standard streams are connected to, and asking a person on a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace kopi {

class Interrupt;

enum class Stream { input = 0, output = 1, errors = 2 };

bool is_terminal(Stream stream);
/// Columns of the terminal behind stdout or stderr; 80 when there is none.
std::size_t terminal_width();
/// Puts /dev/null where the caller closed a standard stream: else the next file that is opened would become that stream.
void open_closed_streams();
/// Writes all of it. A reader that went away (`| head`) wants no more, which is no failure.   @error io
Result<void> write_stream(Stream stream, std::string_view text);
/// One line from stdin, without its end; nothing at the end of input or on Ctrl-C.
std::optional<std::string> read_line(const Interrupt& interrupt);
/// As read_line, while the terminal shows nothing of what is typed.
std::optional<Secret> read_hidden_line(const Interrupt& interrupt);
/// All of stdin.   @error limit  more than `max_bytes`
Result<std::string> read_all_input(std::size_t max_bytes);

}  // namespace kopi
