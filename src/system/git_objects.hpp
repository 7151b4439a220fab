// system/git_objects.hpp   (inside system only)
//
// What a GitObjects holds, and libgit2's objects as owned pointers.
#pragma once

#include <git2.h>

#include <memory>
#include <string>

#include "system/git.hpp"
#include "system/git_context.hpp"

namespace kopi {
namespace detail {

using RepositoryPointer = std::unique_ptr<git_repository, GitDeleter<git_repository, git_repository_free>>;
using OdbPointer = std::unique_ptr<git_odb, GitDeleter<git_odb, git_odb_free>>;
using ObjectPointer = std::unique_ptr<git_object, GitDeleter<git_object, git_object_free>>;
using TreePointer = std::unique_ptr<git_tree, GitDeleter<git_tree, git_tree_free>>;
using ReferencePointer = std::unique_ptr<git_reference, GitDeleter<git_reference, git_reference_free>>;

inline std::string hex(const git_oid& id) {
  char text[GIT_OID_SHA1_HEXSIZE + 1];
  return git_oid_tostr(text, sizeof text, &id);
}

}  // namespace detail

struct GitObjects::Implementation {
  detail::RepositoryPointer repository;
  detail::OdbPointer odb;
  Code damage = Code::source;  ///< what an object that can't be read means: the author's fault, or our cache's
};

}  // namespace kopi
