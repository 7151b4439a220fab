#include <map>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/locks.hpp"
#include "store/collect.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ExampleSpec examples[] = {{"kopi store du", "which profile takes how much of the store?"},
                                    {"kopi store du --json", "the same as data"}};

struct Share {
  std::size_t blobs = 0;
  std::uint64_t bytes = 0;
  std::uint64_t own_bytes = 0;  ///< that nobody else needs
};

std::map<Digest, std::size_t> count_users(const StoreContents& store, const std::vector<BlobUser>& users) {
  std::map<Digest, std::size_t> counts;
  for (const BlobUser& user : users) {
    for (const Digest& digest : user.needed) {
      if (store.blobs.contains(digest)) ++counts[digest];
    }
  }
  return counts;
}

Share share_of(const BlobUser& user, const StoreContents& store, const std::map<Digest, std::size_t>& counts) {
  Share share;
  for (const Digest& digest : user.needed) {
    const auto blob = store.blobs.find(digest);
    if (blob == store.blobs.end()) continue;
    ++share.blobs;
    share.bytes += blob->second;
    if (counts.at(digest) == 1) share.own_bytes += blob->second;
  }
  return share;
}

Result<Outcome> run(Context& context, const Arguments&) {
  KOPI_TRY(const FileLock lock, hold_store(context, LockMode::shared, "kopi store du"));
  KOPI_TRY(const StoreContents store, list_store(context.home));
  KOPI_TRY(const auto users, find_blob_users(context.home));
  KOPI_TRY(const std::uint64_t mirrors, measure_tree(join_path(context.home.cache_path(), "git")));
  const Garbage garbage = find_garbage(store, users);
  const auto counts = count_users(store, users);
  Node list = Node::sequence();
  Table table({"Profile", "Blobs", "Size", "Its own", "Shared"});
  for (const BlobUser& user : users) {
    const Share share = share_of(user, store, counts);
    if (share.blobs == 0) continue;
    list.push(Node::mapping({{"name", user.name},
                             {"blobs", share.blobs},
                             {"bytes", share.bytes},
                             {"unique_bytes", share.own_bytes},
                             {"shared_bytes", share.bytes - share.own_bytes}}));
    table.row({user.name, std::to_string(share.blobs), human_bytes(share.bytes), human_bytes(share.own_bytes),
               human_bytes(share.bytes - share.own_bytes)});
  }
  Outcome outcome;
  outcome.data = Node::mapping({{"blobs", store.blobs.size()},
                                {"bytes", store.bytes()},
                                {"profiles", std::move(list)},
                                {"unused", Node::mapping({{"blobs", garbage.count()}, {"bytes", garbage.bytes()}})},
                                {"cache_bytes", mirrors}});
  if (!outcome.data.find("profiles")->items().empty()) outcome.text = table.render().print("\n");
  outcome.text.print("Store    {} in {}\n", human_bytes(store.bytes()), count_of(store.blobs.size(), "blob"));
  if (garbage.count() > 0)
    outcome.text.print("Unused   {} in {}; kopi store gc removes them\n", human_bytes(garbage.bytes()), count_of(garbage.count(), "blob"));
  outcome.text.print("Mirrors  {} in {}; they may be deleted at any time\n", human_bytes(mirrors),
                     join_path(context.home.cache_path(), "git"));
  return outcome;
}

}  // namespace

const CommandSpec store_du_command{
    "store du",
    "Show what the store takes",
    "By profile: the stored files that it needs, their size, and how much of that nobody else needs. A file that several profiles need "
    "is stored once. Beside it, what nothing needs, and the mirrors of git repositories.",
    {},
    {},
    examples,
    Needs::home,
    run};

}  // namespace kopi::cli
