#include "store/repair.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "formats/json.hpp"
#include "store/blobs.hpp"
#include "store/history.hpp"
#include "store/install_record.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "store/transaction.hpp"
#include "system/crypto.hpp"
#include "system/directory.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

class Mender {
 public:
  Mender(const Home& home, const ProfileName& name) : home_(home), name_(name), path_(home.profile_path(name)), blobs_(home) {}

  Result<std::vector<Repair>> run() {
    KOPI_CHECK(transaction());
    KOPI_CHECK(record());
    if (!read_approvals(path_)) {
      KOPI_CHECK(set_aside(".kopi/approvals.json"));
      done("approvals.json was damaged and is set aside: what you agreed to has to be agreed to again");
    }
    KOPI_CHECK(blobs());
    KOPI_CHECK(states());
    return std::move(repairs_);
  }

 private:
  void done(std::string what) { repairs_.push_back({std::move(what), true, ""}); }
  std::string install_again() const { return fmt::format("kopi profile install SOURCE --name {} --force", name_.str()); }

  Result<void> set_aside(std::string_view file) const {
    const std::string from = join_path(path_, file);
    std::string to = from + ".damaged";
    for (int number = 2; path_exists(to); ++number) to = fmt::format("{}.damaged-{}", from, number);
    return rename_new(from, to);
  }

  // A journal that can be read is carried out or taken back; of another one nobody knows what it was to do.
  Result<void> transaction() {
    if (!has_transaction(path_)) return {};
    auto recovered = recover_transaction(path_);
    if (recovered) {
      if (*recovered) done(**recovered);
      return {};
    }
    if (recovered.error().code != Code::state) return std::move(recovered).error();
    if (path_exists(join_path(path_, ".kopi/journal"))) KOPI_CHECK(set_aside(".kopi/journal"));
    if (path_exists(join_path(path_, ".kopi/transaction"))) KOPI_CHECK(set_aside(".kopi/transaction"));
    repairs_.push_back(
        {"a change that broke off can't be told from its journal; journal and files are set aside in .kopi/, and the profile "
         "stays as it lies",
         false, fmt::format("kopi profile verify {}", name_.str())});
    return {};
  }

  Result<void> record() {
    const auto installed = read_installed(home_, name_);
    KOPI_TRY(const auto numbers, list_states(path_));
    if (installed && (*installed || numbers.empty())) return {};
    if (!installed && installed.error().code != Code::state) return installed.error();
    const auto current = read_install_record(home_, name_);
    if (current && *current) {
      const auto digest = Digest::parse((*current)->ledger);
      const auto ledger = digest ? blobs_.get(*digest) : Result<std::string>(Error{});
      if (ledger && parse_ledger(*ledger, "ledger")) {
        KOPI_CHECK(write_file(join_path(path_, ".kopi/ledger"), *ledger, 0644));
        done("the ledger is restored from the store");
        return {};
      }
    }
    for (auto number = numbers.rbegin(); number != numbers.rend(); ++number) {
      const auto state = read_state(path_, *number);
      if (!state) continue;
      auto record = install_record_from(state->record, state_path(*number));
      auto ledger = read_ledger(*state, blobs_);
      if (!record || !ledger) continue;
      KOPI_CHECK(write_installed(path_, {*std::move(record), *std::move(ledger)}));
      done(fmt::format("record and ledger are restored from state {}", *number));
      return {};
    }
    repairs_.push_back({"no kept state can be read, so the record can't be restored", false, install_again()});
    return {};
  }

  // The base of the next merge: what lies in the profile as it was shipped can be stored again.
  Result<void> blobs() {
    const auto installed = read_installed(home_, name_);
    if (!installed || !*installed) return {};
    KOPI_TRY(const Directory directory, Directory::open(path_));
    std::size_t stored = 0, lost = 0;
    for (const auto& [path, entry] : (*installed)->ledger) {
      if (blobs_.get(entry.digest)) continue;
      const auto live = directory.read(path, std::size_t{1} << 30);
      if (!live || sha256(*live) != entry.digest) {
        ++lost;
        continue;
      }
      KOPI_CHECK(blobs_.replace(entry.digest, *live));
      ++stored;
    }
    const std::string ledger = render_ledger((*installed)->ledger);
    if (!blobs_.get(sha256(ledger))) {
      KOPI_CHECK(blobs_.replace(sha256(ledger), ledger));
      ++stored;
    }
    if (stored > 0) {
      KOPI_CHECK(blobs_.sync());
      done(fmt::format("{} in the store again", stored == 1 ? "1 file is" : fmt::format("{} files are", stored)));
    }
    if (lost > 0) {
      repairs_.push_back(
          {fmt::format("the store has lost what was shipped as {} that you edited or deleted: the next update can't merge there",
                       lost == 1 ? "a file" : fmt::format("{} files", lost)),
           false, fmt::format("kopi profile install {} --name {} --force", shell_quote((*installed)->record.source), name_.str())});
    }
    return {};
  }

  // The current state can be written anew from the record. Another one that can't be gone back to is set aside: it would stand in the
  // way of `store gc`, which must know what every state needs.
  Result<void> states() {
    KOPI_TRY(const auto numbers, list_states(path_));
    const auto installed = read_installed(home_, name_);
    for (const std::int64_t number : numbers) {
      const auto state = read_state(path_, number);
      if (state && can_restore(*state)) continue;
      const bool is_current = installed && *installed && (*installed)->record.state == number;
      if (!is_current) {
        KOPI_CHECK(set_aside(state_path(number)));
        done(fmt::format("state {} can't be gone back to any more and is set aside", number));
      } else if (!state) {
        const InstallRecord& record = (*installed)->record;
        KOPI_CHECK(write_state(path_, {number, "update", record.updated_at, to_json(record)}));
        done(fmt::format("state {}, the current one, is written anew", number));
      }
    }
    return {};
  }

  bool can_restore(const State& state) const {
    const auto ledger = read_ledger(state, blobs_);
    return ledger &&
           std::all_of(ledger->begin(), ledger->end(), [&](const auto& file) { return blobs_.get(file.second.digest).has_value(); });
  }

  const Home& home_;
  const ProfileName& name_;
  std::string path_;
  Blobs blobs_;
  std::vector<Repair> repairs_;
};

}  // namespace

Result<std::vector<Repair>> repair_profile(const Home& home, const ProfileName& name) {
  if (!is_directory(home.profile_path(name))) return std::vector<Repair>();
  KOPI_TRY(const FileLock lock, try_lock_profile(home, name, "kopi doctor --repair"));
  return Mender(home, name).run();
}

}  // namespace kopi
