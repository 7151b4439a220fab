#include "store/clone.hpp"

#include <fcntl.h>
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
#include "model/portable.hpp"
#include "system/descriptor.hpp"
#include "system/files.hpp"
#include "system/interrupt.hpp"
#include "system/sqlite.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_settings[] = {"config.yaml", ".env", "SOUL.md", "mcp.json", "skills", "honcho.json", ".no-bundled-skills"};

// Never copied from a profile's root: grants that work once, running state, machine-wide folders of the default profile.
constexpr std::string_view k_never[] = {"auth.json",  "auth.lock", "gateway.pid", "gateway_state.json", "processes.json", "active_profile",
                                        "store",      "trust",     "cache",       "profiles",           "locks",          "registries.yaml",
                                        "policy.yaml"};

// Of the default profile alone, which shares its directory with what programs install there.
constexpr std::string_view k_never_of_default[] = {"bin", "node", "node_modules", "models", "runtimes", ".worktrees"};

// Files of a login, which its provider renews for one owner: two that use it log each other out. Keys (.env) are copied.
constexpr std::string_view k_grants[] = {"google_token.json", "oauth.json", "oauth_creds.json", "mcp-tokens", "mcp_tokens"};
constexpr std::string_view k_keys[] = {".env", ".envrc", "honcho.json", ".ssh", ".gnupg", ".password-store"};

constexpr std::string_view k_channels[] = {"telegram",   "discord", "slack",    "whatsapp", "signal", "matrix",
                                           "mattermost", "feishu",  "dingtalk", "wecom",    "weixin", "webhook"};
constexpr std::string_view k_channel_tables[] = {"platforms", "channels", "accounts"};
// Who may talk to any of them.
constexpr std::string_view k_allow_list = "gateway_allow";

// Which skills kopi itself put there, and what they were: without it `kopi update` would take them for the user's own.
constexpr std::string_view k_bundled_record = ".kopi/bundled";

constexpr std::size_t k_max_entries = 1'000'000;
// Of what links that leave the profile lead to, all of them together.
constexpr std::size_t k_max_linked_files = 100'000;
constexpr std::uint64_t k_max_linked_bytes = std::uint64_t{1} << 30;

bool is_any_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What a running program leaves beside its files. A database's log is in the copy of the database.
bool is_passing(std::string_view name, const std::vector<std::string>& siblings) {
  for (const std::string_view log : {"-wal", "-shm"}) {
    if (name.ends_with(log) && std::binary_search(siblings.begin(), siblings.end(), name.substr(0, name.size() - log.size()))) return true;
  }
  return name == "__pycache__" || name.ends_with(".pyc") || name.ends_with(".sock") || name.ends_with(".tmp");
}

bool is_below(std::string_view path, std::string_view directory) {
  return directory == "/" || (path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/');
}

class Copier {
 public:
  /// `names`: the entries of the source's root that are copied. `left_behind`: those that no link may bring in either.
  Copier(std::string root, std::string source, std::set<std::string> names, std::vector<std::string_view> left_behind, CloneReport& report,
         const Interrupt* interrupt)
      : root_(std::move(root)),
        source_(std::move(source)),
        names_(std::move(names)),
        left_behind_(std::move(left_behind)),
        report_(report),
        interrupt_(interrupt) {}

  /// Into `staging`, which is there.
  Result<void> copy_root(const std::string& staging) {
    for (const std::string& name : names_) {
      KOPI_CHECK(copy(join_path(source_, name), join_path(staging, name)).while_doing("copying {}", name));
    }
    return {};
  }

  Result<void> copy(const std::string& from, const std::string& to) {
    if (interrupt_ != nullptr && interrupt_->requested()) return interrupted_error();
    KOPI_TRY(const auto entry, stat_path(from));
    if (!entry) return {};
    if (++entries_ > k_max_entries) return error(Code::limit, "{} holds more than {} files", source_, k_max_entries);
    switch (entry->type) {
      case EntryType::file: return copy_content(from, to, *entry);
      case EntryType::directory: return copy_directory(from, to, *entry);
      case EntryType::link: return copy_link(from, to);
      case EntryType::other: report_.dropped_links.push_back(from); return {};  // sockets and pipes belong to a running process
    }
    return {};
  }

 private:
  Result<void> copy_content(const std::string& from, const std::string& to, const EntryInfo& entry) {
    KOPI_CHECK(count_linked(entry));
    if (is_database(from)) {
      auto backed_up = back_up_database(from, to);
      if (backed_up || backed_up.error().code != Code::state) return backed_up;
      KOPI_CHECK(remove_file(to));  // it only looks like a database, or is a damaged one: the bytes are what there is
    }
    return copy_file(from, to, entry.mode & 0777, interrupt_);
  }

  static bool is_database(const std::string& path) {
    constexpr std::string_view magic("SQLite format 3\0", 16);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    char start[magic.size()];
    return file && ::read(file.get(), start, sizeof start) == static_cast<ssize_t>(sizeof start) &&
           std::string_view(start, sizeof start) == magic;
  }

  Result<void> copy_directory(const std::string& from, const std::string& to, const EntryInfo& entry) {
    KOPI_TRY(const std::string real, real_path(from));
    if (!open_.insert(real).second) {  // a link led back to a directory that is being copied
      report_.dropped_links.push_back(from);
      return {};
    }
    KOPI_CHECK(make_directories(to, 0700));
    KOPI_TRY(const auto names, list_directory(from));
    for (const std::string& name : names) {
      if (!is_passing(name, names)) KOPI_CHECK(copy(join_path(from, name), join_path(to, name)));
    }
    open_.erase(real);
    if (::chmod(to.c_str(), entry.mode & 0777) != 0) return io_error("cannot set the mode of", to, errno);
    return {};
  }

  // A link that means something inside the copy stays one; any other would let an edit of the copy write into something else, so
  // what it leads to is copied: unless the source lies in that, or it is what no clone has, of this profile or another.
  Result<void> copy_link(const std::string& from, const std::string& to) {
    const auto real = real_path(from);
    if (!real || *real == source_ || is_below(source_, *real) || is_any_of(root_name(*real), left_behind_) || is_kept_from(from, *real)) {
      report_.dropped_links.push_back(from);
      return {};
    }
    std::string target(4096, '\0');
    const ssize_t length = ::readlink(from.c_str(), target.data(), target.size());
    if (length < 0) return io_error("cannot read the link", from, errno);
    target.resize(static_cast<std::size_t>(length));
    if (stays_inside(from, target) && names_.contains(root_name(*real))) {
      if (::symlink(target.c_str(), to.c_str()) != 0) return io_error("cannot make the link", to, errno);
      return {};
    }
    const bool is_first = link_.empty();
    if (is_first && !real->starts_with(source_ + "/")) link_ = from;
    auto copied = copy_target(from, *real, to);
    if (is_first) link_.clear();
    return copied;
  }

  Result<void> copy_target(const std::string& link, const std::string& real, const std::string& to) {
    KOPI_TRY(const auto entry, stat_path(real));
    if (entry && entry->type == EntryType::directory) return copy_directory(real, to, *entry);
    if (entry && entry->type == EntryType::file) return copy_content(real, to, *entry);
    report_.dropped_links.push_back(link);  // a device, a pipe
    return {};
  }

  // Of what lies outside: a link may lead to a disk full of it, and nobody has said that it is the profile's.
  Result<void> count_linked(const EntryInfo& entry) {
    if (link_.empty()) return {};
    linked_bytes_ += entry.size;
    if (++linked_files_ <= k_max_linked_files && linked_bytes_ <= k_max_linked_bytes) return {};
    return error(Code::limit, "the link {} leaves the profile, and what such links lead to is more than {} or {}", link_,
                 human_bytes(k_max_linked_bytes), count_of(k_max_linked_files, "file"));
  }

  // As the link is written, not only where it ends: `../../coder/x` leaves the profile coder and comes back by its name.
  bool stays_inside(const std::string& from, std::string_view target) const {
    if (target.starts_with('/') || !from.starts_with(source_ + "/")) return false;
    std::vector<std::string> at;
    const std::string below = parent_path(from).substr(source_.size());
    for (const std::string_view part : split(below, '/')) {
      if (!part.empty()) at.emplace_back(part);
    }
    for (const std::string_view part : split(target, '/')) {
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        at.emplace_back(part);
      } else if (at.empty()) {
        return false;
      } else {
        at.pop_back();
      }
    }
    return !at.empty() && names_.contains(at.front());
  }

  // Of kopi's home and the other profiles in it: a profile as a whole, and what a clone of that one would leave behind; its keys too,
  // unless this profile's own .env is the link.
  bool is_kept_from(const std::string& from, const std::string& real) const {
    if (!is_below(real, root_) || is_below(real, source_)) return false;
    std::vector<std::string_view> parts = split(std::string_view(real).substr(root_.size() + 1), '/');
    if (parts.front() == "profiles") parts.erase(parts.begin(), parts.begin() + std::min<std::ptrdiff_t>(2, std::ssize(parts)));
    if (parts.empty()) return is_directory(real);
    const bool is_own_env = from == join_path(source_, ".env");
    return is_any_of(parts.front(), k_never) || is_any_of(parts.front(), left_behind_) || parts.front() == ".kopi" ||
           (parts.front() == ".env" && !is_own_env);
  }

  // The entry of the source's root that `real` is or lies in; "" when it lies elsewhere.
  std::string root_name(const std::string& real) const {
    if (!real.starts_with(source_ + "/")) return "";
    const std::string below = real.substr(source_.size() + 1);
    return below.substr(0, below.find('/'));
  }

  std::string root_;  ///< of kopi's home
  std::string source_;
  std::set<std::string> names_;
  std::vector<std::string_view> left_behind_;
  CloneReport& report_;
  const Interrupt* interrupt_;
  std::set<std::string> open_;
  std::size_t entries_ = 0;
  std::string link_;  ///< that leads out of the source, while what it leads to is copied
  std::uint64_t linked_bytes_ = 0;
  std::size_t linked_files_ = 0;
};

void note_channel(CloneReport& report, std::string_view channel) {
  auto& left = report.channels_left;
  if (std::find(left.begin(), left.end(), channel) == left.end()) left.emplace_back(channel);
}

// A copied file as it is read to be changed. What is wrong with it is wrong with `shown`, which it was copied from.
Result<std::optional<std::string>> read_copied(const std::string& path, const std::string& shown) {
  auto text = read_file_if_present(path);
  if (!text) text.error().message = replace_all(text.error().message, path, shown);
  return text;
}

Result<void> strip_env(const std::string& path, const std::string& shown, Channels channels, CloneReport& report) {
  KOPI_TRY(const auto text, read_copied(path, shown));
  if (!text) return {};
  std::string kept = *text;
  const Dotenv present = parse_dotenv(kept, path);
  for (const DotenvEntry& entry : present.entries) {
    const std::string lower = to_lower_ascii(entry.name);
    const auto channel = std::find_if(std::begin(k_channels), std::end(k_channels),
                                      [&](std::string_view name) { return lower.starts_with(std::string(name) + "_"); });
    const bool is_of_one = channel != std::end(k_channels);
    if (channels == Channels::copy || !(is_of_one || lower.starts_with(k_allow_list))) continue;
    note_channel(report, is_of_one ? *channel : "gateway");
    if (auto without = unset_dotenv_value(kept, path, entry.name)) kept = *std::move(without);
  }
  return write_file(path, kept, 0600);
}

// Whether a section of settings is a channel's, or a table of channels.
bool note_section(const Node& section, CloneReport& report) {
  if (is_any_of(section.key(), k_channels)) {
    note_channel(report, section.key());
    return true;
  }
  if (!is_any_of(section.key(), k_channel_tables)) return false;
  for (const Node& channel : section.items()) note_channel(report, channel.key().empty() ? section.key() : channel.key());
  return true;
}

constexpr std::string_view k_leaving_channels = "leaving the messaging channels behind (--clone-channels keeps them)";

Result<void> strip_config(const std::string& path, const std::string& shown, CloneReport& report) {
  KOPI_TRY(const auto text, read_copied(path, shown));
  if (!text) return {};
  std::string kept = *text;
  KOPI_TRY(const Node config, parse_yaml(kept, shown).while_doing("{}", k_leaving_channels));
  for (const Node& section : config.items()) {
    if (note_section(section, report)) {
      const std::string keys[] = {section.key()};
      KOPI_TRY(kept, unset_yaml_value(kept, shown, keys).while_doing("{}", k_leaving_channels));
    } else if (section.key() == "gateway") {
      for (const Node& part : section.items()) {
        if (!note_section(part, report)) continue;
        const std::string keys[] = {section.key(), part.key()};
        KOPI_TRY(kept, unset_yaml_value(kept, shown, keys).while_doing("{}", k_leaving_channels));
      }
    }
  }
  KOPI_TRY(const auto entry, stat_path(path));
  return kept == *text ? Result<void>{} : write_file(path, kept, entry && entry->type == EntryType::file ? entry->mode : 0600);
}

// Honcho: the new profile observes as a peer of its own in the same workspace.
Result<void> set_honcho_peer(const std::string& path, const std::string& shown, const ProfileName& to) {
  KOPI_TRY(const auto text, read_copied(path, shown));
  if (!text) return {};
  KOPI_TRY(Node settings, parse_json(*text, shown));
  if (!settings.is(Node::Kind::mapping)) return error(Code::schema, "{}: expected an object", shown);
  settings.set("aiPeer", to.str());
  return write_file(path, render_json(settings, JsonStyle::indented) + "\n", 0600);
}

// Sessions and pairings of messaging channels, as directories of the profile.
bool is_channel_state(std::string_view name) {
  return name == "platforms" || name == "pairing" || name == "channels" || name == "channel_directory.json" || is_any_of(name, k_channels);
}

bool is_grant(std::string_view name) {
  return is_any_of(name, k_grants) || (is_credential_name(name) && !is_any_of(name, k_keys) && !name.starts_with(".env."));
}

bool is_wanted(std::string_view name, CloneDepth depth, Channels channels) {
  if (is_channel_state(name)) return channels == Channels::copy;
  return depth == CloneDepth::everything ? !is_any_of(name, k_never) && !is_grant(name) : is_any_of(name, k_settings);
}

void note_channel_state(const std::string& source, const std::string& name, CloneReport& report) {
  if (is_any_of(name, k_channels)) return note_channel(report, name);
  const auto entries = list_directory(join_path(source, name));
  if (!entries) return;
  for (const std::string& entry : *entries) note_channel(report, entry.substr(0, entry.find('.')));  // telegram.json
}

}  // namespace

Result<CloneReport> clone_profile(const Home& home, const ProfileName& from, const ProfileName& to, const std::string& staging,
                                  CloneDepth depth, Channels channels, const Interrupt* interrupt) {
  CloneReport report;
  KOPI_TRY(const std::string source, real_path(home.profile_path(from)));
  KOPI_TRY(const auto entries, list_directory(source));
  std::set<std::string> names;
  for (const std::string& name : entries) {
    if (is_passing(name, entries)) continue;
    if (from.is_default() && is_any_of(name, k_never_of_default)) continue;
    if (is_wanted(name, depth, channels))
      names.insert(name);
    else if (is_channel_state(name))
      note_channel_state(source, name, report);
    else if (depth == CloneDepth::everything && is_grant(name) && !is_any_of(name, k_never))
      report.grants_left.push_back(name);
  }
  std::vector<std::string_view> left_behind(std::begin(k_never), std::end(k_never));
  for (const std::string& name : entries) {
    if (is_grant(name) || (is_channel_state(name) && channels == Channels::leave)) left_behind.emplace_back(name);
  }
  KOPI_TRY(std::string root, real_path(home.root));
  Copier copier(std::move(root), source, names, std::move(left_behind), report, interrupt);
  KOPI_CHECK(copier.copy_root(staging));
  for (const std::string& name : names) {
    if (path_exists(join_path(staging, name))) report.copied.push_back(name);
  }
  if (depth == CloneDepth::settings && path_exists(join_path(source, k_bundled_record))) {
    KOPI_CHECK(make_directories(join_path(staging, ".kopi"), 0700));
    KOPI_CHECK(copier.copy(join_path(source, k_bundled_record), join_path(staging, k_bundled_record)));
  }
  KOPI_CHECK(remove_file(join_path(staging, ".kopi/approvals.json")));
  KOPI_CHECK(strip_env(join_path(staging, ".env"), join_path(source, ".env"), channels, report));
  if (channels == Channels::leave) KOPI_CHECK(strip_config(join_path(staging, "config.yaml"), join_path(source, "config.yaml"), report));
  KOPI_CHECK(set_honcho_peer(join_path(staging, "honcho.json"), join_path(source, "honcho.json"), to));
  std::sort(report.channels_left.begin(), report.channels_left.end());
  if (const auto plugins = list_directory(join_path(staging, "plugins"))) report.plugins = *plugins;
  KOPI_CHECK(sync_file_system(staging));
  return report;
}

}  // namespace kopi
