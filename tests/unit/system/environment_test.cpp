#include "system/environment.hpp"

#include <cstdlib>

#include "support/outcome.hpp"

using namespace kopi;

using Entries = std::vector<std::string>;

TEST_CASE("unset and empty are the same to who asks for a value") {
  Environment environment({{"A", "1"}, {"EMPTY", ""}});
  CHECK(environment.get("A") == "1");
  CHECK_FALSE(environment.get("EMPTY"));
  CHECK_FALSE(environment.get("MISSING"));
  CHECK_FALSE(environment.get("a"));
  CHECK(environment.is_set("EMPTY"));
  CHECK_FALSE(environment.is_set("MISSING"));
}

TEST_CASE("a child gets what is set, the empty included") {
  Environment environment({{"B", "x=y\nz"}, {"EMPTY", ""}});
  environment.set("A", "1");
  environment.set("B", "2");
  environment.unset("MISSING");
  CHECK(environment.entries() == Entries{"A=1", "B=2", "EMPTY="});
  environment.unset("B");
  CHECK(environment.entries() == Entries{"A=1", "EMPTY="});
}

TEST_CASE("the process's environment is taken once") {
  ::setenv("KOPI_UNIT_TEST", "a=b", 1);
  const Environment environment = Environment::of_this_process();
  ::setenv("KOPI_UNIT_TEST", "later", 1);
  CHECK(environment.get("KOPI_UNIT_TEST") == "a=b");
  ::unsetenv("KOPI_UNIT_TEST");
  CHECK(environment.is_set("KOPI_UNIT_TEST"));
}
