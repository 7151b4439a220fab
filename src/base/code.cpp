#include "base/code.hpp"

#include <cstddef>

namespace kopi {
namespace {

constexpr CodeInfo k_codes[] = {
    {Code::not_found, "E_NOT_FOUND", 1, "the named thing does not exist"},
    {Code::exists, "E_EXISTS", 1, "the target exists already"},
    {Code::name, "E_NAME", 1, "a name breaks the rules for profile names, or is reserved"},
    {Code::alias, "E_ALIAS", 1, "a command alias breaks the rules, or would hide another command"},
    {Code::source, "E_SOURCE", 1, "a distribution's source can't be understood or read"},
    {Code::manifest, "E_MANIFEST", 1, "distribution.yaml is missing or breaks its schema"},
    {Code::yaml, "E_YAML", 1, "a file is not the YAML that kopi accepts"},
    {Code::json, "E_JSON", 1, "a file is not strict JSON"},
    {Code::schema, "E_SCHEMA", 1, "a value has the wrong type or form for its key"},
    {Code::requires_newer, "E_REQUIRES", 1, "the distribution needs another version of kopi"},
    {Code::path, "E_PATH", 1, "a path is not allowed in a distribution"},
    {Code::link, "E_LINK", 1, "a symbolic link stands where only files and directories may"},
    {Code::type, "E_TYPE", 1, "an entry is neither a regular file nor a directory"},
    {Code::collision, "E_COLLISION", 1, "two paths differ only in case or Unicode form"},
    {Code::limit, "E_LIMIT", 1, "a limit on count, size, length or depth was passed"},
    {Code::archive, "E_ARCHIVE", 1, "an archive is damaged or holds what is not allowed"},
    {Code::plan_stale, "E_PLAN_STALE", 1, "the plan is no longer the one that was shown"},
    {Code::lock_conflict, "E_LOCK_CONFLICT", 1, "kopi.lock holds merge conflict markers"},
    {Code::busy, "E_BUSY", 1, "another kopi process holds what this one needs"},
    {Code::changed, "E_CHANGED", 1, "something changed between looking and writing"},
    {Code::io, "E_IO", 1, "the operating system refused to read or write"},
    {Code::auth, "E_AUTH", 1, "a key or credential is missing, wrong or not allowed"},
    {Code::provider, "E_PROVIDER", 1, "the model's provider answered with an error"},
    {Code::tool, "E_TOOL", 1, "a tool failed"},
    {Code::mcp, "E_MCP", 1, "an MCP server failed"},
    {Code::token_in_use, "E_TOKEN_IN_USE", 1, "a bot token is used by another gateway"},
    {Code::usage, "E_USAGE", 2, "the command line is not one that kopi knows"},
    {Code::drift, "E_DRIFT", 3, "a check found a difference"},
    {Code::lock_stale, "E_LOCK_STALE", 3, "kopi.lock does not match the team file"},
    {Code::policy, "E_POLICY", 4, "a policy file refuses it"},
    {Code::age, "E_AGE", 4, "the release is younger than the policy allows"},
    {Code::yanked, "E_YANKED", 4, "the release was withdrawn by its publisher"},
    {Code::revoked, "E_REVOKED", 4, "the release was revoked by its registry"},
    {Code::caps, "E_CAPS", 4, "capabilities widened without consent"},
    {Code::scan, "E_SCAN", 4, "the scan found something critical"},
    {Code::unicode, "E_UNICODE", 4, "hidden or misleading Unicode"},
    {Code::secret, "E_SECRET", 4, "a secret would have been published"},
    {Code::sig_missing, "E_SIG_MISSING", 4, "a signature is required and absent"},
    {Code::signer_changed, "E_SIGNER_CHANGED", 4, "signed by another key than the pinned one"},
    {Code::trust_downgrade, "E_TRUST_DOWNGRADE", 4, "signed before, unsigned now"},
    {Code::conflict, "E_CONFLICT", 5, "finished, with merge conflicts left for the user"},
    {Code::network, "E_NETWORK", 6, "a host was unreachable, timed out or cut the connection"},
    {Code::offline, "E_OFFLINE", 6, "the network is needed and was switched off"},
    {Code::digest, "E_DIGEST", 7, "content differs from its recorded digest"},
    {Code::sig_invalid, "E_SIG_INVALID", 7, "a signature does not verify"},
    {Code::sig_legacy, "E_SIG_LEGACY", 7, "a signature has a form that is no longer accepted"},
    {Code::rollback, "E_ROLLBACK", 7, "older than what was seen before"},
    {Code::freeze, "E_FREEZE", 7, "metadata or a signature has expired"},
    {Code::mix, "E_MIX", 7, "metadata files do not belong together"},
    {Code::threshold, "E_THRESHOLD", 7, "fewer signatures than the role needs"},
    {Code::meta_size, "E_META_SIZE", 7, "metadata is larger than allowed"},
    {Code::state, "E_STATE", 8, "kopi's own records are damaged"},
    {Code::internal, "E_INTERNAL", 70, "a bug in kopi"},
    {Code::declined, "E_CANCELLED", 0, "declined by a person; nothing changed"},
    {Code::consent_needed, "E_CANCELLED", 4, "consent is needed and there is no terminal to ask on"},
    {Code::interrupted, "E_CANCELLED", 130, "interrupted"},
};

constexpr bool in_order() {
  std::size_t index = 0;
  for (const CodeInfo& entry : k_codes) {
    if (static_cast<std::size_t>(entry.code) != index++) return false;
  }
  return index == static_cast<std::size_t>(Code::interrupted) + 1;
}
static_assert(in_order(), "k_codes lists the enumeration in its order");

}  // namespace

std::span<const CodeInfo> all_codes() { return k_codes; }
const CodeInfo& info(Code code) { return k_codes[static_cast<std::size_t>(code)]; }

}  // namespace kopi
