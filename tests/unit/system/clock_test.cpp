#include "system/clock.hpp"

#include "support/outcome.hpp"
#include "system/environment.hpp"

using namespace kopi;

TEST_CASE("a time is written in UTC to the second, and read back") {
  using std::chrono::milliseconds;
  const std::pair<long long, std::string_view> rows[] = {{0, "1970-01-01T00:00:00Z"},
                                                         {999, "1970-01-01T00:00:00Z"},
                                                         {-1, "1969-12-31T23:59:59Z"},
                                                         {1'000'000'000'000, "2001-09-09T01:46:40Z"},
                                                         {1'709'164'800'000, "2024-02-29T00:00:00Z"},
                                                         {4'102'444'799'000, "2099-12-31T23:59:59Z"}};
  for (const auto& [count, text] : rows) {
    CHECK(format_time(Time(milliseconds(count))) == text);
    CHECK(format_time(test::must(parse_time(text))) == text);
  }
  CHECK(test::must(parse_time("2001-09-09T01:46:40Z")).time_since_epoch() == milliseconds(1'000'000'000'000));
  CHECK(format_time(test::must(parse_time("2016-12-31T23:59:60Z"))) == "2017-01-01T00:00:00Z");  // a leap second
}

TEST_CASE("what is no such time is refused") {
  for (const std::string_view text : {"",
                                      "2026-11-21",
                                      "2026-11-21T14:30:00",
                                      "2026-11-21 14:30:00Z",
                                      "2026-11-21T14:30:00z",
                                      "2026-11-21T14:30:00+00:00",
                                      "2026-11-21T14:30:00.5Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-02-29T00:00:00Z",
                                      "2026-11-31T00:00:00Z",
                                      "2026-11-00T00:00:00Z",
                                      "2026-11-21T24:00:00Z",
                                      "2026-11-21T00:60:00Z",
                                      "2026-11-21T00:00:61Z",
                                      "2026-11-21T-1:00:00Z",
                                      "-026-11-21T00:00:00Z",
                                      "2026-11-21T00:-1:00Z",
                                      "2026-11-21T00: 1:00Z",
                                      "20x6-11-21T00:00:00Z",
                                      "2026-11-21T14:30:00Z "}) {
    const auto time = parse_time(text);
    CHECK((time ? format_time(*time) : test::shown(time.error())) ==
          "E_SCHEMA '" + std::string(text) + "' is not a time like 2026-11-21T14:30:00Z");
  }
}

TEST_CASE("the system's clock goes forward") {
  const auto clock = make_clock(Environment());
  const Time first = clock->now();
  CHECK(first <= clock->now());
  CHECK(first > test::must(parse_time("2024-01-01T00:00:00Z")));
}
