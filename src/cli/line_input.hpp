// cli/line_input.hpp
//
// Asking for line after line on a terminal, with editing, history and pasting.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "cli/line_editor.hpp"
#include "system/interrupt.hpp"

namespace kopi::cli {

class LineInput {
 public:
  /// @param plain    the terminal knows no cursor movements (TERM=dumb): lines are read as it sends them
  /// @param history  earlier lines, the oldest first
  LineInput(Console& console, const Interrupt& interrupt, bool plain, std::vector<std::string> history)
      : console_(console), interrupt_(interrupt), plain_(plain), editor_(std::move(history)) {}
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;
  /// Gives the terminal back as it was.
  ~LineInput();

  /// What was entered; pasted text may have several lines. Nothing at the end of input and when interrupted.
  std::optional<std::string> read(const std::string& prompt);
  /// Something stood there when the last read() was interrupted.
  bool dropped_text() const { return dropped_text_; }

 private:
  std::optional<std::string> edit(const Prompt& prompt);

  Console& console_;
  const Interrupt& interrupt_;
  bool plain_;
  bool dropped_text_ = false;
  LineEditor editor_;
  std::optional<KeyInput> keys_;  ///< from the first line on, also between lines: what is typed meanwhile waits, unseen
  std::string typed_ahead_;
};

}  // namespace kopi::cli
