// installer/outdated.hpp
//
// What is newest where an agent came from: one ref advertisement a repository, nothing is fetched. A plain directory is read and
// compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "installer/context.hpp"
#include "model/name.hpp"
#include "store/install_record.hpp"
#include "system/git.hpp"

namespace kopi {

struct Newest {
  std::string ref;         ///< "main" or "v1.2.0"; "" for a directory
  std::string commit;      ///< "" for a directory
  std::string version;     ///< where it is known without fetching: of a directory's manifest
  bool differs = false;    ///< an update, or --to, would bring something else than what is installed
  bool pinned = false;     ///< installed at a commit: what is newest is told, and that it is another is no news
  bool kept_back = false;  ///< an update left config.yaml out (--keep-config), and the next one brings it
  std::string note;        ///< for people: "the tag v1 has moved"; "" when there is nothing to say
};

struct OutdatedQuery {
  ProfileName name = ProfileName::default_profile();
  InstallRecord record;
};

struct OutdatedOptions {
  bool insecure_http = false;
  std::size_t at_once = 8;  ///< requests at the same time
};

/// What is newest for each of `queries`, in their order. Repositories are asked in parallel, each once, however many profiles came
/// from it. Each failure stands for itself: @error network, auth, source, not_found, interrupted, ...
std::vector<Result<Newest>> fetch_newest(const std::vector<OutdatedQuery>& queries, const OutdatedOptions& options,
                                         const InstallContext& context);

/// Of what a repository holds, what is newest for an install at `wanted` (`kind` as the record's ref_kind): the branch's commit; of a
/// tag that ends in a version the highest such tag, pre-releases only when a pre-release is installed; of a commit the default branch.
/// @error not_found  the branch or tag is there no longer
Result<Newest> newest_of(const std::vector<GitRef>& refs, const std::optional<std::string>& wanted, std::string_view kind,
                         std::string_view commit);

}  // namespace kopi
