#include "cli/line_editor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/escape.hpp"

namespace kopi::cli {
namespace {

constexpr std::string_view k_paste_end = "\x1b[201~";
constexpr std::size_t k_longest_key = 32;
constexpr std::size_t k_tab = 4;

// Line breaks as one kind; the rest is kept, and shown escaped.
std::string normal_lines(std::string_view pasted) { return replace_all(replace_all(std::string(pasted), "\r\n", "\n"), "\r", "\n"); }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

// How many bytes the character has that begins with `first`; 1 for what begins none.
std::size_t utf8_length(unsigned char first) { return first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1; }

}  // namespace

// ---- Keys ----

using Event = LineEditor::Event;

struct Binding {
  std::string_view key;
  void (*act)(LineEditor&);
};

struct KeyTable {
  using E = LineEditor&;
  static constexpr auto left = [](E e) { e.cursor_ = e.before(e.cursor_); };
  static constexpr auto right = [](E e) { e.cursor_ = e.behind(e.cursor_); };
  static constexpr auto home = [](E e) { e.cursor_ = e.line_start(e.cursor_); };
  static constexpr auto end = [](E e) { e.cursor_ = e.line_end(e.cursor_); };
  static constexpr auto up = [](E e) { e.go_up(); };
  static constexpr auto down = [](E e) { e.go_down(); };
  static constexpr auto word_left = [](E e) { e.cursor_ = e.word_before(e.cursor_); };
  static constexpr auto word_right = [](E e) { e.cursor_ = e.word_behind(e.cursor_); };
  static constexpr auto backspace = [](E e) { e.erase(e.before(e.cursor_), e.cursor_, false); };
  static constexpr auto remove = [](E e) { e.erase(e.cursor_, e.behind(e.cursor_), false); };
  static constexpr auto kill_word_left = [](E e) { e.erase(e.word_before(e.cursor_), e.cursor_, true); };
  static constexpr auto kill_word_right = [](E e) { e.erase(e.cursor_, e.word_behind(e.cursor_), true); };
  static constexpr auto kill_to_start = [](E e) { e.erase(e.line_start(e.cursor_), e.cursor_, true); };
  static constexpr auto kill_to_end = [](E e) {
    const std::size_t end = e.line_end(e.cursor_);
    e.erase(e.cursor_, end == e.cursor_ ? e.behind(end) : end, true);
  };
  static constexpr auto yank = [](E e) { e.insert(e.killed_); };
  static constexpr auto new_line = [](E e) { e.insert("\n"); };
  static constexpr auto begin_paste = [](E e) { e.pasting_ = true; };

  static constexpr Binding bindings[] = {{"\x01", home},
                                         {"\x02", left},
                                         {"\x04", remove},
                                         {"\x05", end},
                                         {"\x06", right},
                                         {"\x08", backspace},
                                         {"\x0b", kill_to_end},
                                         {"\x0e", down},
                                         {"\x10", up},
                                         {"\x15", kill_to_start},
                                         {"\x17", kill_word_left},
                                         {"\x19", yank},
                                         {"\x7f", backspace},
                                         {"\x1b[A", up},
                                         {"\x1b[B", down},
                                         {"\x1b[C", right},
                                         {"\x1b[D", left},
                                         {"\x1bOA", up},
                                         {"\x1bOB", down},
                                         {"\x1bOC", right},
                                         {"\x1bOD", left},
                                         {"\x1b[H", home},
                                         {"\x1b[F", end},
                                         {"\x1bOH", home},
                                         {"\x1bOF", end},
                                         {"\x1b[1~", home},
                                         {"\x1b[4~", end},
                                         {"\x1b[7~", home},
                                         {"\x1b[8~", end},
                                         {"\x1b[3~", remove},
                                         {"\x1b[1;5C", word_right},
                                         {"\x1b[1;5D", word_left},
                                         {"\x1b[1;3C", word_right},
                                         {"\x1b[1;3D", word_left},
                                         {"\x1b[200~", begin_paste},
                                         {"\x1b"
                                          "b",
                                          word_left},
                                         {"\x1b"
                                          "f",
                                          word_right},
                                         {"\x1b"
                                          "d",
                                          kill_word_right},
                                         {"\x1b\x7f", kill_word_left},
                                         {"\x1b\n", new_line},
                                         {"\x1b\r", new_line}};

  static void act(LineEditor& editor, std::string_view key) {
    for (const Binding& binding : bindings) {
      if (binding.key == key) return binding.act(editor);
    }
  }
};

Event LineEditor::feed(std::string_view& bytes) {
  while (!bytes.empty()) {
    if (pasting_) {
      take_pasted(bytes);
      continue;
    }
    key_ += bytes.front();
    bytes.remove_prefix(1);
    const Event event = take_key();
    if (event != Event::more) return event;
  }
  return Event::more;
}

Event LineEditor::take_key() {
  const auto first = static_cast<unsigned char>(key_[0]);
  if (first == 0x1B) return take_escape();
  if (first >= 0x80) {
    if (key_.size() < utf8_length(first)) return Event::more;
    insert(to_valid_utf8(std::exchange(key_, {})));
    return Event::more;
  }
  const std::string key = std::exchange(key_, {});
  if (key == "\n" || key == "\r") return Event::submitted;
  if (key == "\x04" && text_.empty()) return Event::ended;
  if (key == "\x0c") return Event::clear_screen;
  if (first >= 0x20 && first != 0x7F) {
    insert(key);
  } else {
    KeyTable::act(*this, key);
  }
  return Event::more;
}

// ESC [ ... final, ESC O final, or ESC and the key that Alt was held for (ECMA-48, 5.4). What is not understood is dropped whole.
Event LineEditor::take_escape() {
  if (key_.size() == 1) return Event::more;
  const bool is_sequence = key_[1] == '[' || key_[1] == 'O';
  const auto last = static_cast<unsigned char>(key_.back());
  const bool is_whole = !is_sequence || (key_.size() > 2 && last >= 0x40 && last <= 0x7E) || key_.size() >= k_longest_key;
  if (is_whole) KeyTable::act(*this, std::exchange(key_, {}));
  return Event::more;
}

void LineEditor::take_pasted(std::string_view& bytes) {
  const std::size_t seen = paste_.size();
  paste_ += bytes;
  const std::size_t end = paste_.find(k_paste_end, seen - std::min(seen, k_paste_end.size()));
  if (end == std::string::npos) return bytes.remove_prefix(bytes.size());
  bytes.remove_prefix(end + k_paste_end.size() - seen);
  pasting_ = false;
  insert(to_valid_utf8(normal_lines(std::string_view(paste_).substr(0, end))));
  paste_.clear();
}

// ---- Text ----

void LineEditor::begin_anew(const std::string& remembered) {
  if (!trim(remembered).empty() && (history_.empty() || history_.back() != remembered)) history_.push_back(remembered);
  recalled_ = history_.size();
  text_.clear();
  draft_.clear();
  cursor_ = 0;
  drawn_ = {};
}

void LineEditor::insert(std::string_view text) {
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

void LineEditor::erase(std::size_t from, std::size_t to, bool keep) {
  if (keep && from < to) killed_ = text_.substr(from, to - from);
  text_.erase(from, to - from);
  cursor_ = from;
}

std::size_t LineEditor::before(std::size_t at) const {
  if (at == 0) return 0;
  std::size_t start = line_start(at);
  if (start == at) return at - 1;
  for (;;) {
    const std::size_t next = start + next_cluster(std::string_view(text_).substr(start)).bytes;
    if (next >= at) return start;
    start = next;
  }
}

std::size_t LineEditor::behind(std::size_t at) const { return at + next_cluster(std::string_view(text_).substr(at)).bytes; }

std::size_t LineEditor::word_before(std::size_t at) const {
  while (at > 0 && is_blank(text_[at - 1])) --at;
  while (at > 0 && !is_blank(text_[at - 1])) --at;
  return at;
}

std::size_t LineEditor::word_behind(std::size_t at) const {
  while (at < text_.size() && is_blank(text_[at])) ++at;
  while (at < text_.size() && !is_blank(text_[at])) ++at;
  return at;
}

std::size_t LineEditor::line_start(std::size_t at) const {
  const std::size_t line_break = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
  return line_break == std::string::npos ? 0 : line_break + 1;
}

std::size_t LineEditor::line_end(std::size_t at) const { return std::min(text_.find('\n', at), text_.size()); }

// In a text of several lines the cursor goes through them first.
void LineEditor::go_up() {
  const std::size_t start = line_start(cursor_);
  if (start > 0) {
    const std::size_t column = cursor_ - start;
    const std::size_t above = line_start(start - 1);
    cursor_ = std::min(above + column, start - 1);
    while (cursor_ > above && behind(before(cursor_)) != cursor_) --cursor_;  // not into the middle of a character
  } else if (recalled_ > 0) {
    if (recalled_ == history_.size()) draft_ = text_;
    recall(recalled_ - 1);
  }
}

void LineEditor::go_down() {
  const std::size_t end = line_end(cursor_);
  if (end < text_.size()) {
    const std::size_t column = cursor_ - line_start(cursor_);
    cursor_ = std::min(end + 1 + column, line_end(end + 1));
    while (cursor_ > end + 1 && behind(before(cursor_)) != cursor_) --cursor_;
  } else if (recalled_ < history_.size()) {
    recall(recalled_ + 1);
  }
}

void LineEditor::recall(std::size_t at) {
  recalled_ = at;
  text_ = at == history_.size() ? draft_ : history_[at];
  cursor_ = text_.size();
}

// ---- Drawing ----

// Rows are broken here and not by the terminal, so that it is known where the cursor is.
LineEditor::Layout LineEditor::lay_out(const Prompt& prompt, std::size_t columns) const {
  Layout layout;
  layout.rows.push_back(prompt.shown);
  layout.widths.push_back(prompt.width);
  const auto new_row = [&] {
    layout.rows.emplace_back();
    layout.widths.push_back(0);
  };
  const auto place_cursor = [&](std::size_t at) {
    if (at != cursor_) return;
    if (layout.widths.back() >= columns) new_row();
    layout.cursor_row = layout.rows.size() - 1;
    layout.cursor_column = layout.widths.back();
  };
  for (std::size_t at = 0; at < text_.size();) {
    place_cursor(at);
    const std::string_view cluster = std::string_view(text_).substr(at, next_cluster(std::string_view(text_).substr(at)).bytes);
    at += cluster.size();
    if (cluster == "\n") {
      new_row();
      continue;
    }
    const std::string shown = cluster == "\t" ? std::string(k_tab, ' ') : escape_terminal(cluster, Keep::nothing);
    const std::size_t width = display_width(shown);
    if (layout.widths.back() + width > columns) new_row();
    layout.rows.back() += shown;
    layout.widths.back() += width;
  }
  place_cursor(text_.size());
  return layout;
}

std::string LineEditor::draw(const Prompt& prompt, TerminalSize size) {
  const std::size_t columns = std::max<std::size_t>(size.columns, 4);
  // Where the cursor was: a terminal that was made narrower has broken the rows above it.
  std::size_t above = 0;
  for (std::size_t i = 0; i < drawn_.widths.size(); ++i) {
    const bool is_cursors = i + 1 == drawn_.widths.size();
    above += is_cursors ? drawn_.column / columns : std::max<std::size_t>(1, (drawn_.widths[i] + columns - 1) / columns);
  }
  std::string sequences = above > 0 ? fmt::format("\x1b[{}A\r\x1b[J", above) : "\r\x1b[J";
  const Layout layout = lay_out(prompt, columns);
  const std::size_t top = layout.cursor_row >= size.rows ? layout.cursor_row - size.rows + 1 : 0;
  const std::size_t end = std::min(layout.rows.size(), top + std::max<std::size_t>(size.rows, 1));
  for (std::size_t row = top; row < end; ++row) {
    if (row > top) sequences += "\r\n";
    sequences += layout.rows[row];
  }
  const std::size_t below = end - 1 - layout.cursor_row;
  if (below > 0) sequences += fmt::format("\x1b[{}A", below);
  sequences += "\r";
  if (layout.cursor_column > 0) sequences += fmt::format("\x1b[{}C", layout.cursor_column);
  drawn_.widths.assign(layout.widths.begin() + static_cast<std::ptrdiff_t>(top),
                       layout.widths.begin() + static_cast<std::ptrdiff_t>(layout.cursor_row + 1));
  drawn_.column = layout.cursor_column;
  return sequences;
}

std::string LineEditor::draw_end(const Prompt& prompt, TerminalSize size) {
  cursor_ = text_.size();
  std::string sequences = draw(prompt, size);
  if (drawn_.column > 0 || drawn_.widths.size() == 1) sequences += "\r\n";
  drawn_ = {};
  return sequences;
}

}  // namespace kopi::cli
