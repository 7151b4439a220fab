// Who needs what:
// 1. List the directories that may be profiles.
// 2. Of each, read every file in .kopi/ and note each run of 64 hexadecimal digits.
// 3. Of each kept state, read its ledger from the store and note what that lists.
// 4. List the directories once more: one that appeared, went or changed its name meanwhile starts all over.
#include "store/collect.hpp"

#include <algorithm>

#include "model/ledger.hpp"
#include "store/blobs.hpp"
#include "store/history.hpp"
#include "store/install_record.hpp"
#include "store/profiles.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"
#include "system/interrupt.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_hex = 64;
constexpr std::size_t k_max_record = 256u << 20;
constexpr int k_tries = 10;

std::string blobs_path(const Home& home) { return join_path(home.store_path(), "sha256"); }

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

void note_digests(std::string_view text, std::set<Digest>& digests) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_hex(text[end])) ++end;
    if (end - at == k_hex) {
      if (const auto digest = Digest::parse(text.substr(at, k_hex))) digests.insert(*digest);
    }
    at = end + 1;
  }
}

struct Place {
  std::string name;
  std::string path;
  bool operator==(const Place&) const = default;
};

Result<std::vector<Place>> list_places(const Home& home) {
  std::vector<Place> places{{"default", home.root}};
  for (const std::string_view below : {"profiles", "profiles/.deleted"}) {
    const std::string directory = join_path(home.root, below);
    if (!is_directory(directory)) continue;
    KOPI_TRY(const auto names, list_directory(directory));
    for (const std::string& name : names) {
      const std::string path = join_path(directory, name);
      if (is_directory(path)) places.push_back({name, path});
    }
  }
  return places;
}

// Links are followed: whoever put one there wants what it leads to.
Result<void> read_records(const std::string& directory, std::size_t depth, BlobUser& user) {
  if (depth > 8) return error(Code::limit, "{} is nested too deep for kopi's records", directory);
  KOPI_TRY(const auto names, list_directory(directory));
  for (const std::string& name : names) {
    const std::string path = join_path(directory, name);
    if (is_directory(path)) {
      KOPI_CHECK(read_records(path, depth + 1, user));
      continue;
    }
    KOPI_TRY(const std::string text, read_file(path, k_max_record));
    note_digests(text, user.needed);
  }
  return {};
}

// A kept state names its ledger, which is a blob and names the files. Without it nobody could tell what the state needs.
Result<void> note_ledgers(const Place& place, const Blobs& blobs, BlobUser& user) {
  KOPI_TRY(const auto states, read_states(place.path));
  for (const State& state : states) {
    auto ledger = read_ledger(state, blobs);
    if (!ledger) {
      ledger.error().context.push_back(fmt::format("looking what state {} of {} needs", state.number, place.name));
      ledger.error().hint = fmt::format("kopi -p {} doctor --repair", place.name);
      return std::move(ledger).error();
    }
    for (const auto& file : *ledger) user.needed.insert(file.second.digest);
  }
  return {};
}

Result<std::vector<BlobUser>> read_places(const std::vector<Place>& places, const Blobs& blobs) {
  std::vector<BlobUser> users;
  for (const Place& place : places) {
    BlobUser user{place.name, {}};
    const std::string records = join_path(place.path, ".kopi");
    KOPI_TRY(const auto present, stat_path(records));
    if (present) {
      KOPI_CHECK(read_records(records, 0, user).while_doing("looking what {} needs", place.name));
      KOPI_CHECK(note_ledgers(place, blobs, user));
    }
    users.push_back(std::move(user));
  }
  return users;
}

template <class Sizes>
std::uint64_t sum(const Sizes& sizes) {
  std::uint64_t total = 0;
  for (const auto& entry : sizes) total += entry.second;
  return total;
}

}  // namespace

std::uint64_t StoreContents::bytes() const { return sum(blobs); }
std::uint64_t Garbage::blob_bytes() const { return sum(blobs); }
std::uint64_t Garbage::bytes() const { return sum(blobs) + sum(left_over); }

Result<StoreContents> list_store(const Home& home) {
  StoreContents contents;
  if (!is_directory(blobs_path(home))) return contents;
  KOPI_TRY(const auto names, list_directory(blobs_path(home)));
  for (const std::string& name : names) {
    const std::string path = join_path(blobs_path(home), name);
    KOPI_TRY(const auto info, stat_path(path));
    if (!info) continue;  // another kopi has just finished writing it
    const auto digest = Digest::parse(std::string_view(name).substr(0, k_hex));
    if (info->type != EntryType::file || !digest) {
      contents.strange.push_back(path);
    } else if (name.size() == k_hex) {
      contents.blobs.emplace(*digest, info->size);
    } else if (name[k_hex] == '.') {
      contents.left_over.emplace(path, info->size);
    } else {
      contents.strange.push_back(path);
    }
  }
  return contents;
}

Result<std::vector<BlobUser>> find_blob_users(const Home& home) {
  const Blobs blobs(home);
  for (int tries = 0; tries < k_tries; ++tries) {
    KOPI_TRY(const auto places, list_places(home));
    auto users = read_places(places, blobs);
    KOPI_TRY(const auto afterwards, list_places(home));
    if (afterwards == places) return users;
  }
  return with_hint(error(Code::busy, "profiles come and go while the store is looked through"), "run the command again");
}

Garbage find_garbage(const StoreContents& store, const std::vector<BlobUser>& users) {
  std::set<Digest> needed;
  for (const BlobUser& user : users) needed.insert(user.needed.begin(), user.needed.end());
  Garbage garbage;
  garbage.left_over = store.left_over;
  for (const auto& blob : store.blobs) {
    if (!needed.contains(blob.first)) garbage.blobs.insert(blob);
  }
  return garbage;
}

Result<void> remove_garbage(const Home& home, const Garbage& garbage, const Interrupt* interrupt) {
  const auto remove = [&](const std::string& path) -> Result<void> {
    if (interrupt != nullptr && interrupt->requested()) return interrupted_error();
    return remove_file(path);
  };
  for (const auto& file : garbage.left_over) KOPI_CHECK(remove(file.first));
  for (const auto& blob : garbage.blobs) KOPI_CHECK(remove(join_path(blobs_path(home), blob.first.hex())));
  return {};
}

namespace {

// Of every profile: the blobs that it can't do without, by its ledger and its kept states. A record that can't be read is the
// business of `verify` and `doctor`; here it names nothing.
Result<std::map<Digest, std::vector<std::string>>> needed_blobs(const Home& home) {
  std::map<Digest, std::vector<std::string>> needed;
  const auto note = [&](const Digest& digest, const std::string& user) {
    auto& users = needed[digest];
    if (users.empty() || users.back() != user) users.push_back(user);
  };
  const Blobs blobs(home);
  KOPI_TRY(const auto names, list_profiles(home));
  for (const ProfileName& name : names) {
    if (const auto installed = read_installed(home, name); installed && *installed) {
      for (const auto& file : (*installed)->ledger) note(file.second.digest, name.str());
    }
    const auto states = read_states(home.profile_path(name));
    if (!states) continue;
    for (const State& state : *states) {
      note(state.ledger(), name.str());
      if (const auto ledger = read_ledger(state, blobs)) {
        for (const auto& file : *ledger) note(file.second.digest, name.str());
      }
    }
  }
  return needed;
}

// Another copy of it lies in the profile, as it was shipped; or it is the ledger, which the profile has too.
bool has_copy(const Home& home, const std::string& profile, const Digest& digest) {
  const auto name = ProfileName::parse(profile);
  const auto installed = name ? read_installed(home, *name) : Result<std::optional<Installed>>(Error{});
  if (!installed || !*installed) return true;  // doctor --repair has something to do there in any case
  if (sha256(render_ledger((*installed)->ledger)) == digest) return true;
  const auto directory = Directory::open(home.profile_path(*name));
  if (!directory) return false;
  bool is_listed = false;
  for (const auto& [path, entry] : (*installed)->ledger) {
    if (entry.digest != digest) continue;
    is_listed = true;
    const auto live = directory->read(path, std::size_t{1} << 30);
    if (live && sha256(*live) == digest) return true;
  }
  return !is_listed;  // only an earlier state needs it, which doctor --repair sets aside
}

}  // namespace

Result<Garbage> find_damaged_garbage(const Home& home, const StoreContents& store, const Interrupt* interrupt) {
  KOPI_TRY(const auto needed, needed_blobs(home));
  Garbage garbage;
  for (const auto& [digest, size] : store.blobs) {
    if (needed.contains(digest)) continue;
    if (interrupt != nullptr && interrupt->requested()) return interrupted_error();
    const auto content = read_file(join_path(blobs_path(home), digest.hex()), std::size_t{4} << 30);
    if (content && sha256(*content) != digest) garbage.blobs.emplace(digest, size);
  }
  return garbage;
}

Result<StoreDamage> check_store(const Home& home, const StoreContents& store, const Interrupt* interrupt) {
  KOPI_TRY(const auto needed, needed_blobs(home));
  StoreDamage damage;
  const auto add = [&](const Digest& digest, std::string reason) {
    const auto users = needed.find(digest);
    StoreDamage::Blob blob{join_path(blobs_path(home), digest.hex()), digest, std::move(reason), {}, false};
    if (users != needed.end()) blob.users = users->second;
    blob.is_last = !blob.users.empty() && std::none_of(blob.users.begin(), blob.users.end(),
                                                       [&](const std::string& user) { return has_copy(home, user, digest); });
    damage.blobs.push_back(std::move(blob));
  };
  for (const auto& blob : store.blobs) {
    if (interrupt != nullptr && interrupt->requested()) return interrupted_error();
    const auto content = read_file(join_path(blobs_path(home), blob.first.hex()), std::size_t{4} << 30);
    if (!content) {
      add(blob.first, content.error().message);
    } else if (sha256(*content) != blob.first) {
      add(blob.first, "damaged");
    }
  }
  for (const auto& entry : needed) {
    if (!store.blobs.contains(entry.first)) add(entry.first, "missing");
  }
  return damage;
}

Result<std::uint64_t> measure_tree(const std::string& directory) {
  std::uint64_t bytes = 0;
  if (!is_directory(directory)) return bytes;
  KOPI_TRY(const Directory tree, Directory::open(directory));
  KOPI_CHECK(tree.walk([&](const Directory::Entry& entry) -> Result<bool> {
    if (entry.info.type == EntryType::file) bytes += entry.info.size;
    return true;
  }));
  return bytes;
}

}  // namespace kopi
