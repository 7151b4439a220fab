#include "system/git_listing.hpp"

#include <algorithm>
#include <charconv>

namespace kopi::detail {

// gitprotocol-common(5), "pkt-line Format": four hexadecimal digits of length, themselves included; below 4 there is no payload.
std::string GitListingFilter::feed(std::string_view bytes) {
  constexpr std::size_t digits = 4;
  held_ += bytes;
  std::string passed;
  std::size_t at = 0;
  while (!is_damaged_ && held_.size() - at >= digits) {
    std::size_t length = 0;
    const char* const end = held_.data() + at + digits;
    const auto read = std::from_chars(held_.data() + at, end, length, 16);
    is_damaged_ = read.ec != std::errc() || read.ptr != end;
    if (is_damaged_) break;
    length = std::max(length, digits);
    if (held_.size() - at < length) break;
    const std::string_view line = std::string_view(held_).substr(at, length);
    if (!line.substr(digits).starts_with("shallow ")) passed += line;
    at += length;
  }
  held_.erase(0, at);
  return is_damaged_ ? passed + rest() : passed;
}

}  // namespace kopi::detail
