// store/install_record.hpp
//
// kopi's own record of an installed distribution, in the profile's `.kopi/`:
//   install.json  where it came from and what it may do      schemas/install-v1.schema.json
//   ledger        every shipped file with mode and digest    model/ledger.hpp
//   approvals.json (0600) what its user has agreed to         schemas/approvals-v1.schema.json
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/node.hpp"
#include "model/capability.hpp"
#include "model/ledger.hpp"
#include "store/home.hpp"

namespace kopi {

/// A file whose live state is not yet decided against what is shipped: the next merge starts from `base` again.
struct Pending {
  RelPath path;
  std::optional<LedgerEntry> base;
  LedgerEntry theirs;            ///< as shipped; a conflict has it beside, as <file>.kopi-new
  Node keys = Node::sequence();  ///< of a structured file: [{key, base, ours, theirs}], values as JSON text
  bool held = false;             ///< kept back as the user asked (--keep-config): no conflict

  bool operator==(const Pending&) const = default;
};

struct InstallRecord {
  std::string name;     ///< as the manifest says
  std::string version;  ///< as the manifest says; "" when it says none
  std::string description;
  std::string source;                 ///< for people, and to fetch from again: without a user's password
  std::string identity;               ///< the repository, however it is written
  std::optional<std::string> wanted;  ///< the ref as the user gave it
  std::string ref_kind;               ///< head, branch, tag, commit, ref; "" for a directory
  std::string subdirectory;
  std::string commit;        ///< 40 digits; "" for a directory
  Digest tree;               ///< of the shipped files
  Digest manifest;           ///< of distribution.yaml
  std::string installed_at;  ///< RFC 3339, UTC
  std::string updated_at;
  std::string ledger;  ///< digest of the ledger file as written: the two belong together
  std::vector<Capability> capabilities;
  std::int64_t state = 0;  ///< number of this state in the history, from 1
  std::vector<Pending> pending;
  std::vector<RelPath> own;  ///< shipped, and the user had a file there before: an update may change it, and nothing takes it away
};

/// Something of the author's was kept back as the user asked: the next update brings it, whether the source moved or not.
bool keeps_back(const InstallRecord& record);

struct Installed {
  InstallRecord record;
  Ledger ledger;
};

/// Nothing for a profile that no distribution was installed into.   @error state  damaged; names the file
Result<std::optional<InstallRecord>> read_install_record(const Home& home, const ProfileName& name);
/// The record with its ledger.   @error state  damaged, or not belonging together
Result<std::optional<Installed>> read_installed(const Home& home, const ProfileName& name);
/// Writes both, the ledger first; `directory` is the profile's own or a staging one.
Result<void> write_installed(const std::string& directory, Installed installed);

/// The record as its file holds it.
Node to_json(const InstallRecord& record);
/// @error state  not a record; names `path`
Result<InstallRecord> install_record_from(const Node& node, const std::string& path);

/// Approvals by kind ("mcp", "cron"), name and digest of what was approved.
struct Approvals {
  std::map<std::string, std::map<std::string, std::string>> digests;
};
Result<Approvals> read_approvals(const std::string& directory);
Result<void> write_approvals(const std::string& directory, const Approvals& approvals);
std::string render_approvals(const Approvals& approvals);

}  // namespace kopi
