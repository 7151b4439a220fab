#include "installer/import_source.hpp"

#include <array>
#include <set>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "model/portable.hpp"
#include "store/profiles.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"
#include "system/temporary_file.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_piece = 64u << 10;

class ArchiveSource final : public ImportSource {
 public:
  ArchiveSource(Descriptor file, std::string shown, const ArchiveLimits& limits, const InstallContext& context)
      : file_(std::move(file)), shown_(std::move(shown)), limits_(limits), context_(context) {}

  Result<void> begin() override {
    KOPI_CHECK(rewind(file_, shown_));
    root_.clear();
    hash_ = Sha256();
    const auto source = [this](char* buffer, std::size_t size) -> Result<std::size_t> {
      if (context_.interrupt != nullptr && context_.interrupt->requested()) return interrupted_error();
      KOPI_TRY(const std::size_t count, read_some(file_, shown_, {buffer, size}));
      hash_.add({buffer, count});
      return count;
    };
    KOPI_TRY(auto reader, ArchiveReader::open(source, limits_));
    reader_.emplace(std::move(reader));
    KOPI_TRY(total_, size_of(file_, shown_));
    return {};
  }

  Result<std::optional<ImportMember>> next() override {
    for (;;) {
      KOPI_TRY(const auto member, reader_->next());
      context_.reporter.progress({"reading the archive", reader_->bytes_in(), total_, reader_->bytes_in()});
      if (!member) return end();
      KOPI_CHECK(check_root(*member));
      if (member->path.depth() == 1) continue;  // the directory that holds it all
      KOPI_TRY(RelPath path, RelPath::parse(std::string_view(member->path.str()).substr(root_.size() + 1)));
      if (member->is_directory) {
        KOPI_CHECK(check_shape(path, true));
        continue;
      }
      return std::optional<ImportMember>({std::move(path), member->executable, member->size});
    }
  }

  Result<std::string_view> read() override { return reader_->read(); }
  const std::string& root() const override { return root_; }

 private:
  Result<void> check_root(const ArchiveMember& member) {
    if (root_.empty()) root_ = member.path.first();
    const bool is_below = member.path.first() == root_ && (member.is_directory || member.path.depth() > 1);
    if (is_below) return {};
    return error(Code::archive, "it must hold exactly one directory, and everything in that; there is '{}'", member.path.str());
  }

  Result<std::optional<ImportMember>> end() {
    context_.reporter.progress_done();
    if (root_.empty()) return error(Code::archive, "it is empty");
    const Digest digest = hash_.finish();
    if (digest_ && *digest_ != digest) return error(Code::changed, "it changed while it was read");
    digest_ = digest;
    return std::optional<ImportMember>();
  }

  Descriptor file_;
  std::string shown_;
  ArchiveLimits limits_;
  const InstallContext& context_;
  std::optional<ArchiveReader> reader_;
  std::string root_;
  Sha256 hash_;
  std::optional<Digest> digest_;
  std::uint64_t total_ = 0;
};

class DirectorySource final : public ImportSource {
 public:
  DirectorySource(Directory directory, std::string root, const ArchiveLimits& limits)
      : directory_(std::move(directory)), root_(std::move(root)), limits_(limits) {}

  Result<void> begin() override {
    Files files;
    KOPI_TRY(files, list());
    if (listed_ && files != files_) return changed();
    files_ = std::move(files);
    listed_ = true;
    next_ = 0;
    return {};
  }

  Result<std::optional<ImportMember>> next() override {
    if (next_ == files_.size()) {
      KOPI_TRY(const Files now, list());
      if (now != files_) return changed();
      return std::optional<ImportMember>();
    }
    const File& file = files_[next_++];
    KOPI_TRY(const RelPath path, RelPath::parse(file.path));
    KOPI_TRY(open_, directory_.open_file(path));
    left_ = file.size;
    return std::optional<ImportMember>({path, file.executable, file.size});
  }

  Result<std::string_view> read() override {
    KOPI_TRY(const std::size_t count, read_some(open_, directory_.path(), buffer_));
    if (count > left_ || (count == 0 && left_ > 0)) return changed();
    left_ -= count;
    return std::string_view(buffer_.data(), count);
  }

  const std::string& root() const override { return root_; }
  std::vector<std::string> skipped() const override { return {skipped_.begin(), skipped_.end()}; }

 private:
  struct File {
    std::string path;
    bool executable = false;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    bool operator==(const File&) const = default;
  };
  using Files = std::vector<File>;

  Error changed() const { return error(Code::changed, "{} changed while it was read", directory_.path()); }

  Result<Files> list() {
    Files files;
    std::set<std::string> folded;
    std::uint64_t bytes = 0;
    std::size_t members = 0;
    KOPI_CHECK(directory_.walk([&](const Directory::Entry& entry) -> Result<bool> {
      if (++members > limits_.members) return error(Code::limit, "it holds more than {}", count_of(limits_.members, "member"));
      KOPI_TRY(const RelPath path, RelPath::parse(entry.path));
      const bool is_directory = entry.info.type == EntryType::directory;
      if (is_directory) KOPI_CHECK(check_shape(path, true));
      if (is_directory && path.depth() == 1 && is_skipped(path)) {
        skipped_.insert(path.str());
        return false;
      }
      if (path.depth() >= limits_.depth) return error(Code::limit, "a path is deeper than {} directories", limits_.depth);
      if (!folded.insert(fold(path.str())).second)
        return error(Code::collision, "'{}' and another name differ only in case or Unicode form", path.str());
      if (is_directory) return true;
      if (entry.info.type == EntryType::link) return error(Code::link, "a profile can't be imported with symbolic links: {}", path.str());
      if (entry.info.type != EntryType::file) return error(Code::type, "a profile can hold only files and directories, not {}", path.str());
      bytes += entry.info.size;
      if (bytes > limits_.bytes) return error(Code::limit, "it holds more than {}", human_bytes(limits_.bytes));
      files.push_back({path.str(), (entry.info.mode & 0100) != 0, entry.info.size, entry.info.modified_ns});
      return true;
    }));
    return files;
  }

  // What is never taken may be large, private, and full of links.
  static bool is_skipped(const RelPath& path) {
    const ProfilePart part = part_of(path);
    return part == ProfilePart::credential || part == ProfilePart::passing || (part == ProfilePart::machine && path.str() != ".kopi-base");
  }

  Directory directory_;
  std::string root_;
  ArchiveLimits limits_;
  Files files_;
  bool listed_ = false;
  std::size_t next_ = 0;
  Descriptor open_;
  std::uint64_t left_ = 0;
  std::set<std::string> skipped_;
  std::array<char, k_piece> buffer_{};
};

/// An archive is read twice, and a pipe gives it once.
Result<Descriptor> spool(const ArchiveLimits& limits, const InstallContext& context) {
  KOPI_CHECK(make_directories(context.home.root, 0700));
  KOPI_TRY(TemporaryFile kept, TemporaryFile::make(join_path(context.home.cache_path(), "import")));
  KOPI_TRY(const Descriptor input, open_stdin());
  std::array<char, k_piece> buffer{};
  for (std::uint64_t total = 0;;) {
    KOPI_CHECK(wait_until_readable(input.get(), context.interrupt));
    KOPI_TRY(const std::size_t count, read_some(input, "stdin", buffer));
    if (count == 0) return kept.open_and_remove();
    total += count;
    if (total > limits.bytes) return error(Code::limit, "stdin brings more than {}", human_bytes(limits.bytes));
    KOPI_CHECK(write_descriptor(kept.file().get(), kept.path(), {buffer.data(), count}));
    context.reporter.progress({"reading stdin", total, 0, total});
  }
}

}  // namespace

Result<std::unique_ptr<ImportSource>> open_import_source(const std::string& path, const ArchiveLimits& limits,
                                                         const InstallContext& context) {
  std::unique_ptr<ImportSource> source;
  if (path == "-") {
    KOPI_TRY(Descriptor file, spool(limits, context));
    source = std::make_unique<ArchiveSource>(std::move(file), "stdin", limits, context);
    return source;
  }
  TemporaryFile::remove_stale(join_path(context.home.cache_path(), "import"));
  if (!path_exists(path)) return error(Code::not_found, "there is no {}", path);
  if (is_directory(path)) {
    KOPI_TRY(Directory directory, Directory::open(path));
    KOPI_TRY(const std::string real, real_path(path));
    source = std::make_unique<DirectorySource>(std::move(directory), file_name(real), limits);
    return source;
  }
  if (!is_regular_file(path)) return error(Code::type, "{} is neither an archive nor a directory", path);
  KOPI_TRY(Descriptor file, open_to_read(path));
  source = std::make_unique<ArchiveSource>(std::move(file), path, limits, context);
  return source;
}

}  // namespace kopi
