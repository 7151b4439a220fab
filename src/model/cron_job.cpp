#include "model/cron_job.hpp"

#include <fmt/format.h>

namespace kopi {
namespace {

std::string schedule_text(const Node& node) {
  if (node.is_scalar()) return node.as_text();
  // Today's job stores write {kind: cron, expr: "0 8 * * *"} or {every: ...}.
  for (const std::string_view key : {"display", "expr", "cron", "every", "at"}) {
    if (const Node* text = node.find(key); text != nullptr && text->is_scalar()) return text->as_text();
  }
  return {};
}

}  // namespace

bool is_cron_file(const RelPath& path) {
  const std::string_view name = path.filename();
  return path.first() == "cron" && path.depth() == 2 && (name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml"));
}

std::vector<CronJob> read_cron_jobs(const Node& document, const RelPath& file, Findings& findings) {
  std::vector<CronJob> jobs;
  const Node* list = document.find("jobs");
  if (list == nullptr && document.is(Node::Kind::sequence)) list = &document;
  const auto text = [](const Node& node, std::string_view key) {
    const Node* value = node.find(key);
    return value != nullptr && value->is_scalar() ? value->as_text() : std::string();
  };
  const auto add = [&](const Node& node) {
    if (!node.is(Node::Kind::mapping)) {
      findings.push_back({Severity::medium, "cron.invalid", file.str(), node.place().line, node.place().column,
                          "a job is a mapping with schedule and prompt", "", ""});
      return;
    }
    CronJob job;
    job.id = text(node, "id");
    if (job.id.empty()) job.id = text(node, "name");
    const std::string_view name = file.filename();
    if (job.id.empty()) job.id = std::string(name.substr(0, name.rfind('.')));
    if (const Node* schedule = node.find("schedule")) job.schedule = schedule_text(*schedule);
    job.prompt = text(node, "prompt");
    job.file = file.str();
    jobs.push_back(std::move(job));
  };
  if (list != nullptr && list->is(Node::Kind::sequence)) {
    for (const Node& item : list->items()) add(item);
  } else if (!document.is_null()) {
    add(document);
  }
  return jobs;
}

}  // namespace kopi
