#include "model/cron_job.hpp"

#include "support/documents.hpp"

using namespace kopi;

namespace {

std::string read(std::string_view document, std::string_view file = "cron/digest.json") {
  Findings findings;
  std::string text;
  for (const CronJob& job : read_cron_jobs(test::json(document), test::must(RelPath::parse(file)), findings)) {
    text += fmt::format("{} | {} | {} | {}\n", job.id, job.schedule, job.prompt, job.file);
  }
  return text + test::shown(findings);
}

}  // namespace

TEST_CASE("a job stands alone, in a list, or under `jobs`") {
  const std::string expected = "d | 0 8 * * * | hi | cron/digest.json\n";
  CHECK(read(R"({"id": "d", "schedule": "0 8 * * *", "prompt": "hi"})") == expected);
  CHECK(read(R"([{"id": "d", "schedule": "0 8 * * *", "prompt": "hi"}])") == expected);
  CHECK(read(R"({"jobs": [{"id": "d", "schedule": "0 8 * * *", "prompt": "hi", "enabled": true}]})") == expected);
  CHECK(read("null").empty());
  CHECK(read("[]").empty());
  CHECK(read(R"({"jobs": []})").empty());
}

TEST_CASE("a schedule is shown in every form that today's stores write") {
  const std::string rows[][2] = {{R"("*/5 * * * *")", "*/5 * * * *"},
                                 {R"("every 2h")", "every 2h"},
                                 {R"({"kind": "cron", "expr": "0 9 * * 1-5"})", "0 9 * * 1-5"},
                                 {R"({"kind": "interval", "every": "30m"})", "30m"},
                                 {R"({"kind": "once", "at": "2026-11-21T09:00:00Z"})", "2026-11-21T09:00:00Z"},
                                 {R"({"cron": "@daily"})", "@daily"},
                                 {R"({"expr": "0 9 * * *", "display": "each morning"})", "each morning"},
                                 {R"({"minutes": 5})", ""},
                                 {R"(["0", "9"])", ""},
                                 {"15", "15"}};
  for (const auto& [schedule, shown] : rows) {
    CHECK(read(R"({"id": "x", "schedule": )" + schedule + "}") == "x | " + shown + " |  | cron/digest.json\n");
  }
}

TEST_CASE("a job is called by its id, its name or its file") {
  CHECK(read(R"({"id": "a", "name": "b"})") == "a |  |  | cron/digest.json\n");
  CHECK(read(R"({"id": "", "name": "b"})") == "b |  |  | cron/digest.json\n");
  CHECK(read(R"({"prompt": "p"})", "cron/morning.digest.yaml") == "morning.digest |  | p | cron/morning.digest.yaml\n");
  CHECK(read(R"({"id": 7})") == "7 |  |  | cron/digest.json\n");
  CHECK(read(R"({"id": ["x"], "prompt": {"y": 1}})") == "digest |  |  | cron/digest.json\n");
}

TEST_CASE("what is no job is a finding with its place") {
  CHECK(read(R"(["a", {"id": "d"}, 3])") ==
        "d |  |  | cron/digest.json\n"
        "medium cron.invalid cron/digest.json:1:2 a job is a mapping with schedule and prompt\n"
        "medium cron.invalid cron/digest.json:1:20 a job is a mapping with schedule and prompt\n");
  CHECK(read(R"("text")") == "medium cron.invalid cron/digest.json:1:1 a job is a mapping with schedule and prompt\n");
}

TEST_CASE("job files are those directly below cron/") {
  const std::pair<std::string_view, bool> rows[] = {
      {"cron/a.json", true},    {"cron/a.yaml", true},   {"cron/a.yml", true},     {"cron/jobs.json", true}, {"cron/README.md", false},
      {"cron/a/b.json", false}, {"crons/a.json", false}, {"a/cron/b.json", false}, {"cron.json", false},     {"cron/a.json5", false}};
  for (const auto& [path, expected] : rows) {
    CAPTURE(path);
    CHECK(is_cron_file(test::must(RelPath::parse(path))) == expected);
  }
}
