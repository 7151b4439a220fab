#include "installer/snapshot.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "model/ownership.hpp"
#include "model/settings.hpp"
#include "store/profiles.hpp"
#include "system/crypto.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_manifest = "distribution.yaml";

class Taker {
 public:
  Taker(const SourceTree& tree, const SnapshotLimits& limits, const std::string& shown) : tree_(tree), limits_(limits), shown_(shown) {}

  Result<Snapshot> take() {
    KOPI_CHECK(check_manifest());
    KOPI_CHECK(check_entries());
    KOPI_TRY(const std::size_t manifest, find_manifest());
    KOPI_TRY(const std::string text, tree_.read(manifest, limits_.bytes));
    KOPI_TRY(snapshot_.manifest, read_manifest(text, k_manifest));
    KOPI_CHECK(select());
    KOPI_CHECK(read_selected());
    KOPI_CHECK(tree_.check_unchanged());
    return std::move(snapshot_);
  }

 private:
  Result<void> check_entries() {
    for (const TreeEntry& entry : tree_.entries()) {
      KOPI_CHECK(check_type(entry));
      KOPI_TRY(RelPath path, RelPath::parse(entry.path));
      for (const std::string_view component : path.components()) {
        const bool is_on_disk = entry.modified_ns != 0;
        if (component == ".git" && is_on_disk && component.data() != path.str().data()) return inner_repository(path);
        if (is_git_directory_name(component))
          return error(Code::path, "path '{}' is not allowed: '{}' could be taken for git's own directory", entry.path, component);
      }
      paths_.push_back(std::move(path));
    }
    return {};
  }

  static Result<void> check_type(const TreeEntry& entry) {
    switch (entry.type) {
      case TreeEntry::Type::file:
      case TreeEntry::Type::executable: return {};
      case TreeEntry::Type::link: return error(Code::link, "a distribution can't hold symbolic links: {}", entry.path);
      case TreeEntry::Type::submodule: return error(Code::type, "a distribution can't hold submodules: {}", entry.path);
      case TreeEntry::Type::odd_mode:
        return error(Code::type, "a distribution's files have the mode 100644 or 100755, not so: {}", entry.path);
      case TreeEntry::Type::other: break;
    }
    return error(Code::type, "a distribution can hold only regular files: {}", entry.path);
  }

  // What lies in a directory that is no distribution is nobody's business.
  Result<void> check_manifest() const {
    const auto& entries = tree_.entries();
    if (std::any_of(entries.begin(), entries.end(), [](const TreeEntry& entry) { return entry.path == k_manifest; })) return {};
    Error problem = error(Code::manifest, "no distribution.yaml at the root of {}: it is no distribution", shown_);
    for (const TreeEntry& entry : entries) {
      const auto path = RelPath::parse(entry.path);
      if (!path || path->filename() != k_manifest || path->depth() > 4) continue;
      problem.hint = "--subdir " + shell_quote(path->parent());
      break;
    }
    return problem;
  }

  // A clone within the directory: its objects are no files of a distribution.
  Error inner_repository(const RelPath& path) const {
    const std::string_view inner = std::string_view(path.str()).substr(0, path.str().find("/.git"));
    return with_hint(
        error(Code::path, "{} is a git repository of its own, and a distribution can't hold its .git", inner),
        fmt::format("move it elsewhere, or install it by itself: kopi install {}", shell_quote(shown_ + "/" + std::string(inner))));
  }

  Result<std::size_t> find_manifest() const {
    const auto found = std::find_if(paths_.begin(), paths_.end(), [](const RelPath& path) { return path.str() == k_manifest; });
    KOPI_ASSERT(found != paths_.end());  // check_manifest() has seen it
    return static_cast<std::size_t>(found - paths_.begin());
  }

  Result<void> select() {
    std::uint64_t bytes = 0;
    std::map<std::string, std::string> folded;
    std::set<std::string> left_out;
    for (std::string& name : tree_.skipped()) left_out.insert(std::move(name));
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      const RelPath& path = paths_[i];
      const Taking taking = taking_of(path, snapshot_.manifest.manifest.owned);
      if (taking == Taking::user_owned) leave_out(path, left_out);
      if (taking != Taking::taken) continue;
      KOPI_CHECK(check_shape(path));
      KOPI_CHECK(check_length(path));
      KOPI_CHECK(note_folded(path, folded));
      bytes += tree_.entries()[i].size;
      if (bytes > limits_.bytes) return error(Code::limit, "{} is larger than {} in all", shown_, human_bytes(limits_.bytes));
      selected_.push_back(i);
      if (selected_.size() > limits_.files) return error(Code::limit, "{} holds more than {}", shown_, count_of(limits_.files, "file"));
    }
    snapshot_.left_out.assign(left_out.begin(), left_out.end());
    return {};
  }

  Result<void> check_length(const RelPath& path) const {
    const std::string shown = truncate_to_width(path.str(), 100);
    if (path.str().size() > limits_.path) return error(Code::limit, "a path is longer than {} bytes: {}", limits_.path, shown);
    if (path.depth() > limits_.depth) return error(Code::limit, "a path is deeper than {} directories: {}", limits_.depth, shown);
    for (const std::string_view component : path.components()) {  // what Linux's file systems take
      if (component.size() > 255) return error(Code::limit, "a name is longer than 255 bytes: {}", shown);
    }
    if (path.filename().size() > k_longest_file_name) {
      return error(Code::limit, "a file's name is longer than {} bytes, and FILE.kopi-new could not stand beside it: {}",
                   k_longest_file_name, shown);
    }
    return {};
  }

  // Below a name that is the user's at the root, that name tells all of it; deeper there is only what updates put beside files.
  void leave_out(const RelPath& path, std::set<std::string>& left_out) {
    const auto names = path.components();
    if (is_user_owned_root(names.front()) || std::none_of(names.begin(), names.end(), is_beside)) {
      left_out.emplace(path.first());
      return;
    }
    snapshot_.manifest.findings.push_back({Severity::low, "tree.kopi-new", path.str(), 0, 0,
                                           "not taken: a file of this name is what an update leaves where it can't merge", "", ""});
  }

  // Directories count too: `Skills/a` beside `skills/b` is one directory on a file system that ignores case.
  static Result<void> note_folded(const RelPath& path, std::map<std::string, std::string>& folded) {
    std::string prefix;
    for (const std::string_view component : path.components()) {
      prefix += (prefix.empty() ? "" : "/") + std::string(component);
      const auto [entry, is_new] = folded.emplace(fold(prefix), prefix);
      if (!is_new && entry->second != prefix) {
        return error(Code::collision, "'{}' and '{}' differ only in case or Unicode form", entry->second, prefix);
      }
    }
    return {};
  }

  Result<void> read_selected() {
    std::uint64_t bytes = 0;
    for (const std::size_t index : selected_) {
      KOPI_TRY(std::string content, tree_.read(index, limits_.bytes));
      bytes += content.size();
      if (bytes > limits_.bytes) return error(Code::limit, "{} is larger than {} in all", shown_, human_bytes(limits_.bytes));
      const bool executable = tree_.entries()[index].type == TreeEntry::Type::executable;
      if (is_lfs_pointer(content)) {
        snapshot_.manifest.findings.push_back({Severity::medium, "file.lfs-pointer", paths_[index].str(), 0, 0,
                                               "it is a pointer of Git LFS, not the file: the file itself is not in the repository", "",
                                               ""});
      }
      const Digest digest = sha256(content);
      snapshot_.files.insert_or_assign(paths_[index],
                                       SnapshotFile{executable ? FileMode::executable : FileMode::regular, std::move(content), digest});
    }
    return {};
  }

  const SourceTree& tree_;
  const SnapshotLimits& limits_;
  const std::string& shown_;
  std::vector<RelPath> paths_;
  std::vector<std::size_t> selected_;
  Snapshot snapshot_;
};

}  // namespace

// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, "The Pointer"
bool is_lfs_pointer(std::string_view content) {
  return content.size() < 1024 && content.starts_with("version https://git-lfs.github.com/spec/") &&
         content.find("\noid sha256:") != std::string_view::npos;
}

Result<Snapshot> take_snapshot(const SourceTree& tree, const SnapshotLimits& limits, const std::string& shown) {
  KOPI_TRY(Snapshot snapshot, Taker(tree, limits, shown).take());
  return snapshot;
}

Result<SnapshotLimits> read_limits(const Home& home) {
  SnapshotLimits limits;
  limits.timeouts = {std::chrono::seconds(15), std::chrono::seconds(30), std::chrono::seconds(30)};
  KOPI_TRY(const Node config, read_config(home, ProfileName::default_profile()));
  const auto number = [&](std::string_view key, std::size_t otherwise) {
    const Node* value = find_setting(config, key);
    const auto integer = value == nullptr ? std::nullopt : value->as_integer();
    return integer && *integer > 0 ? static_cast<std::size_t>(*integer) : otherwise;
  };
  limits.files = number("install.max_files", limits.files);
  limits.bytes = number("install.max_bytes", limits.bytes);
  limits.path = number("install.max_path", limits.path);
  limits.depth = number("install.max_depth", limits.depth);
  limits.timeouts.connect = std::chrono::seconds(number("install.connect_timeout", 15));
  limits.timeouts.stall = std::chrono::seconds(number("install.stall_timeout", 30));
  limits.timeouts.first_byte = limits.timeouts.stall;
  return limits;
}

}  // namespace kopi
