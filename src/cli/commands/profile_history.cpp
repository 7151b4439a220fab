#include "cli/commands/commands.hpp"
#include "cli/locks.hpp"
#include "store/history.hpp"
#include "store/install_record.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile; the active one when left out", false, false, Offers::profile}};
constexpr ExampleSpec examples[] = {{"kopi profile history research-bot", "what was installed when"},
                                    {"kopi profile history research-bot --json", "the same as data"}};

Node or_null(const std::string& text) { return text.empty() ? Node() : Node(text); }

Node to_json(const State& state, bool is_current) {
  return Node::mapping({{"state", state.number},
                        {"current", is_current},
                        {"at", state.at},
                        {"operation", state.operation},
                        {"version", or_null(state.text("version"))},
                        {"commit", or_null(state.text("commit"))},
                        {"source", or_null(state.text("source"))},
                        {"signer", or_null(state.text("signer"))}});
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const ProfileName name, context.profile(given.value("NAME")));
  KOPI_TRY(const FileLock lock, hold_profile(context, name, "kopi profile history"));
  KOPI_TRY(const auto record, read_install_record(context.home, name));
  if (!record) {
    return with_hint(error(Code::source, "profile '{}' was not installed from a distribution, so it has no history", name.str()),
                     "kopi profile list");
  }
  const std::string path = context.home.profile_path(name);
  KOPI_TRY(const auto states, read_states(path));
  const std::optional<std::int64_t> current = record->state > 0 ? std::optional(record->state) : std::nullopt;
  Outcome outcome;
  Node list = Node::sequence();
  Table table({"State", "When", "By", "Version", "Commit", "Signer"});
  for (auto state = states.rbegin(); state != states.rend(); ++state) {
    const bool is_current = current == state->number;
    list.push(to_json(*state, is_current));
    const auto or_dash = [](const std::string& text) { return text.empty() ? std::string("—") : shortened(text, 30); };
    table.row({std::to_string(state->number), state->at, state->operation, or_dash(state->text("version")),
               or_dash(state->text("commit").substr(0, 12)), or_dash(state->text("signer"))},
              is_current ? "◆" : " ");
  }
  outcome.data = Node::mapping({{"name", name.str()}, {"current", current}, {"states", std::move(list)}});
  outcome.text = table.render();
  if (states.empty()) outcome.text = Text().print("No state of '{}' is kept yet; its next update keeps the first.\n", name.str());
  return outcome;
}

}  // namespace

const CommandSpec profile_history_command{
    "profile history",
    "List what was installed when",
    "The last ten states that the profile's distribution has been in, the newest first: what made each, its version and commit. The "
    "current one is marked. `kopi profile rollback --to N` goes back to one, `kopi profile diff --to N` shows what that would change.",
    arguments,
    {},
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
