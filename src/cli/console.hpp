// cli/console.hpp
//
// The person at the other end: stdout for answers, stderr for talk, questions only where somebody can answer them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/reporter.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "cli/text.hpp"
#include "system/environment.hpp"
#include "system/interrupt.hpp"

namespace kopi::cli {

struct ConsoleOptions {
  bool no_color = false;
  bool quiet = false;
};

class Console final : public Reporter {
 public:
  /// A question ends when `interrupt` is requested.
  Console(const Environment& environment, const Interrupt& interrupt, ConsoleOptions options);

  void out(const Text& text);    ///< the answer
  void talk(const Text& text);   ///< everything else; nothing with --quiet
  void error(const Text& text);  ///< also with --quiet
  /// The answer as the bytes they are: JSON, scripts, a model's words into a pipe.
  void out_raw(std::string_view bytes);

  /// Why the answer did not arrive in full: the disk is full.
  const std::optional<Error>& out_problem() const { return out_problem_; }

  bool out_is_terminal() const { return out_is_terminal_; }
  bool quiet() const { return options_.quiet; }
  /// stdin and stderr are terminals: somebody can be asked.
  bool can_ask() const { return can_ask_; }
  /// Asks `question [y/N]`. Anything but y or yes is a no, as is the end of input and Ctrl-C. Only when can_ask().
  bool confirm(const Text& question);
  /// One line of answer. Only when can_ask().
  std::optional<std::string> ask(const Text& question);
  std::optional<Secret> ask_hidden(const Text& question);
  /// What a line editor shows: cursor movements of ours around escaped text. Only cli/line_input.cpp.
  void draw(std::string_view bytes);
  /// As out() would print it.
  std::string rendered_out(const Text& text) const { return text.render(out_colour_); }
  /// As talk() would print it.
  std::string rendered(const Text& text) const { return text.render(talk_colour_); }

  // Reporter
  void progress(const Progress& progress) override;
  void progress_done() override;
  void note(std::string_view text) override;
  void warn(const Finding& finding) override;
  /// Shown with KOPI_LOG=debug, also with --quiet.
  void debug(std::string_view text) override;

  /// What warn() was told, for `--json`.
  const Findings& warnings() const { return warnings_; }

 private:
  void clear_progress();
  const Interrupt& interrupt_;
  ConsoleOptions options_;
  bool out_colour_ = false;
  bool talk_colour_ = false;
  bool out_is_terminal_ = false;
  bool talk_is_terminal_ = false;
  bool can_ask_ = false;
  bool shows_debug_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  bool progress_shown_ = false;
  std::chrono::steady_clock::time_point last_progress_;
  Findings warnings_;
  std::optional<Error> out_problem_;
};

/// "error: ..." with its context and hint, as the contract lays it out.
Text describe(const Error& error);
/// "config.yaml:3:1: unknown key" without "warning:".
std::string describe(const Finding& finding);

}  // namespace kopi::cli
