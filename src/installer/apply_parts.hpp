// installer/apply_parts.hpp   (inside installer only)
//
// kopi's own records of what is being applied: record, ledger, approvals, history.
#pragma once

#include <string>
#include <vector>

#include "installer/operation.hpp"
#include "installer/snapshot.hpp"
#include "store/blobs.hpp"
#include "store/history.hpp"

namespace kopi {

struct RecordFile {
  RelPath path;
  std::string text;
  unsigned bits = 0644;
};

InstallRecord make_record(const Prepared& prepared, const InstallContext& context);

/// The profile already is what applying would make of it, its record included.
bool is_applied(const Prepared& prepared, const InstallRecord& record);

/// A state as it was shipped, from the store alone.   @error state  the store has lost a file of it
Result<Snapshot> restore_snapshot(const InstallRecord& record, const Ledger& ledger, const Blobs& blobs);

/// Everything of `.kopi/` that changes with it. `directory` is the profile's own, or a staging one.
/// @error state  the approvals that are there can't be read
Result<std::vector<RecordFile>> render_records(const std::string& directory, const Prepared& prepared, const InstallRecord& record);

/// The record and the current state's file anew, where nothing but `pending` changed.
std::vector<RecordFile> render_record(const Installed& installed, const State& state);

/// States that go once another one is added.
Result<std::vector<RelPath>> outdated_states(const std::string& directory);

}  // namespace kopi
