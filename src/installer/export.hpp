// installer/export.hpp
//
// A profile as one archive: the parts of it that are known and asked for, never a credential, secrets in texts replaced, databases copied
// whole while they are in use. What goes in is decided first (plan_export), by reading; then it is written as a stream, in memory that
// does not grow with the profile. Nothing in the profile is changed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/finding.hpp"
#include "base/result.hpp"
#include "installer/archive_record.hpp"
#include "installer/context.hpp"
#include "model/name.hpp"
#include "model/redaction.hpp"
#include "system/directory.hpp"

namespace kopi {

struct ExportOptions {
  bool memories = false;
  bool sessions = false;
  std::string output;  ///< where the archive will be written, if that is a file: it is no part of itself
};

/// Something of the profile that stays where it is.
struct LeftOut {
  std::string path;
  std::string reason;
  bool operator==(const LeftOut&) const = default;
};

struct ExportFile {
  enum class Content {
    as_is,
    redacted,   ///< text with its secrets replaced
    database,   ///< SQLite's backup of it
    base,       ///< of a ledger file that the user edited or removed: a blob of the store
    generated,  ///< .kopi-export.json
  };
  Content content = Content::as_is;
  RelPath path;  ///< from the profile's root; of a base below `.kopi-base`
  bool executable = false;
  std::uint64_t size = 0;  ///< in the archive; of a database as it lies there
  Digest blob = {};        ///< of a base, in the store
  TextKind kind = {};      ///< of a base: what the file is that it is the base of
};

struct ExportPlan {
  std::vector<ExportFile> files;  ///< by path
  ArchiveRecord record;
  std::vector<LeftOut> left_out;
  Findings findings;        ///< what was replaced, with file and line; what can't be exported
  std::uint64_t bytes = 0;  ///< of all files, about
};

/// Looks at every file and reads the texts. The caller holds the profile's shared lock until it is written.
/// @error state  kopi's record of the profile is damaged.   @error io.   @error interrupted
Result<ExportPlan> plan_export(const ProfileName& name, const ExportOptions& options, const InstallContext& context);

/// Writes the archive to `sink`, in one directory that is called `name`.
/// @error changed  a file is not what the plan was made on.   @error limit  a file is too large for the format
Result<void> write_export(const ExportPlan& plan, const ProfileName& name, const InstallContext& context,
                          const std::function<Result<void>(std::string_view)>& sink);

}  // namespace kopi
