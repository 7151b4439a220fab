#include "system/archive.hpp"

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "support/scratch.hpp"
#include "system/crypto.hpp"
#include "system/gzip.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::outcome;
using kopi::test::Scratch;

namespace {

RelPath path_of(std::string_view text) { return must(RelPath::parse(text)); }

ArchiveWriter::Sink into(std::string& bytes) {
  return [&bytes](std::string_view piece) -> Result<void> {
    bytes += piece;
    return {};
  };
}

/// A source of `bytes` in pieces of at most `most`.
ArchiveReader::Source from(std::string bytes, std::size_t most = 1000) {
  return [bytes = std::move(bytes), most, at = std::size_t{0}](char* buffer, std::size_t size) mutable -> Result<std::size_t> {
    const std::size_t count = std::min({size, most, bytes.size() - at});
    std::copy_n(bytes.data() + at, count, buffer);
    at += count;
    return count;
  };
}

std::string noise(std::size_t size) {
  std::string bytes;
  std::uint64_t state = 88172645463325252u;
  while (bytes.size() < size) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    bytes += std::to_string(state);
  }
  bytes.resize(size);
  return bytes;
}

std::string pack(const std::map<std::string, std::string>& files, unsigned threads = 1) {
  std::string bytes;
  ArchiveWriter writer = must(ArchiveWriter::open(into(bytes), threads));
  for (const auto& [path, content] : files) {
    if (path.ends_with('/')) {
      must(writer.add_directory(path_of(path.substr(0, path.size() - 1))));
    } else {
      must(writer.add_file(path_of(path), content.starts_with("#!"), content));
    }
  }
  must(writer.finish());
  return bytes;
}

Result<std::map<std::string, std::string>> unpack(std::string bytes, const ArchiveLimits& limits = {}) {
  std::map<std::string, std::string> files;
  KOPI_TRY(ArchiveReader reader, ArchiveReader::open(from(std::move(bytes)), limits));
  for (;;) {
    KOPI_TRY(const auto member, reader.next());
    if (!member) return files;
    std::string content;
    for (;;) {
      KOPI_TRY(const std::string_view piece, reader.read());
      if (piece.empty()) break;
      content += piece;
    }
    KOPI_ASSERT(content.size() == member->size && member->executable == (member->is_directory || content.starts_with("#!")));
    files[member->path.str() + (member->is_directory ? "/" : "")] = content;
  }
}

}  // namespace

TEST_CASE("what is packed is unpacked, whatever its name and size") {
  std::map<std::string, std::string> files{{"bot/", ""},
                                           {"bot/empty", ""},
                                           {"bot/run.sh", "#!/bin/sh\n"},
                                           {"bot/über/日本.md", "äöü"},
                                           {"bot/cafe\xcc\x81.md", "decomposed"},
                                           {"bot/" + std::string(100, 'n'), "a name of a hundred"},
                                           {"bot/" + std::string(200, 'd') + "/" + std::string(200, 'n'), "long"},
                                           {"bot/exact", std::string(512, 'x')},
                                           {"bot/large", noise(3'000'000)}};
  std::string deep = "bot";
  for (int i = 0; i < 40; ++i) deep += "/" + std::string(60, static_cast<char>('a' + i % 26));
  files[deep] = "deep";
  CHECK(must(unpack(pack(files))) == files);
}

TEST_CASE("an archive's bytes depend on its members alone") {
  const std::map<std::string, std::string> files{{"bot/", ""}, {"bot/large", noise(5'000'000)}, {"bot/zeros", std::string(1 << 20, '\0')}};
  const std::string packed = pack(files);
  for (const unsigned threads : {1u, 2u, 3u, 8u}) CHECK(sha256(pack(files, threads)).hex() == sha256(packed).hex());
  CHECK(packed.substr(0, 10) == std::string("\x1f\x8b\x08\0\0\0\0\0\0\0", 10));
  // The tar stream itself: a change of it makes every archive that was ever compared another one. (The compressed bytes are zlib's.)
  GzipReader reader(from(pack({{"bot/", ""}, {"bot/SOUL.md", "You are a bot.\n"}, {"bot/über.md", "x"}})));
  std::string tar;
  for (;;) {
    const std::string_view piece = must(reader.read());
    if (piece.empty()) break;
    tar += piece;
  }
  CHECK(tar.size() == 10240);
  CHECK(sha256(tar).hex() == "5c80b8a595b35cb7a9d13f32dacc986e20792ff9c2914255a8221b5eac2fc700");
}

TEST_CASE("a cut or changed archive is refused, wherever it is cut or changed") {
  const std::string packed = pack({{"bot/", ""}, {"bot/SOUL.md", "You are a bot.\n"}, {"bot/noise", noise(2000)}});
  for (std::size_t size = 0; size < packed.size(); size += 7) {
    const auto read = unpack(packed.substr(0, size));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == Code::archive);
  }
  for (std::size_t i = packed.size() - 8; i < packed.size(); ++i) {  // checksum and size
    std::string changed = packed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(outcome(unpack(changed)).starts_with("E_ARCHIVE it is damaged"));
  }
  CHECK(outcome(unpack(packed + "x")) == "E_ARCHIVE there is something behind its end");
  CHECK(outcome(unpack(packed + packed)) == "E_ARCHIVE it holds more than one gzip member");
}

TEST_CASE("limits are those of the unpacked archive") {
  const std::string packed = pack({{"bot/", ""}, {"bot/a", noise(100'000)}, {"bot/b/c/d", "x"}});
  CHECK(outcome(unpack(packed, {.bytes = 50'000})) == "E_LIMIT it unpacks to more than 49 KiB");
  CHECK(outcome(unpack(packed, {.members = 2})) == "E_LIMIT it holds more than 2 members");
  CHECK(outcome(unpack(packed, {.depth = 3})) == "E_LIMIT a path is deeper than 3 directories: bot/b/c/d");
  CHECK(outcome(unpack(packed, {.path = 8})) == "E_LIMIT a path is longer than 8 bytes: bot/b/c/d");
  const std::string zeros = pack({{"bot/zeros", std::string(100u << 20, '\0')}});
  CHECK(outcome(unpack(zeros)) == "E_LIMIT it unpacks to more than 200 times its size");
  CHECK(must(unpack(zeros, {.ratio = 2000})).at("bot/zeros").size() == 100u << 20);
}

TEST_CASE("what fails where the bytes go is what the writer says") {
  std::size_t room = 100'000;
  const auto full = [&](std::string_view piece) -> Result<void> {
    if (piece.size() > room) return error(Code::io, "no space left");
    room -= piece.size();
    return {};
  };
  ArchiveWriter writer = must(ArchiveWriter::open(full, 2));
  const auto write = [&]() -> Result<void> {
    KOPI_CHECK(writer.add_file(path_of("bot/noise"), false, noise(3'000'000)));
    return writer.finish();
  };
  CHECK(outcome(write()) == "E_IO no space left");
}

TEST_CASE("a file of eight GiB is too large for the format") {
  std::string bytes;
  ArchiveWriter writer = must(ArchiveWriter::open(into(bytes), 1));
  CHECK(outcome(writer.begin_file(path_of("bot/state.db"), false, std::uint64_t{1} << 33)) ==
        "E_LIMIT bot/state.db is too large for an archive: 8.0 GiB");
}
