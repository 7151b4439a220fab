#include "cli/text.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace kopi::cli {
namespace {

std::string_view sgr(Style style) {
  switch (style) {
    case Style::plain: return "";
    case Style::bold: return "\x1b[1m";
    case Style::dim: return "\x1b[2m";
    case Style::red: return "\x1b[31m";
    case Style::green: return "\x1b[32m";
    case Style::yellow: return "\x1b[33m";
    case Style::cyan: return "\x1b[36m";
  }
  return "";
}

}  // namespace

Text& Text::add(Style style, std::string safe) {
  // Our own format strings pass here too: nothing but line breaks and tabs survives, whoever wrote it.
  pieces_.push_back({style, escape_terminal(safe, Keep::layout)});
  return *this;
}

Text& Text::append(Text other) {
  for (Piece& piece : other.pieces_) pieces_.push_back(std::move(piece));
  return *this;
}

std::string Text::render(bool colour) const {
  std::string rendered;
  for (const Piece& piece : pieces_) {
    const bool styled = colour && piece.style != Style::plain && !piece.text.empty();
    if (styled) rendered += sgr(piece.style);
    rendered += piece.text;
    if (styled) rendered += "\x1b[0m";
  }
  return rendered;
}

void Table::row(std::vector<std::string> cells, std::string mark) {
  cells.resize(headings_.size());
  for (std::string& cell : cells) cell = escape_terminal(cell, Keep::nothing);
  rows_.push_back({std::move(mark), std::move(cells)});
}

Text Table::render() const {
  std::vector<std::size_t> widths;
  for (const std::string& heading : headings_) widths.push_back(display_width(heading));
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < row.cells.size(); ++i) widths[i] = std::max(widths[i], display_width(row.cells[i]));
  }
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += cells[i];
      if (i + 1 < cells.size()) text += std::string(widths[i] - display_width(cells[i]) + 2, ' ');
    }
    while (text.ends_with(' ')) text.pop_back();
    return text;
  };
  Text text;
  text.styled(Style::dim, "  {}", line(headings_)).print("\n");
  for (const Row& row : rows_) {
    text.styled(Style::green, "{}", row.mark).print(" {}\n", line(row.cells));
  }
  return text;
}

std::string one_line(std::string_view foreign) {
  std::string line;
  for (const char c : foreign) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return std::string(trim(line));
}

std::string shortened(std::string_view foreign, std::size_t columns) {
  return truncate_to_width(escape_terminal(one_line(foreign), Keep::nothing), columns);
}

std::string wrap(std::string_view text, std::size_t width, std::string_view indent) {
  std::string wrapped;
  std::string line(indent);
  bool fresh = true;
  std::string word;
  for (const std::string_view piece : split(text, ' ')) {
    if (piece.empty()) continue;
    word += (word.empty() ? "" : " ") + std::string(piece);
    if (std::count(word.begin(), word.end(), '`') % 2 != 0) continue;  // a command in backticks stays on one line
    if (!fresh && display_width(line) + 1 + display_width(word) > width) {
      wrapped += line + "\n";
      line = indent;
      fresh = true;
    }
    if (!fresh) line += ' ';
    line += word;
    fresh = false;
    word.clear();
  }
  return wrapped + line + (word.empty() ? "" : (fresh ? "" : " ") + word) + "\n";
}

}  // namespace kopi::cli
