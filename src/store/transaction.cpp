#include "store/transaction.hpp"

#include <algorithm>

#include "store/profiles.hpp"
#include "store/transaction_journal.hpp"
#include "system/step.hpp"

namespace kopi {

using namespace detail;

namespace {

std::string place_of(const std::string& profile, const RelPath& path) { return join_path(profile, path.str()); }

std::vector<RelPath> directories_above(const RelPath& path) {
  std::vector<RelPath> above;
  for (std::string parent(path.parent()); !parent.empty();) {
    auto directory = RelPath::parse(parent);
    KOPI_ASSERT(directory.has_value());
    parent = std::string(directory->parent());
    above.insert(above.begin(), *std::move(directory));
  }
  return above;
}

// kopi makes these itself in every profile; a distribution that drops its last file there does not take them away.
bool is_own(const RelPath& path) {
  const auto own = profile_directories();
  return std::find(own.begin(), own.end(), path.str()) != own.end();
}

Error stuck(const std::string& profile, const Error& forward, const Error& back) {
  Error problem =
      with_hint(error(Code::state, "a change of {} broke off and could be neither finished nor taken back: {}", profile, back.message),
                "kopi doctor --repair");
  problem.context = back.context;
  problem.context.push_back("taking back: " + forward.message);
  return problem;
}

}  // namespace

Result<Transaction> Transaction::begin(const std::string& profile, std::string operation) {
  KOPI_TRY(Directory directory, Directory::open(profile));
  // What an open journal set aside is the user's: only recovery may touch it.
  if (path_exists(place_of(profile, journal_path())) && has_transaction(profile))
    return with_hint(error(Code::state, "{} tells of a change that is not finished", place_of(profile, journal_path())),
                     "kopi doctor --repair");
  KOPI_CHECK(make_directories(join_path(profile, ".kopi"), 0700));
  KOPI_CHECK(remove_tree(place_of(profile, transaction_directory())));
  KOPI_CHECK(directory.make_directory(transaction_directory(), 0700));
  return Transaction(std::move(directory), std::move(operation));
}

Transaction::~Transaction() {
  if (open_ && !profile_.path().empty()) (void)remove_tree(place_of(profile_.path(), transaction_directory()));
}

Result<void> Transaction::stage(const RelPath& path, std::string_view content, mode_t bits, const std::optional<LedgerEntry>& expected) {
  KOPI_CHECK(profile_.create(staged_path(journal_.steps.size()), content, bits).while_doing("writing {}", path.str()));
  journal_.steps.push_back({path, false, expected});
  for (const RelPath& directory : directories_above(path)) {
    if (std::find(journal_.made.begin(), journal_.made.end(), directory) != journal_.made.end()) continue;
    KOPI_TRY(const auto present, profile_.stat(directory));
    if (!present || present->type != EntryType::directory) journal_.made.push_back(directory);
  }
  return {};
}

Result<void> Transaction::put(const RelPath& path, std::string_view content, FileMode mode, const std::optional<LedgerEntry>& expected) {
  KOPI_TRY(const auto present, profile_.stat(path));
  mode_t bits = permission_bits(mode);
  if (present && present->type == EntryType::file) {
    // A user who closed a file to others keeps it closed: only the executable bit is the author's.
    bits = present->mode & 0666;
    if (mode == FileMode::executable) bits |= (bits & 0444) >> 2;
  }
  return stage(path, content, bits, expected);
}

Result<void> Transaction::put_record(const RelPath& path, std::string_view content, mode_t bits) { return stage(path, content, bits, {}); }

Result<void> Transaction::remove(const RelPath& path, const std::optional<LedgerEntry>& expected) {
  journal_.steps.push_back({path, true, expected});
  for (const RelPath& directory : directories_above(path)) {
    if (is_own(directory)) continue;
    KOPI_TRY(const auto present, profile_.stat(directory));
    if (!present) continue;
    const Container container{directory, present->mode};
    if (std::find(journal_.containers.begin(), journal_.containers.end(), container) == journal_.containers.end())
      journal_.containers.push_back(container);
  }
  return {};
}

Result<void> Transaction::commit() {
  if (journal_.steps.empty()) return {};
  // A directory that something is put into is not emptied.
  std::erase_if(journal_.containers, [&](const Container& container) {
    return std::any_of(journal_.steps.begin(), journal_.steps.end(), [&](const Step& step) {
      return !step.removes && step.path != container.path && step.path.is_within(container.path.str());
    });
  });
  std::sort(journal_.containers.begin(), journal_.containers.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  auto staged = RelPath::parse(transaction_directory().str() + "/journal");
  KOPI_CHECK(profile_.create(*staged, render_journal(journal_), 0600));
  reach_step("staged");
  KOPI_CHECK(sync_file_system(profile_.path()));
  KOPI_CHECK(profile_.move(*staged, journal_path()));
  open_ = false;
  auto done = profile_.sync(*RelPath::parse(".kopi"));
  reach_step("journal");
  if (done) done = carry_out(profile_, journal_);
  if (done) {
    reach_step("applied");
    done = close_journal(profile_);
    // Everything is in place; a journal that can't be removed only has the next command look again.
    if (!done && !path_exists(place_of(profile_.path(), journal_path()))) return {};
  }
  if (done) return {};
  reach_step("failed");
  if (auto back = take_back(profile_, journal_); !back) return stuck(profile_.path(), done.error(), back.error());
  if (auto closed = close_journal(profile_); !closed) return stuck(profile_.path(), done.error(), closed.error());
  return done;
}

bool has_transaction(const std::string& profile) {
  return path_exists(place_of(profile, transaction_directory()));  // the journal comes after it, and goes before it
}

Result<std::optional<std::string>> recover_transaction(const std::string& profile) {
  const std::string file = place_of(profile, journal_path());
  KOPI_TRY(const auto text, read_file_if_present(file));
  if (!text) {
    KOPI_CHECK(remove_tree(place_of(profile, transaction_directory())));
    return std::optional<std::string>();
  }
  KOPI_TRY(const Transaction::Journal journal, parse_journal(*text, file));
  KOPI_TRY(const Directory directory, Directory::open(profile));
  auto done = carry_out(directory, journal);
  if (done) {
    KOPI_CHECK(close_journal(directory));
    return std::optional<std::string>(fmt::format("finished the {} that had broken off", journal.operation));
  }
  if (auto back = take_back(directory, journal); !back) return stuck(profile, done.error(), back.error());
  KOPI_CHECK(close_journal(directory));
  return std::optional<std::string>(fmt::format("took back the {} that had broken off: {}", journal.operation, done.error().message));
}

}  // namespace kopi
