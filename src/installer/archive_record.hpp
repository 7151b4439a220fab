// installer/archive_record.hpp
//
// `.kopi-export.json`: what an archive says about the profile in it, so that an import can go on where the export stopped.
// docs/formats/archive.md lists its keys. Nothing in it depends on when or where it was written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/ledger.hpp"
#include "store/install_record.hpp"
#include "system/descriptor.hpp"

namespace kopi {

constexpr std::string_view k_archive_record = ".kopi-export.json";
constexpr std::string_view k_archive_bases = ".kopi-base";

struct ArchiveRecord {
  std::optional<InstallRecord> installed;  ///< of a profile that came from a distribution
  Ledger ledger;                           ///< what it shipped, as far as the archive brings it; nothing for any other profile
  Ledger bundled;                          ///< the bundled skills, as kopi wrote them
  std::vector<std::string> redacted;       ///< files in which a word stands for a secret
  bool memories = false;
  bool sessions = false;
};

std::string render_archive_record(const ArchiveRecord& record);
/// @error archive  not such a record; says why
Result<ArchiveRecord> parse_archive_record(std::string_view text);

/// The directory in an archive that kopi wrote, by its first bytes and its first member; nothing for any other file. `file` stands at its
/// start.
std::optional<std::string> own_archive_root(const Descriptor& file);

}  // namespace kopi
