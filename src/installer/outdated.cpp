#include "installer/outdated.hpp"

#include <algorithm>
#include <map>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "installer/distribution.hpp"
#include "model/source_ref.hpp"
#include "model/version.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

constexpr std::string_view k_tags = "refs/tags/";
constexpr std::string_view k_heads = "refs/heads/";

std::string short_name(const GitRef& ref) {
  for (const std::string_view start : {k_tags, k_heads}) {
    if (ref.name.starts_with(start)) return ref.name.substr(start.size());
  }
  return ref.name;
}

struct TagVersion {
  std::string_view before;  ///< "bot-" of bot-v1.2.0
  Version version;
};

// "v1.2.0", "1.2", "bot/v1.2.0", "release-1.2.0-rc.1": a version behind whatever a repository of several agents puts in front.
std::optional<TagVersion> version_of(std::string_view tag) {
  for (std::size_t at = 0; at < tag.size(); ++at) {
    const bool is_start = at == 0 || tag[at - 1] == '-' || tag[at - 1] == '/' || tag[at - 1] == '_' || tag[at - 1] == '@';
    const bool is_digit = tag[at] >= '0' && tag[at] <= '9';
    const bool is_v = tag[at] == 'v' && at + 1 < tag.size() && tag[at + 1] >= '0' && tag[at + 1] <= '9';
    if (!is_start || (!is_digit && !is_v)) continue;
    if (const auto version = Version::parse(tag.substr(at))) return TagVersion{tag.substr(0, at), *version};
  }
  return std::nullopt;
}

const GitRef* highest_tag(const std::vector<GitRef>& refs, const TagVersion& installed) {
  const GitRef* best = nullptr;
  std::optional<Version> best_version;
  for (const GitRef& ref : refs) {
    if (ref.kind != GitRef::Kind::tag || !ref.name.starts_with(k_tags)) continue;
    const auto version = version_of(std::string_view(ref.name).substr(k_tags.size()));
    if (!version || version->before != installed.before) continue;
    if (version->version.is_prerelease() && !installed.version.is_prerelease()) continue;
    if (best_version && !(*best_version < version->version)) continue;
    best = &ref;
    best_version = version->version;
  }
  return best;
}

struct Repository {
  SourceRef source;
  std::vector<std::size_t> queries;
  Result<std::vector<GitRef>> refs = Error{};
};

Result<std::vector<GitRef>> read_refs(const SourceRef& source, const OutdatedOptions& options, const HttpTimeouts& timeouts, bool may_ask,
                                      const InstallContext& context) {
  if (source.kind == SourceRef::Kind::path) {
    KOPI_TRY(const GitObjects objects, GitObjects::open_untrusted(source.location));
    return objects.refs();
  }
  SilentReporter silence;  // talk of several threads at once would be a jumble
  GitFetch fetch;
  fetch.url = source.location;
  fetch.environment = &context.environment;
  fetch.interrupt = context.interrupt;
  fetch.reporter = &silence;
  fetch.may_ask = may_ask;
  fetch.insecure_http = options.insecure_http;
  fetch.timeouts = timeouts;
  return list_remote_refs(fetch).while_doing("asking {}", source.shown_location());
}

void ask_all(std::vector<Repository>& repositories, const OutdatedOptions& options, const HttpTimeouts& timeouts,
             const InstallContext& context) {
  // Two questions at once on one terminal would be one too many.
  const bool may_ask = context.may_ask && repositories.size() == 1;
  run_parallel(repositories.size(), options.at_once, [&](std::size_t i) {
    const bool stopped = context.interrupt != nullptr && context.interrupt->requested();
    repositories[i].refs =
        stopped ? Result<std::vector<GitRef>>(interrupted_error()) : read_refs(repositories[i].source, options, timeouts, may_ask, context);
  });
}

// A directory has no refs: what an install would take of it now is compared with what was taken.
Result<Newest> read_directory(const SourceRef& source, const InstallRecord& record, const InstallContext& context) {
  KOPI_TRY(auto opened, open_source(source, {}, context));
  KOPI_TRY(const Distribution distribution, understand(std::move(opened->snapshot), context.program_version));
  Newest newest;
  newest.version = distribution.manifest.version;
  newest.differs = distribution.tree_digest != record.tree;
  return newest;
}

bool is_repository(const SourceRef& source, const InstallRecord& record) {
  return source.kind == SourceRef::Kind::git || (source.kind == SourceRef::Kind::path && !record.commit.empty());
}

}  // namespace

Result<Newest> newest_of(const std::vector<GitRef>& refs, const std::optional<std::string>& wanted, std::string_view kind,
                         std::string_view commit) {
  Newest newest;
  const auto take = [&](const GitRef& ref) {
    newest.ref = short_name(ref);
    newest.commit = ref.commit;
    newest.differs = ref.commit != commit;
  };
  if (kind == "commit") {
    KOPI_TRY(const GitRef head, choose_ref(refs, std::nullopt));
    take(head);
    newest.pinned = true;
    return newest;
  }
  if (kind != "tag") {
    KOPI_TRY(const GitRef ref, choose_ref(refs, wanted));
    take(ref);
    return newest;
  }
  const std::string tag = wanted.value_or("");
  const auto same = std::find_if(refs.begin(), refs.end(), [&](const GitRef& ref) {
    return ref.kind == GitRef::Kind::tag && (short_name(ref) == tag || ref.name == tag);
  });
  const std::string_view bare = std::string_view(tag).starts_with(k_tags) ? std::string_view(tag).substr(k_tags.size()) : tag;
  const auto installed = version_of(bare);
  const GitRef* highest = installed ? highest_tag(refs, *installed) : nullptr;
  if (highest != nullptr && version_of(short_name(*highest))->version > installed->version) {
    take(*highest);
    newest.differs = true;
  } else if (same != refs.end()) {
    take(*same);
  } else {
    KOPI_TRY(const GitRef ref, choose_ref(refs, tag));  // says what is there instead
    take(ref);
  }
  if (same == refs.end()) {
    newest.note = fmt::format("the tag {} is there no longer", bare);
  } else if (same->commit != commit) {
    newest.note = fmt::format("the tag {} has moved", bare);
  }
  return newest;
}

std::vector<Result<Newest>> fetch_newest(const std::vector<OutdatedQuery>& queries, const OutdatedOptions& options,
                                         const InstallContext& context) {
  std::vector<Result<Newest>> answers(queries.size(), Result<Newest>(Newest{}));
  const auto limits = read_limits(context.home);
  std::map<std::string, std::size_t> known;
  std::vector<Repository> repositories;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const InstallRecord& record = queries[i].record;
    auto source = limits ? parse_source(record.source, std::nullopt, {context.home.user_home, "/"}) : Result<SourceRef>(limits.error());
    if (!source) {
      answers[i] = std::move(source).error();
    } else if (is_repository(*source, record)) {
      const auto [place, is_new] = known.emplace(source->location, repositories.size());
      if (is_new) repositories.push_back({*std::move(source), {}, Error{}});
      repositories[place->second].queries.push_back(i);
    } else {
      answers[i] = read_directory(*source, record, context);
    }
  }
  if (!repositories.empty()) ask_all(repositories, options, limits->timeouts, context);
  for (const Repository& repository : repositories) {
    for (const std::size_t i : repository.queries) {
      const InstallRecord& record = queries[i].record;
      answers[i] = repository.refs ? newest_of(*repository.refs, record.wanted, record.ref_kind, record.commit)
                                   : Result<Newest>(repository.refs.error());
    }
  }
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (!answers[i] || !keeps_back(queries[i].record)) continue;
    answers[i]->kept_back = true;
    answers[i]->note += answers[i]->note.empty() ? "" : "; ";
    answers[i]->note += "an update kept config.yaml as it was";
  }
  return answers;
}

}  // namespace kopi
