// base/code.hpp
//
// The codes by which a caller, a script or a person tells one failure from another. Names and exit codes are public:
// docs/reference/exit-codes.md is made from this table.
#pragma once

#include <span>
#include <string_view>

namespace kopi {

// clang-format off
enum class Code {
  // exit 1: failed
  not_found, exists, name, alias, source, manifest, yaml, json, schema, requires_newer, path, link, type, collision,
  limit, archive, plan_stale, lock_conflict, busy, changed, io, auth, provider, tool, mcp, token_in_use,
  // exit 2
  usage,
  // exit 3: a check found a difference
  drift, lock_stale,
  // exit 4: refused by policy, trust or capability gate
  policy, age, yanked, revoked, caps, scan, unicode, secret, sig_missing, signer_changed, trust_downgrade,
  // exit 5
  conflict,
  // exit 6
  network, offline,
  // exit 7: verification failed
  digest, sig_invalid, sig_legacy, rollback, freeze, mix, threshold, meta_size,
  // exit 8
  state,
  // exit 70
  internal,
  // E_CANCELLED, three ways: a person said no (0), consent was needed and nobody could be asked (4), Ctrl-C (130)
  declined, consent_needed, interrupted,
};
// clang-format on

struct CodeInfo {
  Code code;
  std::string_view name;  ///< as scripts see it: "E_NOT_FOUND"
  int exit;               ///< the process's exit status
  std::string_view meaning;
};

/// Every code, in the order of the enumeration.
std::span<const CodeInfo> all_codes();
const CodeInfo& info(Code code);

}  // namespace kopi
