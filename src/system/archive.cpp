#include "system/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstring>
#include <unordered_map>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "system/crypto.hpp"
#include "system/gzip.hpp"
#include "system/tar_headers.hpp"

namespace kopi {
namespace {

constexpr std::uint64_t k_ustar_size = std::uint64_t{1} << 33;  // eleven octal digits
constexpr std::uint64_t k_ratio_counts_from = 64u << 20;

/// libarchive takes names for text of the thread's locale, and kopi sets none: for the time of a call it is UTF-8.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  ~Utf8Locale() {
    if (locale_ != nullptr) ::freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

  class Use {
   public:
    explicit Use(const Utf8Locale& locale) : before_(locale.locale_ != nullptr ? ::uselocale(locale.locale_) : nullptr) {}
    ~Use() {
      if (before_ != nullptr) ::uselocale(before_);
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    locale_t before_;
  };

 private:
  locale_t locale_;
};

struct EntryDeleter {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Entry = std::unique_ptr<archive_entry, EntryDeleter>;

}  // namespace

// ---- writing ----

struct ArchiveWriter::Implementation {
  Utf8Locale locale;
  GzipWriter gzip;
  std::optional<Error> problem;  // of the sink
  bool abandoned = false;
  ::archive* handle = archive_write_new();

  explicit Implementation(Sink sink, unsigned threads) : gzip(std::move(sink), threads) {}
  ~Implementation() {
    abandoned = true;  // what is not finished is not to be ended tidily
    archive_write_free(handle);
  }

  static la_ssize_t on_write(::archive*, void* self, const void* bytes, std::size_t size) {
    auto& writer = *static_cast<Implementation*>(self);
    // libarchive never learns of a failure: it would not free all that it holds. check() knows.
    if (writer.problem || writer.abandoned) return static_cast<la_ssize_t>(size);
    auto written = writer.gzip.write({static_cast<const char*>(bytes), size});
    if (!written) writer.problem = std::move(written).error();
    return static_cast<la_ssize_t>(size);
  }

  Result<void> check(la_ssize_t code) {
    if (problem) return *problem;
    if (code >= ARCHIVE_OK) return {};
    const char* reason = archive_error_string(handle);
    return error(Code::archive, "cannot write the archive: {}", reason != nullptr ? reason : "unknown reason");
  }

  Result<void> add(const RelPath& path, unsigned type, unsigned mode, std::uint64_t size) {
    if (size >= k_ustar_size) return error(Code::limit, "{} is too large for an archive: {}", path.str(), human_bytes(size));
    const Utf8Locale::Use use(locale);
    const Entry entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), (path.str() + (type == AE_IFDIR ? "/" : "")).c_str());
    archive_entry_set_filetype(entry.get(), type);
    archive_entry_set_perm(entry.get(), static_cast<mode_t>(mode));
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
    archive_entry_set_mtime(entry.get(), 0, 0);
    return check(archive_write_header(handle, entry.get()));
  }
};

ArchiveWriter::ArchiveWriter(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
ArchiveWriter::ArchiveWriter(ArchiveWriter&&) noexcept = default;
ArchiveWriter::~ArchiveWriter() = default;

Result<ArchiveWriter> ArchiveWriter::open(Sink sink, unsigned threads) {
  auto implementation = std::make_unique<Implementation>(std::move(sink), threads);
  ::archive* handle = implementation->handle;
  KOPI_CHECK(implementation->check(archive_write_set_format_pax_restricted(handle)));
  archive_write_set_bytes_per_block(handle, 10240);  // what tar pads to
  KOPI_CHECK(
      implementation->check(archive_write_open2(handle, implementation.get(), nullptr, &Implementation::on_write, nullptr, nullptr)));
  return ArchiveWriter(std::move(implementation));
}

Result<void> ArchiveWriter::add_directory(const RelPath& path) { return implementation_->add(path, AE_IFDIR, 0755, 0); }

Result<void> ArchiveWriter::begin_file(const RelPath& path, bool executable, std::uint64_t size) {
  return implementation_->add(path, AE_IFREG, executable ? 0755 : 0644, size);
}

Result<void> ArchiveWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const la_ssize_t count = archive_write_data(implementation_->handle, bytes.data(), bytes.size());
    KOPI_CHECK(implementation_->check(count));
    KOPI_ASSERT(count > 0);  // never more than begin_file() announced
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> ArchiveWriter::add_file(const RelPath& path, bool executable, std::string_view content) {
  KOPI_CHECK(begin_file(path, executable, content.size()));
  return write(content);
}

Result<void> ArchiveWriter::finish() {
  KOPI_CHECK(implementation_->check(archive_write_close(implementation_->handle)));
  return implementation_->gzip.finish();
}

// ---- reading ----

namespace {

/// Which names were there, in memory that does not grow with their length: a name is known by its digests.
class SeenPaths {
 public:
  /// @error collision
  Result<void> add(const RelPath& path, bool is_directory) {
    std::string_view above = path.parent();
    for (; !above.empty() && above != last_directory_;
         above = above.substr(0, above.rfind('/') == std::string_view::npos ? 0 : above.rfind('/'))) {
      KOPI_CHECK(add_one(above, Kind::implied));
    }
    last_directory_ = path.parent();
    return add_one(path.str(), is_directory ? Kind::directory : Kind::file);
  }

 private:
  enum class Kind : std::uint8_t { implied, directory, file };
  using Key = std::array<std::uint64_t, 2>;
  struct Hash {
    std::size_t operator()(const Key& key) const { return key[0]; }
  };
  struct Seen {
    std::uint64_t exact = 0;
    Kind kind = Kind::file;
  };

  static Key key_of(std::string_view text) {
    Key key{};
    std::memcpy(key.data(), sha256(text).bytes.data(), sizeof key);
    return key;
  }

  Result<void> add_one(std::string_view path, Kind kind) {
    const std::string folded = fold(path);
    const std::uint64_t exact = key_of(path)[0];
    const auto [there, is_new] = seen_.emplace(key_of(folded), Seen{exact, kind});
    if (is_new) return {};
    Seen& before = there->second;
    if (before.exact != exact) return error(Code::collision, "'{}' and another name differ only in case or Unicode form", path);
    if ((before.kind == Kind::file) != (kind == Kind::file))
      return error(Code::collision, "'{}' is there as a file and as a directory", path);
    if (kind == Kind::implied) return {};
    if (before.kind != Kind::implied) return error(Code::collision, "'{}' is there twice", path);
    before.kind = kind;
    return {};
  }

  std::string last_directory_;
  std::unordered_map<Key, Seen, Hash> seen_;
};

}  // namespace

struct ArchiveReader::Implementation {
  Utf8Locale locale;
  GzipReader gzip;
  ArchiveLimits limits;
  TarHeaders headers;
  std::optional<Error> problem;  // of what libarchive knows nothing of
  std::uint64_t bytes = 0;
  std::size_t members = 0;
  std::size_t names = 0;
  SeenPaths seen;
  bool ended = false;
  ::archive* handle = archive_read_new();
  archive_entry* entry = archive_entry_new();

  Implementation(Source source, const ArchiveLimits& wanted) : gzip(std::move(source)), limits(wanted) {}
  ~Implementation() {
    archive_entry_free(entry);
    archive_read_free(handle);
  }

  /// The next piece of the tar stream, past the strict reader.
  Result<std::string_view> piece() {
    KOPI_TRY(const std::string_view read, gzip.read());
    bytes += read.size();
    if (bytes > limits.bytes) return error(Code::limit, "it unpacks to more than {}", human_bytes(limits.bytes));
    if (bytes > k_ratio_counts_from && bytes / limits.ratio > gzip.bytes_in()) {
      return error(Code::limit, "it unpacks to more than {} times its size", limits.ratio);
    }
    KOPI_CHECK(headers.feed(read));
    if (read.empty()) KOPI_CHECK(headers.finish());
    return read;
  }

  static la_ssize_t on_read(::archive* handle, void* self, const void** buffer) {
    auto& reader = *static_cast<Implementation*>(self);
    auto read = reader.piece();
    if (!read) {
      reader.problem = std::move(read).error();
      archive_set_error(handle, EIO, "refused");
      return -1;
    }
    *buffer = read->data();
    return static_cast<la_ssize_t>(read->size());
  }

  Error failure() const {
    if (problem) return *problem;
    const char* reason = archive_error_string(handle);
    return error(Code::archive, "it is no tar file that kopi takes: {}", reason != nullptr ? reason : "unknown reason");
  }

  /// What libarchive sees must be what the strict reader saw.
  Result<TarHeader> agreed() {
    auto header = headers.take();
    const char* name = archive_entry_pathname(entry);
    std::string path = name == nullptr ? "" : name;
    if (path.ends_with('/')) path.pop_back();
    const bool agrees = header && (path == header->path || fold(path) == fold(header->path)) &&
                        (archive_entry_filetype(entry) == AE_IFDIR) == header->is_directory &&
                        (archive_entry_filetype(entry) == AE_IFREG) == !header->is_directory && archive_entry_hardlink(entry) == nullptr &&
                        archive_entry_size(entry) == static_cast<la_int64_t>(header->size) && archive_entry_sparse_count(entry) == 0;
    if (!agrees) return error(Code::archive, "it can be read in more than one way, at {}", to_valid_utf8(header ? header->path : path));
    return *std::move(header);
  }

  Result<ArchiveMember> member() {
    KOPI_TRY(const TarHeader header, agreed());
    if (++members > limits.members) return error(Code::limit, "it holds more than {}", count_of(limits.members, "member"));
    const std::string shown = truncate_to_width(to_valid_utf8(header.path), 100);
    if (header.path.size() > limits.path) return error(Code::limit, "a path is longer than {} bytes: {}", limits.path, shown);
    names += header.path.size();
    if (names > limits.names) return error(Code::limit, "its names take more than {}", human_bytes(limits.names));
    KOPI_TRY(RelPath path, RelPath::parse(header.path));
    if (path.depth() > limits.depth) return error(Code::limit, "a path is deeper than {} directories: {}", limits.depth, shown);
    for (const std::string_view component : path.components()) {  // what Linux's file systems take
      if (component.size() > 255) return error(Code::limit, "a name is longer than 255 bytes: {}", shown);
    }
    KOPI_CHECK(seen.add(path, header.is_directory));
    return ArchiveMember{std::move(path), header.is_directory, (header.mode & 0100) != 0, header.size};
  }

  /// libarchive stops at the archive's end; what stands behind it counts as well.
  Result<void> end() {
    ended = true;
    for (;;) {
      KOPI_TRY(const std::string_view rest, piece());
      if (rest.empty()) break;
    }
    if (headers.take()) return error(Code::archive, "it can be read in more than one way, at its end");
    return {};
  }
};

ArchiveReader::ArchiveReader(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
ArchiveReader::ArchiveReader(ArchiveReader&&) noexcept = default;
ArchiveReader::~ArchiveReader() = default;

std::uint64_t ArchiveReader::bytes_in() const { return implementation_->gzip.bytes_in(); }

Result<ArchiveReader> ArchiveReader::open(Source source, const ArchiveLimits& limits) {
  auto implementation = std::make_unique<Implementation>(std::move(source), limits);
  ::archive* handle = implementation->handle;
  archive_read_support_format_tar(handle);
  archive_read_support_filter_none(handle);
  archive_read_set_option(handle, "tar", "hdrcharset", "UTF-8");
  const Utf8Locale::Use use(implementation->locale);
  if (archive_read_open(handle, implementation.get(), nullptr, &Implementation::on_read, nullptr) != ARCHIVE_OK) {
    return implementation->failure();
  }
  return ArchiveReader(std::move(implementation));
}

Result<std::optional<ArchiveMember>> ArchiveReader::next() {
  Implementation& reader = *implementation_;
  if (reader.ended) return std::optional<ArchiveMember>();
  const Utf8Locale::Use use(reader.locale);
  const int code = archive_read_next_header2(reader.handle, reader.entry);
  if (reader.problem) return *reader.problem;  // also one that libarchive has read past
  if (code == ARCHIVE_EOF) {
    KOPI_CHECK(reader.end());
    return std::optional<ArchiveMember>();
  }
  if (code < ARCHIVE_WARN) return reader.failure();
  KOPI_TRY(ArchiveMember member, reader.member());
  return std::optional<ArchiveMember>(std::move(member));
}

Result<std::string_view> ArchiveReader::read() {
  const void* buffer = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int code = archive_read_data_block(implementation_->handle, &buffer, &size, &offset);
  if (code == ARCHIVE_EOF) return std::string_view();
  if (code != ARCHIVE_OK) return implementation_->failure();
  return std::string_view(static_cast<const char*>(buffer), size);
}

}  // namespace kopi
