#include "base/result.hpp"

#include <memory>

#include "support/outcome.hpp"

using namespace kopi;
using kopi::test::outcome;

namespace {

Result<int> number(bool there) {
  if (!there) return error(Code::not_found, "no {}", "number");
  return 41;
}

Result<std::string> next(bool there, int& calls) {
  KOPI_TRY(const int value, number(there));
  ++calls;
  KOPI_CHECK(Result<void>{});
  return std::to_string(value + 1);
}

Result<std::unique_ptr<int>> owned() { return std::make_unique<int>(7); }

}  // namespace

TEST_CASE("KOPI_TRY hands the value on, or leaves with the error") {
  int calls = 0;
  CHECK(outcome(next(true, calls)) == "42");
  CHECK(calls == 1);
  CHECK(outcome(next(false, calls)) == "E_NOT_FOUND no number");
  CHECK(calls == 1);
}

TEST_CASE("values that can only be moved pass through") {
  const auto take = []() -> Result<int> {
    KOPI_TRY(const auto pointer, owned());
    return *pointer;
  };
  CHECK(*take() == 7);
}

TEST_CASE("context is added to errors only, the innermost first") {
  int calls = 0;
  CHECK(outcome(next(false, calls).while_doing("reading {}", "a").while_doing("updating b")) ==
        "E_NOT_FOUND no number\n  while reading a\n  while updating b");
  CHECK(outcome(next(true, calls).while_doing("reading {}", "a")) == "42");
}

TEST_CASE("a hint says what to type") {
  CHECK(outcome(Result<void>(with_hint(error(Code::usage, "no"), "kopi help"))) == "E_USAGE no\n  hint: kopi help");
}
