// tests/fuzz/fuzz.hpp
//
// What the harnesses share. Each NAME.cpp feeds one parser with whatever libFuzzer makes of seeds/NAME, and holds the result
// against properties that must hold for every input. scripts/fuzz builds and runs them.
//
// A harness that needs choices beside its text takes them from the input's last bytes, so that a seed is a plain text file
// with a few characters behind it, and a finding can be read.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <string_view>

#include "base/code.hpp"
#include "base/result.hpp"
#include "base/unicode.hpp"
#include "formats/node.hpp"

namespace kopi::fuzz {

/// Ends the run as a finding: libFuzzer keeps the input.
[[noreturn]] inline void violated(const char* property, const char* file, int line, const std::string& detail) {
  std::fprintf(stderr, "%s:%d: violated: %s\n%s\n", file, line, property, detail.c_str());
  std::abort();
}

inline bool is_one_of(Code code, std::initializer_list<Code> codes) { return std::find(codes.begin(), codes.end(), code) != codes.end(); }

/// Everything that an error would show to a person, in one text.
inline std::string words_of(const Error& error) {
  std::string words = std::string(info(error.code).name) + ": " + error.message + "\n" + error.hint;
  for (const std::string& step : error.context) words += "\n" + step;
  for (const Finding& finding : error.findings) words += "\n" + finding.message + " " + finding.evidence;
  return words;
}

/// Equal data where 1.0 and 1 are the same number: JSON tells the two apart by nothing.
inline bool same_data(const Node& a, const Node& b) {
  if (a.as_real() && b.as_real()) return *a.as_real() == *b.as_real();
  if (a.kind() != b.kind()) return false;
  if (a.is_scalar()) return a == b;
  if (a.items().size() != b.items().size()) return false;
  for (std::size_t i = 0; i < a.items().size(); ++i) {
    const Node& item = a.items()[i];
    const Node* other = a.is(Node::Kind::mapping) ? b.find(item.key()) : &b.items()[i];
    if (other == nullptr || !same_data(item, *other)) return false;
  }
  return true;
}

inline bool starts_and_ends_like(std::string_view longer, std::string_view shorter) {
  const auto front = std::mismatch(shorter.begin(), shorter.end(), longer.begin(), longer.end()).first - shorter.begin();
  const auto back = std::mismatch(shorter.rbegin(), shorter.rend(), longer.rbegin(), longer.rend()).first - shorter.rbegin();
  return static_cast<std::size_t>(front + back) >= shorter.size();
}

}  // namespace kopi::fuzz

#define KOPI_MUST(property, detail) ((property) ? void() : ::kopi::fuzz::violated(#property, __FILE__, __LINE__, (detail)))
