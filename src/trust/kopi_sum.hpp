// trust/kopi_sum.hpp
//
// What an author signs: `kopi.sum` at the root of a distribution, an input that `sha256sum --strict -c` takes as well, because its head
// stands in comments:
//
//   # kopi-manifest 1
//   # name: research-bot
//   # version: 1.2.0
//   # seq: 7
//   # expires: 2027-11-01T00:00:00Z          may be absent
//   # exec: skills/a/run.sh                  one for each executable file
//   <64 hex digits>  SOUL.md
//   <64 hex digits>  skills/a/run.sh
//
// There is one way to write it: what does not come out the same byte for byte is refused.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "base/rel_path.hpp"
#include "base/result.hpp"
#include "model/ledger.hpp"

namespace kopi {

constexpr std::string_view k_sum_file = "kopi.sum";
constexpr std::int64_t k_most_seq = 1ll << 53;  ///< JSON's whole numbers

struct KopiSum {
  std::string name;
  std::string version;
  std::int64_t seq = 0;      ///< 1 or more; only grows from one release to the next
  std::string expires = {};  ///< RFC 3339 in UTC, to the second; empty = never
  Ledger files;

  bool operator==(const KopiSum&) const = default;
};

/// @error sig_invalid  names file and line
Result<KopiSum> parse_kopi_sum(std::string_view text, const std::string& file);
/// @error path, collision  a name that `sha256sum` would read otherwise, or that two systems take for different files
/// @error manifest  a name or version that the head can't hold
Result<std::string> render_kopi_sum(const KopiSum& sum);

/// "kopi 1 research-bot 1.2.0 seq=7": the trusted comment of every signature of it.
std::string trusted_comment_of(const KopiSum& sum);

/// kopi.sum itself and its signatures: shipped, and not listed in it.
bool is_sum_file(const RelPath& path);

/// Exactly the files that are listed, with their bytes and their executable bits.
/// @error digest  with a finding for each that differs, is missing or is not listed
Result<void> compare_with_sum(const KopiSum& sum, const Ledger& shipped);

}  // namespace kopi
