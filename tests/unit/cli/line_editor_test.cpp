#include "cli/line_editor.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "support/outcome.hpp"

using namespace kopi;
using namespace kopi::cli;

namespace {

const Prompt k_prompt{"> ", 2};

/// A terminal as far as the editor uses one: rows of cells, a cursor, no scrolling.
class Paper {
 public:
  explicit Paper(std::size_t columns) : columns_(columns) {}

  void print(std::string_view bytes) {
    while (!bytes.empty()) {
      if (bytes.front() == '\x1b') {
        const std::size_t end = bytes.find_first_of("ABCDHJ");
        REQUIRE(end != std::string_view::npos);
        move(bytes[end], end > 2 ? std::stoul(std::string(bytes.substr(2, end - 2))) : 1);
        bytes.remove_prefix(end + 1);
      } else if (bytes.front() == '\r' || bytes.front() == '\n') {
        if (bytes.front() == '\r') column_ = 0;
        if (bytes.front() == '\n') ++row_;
        bytes.remove_prefix(1);
      } else {
        const Cluster cluster = next_cluster(bytes);
        REQUIRE(column_ + cluster.width <= columns_);
        put(bytes.substr(0, cluster.bytes), cluster.width);
        bytes.remove_prefix(cluster.bytes);
      }
    }
  }

  /// The rows, "|" where the cursor is.
  std::string text() const {
    std::string text;
    for (std::size_t row = 0; row < std::max(rows_.size(), row_ + 1); ++row) {
      const auto cells = row < rows_.size() ? rows_[row] : std::vector<std::string>();
      std::string line;
      for (std::size_t column = 0; column < std::max(cells.size(), row == row_ ? column_ : 0); ++column) {
        if (row == row_ && column == column_) line += '|';
        line += column < cells.size() ? cells[column] : " ";
      }
      if (row == row_ && column_ >= cells.size()) line += '|';
      text += line + "\n";
    }
    return text;
  }

 private:
  void move(char what, std::size_t count) {
    if (what == 'A') {
      REQUIRE(count <= row_);
      row_ -= count;
    } else if (what == 'C') {
      column_ += count;
    } else if (what == 'J') {
      rows_.resize(std::min(rows_.size(), row_ + 1));
      if (row_ < rows_.size()) rows_[row_].resize(std::min(rows_[row_].size(), column_));
    }
  }
  void put(std::string_view cluster, std::size_t width) {
    if (rows_.size() <= row_) rows_.resize(row_ + 1);
    auto& cells = rows_[row_];
    cells.resize(std::max(cells.size(), column_ + width));
    cells[column_] = cluster;
    for (std::size_t i = 1; i < width; ++i) cells[column_ + i].clear();
    column_ += width;
  }
  std::size_t columns_, row_ = 0, column_ = 0;
  std::vector<std::vector<std::string>> rows_;
};

/// What stands there after these keys, each typed and drawn by itself.
std::string typed(std::initializer_list<std::string_view> keys, TerminalSize size = {20, 10}, std::vector<std::string> history = {}) {
  LineEditor editor(std::move(history));
  Paper paper(size.columns);
  paper.print(editor.draw(k_prompt, size));
  for (std::string_view key : keys) {
    CHECK(editor.feed(key) == LineEditor::Event::more);
    paper.print(editor.draw(k_prompt, size));
  }
  return paper.text();
}

std::string text_after(std::string_view keys, std::vector<std::string> history = {}) {
  LineEditor editor(std::move(history));
  (void)editor.feed(keys);
  return editor.text();
}

}  // namespace

TEST_CASE("what is typed stands there, and the keys of the line go where they say") {
  CHECK(typed({"h", "i"}) == "> hi|\n");
  CHECK(typed({"hallo", "\x1b[D", "\x1b[D", "x"}) == "> halx|lo\n");
  CHECK(typed({"hallo", "\x01", "x", "\x05", "y"}) == "> xhalloy|\n");
  CHECK(typed({"hallo", "\x1b[H", "\x1b[3~", "\x1b[F", "\x7f"}) == "> all|\n");
  CHECK(typed({"hallo", "\x02", "\x08", "\x06", "\x06"}) == "> halo|\n");
  CHECK(typed({"one two three", "\x17"}) == "> one two |\n");
  CHECK(typed({"one two three",
               "\x1b"
               "b",
               "\x15", "\x19", "\x19"}) == "> one two one two |th\nree\n");
  CHECK(typed({"one two three", "\x1b[1;5D", "\x1b[1;5D", "\x0b"}) == "> one |\n");
  CHECK(typed({"one two", "\x01",
               "\x1b"
               "d",
               "\x1b"
               "f",
               "!"}) == ">  two!|\n");
  CHECK(typed({"x", "\x1b[D", "\x1b[D", "\x7f", "\x1b[C", "\x1b[C", "\x04"}) == "> x|\n");
}

TEST_CASE("keys that mean nothing do nothing, however they are cut") {
  CHECK(typed({"a", "\x1b[15~", "\x1b[1;2P", "\x1bOP", "\x1b[<0;1;1M", "\x1bx", "\t", "\x1c", "\x1b", "[", "2", "~", "b"}) == "> ab|\n");
  CHECK(text_after("\x1b[" + std::string(100, '0') + "x").size() == 71);  // a sequence without an end is given up
}

TEST_CASE("characters are taken whole: wide ones, marks, families, flags") {
  CHECK(typed({"日本", "\x1b[D", "x"}) == "> 日x|本\n");
  CHECK(typed({"a👩‍👩‍👧b", "\x02", "\x7f"}) == "> a|b\n");
  CHECK(typed({"e\u0301🇩🇪", "\x7f", "\x7f"}) == "> |\n");
  CHECK(typed({"\xe6", "\x97", "\xa5"}) == "> 日|\n");
  CHECK(text_after("a\xff"
                   "b\xe6\x97"
                   "c") == "a\uFFFDb\uFFFD\uFFFDc");
}

TEST_CASE("a long line is broken at the edge, wide characters never in half") {
  CHECK(typed({"abcdefgh"}, {10, 10}) == "> abcdefgh\n|\n");
  CHECK(typed({"abcdefghi"}, {10, 10}) == "> abcdefgh\ni|\n");
  CHECK(typed({"abcdefghi", "\x02", "\x02", "X"}, {10, 10}) == "> abcdefgX\n|hi\n");
  CHECK(typed({"abcdefg日"}, {10, 10}) == "> abcdefg\n日|\n");
  CHECK(typed({"abcdefghij", "\x01", "\x0b"}, {10, 10}) == "> |\n");
}

TEST_CASE("text of several lines: pasted, made by Alt-Enter, walked through by the arrows") {
  CHECK(typed({"\x1b[200~one\r\ntwo\rthree\n\x1b[201~"}) == "> one\ntwo\nthree\n|\n");
  CHECK(typed({"one", "\x1b\r", "two", "\x1b[A", "X", "\x1b[B", "Y"}) == "> oneX\ntwoY|\n");
  CHECK(typed({"one", "\x1b\n", "日本", "\x1b[A", "\x1b[B"}) == "> one\n日|本\n");
  CHECK(typed({"a", "\x1b\r", "b", "\x01", "\x7f"}) == "> a|b\n");
  // Enter inside a paste is no Enter, whatever pieces the paste comes in
  std::string_view pieces[] = {"\x1b[20", "0~a\n", "b\x1b", "[201", "~c", "\r"};
  LineEditor editor({});
  LineEditor::Event event = LineEditor::Event::more;
  for (std::string_view piece : pieces) {
    CHECK(event == LineEditor::Event::more);
    event = editor.feed(piece);
  }
  CHECK(event == LineEditor::Event::submitted);
  CHECK(editor.text() == "a\nbc");
}

TEST_CASE("what a paste holds is shown escaped and kept as it is") {
  CHECK(typed({"\x1b[200~a\x1b[31m\u202eb\x07\tc\x1b[201~"}, {60, 10}) == "> a\\x1b[31m\\u202eb\\x07    c|\n");
  CHECK(text_after("\x1b[200~a\x1b[31mb\x1b[201~") == "a\x1b[31mb");
}

TEST_CASE("earlier questions come back, and what was begun is not lost") {
  const std::vector<std::string> history = {"first", "second\nline"};
  CHECK(typed({"new", "\x1b[A"}, {20, 10}, history) == "> second\nline|\n");
  CHECK(typed({"new", "\x1b[A", "\x1b[A", "\x1b[A"}, {20, 10}, history) == "> first|\n");
  CHECK(typed({"new", "\x10", "\x10", "\x10", "\x10", "\x0e", "\x0e", "\x0e"}, {20, 10}, history) == "> new|\n");
  CHECK(typed({"\x1b[A"}) == "> |\n");

  LineEditor editor({});
  editor.begin_anew("same");
  editor.begin_anew("same");
  editor.begin_anew("  ");
  std::string_view keys = "\x1b[A\x1b[A";
  (void)editor.feed(keys);
  CHECK(editor.text() == "same");
}

TEST_CASE("Enter, Ctrl-D and Ctrl-L ask for something, and what follows them waits") {
  LineEditor editor({});
  std::string_view keys = "ab\rcd";
  CHECK(editor.feed(keys) == LineEditor::Event::submitted);
  CHECK(editor.text() == "ab");
  CHECK(keys == "cd");
  editor.begin_anew(editor.text());
  std::string_view end = "\x04x";
  CHECK(editor.feed(end) == LineEditor::Event::ended);
  std::string_view clear = "a\x0c";
  CHECK(editor.feed(clear) == LineEditor::Event::clear_screen);
  std::string_view not_the_end = "\x01\x04\x04";
  CHECK(editor.feed(not_the_end) == LineEditor::Event::ended);  // the first deletes, the second finds nothing left
}

TEST_CASE("a text that is longer than the terminal is shown around the cursor") {
  LineEditor editor({});
  std::string_view lines = "\x1b[200~1\n2\n3\n4\n5\n6\x1b[201~";
  (void)editor.feed(lines);
  Paper paper(20);
  paper.print(editor.draw(k_prompt, {20, 3}));
  CHECK(paper.text() == "4\n5\n6|\n");
  for (int i = 0; i < 4; ++i) {
    std::string_view up = "\x1b[A";
    (void)editor.feed(up);
    paper.print(editor.draw(k_prompt, {20, 3}));
  }
  CHECK(paper.text() == "> 1\n2|\n3\n");
}

TEST_CASE("a narrower terminal, and what is printed below") {
  LineEditor editor({});
  std::string_view text = "abcdefghijklmnop";
  (void)editor.feed(text);
  Paper wide(30);
  wide.print(editor.draw(k_prompt, {30, 10}));
  CHECK(wide.text() == "> abcdefghijklmnop|\n");
  // the terminal has broken the row of 18 columns in two: the new drawing begins one row up
  CHECK(editor.draw(k_prompt, {10, 10}).starts_with("\x1b[1A\r\x1b[J> abcdefgh\r\nijklmnop"));
  CHECK(editor.draw_end(k_prompt, {10, 10}).ends_with("\r\n"));
}
