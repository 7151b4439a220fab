// model/ledger.hpp
//
// The ledger of an installed distribution: each file that it shipped, with its mode and its digest as shipped. A path in the
// ledger belongs to the distribution; every other path belongs to the user.
// As text: one line `<mode> <sha256>  <path>` a file, byte-sorted by path; its SHA-256 is the tree's digest.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/rel_path.hpp"
#include "base/result.hpp"
#include "formats/node.hpp"

namespace kopi {

enum class FileMode { regular, executable };

struct LedgerEntry {
  FileMode mode = FileMode::regular;
  Digest digest;
  bool operator==(const LedgerEntry&) const = default;
};

using Ledger = std::map<RelPath, LedgerEntry>;

std::string render_ledger(const Ledger& ledger);
/// @error state  not a ledger
Result<Ledger> parse_ledger(std::string_view text, std::string_view file);

/// `{"mode": "100644", "digest": "sha256:…"}`, as records and journals hold it; of nothing, null.
Node to_json(const std::optional<LedgerEntry>& entry);
/// Nothing for what is no such object.
std::optional<LedgerEntry> ledger_entry_from(const Node* node);

/// "100644" and "100755": as git writes a file's mode.
std::string_view git_mode(FileMode mode);

/// "0644" and "0755": what the permission bits of an installed file are set to.
unsigned permission_bits(FileMode mode);
FileMode file_mode(unsigned permission_bits);

}  // namespace kopi
