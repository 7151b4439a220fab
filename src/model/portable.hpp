// model/portable.hpp
//
// What of a profile may leave its machine, and what an archive may bring. Decided by name, once for both ways.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/rel_path.hpp"

namespace kopi {

enum class ProfilePart {
  settings,    ///< what makes the agent: config.yaml, SOUL.md, skills, jobs, knowledge, ...
  memories,    ///< what it remembers; only when asked for
  sessions,    ///< what was said; only when asked for
  credential,  ///< never, at any depth
  passing,     ///< what running programs and editors leave beside files; never
  machine,     ///< belongs to this machine, to kopi or to one run: workspace, logs, caches, .kopi
  unknown,     ///< a name at the root that kopi knows nothing of
};

/// Of a file's path from the profile's root. Of settings, memories and sessions only the root name decides; credentials are looked for in
/// every component, in any case.
ProfilePart part_of(const RelPath& path);

/// The database that a write-ahead log or rollback journal stands beside: "state.db" of "state.db-wal". A copy that was made while a
/// program used it needs both (https://www.sqlite.org/wal.html, "The WAL File").
std::optional<RelPath> database_of_log(const RelPath& path);

/// A name that holds keys or tokens wherever it lies: `.env`, `auth.json`, `id_ed25519`, `server.pem`, `.ssh`.
bool is_credential_name(std::string_view name);
/// One of its components is such a name. Nobody ships, packs, exports or imports such a file.
bool is_credential_path(const RelPath& path);
/// The same names as lines of a .gitignore. (Git takes case as it stands; the names above are meant in any.)
std::string credential_ignore_rules();

}  // namespace kopi
