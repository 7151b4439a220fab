// installer/verify.hpp
//
// The files of a profile against the ledger of what was installed: what differs, what is gone, what lies beside it. Nothing is
// written and no link is followed.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/ledger.hpp"
#include "store/home.hpp"
#include "store/install_record.hpp"

namespace kopi {

struct Verification {
  struct Difference {
    std::string path;
    std::string reason;  ///< "other content", "the executable bit", "a symbolic link stands there"
  };
  std::vector<Difference> modified;
  std::vector<std::string> missing;
  std::vector<std::string> extra;    ///< not shipped, in a directory that the distribution ships: the user's own, and welcome
  std::vector<std::string> pending;  ///< files whose merge waits for the user's decision

  /// Every shipped file is as it was shipped. What is extra or pending does not count.
  bool is_clean() const { return modified.empty() && missing.empty(); }
};

/// @error io  the profile can't be read
Result<Verification> verify_files(const std::string& profile, const Ledger& ledger);

/// The conflicts that still wait for a decision: not those whose file the user made equal to the author's.
std::vector<Pending> undecided(const std::string& profile, const InstallRecord& record);

}  // namespace kopi
