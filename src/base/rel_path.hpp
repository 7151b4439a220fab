// base/rel_path.hpp
//
// The only path that an entry of a distribution may become: relative, normalised, printable. Holding one means it can be
// joined to a root and stays below it.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace kopi {

class RelPath {
 public:
  /// Accepts UTF-8 without control characters and backslashes, components separated by single '/', none of them
  /// empty, "." or ".."; no leading '/' and no drive letter.
  /// @error path  says which rule and shows the text.
  static Result<RelPath> parse(std::string_view text);

  const std::string& str() const { return text_; }
  std::string_view first() const;     ///< the component at the root: "skills" of skills/a/SKILL.md
  std::string_view filename() const;  ///< the last component
  std::string_view parent() const;    ///< "" for a file at the root
  std::size_t depth() const;          ///< number of components
  std::vector<std::string_view> components() const;
  /// This path is `directory` or lies below it.
  bool is_within(std::string_view directory) const;

  auto operator<=>(const RelPath&) const = default;

 private:
  explicit RelPath(std::string_view text) : text_(text) {}
  std::string text_;
};

/// True for names that some file system or git itself takes for ".git" (case, 8.3 name, trailing dots and spaces,
/// ignorable code points, NTFS streams): such an entry could overwrite a repository's own files.
/// Source: the checks of git's verify_path, CVE-2014-9390 and CVE-2019-1352.
bool is_git_directory_name(std::string_view component);

}  // namespace kopi
