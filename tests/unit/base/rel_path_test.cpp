#include "base/rel_path.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::outcome;

TEST_CASE("a path of a distribution is relative, normalised and printable") {
  const std::string not_allowed[][2] = {{"", "E_PATH path '' is not allowed: it is empty"},
                                        {"/etc/passwd", "E_PATH path '/etc/passwd' is not allowed: it is absolute"},
                                        {"a//b", "E_PATH path 'a//b' is not allowed: it holds an empty component"},
                                        {"a/", "E_PATH path 'a/' is not allowed: it holds an empty component"},
                                        {".", "E_PATH path '.' is not allowed: it holds '.'"},
                                        {"a/./b", "E_PATH path 'a/./b' is not allowed: it holds '.'"},
                                        {"..", "E_PATH path '..' is not allowed: it holds '..'"},
                                        {"a/../b", "E_PATH path 'a/../b' is not allowed: it holds '..'"},
                                        {"../../evil", "E_PATH path '../../evil' is not allowed: it holds '..'"},
                                        {"C:/a", "E_PATH path 'C:/a' is not allowed: it starts with a drive letter"},
                                        {"a:b", "E_PATH path 'a:b' is not allowed: it starts with a drive letter"},
                                        {"z:", "E_PATH path 'z:' is not allowed: it starts with a drive letter"},
                                        {"a\\b", "E_PATH path 'a\\b' is not allowed: it holds a backslash"},
                                        {"..\\x", "E_PATH path '..\\x' is not allowed: it holds a backslash"},
                                        {"a\x1b[2J", "E_PATH path 'a\x1b[2J' is not allowed: it holds a control character"},
                                        {"a\nb", "E_PATH path 'a\nb' is not allowed: it holds a control character"},
                                        {"a\xc2\x85", "E_PATH path 'a\xc2\x85' is not allowed: it holds a control character"},
                                        {"a\x7f", "E_PATH path 'a\x7f' is not allowed: it holds a control character"},
                                        {"a\xff", "E_PATH path 'a\xff' is not allowed: it is not UTF-8"},
                                        {"a\xed\xa0\x80", "E_PATH path 'a\xed\xa0\x80' is not allowed: it is not UTF-8"},
                                        {"a\xc0\xaf", "E_PATH path 'a\xc0\xaf' is not allowed: it is not UTF-8"}};
  for (const auto& [text, expected] : not_allowed) CHECK(outcome(RelPath::parse(text)) == expected);
  CHECK(outcome(RelPath::parse(std::string_view("a\0b", 3))) ==
        std::string("E_PATH path 'a\0b' is not allowed: it holds a control character", 62));
}

TEST_CASE("what looks odd and is harmless stays as it is") {
  for (const std::string text : {"a", ".env", "...", "..a", "a..", ".github/workflows/x.yml", "a b", "skills/研究/SKILL.md", "ab:c", "1:x",
                                 "-rf", "~", "$HOME", "*"}) {
    CHECK(outcome(RelPath::parse(text)) == text);
  }
}

TEST_CASE("a path knows its parts") {
  const RelPath path = test::must(RelPath::parse("skills/a/SKILL.md"));
  CHECK(path.first() == "skills");
  CHECK(path.filename() == "SKILL.md");
  CHECK(path.parent() == "skills/a");
  CHECK(path.depth() == 3);
  CHECK(path.components() == std::vector<std::string_view>{"skills", "a", "SKILL.md"});
  const RelPath root = test::must(RelPath::parse("SOUL.md"));
  CHECK(root.first() == "SOUL.md");
  CHECK(root.filename() == "SOUL.md");
  CHECK(root.parent().empty());
  CHECK(root.depth() == 1);
}

TEST_CASE("a path is within a directory by whole components") {
  const RelPath path = test::must(RelPath::parse("skills/a/SKILL.md"));
  CHECK(path.is_within("skills"));
  CHECK(path.is_within("skills/a"));
  CHECK(path.is_within("skills/a/SKILL.md"));
  CHECK_FALSE(path.is_within("skill"));
  CHECK_FALSE(path.is_within("skills/a/SKILL"));
  CHECK_FALSE(path.is_within("skills/b"));
  CHECK_FALSE(path.is_within("skills/a/SKILL.md/x"));
}

TEST_CASE("names that a file system or git takes for .git are recognised") {
  const std::string_view same[] = {".git",
                                   ".GIT",
                                   ".Git",
                                   "git~1",
                                   "GIT~1",
                                   ".git.",
                                   ".git ",
                                   ".git. .",
                                   ".git::$INDEX_ALLOCATION",
                                   ".git:stream",
                                   "git~1. ",
                                   ".g\xe2\x80\x8cit",      // U+200C zero width non-joiner
                                   "\xe2\x80\x8e.git",      // U+200E left-to-right mark
                                   ".git\xef\xbb\xbf",      // U+FEFF
                                   ".gi\xe2\x80\xae\x74"};  // U+202E right-to-left override
  for (const std::string_view name : same) {
    CAPTURE(name);
    CHECK(is_git_directory_name(name));
  }
  for (const std::string_view name :
       {"git", ".gitignore", ".github", "git~2", ".git-x", "x.git", ".gitx", "git", "", ".", "g.it", ".gіt" /* Cyrillic */}) {
    CAPTURE(name);
    CHECK_FALSE(is_git_directory_name(name));
  }
}
