// Writing: blocks are handed to the threads in order and collected in order.
//   1. A block is k_block bytes of input, and the k_window bytes before it are its dictionary.
//   2. Every block but the last ends with a sync flush, so that it ends at a byte; the last one ends the stream. One behind the other
//      they are one deflate stream (RFC 1951).
//   3. The checksums of the blocks are combined into that of the whole.
#include "system/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace kopi {
namespace {

constexpr std::size_t k_block = 256u << 10;
constexpr std::size_t k_window = 32u << 10;
constexpr int k_level = 6;  // gzip's own choice

/// One block on its way from plain to compressed.
struct Block {
  std::string dictionary;
  std::string plain;
  bool last = false;
  std::string compressed;
  uLong checksum = 0;
  bool ready = false;
};

class Deflater {
 public:
  // -15: a raw stream with the largest window; 8: the default memory, a quarter of a MiB.
  Deflater() { valid_ = deflateInit2(&stream_, k_level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) == Z_OK; }
  ~Deflater() {
    if (valid_) deflateEnd(&stream_);
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  void run(Block& block) {
    KOPI_ASSERT(valid_ && deflateReset(&stream_) == Z_OK);
    block.checksum = crc32(0, bytes(block.plain), static_cast<uInt>(block.plain.size()));
    if (!block.dictionary.empty()) deflateSetDictionary(&stream_, bytes(block.dictionary), static_cast<uInt>(block.dictionary.size()));
    // Room for what doesn't compress, and for the flush behind it.
    block.compressed.resize(deflateBound(&stream_, static_cast<uLong>(block.plain.size())) + 64);
    stream_.next_in = const_cast<Bytef*>(bytes(block.plain));  // zlib's interface knows no const here; it only reads
    stream_.avail_in = static_cast<uInt>(block.plain.size());
    stream_.next_out = reinterpret_cast<Bytef*>(block.compressed.data());
    stream_.avail_out = static_cast<uInt>(block.compressed.size());
    const int code = deflate(&stream_, block.last ? Z_FINISH : Z_SYNC_FLUSH);
    KOPI_ASSERT(code == (block.last ? Z_STREAM_END : Z_OK) && stream_.avail_in == 0 && stream_.avail_out > 0);
    block.compressed.resize(block.compressed.size() - stream_.avail_out);
  }

 private:
  static const Bytef* bytes(const std::string& text) { return reinterpret_cast<const Bytef*>(text.data()); }
  z_stream stream_{};
  bool valid_ = false;
};

std::string little_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>((value >> shift) & 0xFF);
  return bytes;
}

}  // namespace

struct GzipWriter::Implementation {
  Sink sink;
  unsigned thread_count;
  Block next;            // being filled
  std::string window;    // the end of the block before it
  bool started = false;  // the header is written
  uLong checksum = 0;
  std::uint64_t total = 0;
  Deflater own;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::unique_ptr<Block>> blocks;  // in order; what is taken is also in here until it is collected
  std::size_t taken = 0;                      // how many of them, from the front, have a thread
  bool ending = false;
  std::vector<std::thread> threads;

  ~Implementation() {
    {
      const std::lock_guard guard(mutex);
      ending = true;
    }
    changed.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  void work() {
    Deflater deflater;
    std::unique_lock guard(mutex);
    for (;;) {
      changed.wait(guard, [&] { return ending || taken < blocks.size(); });
      if (ending) return;
      Block& block = *blocks[taken++];
      guard.unlock();
      deflater.run(block);
      guard.lock();
      block.ready = true;
      changed.notify_all();
    }
  }

  // Threads cost more than they bring for what fits into a block or two: they start with the second.
  void start_threads() {
    while (threads.size() < thread_count) {
      try {
        threads.emplace_back([this] { work(); });
      } catch (const std::system_error&) {
        thread_count = static_cast<unsigned>(threads.size());  // the system gives no more; fewer do it as well
      }
    }
  }

  Result<void> emit(const Block& block) {
    if (!std::exchange(started, true)) {
      // No flags, no time, no hint at the level, no operating system: they would differ for the same files.
      constexpr std::string_view header("\x1f\x8b\x08\0\0\0\0\0\0\0", 10);
      KOPI_CHECK(sink(header));
    }
    checksum = crc32_combine(checksum, block.checksum, static_cast<z_off_t>(block.plain.size()));
    total += block.plain.size();
    return sink(block.compressed);
  }

  /// Hands finished blocks to the sink until at most `most` are under way.
  Result<void> collect(std::size_t most) {
    for (;;) {
      std::unique_ptr<Block> front;
      {
        std::unique_lock guard(mutex);
        if (blocks.empty() || (blocks.size() <= most && !blocks.front()->ready)) return {};
        changed.wait(guard, [&] { return blocks.front()->ready; });
        front = std::move(blocks.front());
        blocks.pop_front();
        --taken;
      }
      KOPI_CHECK(emit(*front));
    }
  }

  Result<void> submit() {
    Block block = std::exchange(next, Block{});
    block.dictionary = window;
    if (block.plain.size() >= k_window) window = block.plain.substr(block.plain.size() - k_window);
    const bool first = total == 0 && threads.empty() && !started;
    if (thread_count > 1 && !first && !block.last) start_threads();
    if (threads.empty()) {
      own.run(block);
      return emit(block);
    }
    {
      const std::lock_guard guard(mutex);
      blocks.push_back(std::make_unique<Block>(std::move(block)));
    }
    changed.notify_all();
    return collect(2 * threads.size());
  }
};

GzipWriter::GzipWriter(Sink sink, unsigned threads) : implementation_(std::make_unique<Implementation>()) {
  implementation_->sink = std::move(sink);
  implementation_->thread_count = threads;
}
GzipWriter::GzipWriter(GzipWriter&&) noexcept = default;
GzipWriter::~GzipWriter() = default;

Result<void> GzipWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    std::string& plain = implementation_->next.plain;
    const std::size_t count = std::min(bytes.size(), k_block - plain.size());
    plain.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (plain.size() == k_block) KOPI_CHECK(implementation_->submit());
  }
  return {};
}

Result<void> GzipWriter::finish() {
  Implementation& state = *implementation_;
  state.next.last = true;
  KOPI_CHECK(state.submit());
  KOPI_CHECK(state.collect(0));
  return state.sink(little_endian(static_cast<std::uint32_t>(state.checksum)) + little_endian(static_cast<std::uint32_t>(state.total)));
}

struct GzipReader::Implementation {
  Source source;
  z_stream stream{};
  bool valid = false;
  bool started = false;
  bool ended = false;
  std::uint64_t total_in = 0;
  std::array<char, 64u << 10> input{};
  std::array<char, 64u << 10> output{};

  ~Implementation() {
    if (valid) inflateEnd(&stream);
  }

  Result<bool> fill() {
    KOPI_TRY(const std::size_t count, source(input.data(), input.size()));
    total_in += count;
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(count);
    return count > 0;
  }

  // What somebody may have taken for an archive, by its first bytes.
  Result<void> check_kind() {
    const std::string_view start(input.data(), stream.avail_in);
    if (start.starts_with("\x1f\x8b")) return {};
    constexpr std::pair<std::string_view, std::string_view> kinds[] = {{"PK", "a zip file"},
                                                                       {"\xfd"
                                                                        "7zXZ",
                                                                        "an xz file"},
                                                                       {"BZh", "a bzip2 file"},
                                                                       {"\x28\xb5\x2f\xfd", "a zstd file"},
                                                                       {"7z\xbc\xaf", "a 7z file"}};
    for (const auto& [magic, kind] : kinds) {
      if (start.starts_with(magic)) return error(Code::archive, "it is {}, not a .tar.gz", kind);
    }
    const bool is_tar = start.size() > 262 && start.substr(257, 5) == "ustar";
    if (is_tar) return with_hint(error(Code::archive, "it is a tar file that is not compressed"), "gzip it");
    return Error{Code::archive, start.empty() ? "it is empty" : "it is not a .tar.gz"};
  }

  Result<void> start() {
    started = true;
    valid = inflateInit2(&stream, 15 + 16) == Z_OK;  // 16: gzip and nothing else
    KOPI_ASSERT(valid);
    KOPI_CHECK(fill());
    return check_kind();
  }

  Result<void> check_end() {
    ended = true;
    if (stream.avail_in == 0) KOPI_CHECK(fill());
    if (stream.avail_in == 0) return {};
    const bool is_member = stream.avail_in >= 2 && stream.next_in[0] == 0x1f && stream.next_in[1] == 0x8b;
    return Error{Code::archive, is_member ? "it holds more than one gzip member" : "there is something behind its end"};
  }
};

GzipReader::GzipReader(Source source) : implementation_(std::make_unique<Implementation>()) { implementation_->source = std::move(source); }
GzipReader::GzipReader(GzipReader&&) noexcept = default;
GzipReader::~GzipReader() = default;

std::uint64_t GzipReader::bytes_in() const { return implementation_->total_in; }

Result<std::string_view> GzipReader::read() {
  Implementation& state = *implementation_;
  if (!state.started) KOPI_CHECK(state.start());
  z_stream& stream = state.stream;
  stream.next_out = reinterpret_cast<Bytef*>(state.output.data());
  stream.avail_out = static_cast<uInt>(state.output.size());
  while (!state.ended && stream.avail_out > 0) {
    if (stream.avail_in == 0) {
      KOPI_TRY(const bool more, state.fill());
      if (!more) return error(Code::archive, "it is cut off");
    }
    const int code = inflate(&stream, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
      KOPI_CHECK(state.check_end());
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return error(Code::archive, "it is damaged: {}", stream.msg != nullptr ? stream.msg : "its checksum does not match");
    }
  }
  return std::string_view(state.output.data(), state.output.size() - stream.avail_out);
}

}  // namespace kopi
