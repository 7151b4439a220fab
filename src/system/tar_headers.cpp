#include "system/tar_headers.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/unicode.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_block = 512;
constexpr std::size_t k_longest = 4096;

bool is_zero(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

std::string_view until_nul(std::string_view field) { return field.substr(0, field.find('\0')); }

/// An octal number with spaces before it and one space or NUL behind it, or filling its field; nothing when it is not that. Signs and
/// GNU's binary form are read differently by different programs.
std::optional<std::uint64_t> octal(std::string_view field) {
  while (field.starts_with(' ')) field.remove_prefix(1);
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (; digits < field.size() && field[digits] >= '0' && field[digits] <= '7'; ++digits) {
    value = value * 8 + static_cast<std::uint64_t>(field[digits] - '0');
  }
  const std::string_view rest = field.substr(digits);
  const bool ends = std::all_of(rest.begin(), rest.end(), [](char c) { return c == 0 || c == ' '; });
  return digits > 0 && ends ? std::optional(value) : std::nullopt;
}

std::uint64_t checksum(std::string_view block) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(block[i]);
  return sum;
}

Error odd(std::string_view what) { return error(Code::archive, "it is no tar file that kopi takes: {}", what); }

Error unsupported(char type, std::string_view path) {
  switch (type) {
    case '1': return error(Code::link, "an archive can't hold hard links: {}", path);
    case '2': return error(Code::link, "an archive can't hold symbolic links: {}", path);
    case '3':
    case '4': return error(Code::type, "an archive can't hold devices: {}", path);
    case '6': return error(Code::type, "an archive can't hold named pipes: {}", path);
    case 'S': return error(Code::type, "an archive can't hold sparse files: {}", path);
    case 'g': return error(Code::archive, "an archive can't hold a global extended header");
    case 'K': return error(Code::link, "an archive can't hold links, and so no long name of one");
    default: break;
  }
  return error(Code::type, "an archive can hold only files and directories; {} has the type '{}'", path, type);
}

/// The records of a pax header: `<length> <key>=<value>\n`, the length counting all of that.
Result<std::optional<std::string>> path_in_pax(std::string_view text) {
  // What these say is about whom and when; nothing that kopi takes over.
  constexpr std::string_view ignored[] = {"mtime", "atime", "ctime", "uid", "gid", "uname", "gname"};
  std::optional<std::string> path;
  std::set<std::string_view> seen;
  while (!text.empty()) {
    std::size_t length = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), length);
    const auto digits = static_cast<std::size_t>(end - text.data());
    const bool fits = problem == std::errc() && text[0] != '0' && digits < text.size() && text[digits] == ' ' && length <= text.size() &&
                      length > digits + 2 && text[length - 1] == '\n';
    if (!fits) return odd("an extended header is damaged");
    const std::string_view record = text.substr(digits + 1, length - digits - 2);
    text.remove_prefix(length);
    const auto equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return odd("an extended header is damaged");
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(equals + 1);
    if (!seen.insert(key).second) return odd(fmt::format("an extended header says '{}' twice", key));
    if (value.find('\0') != std::string_view::npos) return odd(fmt::format("'{}' of an extended header holds a NUL", key));
    if (key == "path") {
      if (value.empty()) return error(Code::path, "a member has no name");
      path = std::string(value);
    } else if (key == "linkpath") {
      return error(Code::link, "an archive can't hold links, and so no path of one");
    } else if (std::find(std::begin(ignored), std::end(ignored), key) == std::end(ignored)) {
      return odd(fmt::format("an extended header says '{}'", key));
    }
  }
  return path;
}

}  // namespace

Result<void> TarHeaders::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (state_ == State::content) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
      bytes.remove_prefix(count);
      skip_ -= count;
      if (skip_ == 0) state_ = State::header;
      continue;
    }
    const std::size_t count = std::min(bytes.size(), k_block - partial_.size());
    partial_.append(bytes.substr(0, count));
    bytes.remove_prefix(count);
    if (partial_.size() < k_block) return {};
    const std::string block = std::exchange(partial_, {});
    if (state_ == State::extended) {
      extended_.append(block);
      if (extended_.size() >= extended_size_) KOPI_CHECK(read_extended());
    } else if (state_ == State::end || is_zero(block)) {
      if (!is_zero(block)) return error(Code::archive, "there is something behind the archive's end");
      if (has_extension_) return odd("an extended header stands before nothing");
      if (++zero_blocks_ == 2) state_ = State::end;
    } else {
      if (zero_blocks_ > 0) return odd("a block of zeros stands between members");
      KOPI_CHECK(read_header(block));
    }
  }
  return {};
}

Result<void> TarHeaders::finish() const {
  if (state_ != State::end) return error(Code::archive, "the archive is cut off");
  if (!partial_.empty()) return error(Code::archive, "there is something behind the archive's end");
  return {};
}

std::optional<TarHeader> TarHeaders::take() {
  if (members_.empty()) return std::nullopt;
  TarHeader member = std::move(members_.front());
  members_.pop_front();
  return member;
}

Result<void> TarHeaders::read_header(std::string_view block) {
  if (octal(block.substr(148, 8)) != checksum(block)) return odd("a header's checksum is wrong");
  const bool posix = block.substr(257, 8) == std::string_view(
                                                 "ustar\0"
                                                 "00",
                                                 8);
  const bool gnu = block.substr(257, 8) == std::string_view("ustar  \0", 8);
  if (!posix && !gnu) return odd("a header is neither ustar nor GNU");
  // Programs disagree on whether GNU's header has a prefix there.
  if (gnu && !is_zero(block.substr(345, 155))) return odd("a GNU header has a prefix");
  const auto size = octal(block.substr(124, 12));
  if (!size) return odd("a member's size is no octal number");
  if (!octal(block.substr(100, 8))) return odd("a member's mode is no octal number");
  const char type = block[156];
  if (type == 'x' || type == 'L') return begin_extended(type, *size);
  return add_member(block, type, *size);
}

Result<void> TarHeaders::begin_extended(char type, std::uint64_t size) {
  if (has_extension_) return odd("an extended header stands before another one");
  // Room for a path of the longest kind, the length and key of its record, and for who and when.
  if (size > k_longest + 1024) return error(Code::limit, "a name or an extended header is longer than 4 KiB");
  if (size == 0) return odd("an extended header is empty");
  state_ = State::extended;
  extended_type_ = type;
  extended_size_ = size;
  has_extension_ = true;
  return {};
}

Result<void> TarHeaders::read_extended() {
  state_ = State::header;
  std::string text = std::exchange(extended_, {});
  text.resize(static_cast<std::size_t>(extended_size_));
  if (extended_type_ == 'x') {
    KOPI_TRY(long_path_, path_in_pax(text));
  } else {
    if (text.size() < 2 || text.find('\0') != text.size() - 1) return odd("a GNU long name does not end with its only NUL");
    text.pop_back();
    long_path_ = std::move(text);
  }
  if (long_path_ && long_path_->size() > k_longest) return error(Code::limit, "a member's name is longer than 4 KiB");
  return {};
}

Result<void> TarHeaders::add_member(std::string_view block, char type, std::uint64_t size) {
  has_extension_ = false;
  TarHeader member;
  if (long_path_) {
    member.path = *std::exchange(long_path_, std::nullopt);
  } else {
    const std::string_view prefix = until_nul(block.substr(345, 155));
    member.path = std::string(prefix) + (prefix.empty() ? "" : "/") + std::string(until_nul(block.substr(0, 100)));
  }
  if (type != '0' && type != '\0' && type != '5') return unsupported(type, to_valid_utf8(member.path));
  if (member.path.empty()) return error(Code::path, "a member has no name");
  member.is_directory = type == '5';
  const bool slash = member.path.ends_with('/');
  // Old archives mark a directory by its slash alone; half of the programs still read it so.
  if (slash && !member.is_directory) return error(Code::type, "a file's name ends with a slash: {}", to_valid_utf8(member.path));
  if (slash) member.path.pop_back();
  if (member.is_directory && size != 0) return odd("a directory has content");
  member.mode = static_cast<unsigned>(*octal(block.substr(100, 8))) & 07777;
  member.size = size;
  // Up to a whole block; a size this large is far over every limit, and the sum can't wrap: it has at most 36 bits.
  skip_ = (size + k_block - 1) / k_block * k_block;
  if (skip_ > 0) state_ = State::content;
  members_.push_back(std::move(member));
  return {};
}

}  // namespace kopi
