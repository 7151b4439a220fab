#include "cli/text.hpp"

#include <catch2/catch_test_macros.hpp>

namespace kopi::cli {

TEST_CASE("foreign arguments are escaped, our words are not") {
  Text text;
  text.print("got {} and {}\n", "a\x1b[2Jb\nc", 3);
  CHECK(text.render(false) == "got a\\x1b[2Jb\\x0ac and 3\n");
  CHECK(Text().print("{}", "{} {0} {{").render(false) == "{} {0} {{");
  CHECK(Text().block("one\n\ttwo\x1b[0m\n").render(false) == "one\n\ttwo\\x1b[0m\n");
  CHECK(Text().print("{{}}\x1b").render(false) == "{}\\x1b");  // a mistake of ours reaches no terminal either
}

TEST_CASE("styles are there where colour is wanted, and closed again") {
  Text text;
  text.styled(Style::red, "error:").print(" {}\n", "x").styled(Style::bold, "").styled_block(Style::dim, "y");
  CHECK(text.render(false) == "error: x\ny");
  CHECK(text.render(true) == "\x1b[31merror:\x1b[0m x\n\x1b[2my\x1b[0m");
  Text outer;
  CHECK(outer.empty());
  outer.print("a").append(std::move(text));
  CHECK_FALSE(outer.empty());
  CHECK(outer.render(false) == "aerror: x\ny");
}

TEST_CASE("columns line up whatever is in them") {
  Table table({"NAME", "MODEL", "LAST"});
  table.row({"coder", "a/b", "x"}, "◆");
  table.row({"研究", "—", ""});
  table.row({"e\u0301", "👩‍💻", "y"});
  table.row({"\x1b[2J", "two\nlines", "\u202e"});
  CHECK(table.render().render(false) ==
        "  NAME     MODEL         LAST\n"
        "◆ coder    a/b           x\n"
        "  研究     —\n"
        "  e\u0301        👩‍💻            y\n"
        "  \\x1b[2J  two\\x0alines  \\u202e\n");
  CHECK(Table({"A", "B"}).render().render(false) == "  A  B\n");
}

TEST_CASE("foreign text becomes one line") {
  CHECK(one_line("  a \n\t b\r\n\r\nc  ") == "a b c");
  CHECK(one_line("\n\n").empty());
  CHECK(one_line("a\x1b") == "a\x1b");  // escaped where it is printed
}

TEST_CASE("what is cut is as wide as asked for, after escaping") {
  CHECK(shortened("short", 10) == "short");
  CHECK(shortened("exactly 10", 10) == "exactly 10");
  CHECK(shortened("eleven char", 10) == "eleven ch…");
  CHECK(shortened("研究研究研究", 5) == "研究…");
  CHECK(shortened("研究研究", 6) == "研究…");
  CHECK(shortened("a\x1b[2Jbcdef", 8) == "a\\x1b[2…");
  CHECK(shortened("a\n\nb", 10) == "a b");
}

TEST_CASE("a paragraph is broken between words, each line behind its indent") {
  CHECK(wrap("one two three", 7, "") == "one two\nthree\n");
  CHECK(wrap("one two three", 9, "  ") == "  one two\n  three\n");
  CHECK(wrap("", 10, "  ") == "  \n");
  CHECK(wrap("unbreakable", 3, "") == "unbreakable\n");
  CHECK(wrap("a unbreakable b", 3, "") == "a\nunbreakable\nb\n");
  CHECK(wrap("研究 研究", 5, "") == "研究\n研究\n");
  CHECK(wrap("a  b", 10, "") == "a b\n");
}

}  // namespace kopi::cli
