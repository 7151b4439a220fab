// 1. List the directory as an install would, and ask git's rules what a clone would hold of it.
// 2. Look at every entry, whether it could be installed; read the texts.
// 3. Look at what is in them, part by part: each reports all that it finds and stops at nothing.
// 4. Try an install's own reading. What it refuses and nothing above has found is a finding too: so `refusal` is never missed.
#include "installer/lint.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "installer/distribution.hpp"
#include "installer/lint_text.hpp"
#include "installer/lint_work.hpp"
#include "model/name.hpp"
#include "model/ownership.hpp"
#include "model/portable.hpp"
#include "model/utf16.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/git.hpp"

namespace kopi {
namespace detail {

const LintFile* LintWork::find(std::string_view path) const {
  const auto place = places.find(path);
  return place == places.end() ? nullptr : &files[place->second];
}

void LintWork::add(std::string_view rule, std::string_view file, Place place, std::string message, std::optional<Severity> severity,
                   std::string evidence) {
  const LintRule& known = lint_rule(rule);
  const LintFile* about = find(file);
  findings.push_back({severity.value_or(known.severity), std::string(rule), std::string(file), place.line, place.column, std::move(message),
                      std::move(evidence), about == nullptr ? "" : about->digest});
}

void LintWork::add(Finding finding) { add(finding.rule, finding.file, {finding.line, finding.column}, finding.message); }

void LintWork::add_error(std::string_view rule, const LintFile& file, std::string_view message) {
  Place place;
  const std::string start = file.path.str() + ":";
  if (message.starts_with(start)) {
    message.remove_prefix(start.size());
    for (int* number : {&place.line, &place.column}) {
      const auto digits = std::min(message.find_first_not_of("0123456789"), message.size());
      if (digits == 0 || digits >= message.size() || message[digits] != ':') break;
      *number = static_cast<int>(parse_integer(message.substr(0, digits)).value_or(0));
      message.remove_prefix(digits + 1);
    }
    message = trim(message);
  }
  add(rule, file.path.str(), place, std::string(message));
}

Place Places::at(std::size_t offset) {
  for (; seen_ < offset; ++seen_) {
    if (text_[seen_] != '\n') continue;
    ++line_;
    start_ = seen_ + 1;
  }
  const std::string_view row = text_.substr(start_, offset - start_);
  const auto characters = std::count_if(row.begin(), row.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return {line_, static_cast<int>(characters) + 1};
}

}  // namespace detail

namespace {

using detail::LintFile;
using detail::LintWork;

constexpr std::size_t k_max_text = 4u << 20;
constexpr std::size_t k_max_entries = 200'000;

/// What a clone of the author's tree would hold, for an install's own reading.
class CommittedTree final : public SourceTree {
 public:
  CommittedTree(const Directory& directory, const LintWork& work, std::vector<TreeEntry> odd) : directory_(directory) {
    for (const LintFile& file : work.files) {
      if (file.committed) entries_.push_back(file.entry);
    }
    entries_.insert(entries_.end(), odd.begin(), odd.end());
  }
  const std::vector<TreeEntry>& entries() const override { return entries_; }
  Result<std::string> read(std::size_t index, std::size_t max_bytes) const override {
    KOPI_TRY(const RelPath path, RelPath::parse(entries_[index].path));
    return directory_.read(path, max_bytes);
  }

 private:
  const Directory& directory_;
  std::vector<TreeEntry> entries_;
};

class Linter {
 public:
  Linter(const LintRequest& request, Directory directory, IgnoreRules rules)
      : request_(request), directory_(std::move(directory)), rules_(std::move(rules)), work_(request) {}

  Result<LintReport> run() {
    KOPI_CHECK(list());
    read_manifest_file();
    select();
    KOPI_CHECK(read_texts());
    check_limits();
    check_names();
    check_private();
    detail::lint_manifest(work_);
    detail::lint_settings(work_);
    detail::lint_skills(work_);
    detail::lint_jobs(work_);
    detail::lint_texts(work_);
    return finish();
  }

 private:
  Result<void> list() {
    return directory_.walk([&](const Directory::Entry& entry) -> Result<bool> {
      if (++entries_ > k_max_entries) return error(Code::limit, "{} holds more than {} files", directory_.path(), k_max_entries);
      const bool at_root = entry.path.find('/') == std::string::npos;
      if (at_root && entry.path == ".git") return false;
      if (entry.info.type == EntryType::directory) return enter(entry.path, at_root);
      note_file(entry);
      return true;
    });
  }

  // What always belongs to the user is not even entered: memories and workspaces can be large, and private.
  bool enter(const std::string& path, bool at_root) {
    const bool ignored = rules_.ignores(path + "/");
    if (at_root && is_user_owned_root(path)) {
      left_out_.push_back({path, ignored});
      return false;
    }
    if (ignored && rules_.in_repository()) return false;
    work_.directories.push_back(path);
    return true;
  }

  void note_file(const Directory::Entry& entry) {
    const bool ignored = rules_.ignores(entry.path);
    TreeEntry::Type type = (entry.info.mode & 0100) != 0 ? TreeEntry::Type::executable : TreeEntry::Type::file;
    if (entry.info.type == EntryType::link) type = TreeEntry::Type::link;
    if (entry.info.type == EntryType::other) type = TreeEntry::Type::other;
    const TreeEntry listed{entry.path, type, entry.info.size, entry.info.modified_ns};
    const bool committed = !ignored || !rules_.in_repository();
    auto path = RelPath::parse(entry.path);
    if (committed) check_entry(listed, path);
    if (!path) {
      if (committed) odd_.push_back(listed);
      return;
    }
    if (entry.path.find('/') == std::string::npos && is_user_owned(*path)) left_out_.push_back({entry.path, ignored});
    work_.places.emplace(entry.path, work_.files.size());
    work_.files.push_back({*std::move(path), listed, committed, ignored, false, std::nullopt, ""});
  }

  void check_entry(const TreeEntry& entry, const Result<RelPath>& path) {
    if (entry.type == TreeEntry::Type::link) work_.add("tree.link", entry.path, {}, "a distribution can't hold symbolic links");
    if (entry.type == TreeEntry::Type::other) work_.add("tree.type", entry.path, {}, "a distribution can hold only regular files");
    if (!path) return work_.add("tree.path", entry.path, {}, path.error().message);
    for (const std::string_view component : path->components()) {
      if (is_git_directory_name(component))
        return work_.add("tree.path", entry.path, {}, fmt::format("'{}' could be taken for git's own directory", component));
    }
  }

  // An install takes a directory as it lies there: what only a .gitignore names is taken, unless git is there to heed it.
  void check_credential_file(const LintFile& file) {
    const std::string& path = file.path.str();
    if (!is_credential_path(file.path)) return;
    if (rules_.tracks(path)) {
      work_.add("secret.file", path, {}, "a file for credentials is in the repository: remove it, and change what it held");
    } else if (file.taken) {
      work_.add("secret.file", path, {}, "a file for credentials would be installed with the rest");
    } else if (!file.ignored && !(request_.is_profile && !rules_.in_repository())) {
      work_.add("secret.unignored", path, {}, "no .gitignore keeps this file for credentials out of your commits");
    }
  }

  void read_manifest_file() {
    const LintFile* file = work_.find("distribution.yaml");
    if (file == nullptr) return;
    auto text = directory_.read(file->path, k_max_text);
    auto reading = text ? read_manifest(*text, "distribution.yaml") : Result<ManifestReading>(text.error());
    if (!reading) {
      const Error& problem = reading.error();
      for (const Finding& finding : problem.findings) work_.add(finding);
      if (problem.findings.empty()) work_.add_error("manifest.invalid", *file, problem.message);
      return;
    }
    for (const Finding& finding : reading->findings) work_.add(finding);
    work_.manifest = std::move(reading->manifest);
  }

  void select() {
    const auto owned = work_.manifest ? work_.manifest->owned : std::nullopt;
    for (LintFile& file : work_.files) {
      const bool is_file = file.entry.type == TreeEntry::Type::file || file.entry.type == TreeEntry::Type::executable;
      const bool is_archive = work_.manifest && is_own_archive(file.path.str(), work_.manifest->name);
      file.taken = is_file && file.committed && !is_archive && taking_of(file.path, owned) == Taking::taken;
      check_credential_file(file);
      if (!file.taken) continue;
      ++report_.files;
      report_.bytes += file.entry.size;
    }
  }

  Result<void> read_texts() {
    std::uint64_t left = 2 * request_.limits.bytes;
    for (LintFile& file : work_.files) {
      const bool is_file = file.entry.type == TreeEntry::Type::file || file.entry.type == TreeEntry::Type::executable;
      const bool is_private = is_user_owned(file.path) || is_credential_path(file.path);
      if (!is_file || !file.committed || is_private || file.entry.size > std::min<std::uint64_t>(k_max_text, left)) continue;
      KOPI_TRY(std::string content, directory_.read(file.path, k_max_text));
      left -= std::min<std::uint64_t>(left, content.size());
      file.digest = sha256(content).str();
      if (auto decoded = utf8_of_utf16(content)) content = *std::move(decoded);
      if (content.find('\0') == std::string::npos) file.text = std::move(content);
    }
    return {};
  }

  void check_limits() {
    const SnapshotLimits& limits = request_.limits;
    if (report_.files > limits.files)
      work_.add("tree.limit", "", {}, fmt::format("{} are more than {}", count_of(report_.files, "file"), limits.files));
    if (report_.bytes > limits.bytes)
      work_.add("tree.limit", "", {}, fmt::format("{} in all are more than {}", human_bytes(report_.bytes), human_bytes(limits.bytes)));
    for (const LintFile& file : work_.files) {
      if (!file.taken) continue;
      const std::string& path = file.path.str();
      if (path.size() > limits.path) work_.add("tree.limit", path, {}, fmt::format("the path is longer than {} bytes", limits.path));
      if (file.path.depth() > limits.depth)
        work_.add("tree.limit", path, {}, fmt::format("it lies deeper than {} directories", limits.depth));
      for (const std::string_view component : file.path.components()) {
        if (component.size() > 255) work_.add("tree.limit", path, {}, "a name in it is longer than 255 bytes");
      }
      if (file.path.filename().size() > k_longest_file_name)
        work_.add("tree.limit", path, {}, fmt::format("the file's name is longer than {} bytes", k_longest_file_name));
    }
  }

  // Directories count too; each pair is told once.
  void check_names() {
    std::map<std::string, std::string> folded;
    std::set<std::string> told;
    for (const LintFile& file : work_.files) {
      if (!file.taken) continue;
      std::string prefix;
      for (const std::string_view component : file.path.components()) {
        prefix += (prefix.empty() ? "" : "/") + std::string(component);
        const auto [entry, is_new] = folded.emplace(fold(prefix), prefix);
        if (is_new || entry->second == prefix || !told.insert(prefix).second) continue;
        work_.add("tree.collision", file.path.str(), {},
                  fmt::format("'{}' and '{}' differ only in case or Unicode form", entry->second, prefix));
      }
    }
  }

  void check_private() {
    for (const auto& [path, ignored] : left_out_) {
      const bool is_private = !is_credential_name(path) && is_personal(path);
      const bool is_exposed = rules_.in_repository() && !ignored && !path.starts_with(".kopi");
      if (is_private && is_exposed) {
        work_.add("private.unignored", path, {}, "it belongs to whoever runs the agent, and no .gitignore keeps it out of your commits");
      } else if (!is_private && !ignored && !request_.is_profile && !is_credential_name(path)) {
        work_.add("tree.left-out", path, {}, "it always belongs to the user, and is not installed");
      }
    }
  }

  static bool is_personal(std::string_view name) {
    constexpr std::string_view names[] = {"memories", "sessions", "logs", "home", "local", "memory.md", "user.md", "profile.yaml"};
    const std::string folded = fold(name);
    return std::find(std::begin(names), std::end(names), folded) != std::end(names) || folded.find(".db") != std::string::npos ||
           folded.ends_with("history");
  }

  Result<LintReport> finish() {
    if (work_.manifest) {
      report_.name = work_.manifest->name;
      report_.version = work_.manifest->version;
    }
    report_.refusal = try_install();
    constexpr std::string_view refusing[] = {"tree.link",         "tree.type",         "tree.path",        "tree.collision",
                                             "tree.limit",        "manifest.missing",  "manifest.invalid", "manifest.name",
                                             "manifest.requires", "config.unreadable", "mcp.unreadable"};
    const bool is_explained = std::any_of(work_.findings.begin(), work_.findings.end(), [&](const Finding& finding) {
      return std::find(std::begin(refusing), std::end(refusing), finding.rule) != std::end(refusing);
    });
    if (report_.refusal && !is_explained) work_.add("install.refused", "", {}, report_.refusal->message);
    report_.findings = std::move(work_.findings);
    sort_by_place(report_.findings);
    std::stable_sort(report_.findings.begin(), report_.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
    return std::move(report_);
  }

  std::optional<Error> try_install() const {
    const CommittedTree tree(directory_, work_, odd_);
    auto snapshot = take_snapshot(tree, request_.limits, directory_.path());
    if (!snapshot) return std::move(snapshot).error();
    const auto distribution = understand(*std::move(snapshot), request_.program_version);
    if (!distribution) return distribution.error();
    const auto name = parse_new_profile_name(distribution->manifest.name);
    if (!name) return name.error();
    return std::nullopt;
  }

  const LintRequest& request_;
  Directory directory_;
  IgnoreRules rules_;
  LintWork work_;
  LintReport report_;
  std::size_t entries_ = 0;
  std::vector<TreeEntry> odd_;
  std::vector<std::pair<std::string, bool>> left_out_;  ///< root entries that are the user's, and whether git ignores them
};

}  // namespace

bool is_published_secret(const Finding& finding) {
  return finding.rule.starts_with("secret.") && (finding.severity == Severity::critical || finding.severity == Severity::high);
}

bool is_own_archive(std::string_view path, std::string_view name) {
  if (name.empty() || path.find('/') != std::string_view::npos || !path.starts_with(name) || !path.ends_with(".tar.gz")) return false;
  const char behind = path[name.size()];
  return behind == '-' || path.substr(name.size()) == ".tar.gz";
}

Result<LintReport> lint_directory(const LintRequest& request) {
  if (!is_directory(request.directory)) return error(Code::not_found, "there is no directory {}", request.directory);
  KOPI_TRY(Directory directory, Directory::open(request.directory));
  KOPI_TRY(IgnoreRules rules, IgnoreRules::open(request.directory));
  return Linter(request, std::move(directory), std::move(rules)).run();
}

}  // namespace kopi
