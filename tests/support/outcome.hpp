// tests/support/outcome.hpp
//
// What a call came to, as one line that a table can hold: the value, or the error as scripts see it. A row of a table is then
// input -> outcome, and a whole Error is compared, not the part of it that a test thought of.
//
//   CHECK(outcome(RelPath::parse("/a")) == "E_PATH path '/a' is not allowed: it is absolute");
#pragma once

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>

#include "base/code.hpp"
#include "base/digest.hpp"
#include "base/finding.hpp"
#include "base/rel_path.hpp"
#include "base/result.hpp"

namespace kopi::test {

/// "E_CODE message", then a line for each "while ..." and for the hint.
inline std::string shown(const Error& error) {
  std::string text = std::string(info(error.code).name) + " " + error.message;
  for (const std::string& step : error.context) text += "\n  while " + step;
  if (!error.hint.empty()) text += "\n  hint: " + error.hint;
  return text;
}

/// "low manifest.unknown-key distribution.yaml:3:1 $.licence: unknown key, ..."
inline std::string shown(const Finding& finding) {
  return fmt::format("{} {} {}:{}:{} {}", name(finding.severity), finding.rule, finding.file, finding.line, finding.column,
                     finding.message);
}

inline std::string shown(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) text += shown(finding) + "\n";
  return text;
}

}  // namespace kopi::test

namespace Catch {

template <>
struct StringMaker<kopi::RelPath> {
  static std::string convert(const kopi::RelPath& path) { return path.str(); }
};
template <>
struct StringMaker<kopi::Digest> {
  static std::string convert(const kopi::Digest& digest) { return digest.str(); }
};
template <>
struct StringMaker<kopi::Error> {
  static std::string convert(const kopi::Error& error) { return kopi::test::shown(error); }
};
template <>
struct StringMaker<kopi::Finding> {
  static std::string convert(const kopi::Finding& finding) { return kopi::test::shown(finding); }
};

}  // namespace Catch

namespace kopi::test {

/// A value as its StringMaker shows it, strings without quotes; or the error, whole.
template <class T>
std::string outcome(const Result<T>& result) {
  if (!result) return shown(result.error());
  if constexpr (std::is_void_v<T>) {
    return "ok";
  } else if constexpr (std::is_same_v<T, std::string>) {
    return *result;
  } else {
    return Catch::StringMaker<T>::convert(*result);
  }
}

/// The part of a failed call that other programs rely on: "E_CODE". "ok" when it did not fail.
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "ok" : std::string(info(result.error().code).name);
}

/// A result that must be there: REQUIREs it and hands it out.
template <class T>
T must(Result<T> result) {
  INFO((result ? std::string() : shown(result.error())));
  REQUIRE(result.has_value());
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace kopi::test
