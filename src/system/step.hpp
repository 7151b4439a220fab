// system/step.hpp
//
// The points at which a crash is most awkward, by name. In test builds KOPI_TEST_ABORT_AT=NAME or NAME:N kills this process the
// first or the Nth time that it gets there, as a power cut would; elsewhere reaching one does nothing.
#pragma once

#include <string_view>

namespace kopi {

void reach_step(std::string_view name);

}  // namespace kopi
