// system/process.hpp
//
// Child processes, started without a shell (posix_spawnp): the arguments reach the program as they are.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "system/descriptor.hpp"
#include "system/environment.hpp"

namespace kopi {

class Interrupt;

struct Command {
  std::vector<std::string> arguments;  ///< the program first, looked up on PATH
  Environment environment;
};

/// A running child with pipes to its three streams. The destructor ends a child that still runs.
class Child {
 public:
  /// @error not_found  no such program.   @error io  it can't be started
  static Result<Child> start(const Command& command);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  int input() const { return input_.get(); }
  int output() const { return output_.get(); }
  int errors() const { return errors_.get(); }
  void close_input() { input_.reset(); }
  /// It runs no longer; wait() still has to be called.
  bool has_ended() const;
  /// Waits for the end; the exit status as a shell would give it (128 + signal).
  int wait();

 private:
  Child() = default;
  pid_t pid_ = -1;
  Descriptor input_, output_, errors_;
};

struct Finished {
  int status = 0;
  std::string output;
  std::string errors;
};

/// Runs a command to its end with `input` on its stdin; output over 1 MiB is cut off. What the command leaves running in the
/// background is not waited for.
/// @error network  it did not end within `limit`.   @error interrupted  Ctrl-C
Result<Finished> run_command(const Command& command, std::string_view input, std::chrono::milliseconds limit,
                             const Interrupt* interrupt = nullptr);

/// Where what a command in the foreground writes to its stdout goes.
enum class ForegroundOutput { own_stdout, own_stderr };

/// Runs a command on this process's own terminal (an editor, a pager) and waits; its exit status.
Result<int> run_in_foreground(const Command& command, ForegroundOutput output = ForegroundOutput::own_stdout);

/// The same with `input` on its stdin: a pager. It may end before it has read all of that.
Result<int> run_with_input(const Command& command, std::string_view input);

/// The words of a command line as a POSIX shell splits them, without expansions. Nothing when a quote is left open or when
/// the text holds what only a shell can do (`$`, backquote, `;`, `|`, `&`, `<`, `>`, `(`), outside of quotes.
std::optional<std::vector<std::string>> split_command_line(std::string_view text);

/// The file that `name` would run, looked up on `search_path` (PATH's form).
std::optional<std::string> find_program(std::string_view name, std::string_view search_path);

}  // namespace kopi
