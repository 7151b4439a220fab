// store/collect.hpp
//
// What the store holds, who needs it, and what nobody does.
//
// A blob is needed when any text in any profile's `.kopi/` names it by its 64 digits (the ledger, the base of a pending merge, a
// kept state, a journal of work that broke off: whatever is written there), or when the ledger of a kept state does. Everything that
// might be a profile counts: hidden ones in the making and deleted ones too. In doubt a blob stays, and what can't be read ends it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"
#include "store/home.hpp"

namespace kopi {

class Interrupt;

/// The blobs on disk, with their sizes.
struct StoreContents {
  std::map<Digest, std::uint64_t> blobs;
  std::map<std::string, std::uint64_t> left_over;  ///< half-written files of commands that were cut off, by path
  std::vector<std::string> strange;                ///< not kopi's: named, and left alone

  std::uint64_t bytes() const;
};

/// Nothing but names and sizes is read.   @error io
Result<StoreContents> list_store(const Home& home);

/// One that may need blobs.
struct BlobUser {
  std::string name;         ///< the profile's; of one in the making or deleted: its directory's
  std::set<Digest> needed;  ///< every digest that it names, of blobs or of anything else
};

/// Every directory that may hold a profile, the default one first.
/// @error io, limit  a record can't be read.   @error state  a kept state's ledger is missing or damaged
/// @error busy  profiles come and go too fast to be counted
Result<std::vector<BlobUser>> find_blob_users(const Home& home);

/// What nobody needs.
struct Garbage {
  std::map<Digest, std::uint64_t> blobs;
  std::map<std::string, std::uint64_t> left_over;
  std::uint64_t blob_bytes() const;
  std::uint64_t bytes() const;
  std::size_t count() const { return blobs.size() + left_over.size(); }
};
Garbage find_garbage(const StoreContents& store, const std::vector<BlobUser>& users);
/// Blobs that no longer have their digest and that no ledger or kept state needs. Whatever else names them has nothing of them. Only what
/// is not needed is hashed.   @error io, interrupted
Result<Garbage> find_damaged_garbage(const Home& home, const StoreContents& store, const Interrupt* interrupt);
/// Needs the store's exclusive lock, held since before find_blob_users().   @error io, interrupted  what is removed by then is gone
Result<void> remove_garbage(const Home& home, const Garbage& garbage, const Interrupt* interrupt);

struct StoreDamage {
  struct Blob {
    std::string path;
    Digest digest;
    std::string reason;              ///< "damaged" or "missing", or why it can't be read
    std::vector<std::string> users;  ///< the profiles that need it
    /// The profile that needs it has no other copy: neither a file that is as it was shipped nor a ledger to write it from.
    bool is_last = false;
  };
  std::vector<Blob> blobs;
};

/// Hashes every blob again, and looks for those that a profile's ledger or kept state names and the store lacks.
/// @error io, interrupted
Result<StoreDamage> check_store(const Home& home, const StoreContents& store, const Interrupt* interrupt);

/// Bytes of the files below `directory`, links not followed; 0 when there is none.   @error io
Result<std::uint64_t> measure_tree(const std::string& directory);

}  // namespace kopi
