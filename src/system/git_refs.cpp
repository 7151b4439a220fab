// Which commit a word means: a full commit id is itself, whatever refs are named like it; then a tag; then a branch.
#include <git2.h>

#include <algorithm>

#include "base/text.hpp"
#include "system/git.hpp"
#include "system/git_objects.hpp"

namespace kopi {

std::string_view name(GitRef::Kind kind) {
  switch (kind) {
    case GitRef::Kind::head: return "head";
    case GitRef::Kind::branch: return "branch";
    case GitRef::Kind::tag: return "tag";
    case GitRef::Kind::commit: return "commit";
    case GitRef::Kind::other: return "ref";
  }
  return "ref";
}

bool is_full_commit_id(std::string_view text) {
  return text.size() == GIT_OID_SHA1_HEXSIZE && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

namespace {

constexpr std::string_view k_tags = "refs/tags/";
constexpr std::string_view k_heads = "refs/heads/";

Error no_default_branch(const std::vector<GitRef>& refs) {
  const auto branch = std::find_if(refs.begin(), refs.end(), [](const GitRef& ref) { return ref.kind == GitRef::Kind::branch; });
  if (branch == refs.end()) return error(Code::source, "the repository is empty: it has no commit");
  return with_hint(error(Code::source, "the repository has no default branch; name one"), "add #" + branch->name.substr(k_heads.size()));
}

Error no_such_ref(const std::vector<GitRef>& refs, const std::string& wanted) {
  std::vector<std::string> names;
  for (const GitRef& ref : refs) {
    if (ref.kind == GitRef::Kind::tag) names.push_back(ref.name.substr(k_tags.size()));
    if (ref.kind == GitRef::Kind::branch) names.push_back(ref.name.substr(k_heads.size()));
  }
  Error problem = error(Code::not_found, "there is no tag or branch '{}'", wanted);
  const bool looks_short =
      wanted.size() >= 4 && wanted.size() < GIT_OID_SHA1_HEXSIZE && wanted.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (looks_short) {
    const std::string start = to_lower_ascii(wanted);
    const auto meant = std::find_if(refs.begin(), refs.end(), [&](const GitRef& ref) { return ref.commit.starts_with(start); });
    problem.hint = "a commit is named by all 40 digits" + (meant == refs.end() ? "" : ": #" + meant->commit);
  } else if (const auto meant = closest(wanted, names)) {
    problem.message += fmt::format(", did you mean '{}'?", *meant);
  }
  return problem;
}

Result<git_oid> peel_to_commit(git_repository* repository, const git_oid& id, std::string_view shown) {
  git_object* found = nullptr;
  if (git_object_lookup(&found, repository, &id, GIT_OBJECT_ANY) != 0) {
    return detail::git_error_as(Code::source, fmt::format("cannot read {}", shown));
  }
  const detail::ObjectPointer object(found);
  git_object* peeled = nullptr;
  if (git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT) != 0) return error(Code::not_found, "{} does not point to a commit", shown);
  const detail::ObjectPointer commit(peeled);
  return *git_object_id(commit.get());
}

// All tags and branches by name, none of them looked into.
std::vector<GitRef> list_names(git_repository* repository) {
  std::vector<GitRef> refs;
  git_strarray names{};
  if (git_reference_list(&names, repository) != 0) return refs;
  for (std::size_t i = 0; i < names.count; ++i) {
    const std::string_view full = names.strings[i];
    if (full.starts_with(k_tags)) refs.push_back({GitRef::Kind::tag, std::string(full), ""});
    if (full.starts_with(k_heads)) refs.push_back({GitRef::Kind::branch, std::string(full), ""});
  }
  git_strarray_dispose(&names);
  return refs;
}

// The branch that HEAD stands for, or "HEAD".
std::string name_of_head(git_repository* repository) {
  git_reference* found = nullptr;
  if (git_reference_lookup(&found, repository, "HEAD") != 0) return "HEAD";
  const detail::ReferencePointer head(found);
  const char* target = git_reference_symbolic_target(head.get());
  return target == nullptr ? "HEAD" : target;
}

}  // namespace

Result<GitRef> GitObjects::resolve(const std::optional<std::string>& wanted) const {
  git_repository* repository = implementation_->repository.get();
  const auto find = [&](GitRef::Kind kind, const std::string& full) -> Result<std::optional<GitRef>> {
    git_oid id;
    if (git_reference_name_to_id(&id, repository, full.c_str()) != 0) return std::optional<GitRef>();
    KOPI_TRY(const git_oid commit, peel_to_commit(repository, id, full));
    return std::optional<GitRef>(GitRef{kind, full, detail::hex(commit)});
  };
  if (!wanted) {
    KOPI_TRY(auto head, find(GitRef::Kind::head, "HEAD"));
    if (!head) return no_default_branch(list_names(repository));
    head->name = name_of_head(repository);
    return *head;
  }
  if (is_full_commit_id(*wanted)) {
    const std::string commit = to_lower_ascii(*wanted);
    if (has_commit(commit)) return GitRef{GitRef::Kind::commit, "", commit};
    // The id of an annotated tag, which is an object of its own.
    git_oid id;
    if (git_oid_fromstr(&id, commit.c_str()) == 0) {
      if (const auto peeled = peel_to_commit(repository, id, commit)) return GitRef{GitRef::Kind::commit, "", detail::hex(*peeled)};
    }
    return error(Code::not_found, "there is no commit {} in this repository", commit);
  }
  KOPI_TRY(auto tag, find(GitRef::Kind::tag, std::string(k_tags) + *wanted));
  if (tag) return *tag;
  KOPI_TRY(auto branch, find(GitRef::Kind::branch, std::string(k_heads) + *wanted));
  if (branch) return *branch;
  if (wanted->starts_with("refs/")) {
    KOPI_TRY(auto exact, find(GitRef::Kind::other, *wanted));
    if (exact) return *exact;
  }
  return no_such_ref(list_names(repository), *wanted);
}

std::vector<GitRef> GitObjects::refs() const {
  git_repository* repository = implementation_->repository.get();
  std::vector<GitRef> found;
  const auto add = [&](GitRef ref, const std::string& looked_up) {
    git_oid id;
    if (git_reference_name_to_id(&id, repository, looked_up.c_str()) != 0) return;
    const auto commit = peel_to_commit(repository, id, ref.name);
    if (!commit) return;
    ref.commit = detail::hex(*commit);
    found.push_back(std::move(ref));
  };
  add({GitRef::Kind::head, name_of_head(repository), ""}, "HEAD");
  for (GitRef& ref : list_names(repository)) {
    const std::string full = ref.name;
    add(std::move(ref), full);
  }
  return found;
}

Result<GitRef> choose_ref(const std::vector<GitRef>& advertised, const std::optional<std::string>& wanted) {
  const auto first = [&](auto matches) -> std::optional<GitRef> {
    const auto found = std::find_if(advertised.begin(), advertised.end(), matches);
    return found == advertised.end() ? std::nullopt : std::optional(*found);
  };
  const auto is_head = [](const GitRef& ref) { return ref.kind == GitRef::Kind::head; };
  if (!wanted) {
    if (auto head = first(is_head)) return *head;
    return no_default_branch(advertised);
  }
  // HEAD carries the name of its branch, or whatever the server says: who names a ref means that ref.
  const auto named = [&](const std::string& name) { return first([&](const GitRef& ref) { return !is_head(ref) && ref.name == name; }); };
  if (is_full_commit_id(*wanted)) {
    const std::string id = to_lower_ascii(*wanted);
    const auto tag = first([&](const GitRef& ref) { return ref.tag == id; });
    return GitRef{GitRef::Kind::commit, "", tag ? tag->commit : id};
  }
  if (auto tag = named(std::string(k_tags) + *wanted)) return *tag;
  if (auto branch = named(std::string(k_heads) + *wanted)) return *branch;
  if (auto exact = wanted->starts_with("refs/") ? named(*wanted) : std::nullopt) return *exact;
  return no_such_ref(advertised, *wanted);
}

}  // namespace kopi
