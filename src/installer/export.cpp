#include "installer/export.hpp"

#include <algorithm>
#include <array>
#include <thread>

#include "base/text.hpp"
#include "model/redaction.hpp"
#include "store/blobs.hpp"
#include "system/archive.hpp"
#include "system/files.hpp"
#include "system/sqlite.hpp"
#include "system/temporary_file.hpp"

namespace kopi {
namespace {

class Packer {
 public:
  Packer(ArchiveWriter archive, Directory profile, const ExportPlan& plan, const ProfileName& name, const InstallContext& context)
      : archive_(std::move(archive)), profile_(std::move(profile)), plan_(plan), name_(name), context_(context), blobs_(context.home) {}

  Result<void> pack() {
    KOPI_TRY(const RelPath root, RelPath::parse(name_.str()));
    KOPI_CHECK(archive_.add_directory(root));
    for (const ExportFile& file : plan_.files) KOPI_CHECK(add(file).while_doing("exporting {}", file.path.str()));
    context_.reporter.progress_done();
    return archive_.finish();
  }

 private:
  Result<void> add(const ExportFile& file) {
    KOPI_TRY(const RelPath path, RelPath::parse(name_.str() + "/" + file.path.str()));
    switch (file.content) {
      case ExportFile::Content::generated: return archive_.add_file(path, false, render_archive_record(plan_.record));
      case ExportFile::Content::base: {
        KOPI_TRY(const std::string content, blobs_.get(file.blob));
        return archive_.add_file(
            path, false, looks_like_text(std::string_view(content).substr(0, k_text_start)) ? redact(content, file.kind).text : content);
      }
      case ExportFile::Content::database: return add_database(file, path);
      case ExportFile::Content::as_is:
      case ExportFile::Content::redacted: break;
    }
    KOPI_TRY(const Descriptor content, profile_.open_file(file.path));
    KOPI_CHECK(archive_.begin_file(path, file.executable, file.size));
    return copy(content, file);
  }

  // The copy lies in the cache for as long as it is read, without a name.
  Result<void> add_database(const ExportFile& file, const RelPath& path) {
    const std::string live = join_path(profile_.path(), file.path.str());
    KOPI_TRY(TemporaryFile copied, TemporaryFile::make(join_path(context_.home.cache_path(), "export")));
    auto backed_up = back_up_database(live, copied.path());
    if (!backed_up && backed_up.error().code != Code::state) return backed_up;
    // It only looks like a database, or is a damaged one: then its bytes are what there is.
    KOPI_TRY(const Descriptor content, backed_up ? copied.open_and_remove() : profile_.open_file(file.path));
    KOPI_TRY(const std::uint64_t size, size_of(content, live));
    KOPI_CHECK(archive_.begin_file(path, file.executable, size));
    ExportFile whole = file;
    whole.content = ExportFile::Content::as_is;
    whole.size = size;
    return copy(content, whole);
  }

  /// Exactly as many bytes as were announced. What a program appends meanwhile is for the next export.
  Result<void> copy(const Descriptor& from, const ExportFile& file) {
    const std::string shown = join_path(profile_.path(), file.path.str());
    std::uint64_t left = file.size;
    const auto changed = [&] { return error(Code::changed, "{} changed while it was read", shown); };
    const auto write = [&](std::string_view piece) -> Result<void> {
      if (piece.size() > left) return changed();
      left -= piece.size();
      return archive_.write(piece);
    };
    const bool redacts = file.content == ExportFile::Content::redacted;
    Redactor redactor(write, text_kind(file.path.str()));
    while (left > 0 || redacts) {
      KOPI_TRY(const std::size_t count, read_some(from, shown, buffer_));
      if (count == 0) break;
      std::string_view piece(buffer_.data(), count);
      if (!redacts) piece = piece.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size())));
      KOPI_CHECK(redacts ? redactor.feed(piece) : write(piece));
      if (context_.interrupt != nullptr && context_.interrupt->requested()) return interrupted_error();
      done_ += count;
      context_.reporter.progress({"exporting", done_, std::max(plan_.bytes, done_), done_});
    }
    if (redacts) KOPI_CHECK(redactor.finish());
    return left == 0 ? Result<void>{} : changed();
  }

  ArchiveWriter archive_;
  Directory profile_;
  const ExportPlan& plan_;
  const ProfileName& name_;
  const InstallContext& context_;
  Blobs blobs_;
  std::array<char, k_text_start> buffer_{};
  std::uint64_t done_ = 0;
};

}  // namespace

Result<void> write_export(const ExportPlan& plan, const ProfileName& name, const InstallContext& context,
                          const std::function<Result<void>(std::string_view)>& sink) {
  // More than four would need more memory, and no disk keeps up with them.
  const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 1u, 4u);
  KOPI_TRY(ArchiveWriter archive, ArchiveWriter::open(sink, threads));
  KOPI_TRY(Directory profile, Directory::open(context.home.profile_path(name)));
  return Packer(std::move(archive), std::move(profile), plan, name, context).pack();
}

}  // namespace kopi
