// cli/text.hpp
//
// What kopi says, as styled pieces. The format strings are ours; what is filled into them may come from anywhere and is escaped,
// so that no manifest, file name or server can write to the terminal.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/escape.hpp"

namespace kopi::cli {

enum class Style { plain, bold, dim, red, green, yellow, cyan };

class Text {
 public:
  /// Our words with foreign arguments; a line break in an argument is shown as \x0a.
  template <class... Args>
  Text& print(std::string_view format, const Args&... args) {
    return styled(Style::plain, format, args...);
  }
  template <class... Args>
  Text& styled(Style style, std::string_view format, const Args&... args) {
    return add(style, fmt::format(fmt::runtime(format), escape_terminal(fmt::format("{}", args), Keep::nothing)...));
  }
  /// Foreign text of several lines, shown as it is laid out.
  Text& block(std::string_view foreign) { return styled_block(Style::plain, foreign); }
  Text& styled_block(Style style, std::string_view foreign) { return add(style, escape_terminal(foreign, Keep::layout)); }
  Text& append(Text other);

  bool empty() const { return pieces_.empty(); }
  /// With SGR sequences for the styles, or without.
  std::string render(bool colour) const;

 private:
  Text& add(Style style, std::string safe);
  struct Piece {
    Style style;
    std::string text;  ///< escaped
  };
  std::vector<Piece> pieces_;
};

/// Columns that line up, whatever the script of their cells. Cells are foreign text.
class Table {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  /// As many cells as headings; `mark` stands in front of the row.
  void row(std::vector<std::string> cells, std::string mark = " ");
  Text render() const;

 private:
  std::vector<std::string> headings_;
  struct Row {
    std::string mark;
    std::vector<std::string> cells;
  };
  std::vector<Row> rows_;
};

/// Foreign text as one line: trimmed, every run of blanks and line breaks one blank.
std::string one_line(std::string_view foreign);
/// Foreign text as one line of at most `columns` columns, as it will be shown: escaped, then cut.
std::string shortened(std::string_view foreign, std::size_t columns);

/// Words of a paragraph in lines of at most `width` columns, each behind `indent`; what stands in backticks is not broken. The text is
/// ours or escaped.
std::string wrap(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace kopi::cli
