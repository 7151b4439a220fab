#include "model/cron_job.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "formats/json.hpp"

namespace kopi {
namespace {

// What today's job stores keep beside a job: its switch, and what its runs left.
constexpr std::string_view k_state[] = {"enabled",     "disabled",    "state",    "created_at", "updated_at", "next_run_at", "last_run_at",
                                        "last_status", "last_error",  "last_run", "next_run",   "paused_at",  "run_count",   "paused_reason",
                                        "origin",      "last_output", "history"};

std::string definition_of(const Node& job) {
  Node kept = Node::mapping();
  for (const Node& member : job.items()) {
    if (std::find(std::begin(k_state), std::end(k_state), member.key()) == std::end(k_state)) kept.set(member.key(), member);
  }
  return canonical_json(kept);
}

std::vector<std::string> skills_of(const Node& job) {
  std::vector<std::string> names;
  for (const std::string_view key : {"skills", "skill"}) {
    const Node* value = job.find(key);
    if (value == nullptr || value->is_null()) continue;
    if (value->is_scalar()) names.push_back(value->as_text());
    if (!value->is(Node::Kind::sequence)) continue;
    for (const Node& item : value->items()) names.push_back(item.as_text());
  }
  return names;
}

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
    job.skills = skills_of(node);
    job.definition = definition_of(node);
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
