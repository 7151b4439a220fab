#include "store/profiles.hpp"

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "formats/yaml.hpp"
#include "formats/yaml_edit.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

// A directory with none of these is a left-over, not a profile. A dangling link counts: somebody put it there.
constexpr std::string_view k_identity[] = {"config.yaml", ".env",     "SOUL.md",           "profile.yaml",
                                           "auth.json",   "state.db", "distribution.yaml", ".kopi"};

constexpr std::string_view k_directories[] = {"skills", "cron", "memories", "sessions", "logs", "plans", "workspace", "home", "local"};

bool has_identity(const std::string& path) {
  return std::any_of(std::begin(k_identity), std::end(k_identity), [&](std::string_view file) {
    const auto entry = stat_path(join_path(path, file));
    return !entry || entry->has_value();  // what can't be looked at may be one: it is no left-over
  });
}

Result<Node> read_config_by(decltype(parse_yaml)& reader, const Home& home, const ProfileName& name) {
  KOPI_TRY(const auto text, read_profile_file(home, name, "config.yaml"));
  if (!text) return Node();
  return reader(*text, join_path(home.profile_path(name), "config.yaml"), {});
}

}  // namespace

std::span<const std::string_view> profile_directories() { return k_directories; }

Result<void> check_shape(const RelPath& path, bool is_directory) {
  const std::string root(path.first());
  const auto is_one_of = [&](const auto& names) { return std::find(std::begin(names), std::end(names), root) != std::end(names); };
  const bool is_file = path.depth() == 1 && !is_directory;
  if (is_file && is_one_of(k_directories)) return error(Code::type, "'{}' is a file, and a profile has a directory of that name", root);
  constexpr std::string_view files[] = {"config.yaml", "SOUL.md",      "mcp.json",  "distribution.yaml",
                                        ".env",        "profile.yaml", "auth.json", "state.db"};
  if (!is_file && is_one_of(files)) return error(Code::type, "'{}' is a directory, and a profile has a file of that name", root);
  return {};
}

bool profile_exists(const Home& home, const ProfileName& name) {
  if (name.is_default()) return true;
  const std::string path = home.profile_path(name);
  return is_directory(path) && !path_exists(home.tombstone_path(name)) && has_identity(path);
}

Result<void> check_readable(const Home& home, const ProfileName& name) {
  std::string path = home.profile_path(name);
  if (is_directory(path)) {
    if (stat_path(join_path(path, "config.yaml"))) return {};
  } else {  // in a directory that can't be looked into nobody knows which profiles there are: none of them is called missing
    if (stat_path(path)) return {};
    path = stat_path(home.profiles_path()) ? home.profiles_path() : home.root;
  }
  return with_hint(io_error("cannot read", path, EACCES), "chmod u+rwx " + shell_quote(path));
}

Result<void> check_profile(const Home& home, const Selection& selection) {
  auto readable = check_readable(home, selection.name);
  if (readable && !profile_exists(home, selection.name)) return no_such_profile(selection);
  if (!readable && selection.origin == Selection::Origin::sticky) readable.error().hint = "kopi profile use default";
  return readable;
}

Result<std::vector<ProfileName>> list_profiles(const Home& home) {
  std::vector<ProfileName> names{ProfileName::default_profile()};
  if (!is_directory(home.profiles_path())) return names;
  KOPI_TRY(const auto entries, list_directory(home.profiles_path()));
  for (const std::string& entry : entries) {
    auto name = ProfileName::parse(entry);
    if (name && name->str() == entry && !name->is_default() && profile_exists(home, *name)) names.push_back(*std::move(name));
  }
  return names;
}

Result<std::optional<std::string>> read_profile_file(const Home& home, const ProfileName& name, std::string_view file) {
  return read_file_if_present(join_path(home.profile_path(name), file));
}

Result<Node> read_config(const Home& home, const ProfileName& name) { return read_config_by(parse_yaml, home, name); }

Result<Node> glance_at_config(const Home& home, const ProfileName& name) { return read_config_by(compare_yaml, home, name); }

Result<void> check_free(const Home& home, const ProfileName& name) {
  const std::string path = home.profile_path(name);
  if (!path_exists(path)) return {};
  const bool identity = has_identity(path);
  if (path_exists(home.tombstone_path(name)) && !identity) return {};
  Error problem = error(Code::exists, "profile '{}' already exists at {}", name.str(), path);
  if (!identity) {
    problem.message = fmt::format("{} is in the way: it is no profile, and kopi does not touch it", path);
  } else if (path_exists(home.tombstone_path(name))) {
    problem.message = fmt::format("profile '{}' was deleted, but {} still holds its files", name.str(), path);
    problem.hint = "kopi profile delete " + name.str();
  }
  return problem;
}

ProfileCard read_card(const Home& home, const ProfileName& name) {
  ProfileCard card;
  const auto text = read_profile_file(home, name, "profile.yaml");
  if (!text || !*text) return card;
  const auto document = parse_yaml(**text, "profile.yaml");
  if (!document) return card;
  const auto take = [&](std::string_view key) {
    const Node* value = document->find(key);
    return value != nullptr && value->is_scalar() ? value->as_text() : std::string();
  };
  card.description = take("description");
  card.display_name = take("display_name");
  if (const Node* flag = document->find("description_auto")) card.description_auto = flag->as_bool().value_or(false);
  return card;
}

Result<void> check_card(const Home& home, const ProfileName& name) {
  KOPI_TRY(const auto text, read_profile_file(home, name, "profile.yaml"));
  if (text) KOPI_CHECK(parse_yaml(*text, join_path(home.profile_path(name), "profile.yaml")));
  return {};
}

Result<void> write_card(const std::string& directory, const std::vector<std::pair<std::string, Node>>& values) {
  const std::string path = join_path(directory, "profile.yaml");
  KOPI_TRY(const auto present, read_file_if_present(path));
  std::string text = present.value_or("");
  for (const auto& [key, value] : values) {
    const std::string keys[] = {key};
    KOPI_TRY(text, set_yaml_value(text, path, keys, value));
  }
  KOPI_CHECK(make_directories(directory, 0700));
  return write_file(path, text, 0644);
}

}  // namespace kopi
