// store/transaction_journal.hpp   (inside store only)
//
// The journal as text, and the two ways to carry it out. Both go step by step and look at the files to see what is done, so either
// can start wherever a crash has left off.
#pragma once

#include "store/transaction.hpp"

namespace kopi::detail {

RelPath transaction_directory();
RelPath journal_path();
RelPath staged_path(std::size_t step);    ///< what is to come
RelPath replaced_path(std::size_t step);  ///< what was there

std::string render_journal(const Transaction::Journal& journal);
/// @error state  not a journal; names `file`
Result<Transaction::Journal> parse_journal(std::string_view text, const std::string& file);

/// Every step that is not done yet.   @error io, changed  stops there
Result<void> carry_out(const Directory& profile, const Transaction::Journal& journal);
/// Every step that was done, backwards.
Result<void> take_back(const Directory& profile, const Transaction::Journal& journal);
/// Flushes the profile, then lets go of the journal and of what the transaction kept.
Result<void> close_journal(const Directory& profile);

}  // namespace kopi::detail
