// cli/line_editor.hpp
//
// A question in the making on a terminal: keys in, text and what the terminal has to be sent out. Pure, so that every key can be
// tested. It knows the keys of readline's Emacs mode that people use, bracketed paste, and text of several lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "system/terminal.hpp"

namespace kopi::cli {

/// Stands in front of the text.
struct Prompt {
  std::string shown;      ///< safe to print, colours and all
  std::size_t width = 0;  ///< its columns
};

class LineEditor {
 public:
  enum class Event { more, submitted, ended, clear_screen };

  /// @param history  earlier questions, the oldest first
  explicit LineEditor(std::vector<std::string> history) : history_(std::move(history)), recalled_(history_.size()) {}

  /// Takes keys off the front of `bytes` until one asks for something: submitted is Enter, ended is Ctrl-D without text.
  Event feed(std::string_view& bytes);
  const std::string& text() const { return text_; }
  /// Begins a new question; a text that is not blank is remembered.
  void begin_anew(const std::string& remembered);

  /// Sequences that replace what was drawn before by prompt and text, the cursor in its place. Text that does not fit on the
  /// terminal is shown around the cursor.
  std::string draw(const Prompt& prompt, TerminalSize size);
  /// The same with the cursor behind the text, on a line of its own: what comes next is printed below.
  std::string draw_end(const Prompt& prompt, TerminalSize size);
  /// The terminal was cleared by others: nothing is to be replaced.
  void forget_drawing() { drawn_ = {}; }

 private:
  friend struct KeyTable;
  struct Drawing {
    std::vector<std::size_t> widths;  ///< of the rows down to the cursor's
    std::size_t column = 0;
  };
  struct Layout {
    std::vector<std::string> rows;
    std::vector<std::size_t> widths;
    std::size_t cursor_row = 0, cursor_column = 0;
  };

  Event take_key();
  Event take_escape();
  void take_pasted(std::string_view& bytes);
  Layout lay_out(const Prompt& prompt, std::size_t columns) const;

  void insert(std::string_view text);
  void erase(std::size_t from, std::size_t to, bool keep);
  std::size_t before(std::size_t at) const;
  std::size_t behind(std::size_t at) const;
  std::size_t word_before(std::size_t at) const;
  std::size_t word_behind(std::size_t at) const;
  std::size_t line_start(std::size_t at) const;
  std::size_t line_end(std::size_t at) const;
  void go_up();
  void go_down();
  void recall(std::size_t at);

  std::string text_;
  std::size_t cursor_ = 0;  ///< a byte of text_ where a cluster begins, or its end
  std::string key_;         ///< bytes of a key that has not come in whole
  std::string paste_;
  bool pasting_ = false;
  std::string killed_;
  std::vector<std::string> history_;
  std::size_t recalled_ = 0;  ///< place in history_; its size: the text is new
  std::string draft_;         ///< the new text while an old one is looked at
  Drawing drawn_;
};

}  // namespace kopi::cli
