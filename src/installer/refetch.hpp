// installer/refetch.hpp
//
// What the store has lost and no live file holds any more, fetched again from where it came.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "installer/context.hpp"
#include "model/name.hpp"

namespace kopi {

struct Refetched {
  std::size_t lost = 0;    ///< files of the installed state that neither the store nor the profile holds as they were shipped
  std::size_t stored = 0;  ///< of these, in the store again
};

/// Nothing is fetched when nothing is lost. The profile's files stay as they are.
/// @error network, source, io, ...  the source can't be had
Result<Refetched> refetch_lost(const ProfileName& name, const InstallContext& context);

}  // namespace kopi
