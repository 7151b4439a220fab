// base/text.hpp
//
// Small pure functions on text that the standard library of C++20 lacks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kopi {

std::string_view trim(std::string_view text);
/// Splits at every `separator`; n separators give n + 1 pieces. The pieces are views into `text`.
std::vector<std::string_view> split(std::string_view text, char separator);
/// Splits into lines without their "\n" or "\r\n"; a final newline does not start another line.
std::vector<std::string_view> split_lines(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string to_lower_ascii(std::string_view text);
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);
/// `text` as one word of a POSIX shell command line; quoted only where it must be.
std::string shell_quote(std::string_view text);
/// A decimal number with nothing around it.
std::optional<long long> parse_integer(std::string_view text);
/// "1 file", "2 files".
std::string count_of(std::size_t count, std::string_view singular, std::string_view plural = {});
/// "12 B", "3.4 KiB", "56 MiB" (IEC 80000-13).
std::string human_bytes(unsigned long long bytes);

/// The candidate that a person probably meant by `word`, if one is near enough (restricted Damerau-Levenshtein distance
/// of at most a third of the word's length). None when `word` is itself a candidate.
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

}  // namespace kopi
