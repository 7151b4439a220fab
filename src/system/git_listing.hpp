// system/git_listing.hpp   (inside system only)
//
// A server's list of refs without the lines that libgit2 1.5 takes for damage: where the repository there is itself a shallow one,
// `shallow <id>` follows the refs (gitprotocol-pack(5), "Reference Discovery"). For one commit they are of no interest.
#pragma once

#include <string>
#include <string_view>

namespace kopi::detail {

class GitListingFilter {
 public:
  /// What of the bytes so far is to be handed on; a line that is not whole yet is held back.
  std::string feed(std::string_view bytes);
  /// At the end: what is held back.
  std::string rest() { return std::move(held_); }

 private:
  std::string held_;
  bool is_damaged_ = false;  ///< no pkt-lines: libgit2 says what is wrong with it
};

}  // namespace kopi::detail
