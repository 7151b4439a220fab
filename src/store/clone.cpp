#include "store/clone.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/text.hpp"
#include "formats/dotenv.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "formats/yaml_edit.hpp"
#include "system/files.hpp"
#include "system/sqlite.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_settings[] = {"config.yaml", ".env", "SOUL.md", "mcp.json", "skills", "honcho.json"};

// Never copied, whatever the depth: grants that work once, running state, machine-wide folders of the default profile.
constexpr std::string_view k_never[] = {"auth.json", "auth.lock", "gateway.pid", "gateway_state.json", "processes.json", "active_profile",
                                        "store", "trust", "cache", "profiles", "locks", "registries.yaml", "policy.yaml"};

constexpr std::string_view k_channels[] = {"telegram", "discord", "slack", "whatsapp", "signal", "matrix", "mattermost"};

constexpr std::size_t k_max_entries = 1'000'000;

bool is_any_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_passing(std::string_view name) {
  return name == "__pycache__" || name.ends_with(".pyc") || name.ends_with(".sock") || name.ends_with(".tmp") ||
         name.ends_with("-wal") || name.ends_with("-shm");
}

class Copier {
 public:
  Copier(std::string source, CloneReport& report) : source_(std::move(source)), report_(report) {}

  Result<void> copy(const std::string& from, const std::string& to) {
    KOPI_TRY(const auto entry, stat_path(from));
    if (!entry) return {};
    if (++entries_ > k_max_entries) return error(Code::limit, "{} holds more than {} files", source_, k_max_entries);
    switch (entry->type) {
      case EntryType::file: return copy_file(from, to, *entry);
      case EntryType::directory: return copy_directory(from, to);
      case EntryType::link: return copy_link(from, to);
      case EntryType::other: return {};  // sockets and pipes belong to a running process
    }
    return {};
  }

 private:
  Result<void> copy_file(const std::string& from, const std::string& to, const EntryInfo& entry) {
    KOPI_TRY(const std::string content, read_file(from, std::size_t{4} << 30));
    if (content.starts_with(std::string_view("SQLite format 3\0", 16))) return back_up_database(from, to);
    return write_file(to, content, entry.mode & 0777);
  }

  Result<void> copy_directory(const std::string& from, const std::string& to) {
    KOPI_TRY(const std::string real, real_path(from));
    if (!open_.insert(real).second) {  // a link led back to a directory that is being copied
      report_.dropped_links.push_back(from);
      return {};
    }
    KOPI_CHECK(make_directories(to));
    KOPI_TRY(const auto names, list_directory(from));
    for (const std::string& name : names) {
      if (!is_passing(name)) KOPI_CHECK(copy(join_path(from, name), join_path(to, name)));
    }
    open_.erase(real);
    return {};
  }

  // A relative link that stays inside keeps its text; all others would let an edit of the copy write into something else.
  Result<void> copy_link(const std::string& from, const std::string& to) {
    const auto real = real_path(from);
    if (!real) {
      report_.dropped_links.push_back(from);
      return {};
    }
    std::string target(4096, '\0');
    const ssize_t length = ::readlink(from.c_str(), target.data(), target.size());
    if (length < 0) return io_error("cannot read the link", from, errno);
    target.resize(static_cast<std::size_t>(length));
    const bool inside = real->starts_with(source_ + "/");
    if (inside && !target.starts_with('/')) {
      if (::symlink(target.c_str(), to.c_str()) != 0) return io_error("cannot make the link", to, errno);
      return {};
    }
    KOPI_TRY(const auto entry, stat_path(*real));
    if (entry && entry->type == EntryType::directory) return copy_directory(*real, to);
    if (entry && entry->type == EntryType::file) return copy_file(*real, to, *entry);
    return {};
  }

  std::string source_;
  CloneReport& report_;
  std::set<std::string> open_;
  std::size_t entries_ = 0;
};

void note_channel(CloneReport& report, std::string_view channel) {
  if (!is_any_of(channel, k_channels)) return;
  auto& left = report.channels_left;
  if (std::find(left.begin(), left.end(), channel) == left.end()) left.emplace_back(channel);
}

Result<void> strip_env(const std::string& path, Channels channels, CloneReport& report) {
  KOPI_TRY(const auto text, read_file_if_present(path));
  if (!text) return {};
  std::string kept = *text;
  const Dotenv present = parse_dotenv(kept, path);
  for (const DotenvEntry& entry : present.entries) {
    const std::string lower = to_lower_ascii(entry.name);
    for (const std::string_view channel : k_channels) {
      if (channels == Channels::copy || !lower.starts_with(std::string(channel) + "_")) continue;
      note_channel(report, channel);
      if (auto without = unset_dotenv_value(kept, path, entry.name)) kept = *std::move(without);
    }
  }
  return write_file(path, kept, 0600);
}

Result<void> strip_config(const std::string& path, CloneReport& report) {
  KOPI_TRY(const auto text, read_file_if_present(path));
  if (!text) return {};
  std::string kept = *text;
  KOPI_TRY(const Node config, parse_yaml(kept, path));
  for (const Node& section : config.items()) {
    const std::string key = section.key();
    const bool table = key == "platforms" || key == "channels";
    if (!table && !is_any_of(key, k_channels)) continue;
    if (table) {
      for (const Node& channel : section.items()) note_channel(report, channel.key());
    }
    note_channel(report, key);
    const std::string keys[] = {key};
    KOPI_TRY(kept, unset_yaml_value(kept, path, keys).while_doing("leaving the messaging channels behind (--clone-channels keeps them)"));
  }
  return kept == *text ? Result<void>{} : write_file(path, kept, 0644);
}

// Honcho: the new profile observes as a peer of its own in the same workspace.
Result<void> set_honcho_peer(const std::string& path, const ProfileName& to) {
  KOPI_TRY(const auto text, read_file_if_present(path));
  if (!text) return {};
  KOPI_TRY(Node settings, parse_json(*text, path));
  if (!settings.is(Node::Kind::mapping)) return error(Code::schema, "{}: expected an object", path);
  settings.set("aiPeer", to.str());
  return write_file(path, render_json(settings, JsonStyle::indented) + "\n", 0600);
}

}  // namespace

Result<CloneReport> clone_profile(const Home& home, const ProfileName& from, const ProfileName& to, const std::string& staging,
                                  CloneDepth depth, Channels channels) {
  CloneReport report;
  KOPI_TRY(const std::string source, real_path(home.profile_path(from)));
  Copier copier(source, report);
  KOPI_TRY(const auto names, list_directory(source));
  for (const std::string& name : names) {
    const bool wanted = depth == CloneDepth::everything ? !is_any_of(name, k_never) : is_any_of(name, k_settings);
    if (!wanted || is_passing(name)) continue;
    if (channels == Channels::leave && (name == "platforms" || name == "pairing")) continue;
    KOPI_CHECK(copier.copy(join_path(source, name), join_path(staging, name)).while_doing("copying {}", name));
    report.copied.push_back(name);
  }
  KOPI_CHECK(remove_file(join_path(staging, ".kopi/approvals.json")));
  KOPI_CHECK(strip_env(join_path(staging, ".env"), channels, report));
  if (channels == Channels::leave) KOPI_CHECK(strip_config(join_path(staging, "config.yaml"), report));
  KOPI_CHECK(set_honcho_peer(join_path(staging, "honcho.json"), to));
  if (const auto plugins = list_directory(join_path(staging, "plugins"))) report.plugins = *plugins;
  return report;
}

}  // namespace kopi
