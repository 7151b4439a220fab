#include "store/aliases.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "store/profiles.hpp"
#include "system/descriptor.hpp"
#include "system/files.hpp"
#include "system/process.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_mark = "# kopi alias: ";

struct Wrapper {
  std::string profile;
  std::string command;  ///< "[KOPI_HOME='...' ]exec '...' -p coder ..."
};

std::string single_quoted(std::string_view text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

std::string root_assignment(const Home& home) { return home.is_standard() ? "" : "KOPI_HOME=" + single_quoted(home.root) + " "; }

// Reads only the start: ~/.local/bin may hold binaries of many megabytes.
std::optional<Wrapper> read_wrapper(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return std::nullopt;
  char start[4096];
  const ssize_t count = ::read(file.get(), start, sizeof start);
  if (count <= 0) return std::nullopt;
  const std::string_view text(start, static_cast<std::size_t>(count));
  if (!text.starts_with("#!/bin/sh\n# kopi alias: ")) return std::nullopt;
  const auto lines = split_lines(text);
  if (lines.size() < 3) return std::nullopt;
  Wrapper wrapper;
  wrapper.profile = trim(lines[1].substr(k_mark.size()));
  wrapper.command = lines[2];
  return wrapper;
}

bool belongs_to(const Wrapper& wrapper, const Home& home) { return wrapper.command.starts_with(root_assignment(home) + "exec "); }

// A command of a profile that is gone is anybody's.
std::optional<Error> stands_for_another(const Home& home, const std::string& alias, const Wrapper& wrapper, const ProfileName& profile) {
  if (wrapper.profile == profile.str()) return std::nullopt;
  const auto other = ProfileName::parse(wrapper.profile);
  const bool is_gone = !other || (!profile_exists(home, *other) && check_readable(home, *other));
  if (is_gone) return std::nullopt;
  return error(Code::alias, "the alias '{}' stands for the profile '{}'", alias, other->str());
}

}  // namespace

std::map<std::string, std::vector<std::string>> all_aliases(const Home& home) {
  std::map<std::string, std::vector<std::string>> aliases;
  const auto names = list_directory(home.alias_directory());
  if (!names) return aliases;
  for (const std::string& name : *names) {
    const auto parsed = ProfileName::parse(name);
    if (!parsed || parsed->str() != name) continue;  // no alias is called like this
    const auto wrapper = read_wrapper(join_path(home.alias_directory(), name));
    if (wrapper && belongs_to(*wrapper, home)) aliases[wrapper->profile].push_back(name);
  }
  return aliases;
}

std::map<std::string, std::string> find_aliases(const Home& home) {
  std::map<std::string, std::string> chosen;
  for (const auto& [profile, names] : all_aliases(home)) {
    const bool own = std::find(names.begin(), names.end(), profile) != names.end();
    chosen.emplace(profile, own ? profile : names.front());
  }
  return chosen;
}

std::optional<Error> alias_obstacle(const Home& home, const std::string& alias, const ProfileName& profile, const AliasContext& context) {
  const std::string path = join_path(home.alias_directory(), alias);
  const auto wrapper = read_wrapper(path);
  if (path_exists(path) && !wrapper) return error(Code::alias, "the alias '{}' is taken: {} is not a kopi alias", alias, path);
  if (wrapper && !belongs_to(*wrapper, home)) {
    return error(Code::alias, "the alias '{}' is taken: {} belongs to another kopi home", alias, path);
  }
  if (wrapper) {
    if (auto another = stands_for_another(home, alias, *wrapper, profile)) return another;
  }
  const auto found = find_program(alias, context.search_path);
  if (found && *found != path && !read_wrapper(*found)) {
    return error(Code::alias, "the alias '{}' would hide the program {}", alias, *found);
  }
  return std::nullopt;
}

Result<std::string> create_alias(const Home& home, const std::string& alias, const ProfileName& profile, const AliasContext& context) {
  KOPI_TRY(const std::string name, parse_alias(alias));
  if (auto obstacle = alias_obstacle(home, name, profile, context)) {
    return with_hint(*std::move(obstacle), fmt::format("kopi profile alias {} --name OTHER", profile.str()));
  }
  const std::string path = join_path(home.alias_directory(), name);
  const std::string script = fmt::format("#!/bin/sh\n{}{}\n{}exec {} -p {} \"$@\"\n", k_mark, profile.str(), root_assignment(home),
                                         single_quoted(context.program), profile.str());
  KOPI_CHECK(make_directories(home.alias_directory()));
  KOPI_CHECK(write_file(path, script, 0755));
  return path;
}

Result<bool> remove_alias(const Home& home, const std::string& alias) {
  KOPI_TRY(const std::string name, parse_existing_alias(alias));
  const std::string path = join_path(home.alias_directory(), name);
  if (!path_exists(path)) return false;
  const auto wrapper = read_wrapper(path);
  if (!wrapper) return error(Code::alias, "{} is not a kopi alias, so it stays", path);
  if (!belongs_to(*wrapper, home)) {
    return error(Code::alias, "{} belongs to another kopi home, so it stays", path);
  }
  KOPI_CHECK(remove_file(path));
  return true;
}

Result<bool> remove_alias_of(const Home& home, const std::string& alias, const ProfileName& profile) {
  KOPI_TRY(const std::string name, parse_existing_alias(alias));
  const auto wrapper = read_wrapper(join_path(home.alias_directory(), name));
  if (wrapper && belongs_to(*wrapper, home)) {
    if (auto another = stands_for_another(home, name, *wrapper, profile)) {
      return with_hint(*std::move(another), fmt::format("kopi profile alias {} --name {} --remove", wrapper->profile, name));
    }
  }
  return remove_alias(home, name);
}

bool aliases_are_reachable(const Home& home, const AliasContext& context) {
  for (std::string_view directory : split(context.search_path, ':')) {
    while (directory.size() > 1 && directory.ends_with('/')) directory.remove_suffix(1);
    if (directory == home.alias_directory()) return true;
  }
  return false;
}

}  // namespace kopi
