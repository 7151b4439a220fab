// installer/lint_work.hpp   (inside installer only)
//
// What the parts of the lint share: the files as they were read once, and the findings so far.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/node.hpp"
#include "installer/lint.hpp"
#include "model/manifest.hpp"

namespace kopi::detail {

struct LintFile {
  RelPath path;
  TreeEntry entry;
  bool committed = true;            ///< a clone of the repository would hold it; true where there is none
  bool ignored = false;             ///< a .gitignore names it, whether there is a repository or not
  bool taken = false;               ///< an install would take it
  std::optional<std::string> text;  ///< what is a text, and not too large to be looked into
  std::string digest;               ///< as findings show it; "" when it was not read

  bool is_executable() const { return entry.type == TreeEntry::Type::executable; }
};

struct LintWork {
  const LintRequest& request;
  std::vector<LintFile> files;                             ///< those whose path can be one
  std::map<std::string, std::size_t, std::less<>> places;  ///< of each in `files`
  std::vector<std::string> directories;
  Findings findings;
  std::optional<Manifest> manifest;
  Node manifest_document, config, mcp;  ///< null when absent or unreadable

  explicit LintWork(const LintRequest& request) : request(request) {}

  const LintFile* find(std::string_view path) const;
  void add(std::string_view rule, std::string_view file, Place place, std::string message, std::optional<Severity> severity = {},
           std::string evidence = {});
  /// As another part of kopi found it; the rule is one of the table's.
  void add(Finding finding);
  /// A parser's "file:3:1: reason" as a finding with a place.
  void add_error(std::string_view rule, const LintFile& file, std::string_view message);
};

/// Line and column, from 1 and in characters, of bytes that are asked for in the order of the text.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {}
  Place at(std::size_t offset);

 private:
  std::string_view text_;
  std::size_t seen_ = 0;   ///< up to here `line_` was counted
  std::size_t start_ = 0;  ///< of that line
  int line_ = 1;
};

void lint_manifest(LintWork& work);
/// config.yaml, mcp.json, and the variables in them.
void lint_settings(LintWork& work);
void lint_skills(LintWork& work);
void lint_jobs(LintWork& work);
/// Secrets, paths of one machine, scripts.
void lint_texts(LintWork& work);

}  // namespace kopi::detail
