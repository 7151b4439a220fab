// installer/own_setting.hpp
//
// Settings that decide how an author's changes meet the user's: an author has no say in them.
#pragma once

#include <optional>
#include <string_view>

#include "formats/node.hpp"
#include "model/name.hpp"
#include "store/home.hpp"

namespace kopi {

/// What the profile's config.yaml says of `dotted_key`. Nothing when it says nothing, can't be read, or says what the distribution shipped:
/// then nobody knows that its user wants it.
std::optional<Node> find_own_setting(const Home& home, const ProfileName& name, std::string_view dotted_key);

}  // namespace kopi
