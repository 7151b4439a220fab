#include "base/secret.hpp"

#include <type_traits>
#include <utility>

#include "support/outcome.hpp"

using namespace kopi;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!std::is_convertible_v<std::string, Secret>, "nothing becomes a secret, or is taken for one, unseen");

TEST_CASE("a secret is revealed, cloned and moved; what it was moved from holds nothing") {
  for (const std::string text : {"short", "a text that is longer than any string keeps in place, so that it lies on the heap"}) {
    Secret secret(text);
    CHECK(secret.reveal() == text);
    const Secret copy = secret.clone();
    Secret moved = std::move(secret);
    CHECK(secret.empty());  // NOLINT: that is the point
    CHECK(moved.reveal() == text);
    CHECK(copy.reveal() == text);
    Secret other("old");
    other = std::move(moved);
    CHECK(other.reveal() == text);
    CHECK(moved.empty());  // NOLINT
  }
  CHECK(Secret().empty());
}

TEST_CASE("moving a short secret leaves none of its bytes behind") {
  Secret secret("hunter2");
  const char* bytes = secret.reveal().data();  // short texts lie inside the object
  const Secret moved = std::move(secret);
  CHECK(std::string_view(bytes, 7) == std::string_view("\0\0\0\0\0\0\0", 7));
}
