// Archives: whatever the bytes, the reader ends, keeps its limits and hands out names that stay below their root; and what it takes, it
// takes again when it is packed anew. The input is the tar stream, as far as it is not compressed itself.
#include "system/archive.hpp"

#include <map>

#include "fuzz.hpp"
#include "system/gzip.hpp"

using namespace kopi;

namespace {

ArchiveReader::Source from(std::string bytes) {
  return [bytes = std::move(bytes), at = std::size_t{0}](char* buffer, std::size_t size) mutable -> Result<std::size_t> {
    const std::size_t count = std::min(size, bytes.size() - at);
    std::copy_n(bytes.data() + at, count, buffer);
    at += count;
    return count;
  };
}

std::string compressed(std::string_view bytes) {
  std::string packed;
  GzipWriter writer(
      [&](std::string_view piece) -> Result<void> {
        packed += piece;
        return {};
      },
      1);
  KOPI_MUST(writer.write(bytes).has_value() && writer.finish().has_value(), "gzip");
  return packed;
}

struct File {
  bool is_directory = false;
  bool executable = false;
  std::string content;
  bool operator==(const File&) const = default;
};
using Files = std::map<std::string, File>;

constexpr ArchiveLimits k_limits{.bytes = 1 << 20, .members = 100, .path = 4096, .names = 1 << 16, .depth = 40, .ratio = 200};

Result<Files> unpack(std::string bytes) {
  Files files;
  KOPI_TRY(ArchiveReader reader, ArchiveReader::open(from(std::move(bytes)), k_limits));
  for (;;) {
    KOPI_TRY(const auto member, reader.next());
    if (!member) return files;
    File file{member->is_directory, member->is_directory || member->executable, ""};
    for (;;) {
      KOPI_TRY(const std::string_view piece, reader.read());
      if (piece.empty()) break;
      file.content += piece;
    }
    KOPI_MUST(file.content.size() == member->size, member->path.str());
    KOPI_MUST(files.emplace(member->path.str(), file).second, member->path.str());
  }
}

std::string pack(const Files& files) {
  std::string bytes;
  auto writer = ArchiveWriter::open(
      [&](std::string_view piece) -> Result<void> {
        bytes += piece;
        return {};
      },
      1);
  KOPI_MUST(writer.has_value(), "open");
  for (const auto& [name, file] : files) {
    const auto path = RelPath::parse(name);
    const auto added = file.is_directory ? writer->add_directory(*path) : writer->add_file(*path, file.executable, file.content);
    KOPI_MUST(added.has_value(), fuzz::words_of(added.error()));
  }
  KOPI_MUST(writer->finish().has_value(), "finish");
  return bytes;
}

// Headers with a right checksum, which no mutation finds by itself.
std::string with_checksums(std::string tar) {
  for (std::size_t at = 0; at + 512 <= tar.size(); at += 512) {
    if (tar.compare(at + 257, 5, "ustar") != 0) continue;
    std::fill_n(tar.begin() + static_cast<std::ptrdiff_t>(at + 148), 8, ' ');
    unsigned sum = 0;
    for (std::size_t i = at; i < at + 512; ++i) sum += static_cast<unsigned char>(tar[i]);
    std::snprintf(tar.data() + at + 148, 8, "%06o", sum);
    tar[at + 155] = ' ';
  }
  return tar;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const bool is_gzip = bytes.starts_with("\x1f\x8b");
  const auto files = unpack(is_gzip ? bytes : compressed(with_checksums(bytes)));
  if (!files) {
    const Code code = files.error().code;
    KOPI_MUST(fuzz::is_one_of(code, {Code::archive, Code::link, Code::type, Code::path, Code::limit, Code::collision}),
              fuzz::words_of(files.error()));
    return 0;
  }
  for (const auto& [name, file] : *files) {
    KOPI_MUST(is_valid_utf8(name) && !has_control_characters(name) && !name.starts_with('/'), name);
    KOPI_MUST(("/" + name + "/").find("/../") == std::string::npos, name);
  }
  const std::string packed = pack(*files);
  const auto reread = unpack(packed);
  KOPI_MUST(reread.has_value(), fuzz::words_of(reread.error()));
  KOPI_MUST(*reread == *files, "what was packed is not what was read");
  KOPI_MUST(pack(*reread) == packed, "packing again gives other bytes");
  return 0;
}
