#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/locks.hpp"
#include "store/collect.hpp"

namespace kopi::cli {
namespace {

constexpr OptionSpec options[] = {{"--dry-run", "", "say what would go, and remove nothing"}};
constexpr ExampleSpec examples[] = {{"kopi store gc --dry-run", "how much would it free?"},
                                    {"kopi store gc", "remove what no profile and no kept state needs"}};

Result<Outcome> run(Context& context, const Arguments& given) {
  const bool dry_run = given.flag("--dry-run");
  KOPI_TRY(const FileLock lock, hold_store(context, dry_run ? LockMode::shared : LockMode::exclusive, "kopi store gc"));
  KOPI_TRY(const StoreContents store, list_store(context.home));
  KOPI_TRY(const auto users, find_blob_users(context.home));
  Garbage garbage = find_garbage(store, users);
  KOPI_TRY(Garbage damaged, find_damaged_garbage(context.home, store, &context.interrupt));
  garbage.blobs.merge(damaged.blobs);
  if (!dry_run) KOPI_CHECK(remove_garbage(context.home, garbage, &context.interrupt));
  Outcome outcome;
  outcome.data = Node::mapping({{"dry_run", dry_run},
                                {"removed", garbage.count()},
                                {"bytes", garbage.bytes()},
                                {"kept", store.blobs.size() - garbage.blobs.size()},
                                {"kept_bytes", store.bytes() - garbage.blob_bytes()}});
  const std::string amount = fmt::format("{}, {}", count_of(garbage.count(), "file"), human_bytes(garbage.bytes()));
  if (garbage.count() == 0) {
    outcome.text.print("Nothing to remove: {} in the store, and all needed.\n", count_of(store.blobs.size(), "file"));
  } else if (dry_run) {
    outcome.text.print("Would remove {}.\n", amount);
  } else {
    outcome.text.styled(Style::green, "✓").print(" Removed {}\n", amount);
  }
  for (const std::string& path : store.strange) context.console.note(path + " is none of kopi's; it stays");
  return outcome;
}

}  // namespace

const CommandSpec store_gc_command{
    "store gc",
    "Remove what nothing needs from the store",
    "The store keeps every file as it was shipped: the base of the next merge, and what a rollback restores. What no profile, no kept "
    "state, no pending merge and no unfinished work names is removed, and so is what is damaged and stands behind no file of theirs. While "
    "it runs, no install or update adds anything.",
    {},
    options,
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
