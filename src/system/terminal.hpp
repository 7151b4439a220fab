// system/terminal.hpp
//
// What the standard streams are connected to, and asking a person on a terminal.
#pragma once

#include <functional>
#include <memory>
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
/// Puts /dev/null where the caller closed a standard stream: else the next file that is opened would become that stream. Writing to a
/// closed stdout stays an error.
void open_closed_streams();
/// Writes all of it. A reader that went away (`| head`) wants no more, which is no failure.   @error io
Result<void> write_stream(Stream stream, std::string_view text);
struct TerminalSize {
  std::size_t columns = 80, rows = 24;

  bool operator==(const TerminalSize&) const = default;
};
/// Of the terminal behind stdin.
TerminalSize terminal_size();

/// Keys from a terminal as they are typed, not shown by it, until this object ends. Signals keep their keys.
class KeyInput {
 public:
  /// Nothing when stdin is no terminal.
  static std::optional<KeyInput> open();
  KeyInput(KeyInput&& other) noexcept;
  KeyInput& operator=(KeyInput&&) = delete;
  ~KeyInput();

  /// Waits for keys: the bytes that they send. An empty text: none came, but an interrupt, another size of the terminal, or the
  /// process was continued after a stop. Nothing: the terminal is gone.
  std::optional<std::string> read(const Interrupt& interrupt) const;
  /// Sets the terminal once more, in case that others did meanwhile.
  void resume() const;

 private:
  struct State;
  explicit KeyInput(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Lines from a stdin that nobody else reads: faster than read_line() by reading ahead.
class InputLines {
 public:
  /// The next one, without its end; nothing at the end of input and when interrupted.
  std::optional<std::string> next(const Interrupt& interrupt);

 private:
  std::string ahead_;
};

/// One line from stdin, without its end; nothing at the end of input or on Ctrl-C.
std::optional<std::string> read_line(const Interrupt& interrupt);
/// As read_line, while the terminal shows nothing of what is typed: from before `ask` puts the question on.
std::optional<Secret> read_hidden_line(const Interrupt& interrupt, const std::function<void()>& ask);
/// All of stdin.   @error limit  more than `max_bytes`
Result<std::string> read_all_input(std::size_t max_bytes);

}  // namespace kopi
