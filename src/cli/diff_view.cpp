#include "cli/diff_view.hpp"

#include "base/text.hpp"
#include "system/git.hpp"

namespace kopi::cli {
namespace {

// libgit2 compares texts, which have no mode; these are the lines that git itself writes.
std::string with_modes(std::string diff, const std::string& path, const std::optional<DiffSide>& before,
                       const std::optional<DiffSide>& after) {
  if (before && after) {
    if (before->mode == after->mode) return diff;
    if (diff.empty()) diff = fmt::format("diff --git a/{0} b/{0}\n", path);
    const std::string modes = fmt::format("old mode {}\nnew mode {}\n", git_mode(before->mode), git_mode(after->mode));
    return diff.insert(diff.find('\n') + 1, modes);
  }
  const FileMode mode = before ? before->mode : after->mode;
  if (mode == FileMode::executable) {
    const std::string_view line = before ? "deleted file mode " : "new file mode ";
    const auto at = diff.find(line);
    if (at != std::string::npos) diff.replace(at + line.size(), git_mode(mode).size(), git_mode(mode));
  }
  return diff;
}

Style style_of(std::string_view line, bool in_header) {
  if (line.starts_with("@@")) return Style::cyan;
  if (in_header) return Style::bold;
  if (line.starts_with('+')) return Style::green;
  if (line.starts_with('-')) return Style::red;
  return Style::plain;
}

}  // namespace

Result<std::optional<FileDiff>> diff_file(const std::string& path, const std::optional<DiffSide>& before,
                                          const std::optional<DiffSide>& after) {
  const auto text = [](const std::optional<DiffSide>& side) {
    return side ? std::optional<std::string_view>(side->content) : std::nullopt;
  };
  KOPI_TRY(std::string diff, diff_texts(text(before), text(after), path));
  if (before || after) diff = with_modes(std::move(diff), path, before, after);
  if (diff.empty()) return std::optional<FileDiff>();
  const std::string_view kind = !before ? "added" : !after ? "removed" : "changed";
  return std::optional<FileDiff>(FileDiff{path, kind, std::move(diff)});
}

FileDiff renamed_file(const std::string& from, const std::string& to, std::optional<FileDiff> changed) {
  const std::string header = fmt::format("diff --git a/{0} b/{1}\nrename from {0}\nrename to {1}\n", from, to);
  if (!changed) return {to, "changed", header};
  std::string diff = std::move(changed->diff);
  diff.replace(0, diff.find('\n') + 1, header);
  const std::string old_side = "\n--- a/" + to + "\n";
  if (const auto at = diff.find(old_side); at != std::string::npos) diff.replace(at, old_side.size(), "\n--- a/" + from + "\n");
  return {to, "changed", std::move(diff)};
}

Text render_diffs(const std::vector<FileDiff>& diffs) {
  Text text;
  for (const FileDiff& file : diffs) {
    std::vector<std::string_view> lines = split(file.diff, '\n');  // a carriage return is part of what changed, and is shown
    if (!lines.empty() && lines.back().empty()) lines.pop_back();
    bool in_header = true;
    for (const std::string_view line : lines) {
      if (line.starts_with("@@")) in_header = false;
      text.styled(style_of(line, in_header), "{}", line).print("\n");
    }
  }
  return text;
}

Node to_json(const std::vector<FileDiff>& diffs) {
  Node list = Node::sequence();
  for (const FileDiff& file : diffs) list.push(Node::mapping({{"path", file.path}, {"kind", file.kind}, {"diff", file.diff}}));
  return list;
}

}  // namespace kopi::cli
