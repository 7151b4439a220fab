// store/history.hpp
//
// The states that a profile's distribution has been in: one file a state, `.kopi/history/<N>.json`, the last ten of them. Each is
// the install record of that moment with what made it; its ledger and every file in that are blobs in the store, so that a
// state can be shown, compared with and gone back to. Format: docs/formats/install-record.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "formats/node.hpp"
#include "model/ledger.hpp"
#include "store/blobs.hpp"

namespace kopi {

constexpr std::size_t k_kept_states = 10;

struct State {
  std::int64_t number = 0;  ///< from 1; a profile's numbers only grow
  std::string operation;    ///< what made it: install, update, rollback, resolve, import
  std::string at;           ///< RFC 3339, UTC
  Node record;              ///< the members of .kopi/install.json as they were then

  /// A member of the record as text; "" when it is null or absent.
  std::string text(std::string_view key) const;
  /// Of the ledger's text: a blob in the store.
  Digest ledger() const;
};

/// Relative to the profile: ".kopi/history/7.json".
std::string state_path(std::int64_t number);
/// The file's text: the record, with `state`, `operation` and `at`.
std::string render_state(const State& state);

/// The numbers of the states that `directory` (a profile's own, or a staging one) keeps, oldest first. Nothing is opened.
/// @error io
Result<std::vector<std::int64_t>> list_states(const std::string& directory);
/// @error state  damaged; names the file
Result<State> read_state(const std::string& directory, std::int64_t number);
/// All of them, oldest first.   @error state  one is damaged; names the file
Result<std::vector<State>> read_states(const std::string& directory);
/// Makes or replaces its file, as a whole and flushed.
Result<void> write_state(const std::string& directory, const State& state);
/// The numbers that have to go so that at most `keep` remain.
std::vector<std::int64_t> states_beyond(const std::vector<std::int64_t>& numbers, std::size_t keep = k_kept_states);
/// Removes the oldest states beyond `keep`.
Result<void> prune_states(const std::string& directory, std::size_t keep = k_kept_states);

/// What that state shipped, from the store.   @error state  the blob is missing or damaged
Result<Ledger> read_ledger(const State& state, const Blobs& blobs);

}  // namespace kopi
