// base/result.hpp
//
// The one way to fail. What the outside can cause returns Result<T>; what only a bug can cause is KOPI_ASSERT.
// The place that fails names the thing; each caller may add what it was doing; nobody repeats a noun already said:
//
//   error: digest mismatch for skills/a/run.sh
//     while updating coder
//   hint: kopi profile update coder --force
#pragma once

#include <fmt/core.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/code.hpp"
#include "base/finding.hpp"

namespace kopi {

struct Error {
  Code code = Code::internal;
  std::string message;                    ///< lower case, no final full stop, names the thing
  std::string hint = {};                  ///< a command that the user can type, or empty
  std::vector<std::string> context = {};  ///< innermost first: "updating coder"
  Findings findings = {};                 ///< every located complaint behind this error

  bool operator==(const Error&) const = default;
};

template <class... Args>
Error error(Code code, fmt::format_string<Args...> message, Args&&... args) {
  return Error{code, fmt::format(message, std::forward<Args>(args)...)};
}

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

 public:
  using Base::Base;
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}  // NOLINT: `return Error{...};` is the point

  /// Adds a "while ..." line to the error; formats only when there is one.
  template <class... Args>
  Result while_doing(fmt::format_string<Args...> step, Args&&... args) && {
    if (!*this) this->error().context.push_back(fmt::format(step, std::forward<Args>(args)...));
    return std::move(*this);
  }
};

inline Error with_hint(Error error, std::string hint) {
  error.hint = std::move(hint);
  return error;
}

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace kopi

#define KOPI_ASSERT(condition) ((condition) ? void() : ::kopi::assertion_failed(#condition, __FILE__, __LINE__))

#define KOPI_CONCAT_(a, b) a##b
#define KOPI_CONCAT(a, b) KOPI_CONCAT_(a, b)

// KOPI_TRY(auto value, function(arguments)); declares `value`, or returns the error. Two statements: never under an `if`
// without braces. KOPI_CHECK(function(arguments)); is the same for Result<void>. The CO forms are for coroutines.
#define KOPI_TRY_AS_(leave, result, declaration, ...) \
  auto result = (__VA_ARGS__);                        \
  if (!result) leave std::move(result).error();       \
  declaration = *std::move(result)
#define KOPI_CHECK_AS_(leave, result, ...) \
  if (auto result = (__VA_ARGS__); !result) leave std::move(result).error()

#define KOPI_TRY(declaration, ...) KOPI_TRY_AS_(return, KOPI_CONCAT(kopi_result_, __COUNTER__), declaration, __VA_ARGS__)
#define KOPI_CO_TRY(declaration, ...) KOPI_TRY_AS_(co_return, KOPI_CONCAT(kopi_result_, __COUNTER__), declaration, __VA_ARGS__)
#define KOPI_CHECK(...) KOPI_CHECK_AS_(return, KOPI_CONCAT(kopi_result_, __COUNTER__), __VA_ARGS__)
#define KOPI_CO_CHECK(...) KOPI_CHECK_AS_(co_return, KOPI_CONCAT(kopi_result_, __COUNTER__), __VA_ARGS__)
