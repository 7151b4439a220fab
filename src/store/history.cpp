#include "store/history.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_limit = 16u << 20;
constexpr std::string_view k_directory = ".kopi/history";
constexpr std::string_view k_suffix = ".json";
constexpr std::size_t k_max_digits = 9;

// "7.json" is state 7; a temporary file beside it, "07.json" and "x.json" are none.
std::optional<std::int64_t> number_of(std::string_view name) {
  if (!name.ends_with(k_suffix)) return std::nullopt;
  name.remove_suffix(k_suffix.size());
  const bool is_number =
      !name.empty() && name.size() <= k_max_digits && name.front() != '0' && name.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number) return std::nullopt;
  return parse_integer(name);
}

// The command that mends the profile whose record `path` is.
std::string repair_command(std::string_view path) {
  const auto own = path.rfind("/.kopi/");
  const std::string profile(path.substr(0, own == std::string_view::npos ? 0 : own));
  const bool is_named = file_name(parent_path(profile)) == "profiles";
  return is_named ? fmt::format("kopi -p {} doctor --repair", file_name(profile)) : "kopi doctor --repair";
}

Error damaged(const std::string& path, std::string_view reason) {
  return with_hint(error(Code::state, "{} is damaged: {}", path, reason), repair_command(path));
}

Error not_readable(const Error& problem, const std::string& path) {
  return with_hint(error(Code::state, "kopi's record is damaged: {}", problem.message), repair_command(path));
}

}  // namespace

std::string State::text(std::string_view key) const {
  const Node* value = record.find(key);
  return value == nullptr || value->is_null() || !value->is_scalar() ? std::string() : value->as_text();
}

Digest State::ledger() const { return Digest::parse(text("ledger")).value_or(Digest{}); }

std::string state_path(std::int64_t number) { return fmt::format("{}/{}{}", k_directory, number, k_suffix); }

std::string render_state(const State& state) {
  Node node = state.record;
  node.set("state", state.number);
  node.set("operation", state.operation);
  node.set("at", state.at);
  return render_json(node, JsonStyle::indented) + "\n";
}

Result<std::vector<std::int64_t>> list_states(const std::string& directory) {
  std::vector<std::int64_t> numbers;
  const std::string path = join_path(directory, k_directory);
  KOPI_TRY(const auto present, stat_path(path));
  if (!present) return numbers;
  if (present->type != EntryType::directory) return damaged(path, "it is no directory");
  KOPI_TRY(const auto names, list_directory(path));
  for (const std::string& name : names) {
    if (const auto number = number_of(name)) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<State> read_state(const std::string& directory, std::int64_t number) {
  const std::string path = join_path(directory, state_path(number));
  KOPI_TRY(const Directory profile, Directory::open(directory));
  KOPI_TRY(const RelPath relative, RelPath::parse(state_path(number)));
  KOPI_TRY(const std::string text, profile.read(relative, k_limit));
  auto node = parse_json(text, path, {.bytes = k_limit});
  if (!node) return not_readable(node.error(), path);
  const Node* schema = node->find("schema");
  if (schema == nullptr || schema->as_integer() != 1) return damaged(path, "it is not of schema 1");
  State state;
  state.record = *std::move(node);
  const Node* own_number = state.record.find("state");
  if (own_number == nullptr || own_number->as_integer() != number) return damaged(path, "it is of another state");
  state.number = number;
  state.operation = state.text("operation");
  state.at = state.text("at");
  if (state.operation.empty() || state.at.empty() || !Digest::parse(state.text("ledger"))) return damaged(path, "it lacks a key");
  state.record.erase("operation");
  state.record.erase("at");
  return state;
}

Result<std::vector<State>> read_states(const std::string& directory) {
  KOPI_TRY(const auto numbers, list_states(directory));
  std::vector<State> states;
  for (const std::int64_t number : numbers) {
    KOPI_TRY(State state, read_state(directory, number));
    states.push_back(std::move(state));
  }
  return states;
}

Result<void> write_state(const std::string& directory, const State& state) {
  KOPI_CHECK(make_directories(join_path(directory, k_directory), 0700));
  return write_file(join_path(directory, state_path(state.number)), render_state(state), 0644);
}

std::vector<std::int64_t> states_beyond(const std::vector<std::int64_t>& numbers, std::size_t keep) {
  if (numbers.size() <= keep) return {};
  return {numbers.begin(), numbers.end() - static_cast<std::ptrdiff_t>(keep)};
}

Result<void> prune_states(const std::string& directory, std::size_t keep) {
  KOPI_TRY(const auto numbers, list_states(directory));
  for (const std::int64_t number : states_beyond(numbers, keep)) KOPI_CHECK(remove_file(join_path(directory, state_path(number))));
  return {};
}

Result<Ledger> read_ledger(const State& state, const Blobs& blobs) {
  KOPI_TRY(const std::string text, blobs.get(state.ledger()).while_doing("reading what state {} shipped", state.number));
  return parse_ledger(text, fmt::format("the ledger of state {}", state.number));
}

}  // namespace kopi
