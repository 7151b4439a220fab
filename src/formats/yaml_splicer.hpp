// formats/yaml_splicer.hpp   (inside formats only)
//
// A text and what is to change in it: replace these bytes by those. Where lines begin and end, and where comments stand.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kopi::detail {

class YamlSplicer {
 public:
  struct Splice {
    std::size_t begin;
    std::size_t end;
    std::string text;
  };

  explicit YamlSplicer(std::string_view text);

  /// Puts `line` on a line of its own behind offset `at`, which is the end of a line or of the text.
  void add_line(std::size_t at, std::string line);
  /// The text with all splices made, which do not overlap.
  std::string apply();

  std::size_t start_of_line(std::size_t at) const;
  std::size_t end_of_line(std::size_t at) const;
  std::size_t line_break_at(std::size_t at) const { return text_.substr(at).starts_with("\r\n") ? 2 : 1; }
  /// Of a mapping that starts behind a list's dash too.
  std::string indent_of(std::size_t key_begin) const { return std::string(key_begin - start_of_line(key_begin), ' '); }

  /// One past what is written on the line from `at` on; blanks and a comment are not counted.
  std::size_t end_of_code(std::size_t at) const;
  /// Whether a line that holds nothing else than a comment begins in [begin, end).
  bool has_comment_line(std::size_t begin, std::size_t end) const;
  /// The end of the blank lines and comments behind the line that ends at `at`, as far as they stand deeper than `column`.
  std::size_t end_of_comments(std::size_t at, std::size_t column) const;
  /// The start of the comment right above the line of `at`, or of the line itself.
  std::size_t start_of_comments_above(std::size_t at) const;

 protected:
  std::string_view text_;
  std::string newline_;
  std::vector<Splice> splices_;
};

}  // namespace kopi::detail
