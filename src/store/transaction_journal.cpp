#include "store/transaction_journal.hpp"

#include "formats/json.hpp"
#include "system/crypto.hpp"
#include "system/step.hpp"

namespace kopi::detail {
namespace {

constexpr std::size_t k_limit = std::size_t{4} << 30;

RelPath known(std::string_view path) {
  auto parsed = RelPath::parse(path);
  KOPI_ASSERT(parsed.has_value());
  return *std::move(parsed);
}

Error damaged(const std::string& file, std::string_view reason) {
  return with_hint(error(Code::state, "{} is damaged: {}", file, reason), "kopi doctor --repair");
}

// What was set aside must be what the plan was made on: an editor may have written in the last moment.
Result<void> check_replaced(const Directory& profile, const Transaction::Step& step, std::size_t number) {
  if (!step.expected) return {};
  KOPI_TRY(const auto info, profile.stat(replaced_path(number)));
  if (!info) return error(Code::changed, "{} is gone", step.path.str());
  KOPI_TRY(const std::string content, profile.read(replaced_path(number), k_limit));
  if (sha256(content) == step.expected->digest && file_mode(info->mode) == step.expected->mode) return {};
  return error(Code::changed, "{} was changed at the same time", step.path.str());
}

Result<void> carry_out_removal(const Directory& profile, const Transaction::Step& step, std::size_t number) {
  KOPI_TRY(const auto set_aside, profile.stat(replaced_path(number)));
  if (!set_aside) {
    KOPI_TRY(const auto live, profile.stat(step.path));
    if (!live) return {};
    KOPI_CHECK(profile.move(step.path, replaced_path(number)));
  }
  return check_replaced(profile, step, number);
}

Result<void> carry_out_put(const Directory& profile, const Transaction::Step& step, std::size_t number) {
  KOPI_TRY(const auto staged, profile.stat(staged_path(number)));
  if (staged) {
    KOPI_TRY(const auto live, profile.stat(step.path));
    KOPI_TRY(const auto set_aside, profile.stat(replaced_path(number)));
    if (live && live->type == EntryType::file && !set_aside) {
      KOPI_TRY(const bool linked, profile.link(step.path, replaced_path(number)));
      if (!linked) KOPI_CHECK(profile.move(step.path, replaced_path(number)));
    }
    reach_step("set-aside");
    KOPI_CHECK(profile.move(staged_path(number), step.path));
  }
  return check_replaced(profile, step, number);
}

Result<void> take_back_put(const Directory& profile, const Transaction::Step& step, std::size_t number) {
  KOPI_TRY(const auto staged, profile.stat(staged_path(number)));
  if (!staged) KOPI_CHECK(profile.move(step.path, staged_path(number)));
  KOPI_TRY(const auto set_aside, profile.stat(replaced_path(number)));
  if (!set_aside) return {};
  return profile.move(replaced_path(number), step.path);  // two names of one file: then this does nothing, and the rest is cleared
}

Result<void> take_back_removal(const Directory& profile, const Transaction::Step& step, std::size_t number) {
  KOPI_TRY(const auto set_aside, profile.stat(replaced_path(number)));
  if (!set_aside) return {};
  return profile.move(replaced_path(number), step.path);
}

}  // namespace

RelPath transaction_directory() { return known(".kopi/transaction"); }
RelPath journal_path() { return known(".kopi/journal"); }
RelPath staged_path(std::size_t step) { return known(fmt::format(".kopi/transaction/new-{}", step)); }
RelPath replaced_path(std::size_t step) { return known(fmt::format(".kopi/transaction/old-{}", step)); }

std::string render_journal(const Transaction::Journal& journal) {
  Node steps = Node::sequence(), made = Node::sequence(), containers = Node::sequence();
  for (const auto& step : journal.steps) {
    steps.push(Node::mapping({{"path", step.path.str()}, {"removes", step.removes}, {"expected", to_json(step.expected)}}));
  }
  for (const RelPath& path : journal.made) made.push(path.str());
  for (const auto& container : journal.containers) {
    containers.push(Node::mapping({{"path", container.path.str()}, {"mode", static_cast<std::int64_t>(container.mode)}}));
  }
  return render_json(Node::mapping({{"schema", 1},
                                    {"operation", journal.operation},
                                    {"steps", std::move(steps)},
                                    {"made", std::move(made)},
                                    {"containers", std::move(containers)}}),
                     JsonStyle::indented) +
         "\n";
}

Result<Transaction::Journal> parse_journal(std::string_view text, const std::string& file) {
  const auto node = parse_json(text, file, {.bytes = 64u << 20, .nodes = 1'000'000});
  if (!node) return damaged(file, node.error().message);
  const Node* schema = node->find("schema");  // of anything but an object: none
  if (schema == nullptr || schema->as_integer() != 1) return damaged(file, "it is not of schema 1");
  const auto list = [&](std::string_view key) {
    const Node* found = node->find(key);
    return found == nullptr ? std::vector<Node>() : found->items();
  };
  const auto path_of = [&](const Node* value) -> Result<RelPath> {
    auto path = RelPath::parse(value == nullptr ? "" : value->as_text());
    if (!path) return damaged(file, path.error().message);
    return path;
  };
  Transaction::Journal journal;
  if (const Node* operation = node->find("operation")) journal.operation = operation->as_text();
  for (const Node& step : list("steps")) {
    KOPI_TRY(RelPath path, path_of(step.find("path")));
    const Node* removes = step.find("removes");
    journal.steps.push_back({std::move(path), removes != nullptr && removes->as_bool().value_or(false), ledger_entry_from(step.find("expected"))});
  }
  for (const Node& directory : list("made")) {
    KOPI_TRY(RelPath path, path_of(&directory));
    journal.made.push_back(std::move(path));
  }
  for (const Node& container : list("containers")) {
    KOPI_TRY(RelPath path, path_of(container.find("path")));
    const Node* mode = container.find("mode");
    const auto bits = mode == nullptr ? std::nullopt : mode->as_integer();
    if (!bits || *bits < 0 || *bits > 07777) return damaged(file, fmt::format("{} has no mode", path.str()));
    journal.containers.push_back({std::move(path), static_cast<mode_t>(*bits)});
  }
  return journal;
}

Result<void> carry_out(const Directory& profile, const Transaction::Journal& journal) {
  const auto& steps = journal.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].removes) continue;
    KOPI_CHECK(carry_out_removal(profile, steps[i], i).while_doing("removing {}", steps[i].path.str()));
    reach_step("removed");
  }
  for (auto container = journal.containers.rbegin(); container != journal.containers.rend(); ++container) {
    KOPI_CHECK(profile.remove_empty_directory(container->path));
  }
  reach_step("emptied");
  for (const RelPath& path : journal.made) KOPI_CHECK(profile.make_directory(path, 0755));
  reach_step("directories");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].removes) continue;
    KOPI_CHECK(carry_out_put(profile, steps[i], i).while_doing("writing {}", steps[i].path.str()));
    reach_step("written");
  }
  return {};
}

Result<void> take_back(const Directory& profile, const Transaction::Journal& journal) {
  const auto& steps = journal.steps;
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (!steps[i].removes) KOPI_CHECK(take_back_put(profile, steps[i], i).while_doing("taking back {}", steps[i].path.str()));
  }
  for (auto path = journal.made.rbegin(); path != journal.made.rend(); ++path) KOPI_CHECK(profile.remove_empty_directory(*path));
  for (const auto& container : journal.containers) KOPI_CHECK(profile.make_directory(container.path, container.mode));
  for (std::size_t i = steps.size(); i-- > 0;) {
    if (steps[i].removes) KOPI_CHECK(take_back_removal(profile, steps[i], i).while_doing("taking back {}", steps[i].path.str()));
  }
  return {};
}

Result<void> close_journal(const Directory& profile) {
  KOPI_CHECK(sync_file_system(profile.path()));
  reach_step("flushed");
  KOPI_CHECK(remove_file(join_path(profile.path(), journal_path().str())));
  reach_step("unjournalled");
  // From here on all is done, and what is left lying is cleared by the next command.
  (void)profile.sync(known(".kopi"));
  (void)remove_tree(join_path(profile.path(), transaction_directory().str()));
  return {};
}

}  // namespace kopi::detail
