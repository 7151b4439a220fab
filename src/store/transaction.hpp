// store/transaction.hpp
//
// Several files of one profile changed as one step: whatever happens (a kill, a full disk, a failing one), what any kopi command
// sees afterwards is the old state as a whole or the new one, modes included. docs/decisions/0019-transaction.md says how.
//
// On disk, below the profile's .kopi/:
//   transaction/new-3   the content that is to come, complete and flushed before anything live is touched
//   transaction/old-3   the file that it replaced, the very same file and not a copy
//   journal             the steps, schema 1; while it is there, the transaction is to be finished
//
// Needs the profile's exclusive lock (store/locks.hpp). All paths are followed without symbolic links.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/ledger.hpp"
#include "system/directory.hpp"

namespace kopi {

class Transaction {
 public:
  /// @param operation  for the journal and for messages: "update"
  static Result<Transaction> begin(const std::string& profile, std::string operation);
  Transaction(Transaction&&) = default;
  /// What was prepared and not committed goes; nothing live was touched.
  ~Transaction();

  /// `path` is to hold `content`. A file that is there keeps who may read and write it; only the executable bit is taken over.
  /// @param expected  what stands there now, checked once more while it is replaced; nothing: no matter
  Result<void> put(const RelPath& path, std::string_view content, FileMode mode, const std::optional<LedgerEntry>& expected = {});
  /// One of kopi's own records, with exactly these permission bits.
  Result<void> put_record(const RelPath& path, std::string_view content, mode_t bits);
  /// `path` is to go, and with it the directories that this leaves empty.
  Result<void> remove(const RelPath& path, const std::optional<LedgerEntry>& expected = {});

  /// Carries all of it out, removals first: a directory can make way for a file. Nothing at all when nothing was put or removed.
  /// @error io  a step failed and every earlier one was taken back.   @error changed  a file was not as expected; taken back
  /// @error state  taking back failed too; the next command that opens the profile goes on with it
  Result<void> commit();

  struct Step {
    RelPath path;
    bool removes = false;
    std::optional<LedgerEntry> expected;
  };
  /// A directory with its permission bits: one that a removal may empty.
  struct Container {
    RelPath path;
    mode_t mode = 0755;
    bool operator==(const Container&) const = default;
  };
  struct Journal {
    std::string operation;
    std::vector<Step> steps;             ///< the number of a step names its files in transaction/
    std::vector<RelPath> made;           ///< directories that were missing, outermost first
    std::vector<Container> containers;   ///< that removals may empty, outermost first
  };

 private:
  Transaction(Directory profile, std::string operation) : profile_(std::move(profile)) { journal_.operation = std::move(operation); }
  Result<void> stage(const RelPath& path, std::string_view content, mode_t bits, const std::optional<LedgerEntry>& expected);

  Directory profile_;
  Journal journal_;
  bool open_ = true;
};

/// Something of an earlier, broken-off transaction is there.
bool has_transaction(const std::string& profile);

/// Finishes the transaction that the journal tells of, or takes it back where it can't be finished; clears what was only
/// prepared. What was done, for people: "finished an update"; nothing when there was nothing to do.
/// @error state  the journal can't be read, or neither way works; names the file and the repair command
Result<std::optional<std::string>> recover_transaction(const std::string& profile);

}  // namespace kopi
