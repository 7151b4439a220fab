#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "formats/json.hpp"
#include "formats/yaml.hpp"
#include "installer/export.hpp"
#include "model/ownership.hpp"
#include "model/portable.hpp"
#include "model/redaction.hpp"
#include "store/blobs.hpp"
#include "store/profiles.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_deepest = 120;   // an import takes 128
constexpr std::size_t k_longest = 3800;  // and 4,096 bytes, its name included

constexpr std::size_t k_max_settings = std::size_t{64} << 20;

constexpr std::string_view k_sqlite("SQLite format 3\0", 16);

// Directories of a person's own that stay on the machine; worth a word when something is in them.
constexpr std::string_view k_stays[] = {"plans", "workspace", "home", "local", "logs"};

/// What reading a file once tells.
struct Reading {
  bool is_text = true;
  bool is_database = false;
  bool is_redacted = false;
  bool has_marks = false;
  std::uint64_t size = 0;  ///< as it will be in the archive
  Digest live, archived;
  std::vector<Redaction> redactions;
};

class Planner {
 public:
  Planner(Directory profile, const ExportOptions& options, const InstallContext& context)
      : profile_(std::move(profile)), options_(options), context_(context), blobs_(context.home) {}

  Result<ExportPlan> plan(const ProfileName& name) {
    name_ = name.str();
    KOPI_TRY(auto installed, read_installed(context_.home, name));
    if (installed) {
      shipped_ = std::move(installed->ledger);
      for (const Pending& pending : installed->record.pending) {
        plan_.findings.push_back({Severity::medium, "export.undecided", pending.path.str(), 0, 0,
                                  "a merge waits for your decision: your file goes into the archive, the author's does not", "", ""});
      }
      plan_.record.installed = std::move(installed->record);
    }
    plan_.record.memories = options_.memories;
    plan_.record.sessions = options_.sessions;
    KOPI_CHECK(read_bundled());
    KOPI_CHECK(profile_.walk([&](const Directory::Entry& entry) { return visit(entry); }));
    KOPI_CHECK(add_bases());
    return finish();
  }

 private:
  Result<void> read_bundled() {
    const std::string path = join_path(profile_.path(), ".kopi/bundled");
    KOPI_TRY(const auto text, read_file_if_present(path));
    if (!text) return {};
    KOPI_TRY(plan_.record.bundled, parse_ledger(*text, path));
    return {};
  }

  Result<bool> visit(const Directory::Entry& entry) {
    if (context_.interrupt != nullptr && context_.interrupt->requested()) return interrupted_error();
    auto path = RelPath::parse(entry.path);
    if (!path) {
      leave(entry.path, "its name can't be in an archive", Severity::medium);
      return false;
    }
    const bool ours = path->first() == k_archive_bases || path->first() == k_archive_record;
    const ProfilePart part = ours ? ProfilePart::machine : part_of(*path);
    if (entry.info.type == EntryType::directory) return enter(*path, part);
    if (entry.info.type == EntryType::link) {
      if (part != ProfilePart::machine && part != ProfilePart::passing && is_wanted(*path, part)) {
        leave(entry.path, "it is a symbolic link", Severity::medium);
      }
      return false;
    }
    if (entry.info.type == EntryType::other && part != ProfilePart::machine && part != ProfilePart::passing &&
        part != ProfilePart::credential) {
      leave(entry.path, "it is neither a file nor a directory", Severity::medium);
      return false;
    }
    if (is_wanted(*path, part) && !check_shape(*path)) {
      leave(entry.path, "a profile has a directory of that name", Severity::medium);
      return false;
    }
    if (entry.info.type != EntryType::file || !is_wanted(*path, part)) return note_unwanted(*path, part, entry.info.type);
    if (path->depth() > k_deepest || path->str().size() > k_longest) {
      leave(entry.path, "its path is too long or too deep for an archive", Severity::medium);
      return false;
    }
    if (!note_folded(*path)) {
      leave(entry.path, "its name differs from another one only in case or Unicode form", Severity::high);
      return false;
    }
    KOPI_CHECK(add(*path, entry.info).while_doing("exporting {}", entry.path));
    return false;
  }

  bool is_wanted(const RelPath& path, ProfilePart part) const {
    switch (part) {
      case ProfilePart::settings: return true;
      case ProfilePart::memories: return options_.memories;
      case ProfilePart::sessions: return options_.sessions;
      case ProfilePart::unknown: return shipped_.contains(path);
      case ProfilePart::credential:
      case ProfilePart::passing:
      case ProfilePart::machine: return false;
    }
    return false;
  }

  Result<bool> enter(const RelPath& path, ProfilePart part) {
    if (part != ProfilePart::credential && !check_shape(path, true)) {
      leave(path.str(), "a profile has a file of that name", Severity::medium);
      return false;
    }
    switch (part) {
      case ProfilePart::settings: return true;
      case ProfilePart::memories: return options_.memories;
      case ProfilePart::sessions: return options_.sessions;
      case ProfilePart::unknown: {
        const bool shipped =
            std::any_of(shipped_.begin(), shipped_.end(), [&](const auto& file) { return file.first.is_within(path.str()); });
        if (!shipped) leave(path.str(), "kopi does not know it", Severity::info);
        return shipped;
      }
      case ProfilePart::credential: leave(path.str(), "it holds keys or tokens", Severity::info); return false;
      case ProfilePart::machine: {
        const bool stays = std::find(std::begin(k_stays), std::end(k_stays), path.str()) != std::end(k_stays);
        const auto names = stays ? list_directory(join_path(profile_.path(), path.str())) : Result<std::vector<std::string>>();
        if (names && !names->empty()) leave(path.str(), "it belongs to this machine", Severity::info);
        return false;
      }
      case ProfilePart::passing: return false;
    }
    return false;
  }

  Result<bool> note_unwanted(const RelPath& path, ProfilePart part, EntryType type) {
    if (part == ProfilePart::credential) leave(path.str(), "it holds keys or tokens", Severity::info);
    if (part == ProfilePart::unknown && type == EntryType::file) leave(path.str(), "kopi does not know it", Severity::info);
    if (path.str().ends_with(".kopi-new")) leave(path.str(), "it waits for your decision", Severity::medium);
    return false;
  }

  void leave(const std::string& path, std::string_view reason, Severity severity) {
    plan_.left_out.push_back({path, std::string(reason)});
    if (severity == Severity::info) return;
    plan_.findings.push_back({severity, "export.left-out", path, 0, 0, fmt::format("not exported: {}", reason), "", ""});
  }

  // As an import will see it: directories count too.
  bool note_folded(const RelPath& path) {
    std::string prefix;
    for (const std::string_view component : path.components()) {
      prefix += (prefix.empty() ? "" : "/") + std::string(component);
      const auto [there, is_new] = folded_.emplace(fold(prefix), prefix);
      if (!is_new && there->second != prefix) return false;
    }
    return true;
  }

  Result<void> add(const RelPath& path, const EntryInfo& info) {
    const auto shipped = shipped_.find(path);
    if (shipped == shipped_.end() && is_own_archive(path)) {
      leave(path.str(), "it is an export of this profile", Severity::info);
      return {};
    }
    KOPI_TRY(Reading reading, read(path, shipped != shipped_.end()));
    KOPI_CHECK(warn_of_unreadable(path));
    ExportFile file{ExportFile::Content::as_is, path, (info.mode & 0100) != 0, reading.size, {}, {}};
    if (reading.is_database && shipped == shipped_.end()) file.content = ExportFile::Content::database;
    if (reading.is_redacted) file.content = ExportFile::Content::redacted;
    if (reading.has_marks) plan_.record.redacted.push_back(path.str());
    for (const Redaction& redaction : reading.redactions) {
      plan_.findings.push_back({Severity::medium, "export.redacted", path.str(), redaction.line, 0,
                                fmt::format("replaced in the archive: {}", redaction.what), "", ""});
    }
    plan_.bytes += file.size;
    plan_.files.push_back(std::move(file));
    if (shipped == shipped_.end()) return {};
    seen_.insert(path);
    LedgerEntry entry = shipped->second;
    if (reading.live != entry.digest) {
      KOPI_TRY(const bool has_base, add_base(path, entry, reading.archived));
      if (!has_base) return {};
    } else {
      entry.digest = reading.archived;  // untouched: what is replaced in the file is replaced in its base
    }
    plan_.record.ledger.emplace(path, entry);
    return {};
  }

  // An import refuses them, which is better known while the profile is still at hand.
  Result<void> warn_of_unreadable(const RelPath& path) {
    const bool is_config = path.str() == "config.yaml";
    if (!is_config && path.str() != "mcp.json") return {};
    KOPI_TRY(const std::string text, profile_.read(path, k_max_settings));
    const auto document = is_config ? parse_yaml(text, path.str()) : parse_json(text, path.str());
    if (document) return {};
    plan_.findings.push_back({Severity::high, "export.unreadable", path.str(), 0, 0,
                              fmt::format("an import will refuse this archive: {}", document.error().message), "", ""});
    return {};
  }

  // One export inside of the next one would make each twice as large as the one before.
  bool is_own_archive(const RelPath& path) const {
    if (!options_.output.empty() && join_path(profile_.path(), path.str()) == options_.output) return true;
    const auto file = profile_.open_file(path);
    return file && own_archive_root(*file) == name_;
  }

  // Files that were shipped and are gone have a base as well: a rollback brings them back.
  Result<void> add_bases() {
    for (const auto& [path, shipped] : shipped_) {
      if (seen_.contains(path) || part_of(path) == ProfilePart::credential) continue;
      LedgerEntry entry = shipped;
      KOPI_TRY(const bool has_base, add_base(path, entry, std::nullopt));
      if (has_base) plan_.record.ledger.emplace(path, entry);
    }
    return {};
  }

  /// The base is redacted by the same rules as the file, so that the two differ in nothing but what the user did.
  /// @param archived  of the file itself, if it is there: an equal base need not be there a second time
  Result<bool> add_base(const RelPath& path, LedgerEntry& entry, const std::optional<Digest>& archived) {
    const auto content = blobs_.get(entry.digest);
    if (!content) {
      plan_.findings.push_back({Severity::high, "export.no-base", path.str(), 0, 0,
                                "the store's copy of what was shipped is missing or damaged: after an import this file is your own", "",
                                entry.digest.str()});
      return false;
    }
    const Digest blob = entry.digest;
    std::size_t size = content->size();
    if (looks_like_text(std::string_view(*content).substr(0, k_text_start))) {
      const std::string text = redact(*content, text_kind(path.str())).text;
      entry.digest = sha256(text);
      size = text.size();
    }
    if (entry.digest == archived || !bases_.insert(entry.digest).second) return true;
    KOPI_TRY(RelPath at, RelPath::parse(std::string(k_archive_bases) + "/" + entry.digest.hex()));
    plan_.files.push_back({ExportFile::Content::base, std::move(at), false, size, blob, text_kind(path.str())});
    plan_.bytes += size;
    return true;
  }

  /// Texts are read to their end, and so is what was shipped; of anything else the start says enough.
  Result<Reading> read(const RelPath& path, bool is_shipped) {
    KOPI_TRY(const Descriptor file, profile_.open_file(path));
    Reading reading;
    std::uint64_t raw = 0;
    Sha256 live, archived;
    const auto count_piece = [&](std::string_view piece) -> Result<void> {
      reading.size += piece.size();
      if (is_shipped) archived.add(piece);
      return {};
    };
    Redactor redactor(count_piece, text_kind(path.str()));
    for (bool first = true;; first = false) {
      KOPI_TRY(const std::size_t count, read_some(file, join_path(profile_.path(), path.str()), buffer_));
      const std::string_view piece(buffer_.data(), count);
      if (first) {
        reading.is_text = looks_like_text(piece);
        reading.is_database = piece.starts_with(k_sqlite);
      }
      if (piece.empty()) break;
      raw += piece.size();
      if (is_shipped) live.add(piece);
      if (reading.is_text) KOPI_CHECK(redactor.feed(piece));
      if (!reading.is_text && !is_shipped) break;
      if (context_.interrupt != nullptr && context_.interrupt->requested()) return interrupted_error();
      context_.reporter.progress({"looking for secrets", 0, 0, read_ += piece.size()});
    }
    KOPI_CHECK(redactor.finish());
    reading.live = live.finish();
    reading.archived = reading.is_text ? archived.finish() : reading.live;
    reading.redactions = redactor.redactions();
    reading.is_redacted = !reading.redactions.empty();
    reading.has_marks = redactor.has_marks();
    if (!reading.is_text) {
      KOPI_TRY(const auto info, profile_.stat(path));
      if (!info) return io_error("cannot look at", join_path(profile_.path(), path.str()), ENOENT);
      reading.size = is_shipped ? raw : info->size;
    }
    return reading;
  }

  Result<ExportPlan> finish() {
    context_.reporter.progress_done();
    auto& files = plan_.files;
    KOPI_TRY(RelPath record, RelPath::parse(k_archive_record));
    const std::uint64_t size = render_archive_record(plan_.record).size();
    files.push_back({ExportFile::Content::generated, std::move(record), false, size, {}, {}});
    std::sort(files.begin(), files.end(), [](const ExportFile& a, const ExportFile& b) { return a.path < b.path; });
    sort_by_place(plan_.findings);
    return std::move(plan_);
  }

  Directory profile_;
  const ExportOptions& options_;
  const InstallContext& context_;
  Blobs blobs_;
  std::string name_;
  Ledger shipped_;
  ExportPlan plan_;
  std::map<std::string, std::string> folded_;
  std::set<RelPath> seen_;
  std::set<Digest> bases_;
  std::array<char, k_text_start> buffer_{};
  std::uint64_t read_ = 0;
};

}  // namespace

Result<ExportPlan> plan_export(const ProfileName& name, const ExportOptions& options, const InstallContext& context) {
  KOPI_TRY(Directory profile, Directory::open(context.home.profile_path(name)));
  return Planner(std::move(profile), options, context).plan(name);
}

}  // namespace kopi
