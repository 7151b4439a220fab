#include "base/rel_path.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace kopi {
namespace {

Error bad_path(std::string_view text, std::string_view reason) { return error(Code::path, "path '{}' is not allowed: {}", text, reason); }

bool is_drive_letter(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return text.size() >= 2 && text[1] == ':' && is_letter(text[0]);
}

}  // namespace

Result<RelPath> RelPath::parse(std::string_view text) {
  if (text.empty()) return bad_path(text, "it is empty");
  if (text.front() == '/') return bad_path(text, "it is absolute");
  if (is_drive_letter(text)) return bad_path(text, "it starts with a drive letter");
  if (!is_valid_utf8(text)) return bad_path(text, "it is not UTF-8");
  if (has_control_characters(text)) return bad_path(text, "it holds a control character");
  if (text.find('\\') != std::string_view::npos) return bad_path(text, "it holds a backslash");
  for (const std::string_view component : split(text, '/')) {
    if (component.empty()) return bad_path(text, "it holds an empty component");
    if (component == ".") return bad_path(text, "it holds '.'");
    if (component == "..") return bad_path(text, "it holds '..'");
  }
  return RelPath{text};
}

std::string_view RelPath::first() const { return std::string_view(text_).substr(0, text_.find('/')); }

std::string_view RelPath::filename() const {
  const auto slash = text_.rfind('/');
  return std::string_view(text_).substr(slash == std::string::npos ? 0 : slash + 1);
}

std::string_view RelPath::parent() const {
  const auto slash = text_.rfind('/');
  return std::string_view(text_).substr(0, slash == std::string::npos ? 0 : slash);
}

std::size_t RelPath::depth() const { return 1 + static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '/')); }

std::vector<std::string_view> RelPath::components() const { return split(text_, '/'); }

bool RelPath::is_within(std::string_view directory) const {
  return text_.starts_with(directory) && (text_.size() == directory.size() || text_[directory.size()] == '/');
}

bool is_git_directory_name(std::string_view component) {
  std::string plain = to_lower_ascii(without_ignorable(component));
  plain.resize(std::min(plain.find(':'), plain.size()));
  while (!plain.empty() && (plain.back() == '.' || plain.back() == ' ')) plain.pop_back();
  return plain == ".git" || plain == "git~1";
}

}  // namespace kopi
