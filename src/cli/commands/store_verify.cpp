#include <algorithm>

#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "cli/locks.hpp"
#include "store/collect.hpp"
#include "store/install_record.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi store verify", "is every stored file still what it was?"},
                                    {"kopi store verify --json", "the same as data"}};

// What doctor can mend it mends; of a file without another copy only its source can bring one.
std::string way_out(const Context& context, const StoreDamage& damage) {
  const bool all_lost = std::all_of(damage.blobs.begin(), damage.blobs.end(), [](const auto& blob) { return blob.is_last; });
  const auto name = all_lost ? ProfileName::parse(damage.blobs.front().users.front()) : Result<ProfileName>(Error{});
  const auto record = name ? read_install_record(context.home, *name) : Result<std::optional<InstallRecord>>(Error{});
  if (!record || !*record) return "kopi doctor --repair";
  return fmt::format("kopi profile install {} --name {} --force", shell_quote((*record)->source), name->str());
}

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const FileLock lock, hold_store(context, LockMode::shared, "kopi store verify"));
  KOPI_TRY(const StoreContents store, list_store(context.home));
  KOPI_TRY(const StoreDamage damage, check_store(context.home, store, &context.interrupt));
  Outcome outcome;
  Node list = Node::sequence();
  for (const auto& blob : damage.blobs) {
    list.push(Node::mapping(
        {{"path", blob.path}, {"digest", blob.digest.str()}, {"reason", blob.reason}, {"profiles", records_of("name", blob.users)}}));
    outcome.text.styled(Style::red, "✗").print(" {} {}", blob.path, blob.reason);
    outcome.text.print(blob.users.empty() ? "\n" : "  (needed by {})\n", join(blob.users, ", "));
  }
  outcome.data = Node::mapping(
      {{"clean", damage.blobs.empty()}, {"blobs", store.blobs.size()}, {"bytes", store.bytes()}, {"damaged", std::move(list)}});
  if (damage.blobs.empty()) {
    outcome.text.styled(Style::green, "✓")
        .print(" {}, {}: every one is what it was\n", count_of(store.blobs.size(), "blob"), human_bytes(store.bytes()));
    return outcome;
  }
  const std::string first = damage.blobs.front().path;
  outcome.problem = error(Code::state, "{} of the store {} damaged or missing, {} first", count_of(damage.blobs.size(), "blob"),
                          damage.blobs.size() == 1 ? "is" : "are", first);
  outcome.problem->hint = way_out(context, damage);
  return outcome;
}

}  // namespace

const CommandSpec store_verify_command{
    "store verify",
    "Check every file in the store",
    "Hashes every stored file again and looks for those that a profile or one of its kept states needs and that are gone. Ends with 8 when "
    "one is damaged or missing; `kopi doctor --repair` puts back what a profile's own files, one of its kept states, or the source of its "
    "distribution still hold.",
    {},
    {},
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
