// model/ownership.hpp
//
// Which files of a distribution's tree are taken. Names that belong to the user or to kopi are never taken, whatever the
// author lists; they count at the root only (but for `*.kopi-new`), so that `tools/bin/` or `skills/x/cache/` are ordinary payload.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rel_path.hpp"
#include "base/result.hpp"

namespace kopi {

/// `path` stands at, or below, a root name that no distribution may bring; or a name on it ends in `.kopi-new`, at whatever depth:
/// there an update puts what it can't merge.
bool is_user_owned(const RelPath& path);
/// The name that an update gives to what it can't merge: FILE.kopi-new.
bool is_beside(std::string_view name);
/// As above for one root name.
bool is_user_owned_root(std::string_view name);

/// An entry of `distribution_owned` without slashes at its ends and with '/' for '\'.
/// @error path  absolute, leaves the root, or starts with a name that is never taken
Result<std::string> normalise_owned(std::string_view entry);

enum class Taking { taken, user_owned, not_listed };

/// What happens to `path` under the author's list (none: everything is listed). distribution.yaml is always taken.
Taking taking_of(const RelPath& path, const std::optional<std::vector<std::string>>& owned);

}  // namespace kopi
