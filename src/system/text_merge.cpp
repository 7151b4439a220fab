#include "system/text_merge.hpp"

#include <git2.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "system/git_context.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_max_bytes = 8u << 20;
constexpr std::ptrdiff_t k_max_lines = 100'000;

git_merge_file_input input_of(std::string_view text) {
  git_merge_file_input input{};
  git_merge_file_input_init(&input, GIT_MERGE_FILE_INPUT_VERSION);
  input.ptr = text.empty() ? "" : text.data();
  input.size = text.size();
  return input;
}

struct ResultDeleter {
  void operator()(git_merge_file_result* result) const { git_merge_file_result_free(result); }
};

// What one side did to some lines of the base: `count` lines from `begin` became `new_count` from `new_begin`; all from 0.
struct Hunk {
  int begin, count, new_begin, new_count;
  int end() const { return begin + count; }
};

int add_hunk(const git_diff_delta*, const git_diff_hunk* hunk, void* hunks) {
  // Where a count is 0, unified diffs name the line before.
  const int old_start = hunk->old_lines == 0 ? hunk->old_start : hunk->old_start - 1;
  const int new_start = hunk->new_lines == 0 ? hunk->new_start : hunk->new_start - 1;
  static_cast<std::vector<Hunk>*>(hunks)->push_back({old_start, hunk->old_lines, new_start, hunk->new_lines});
  return 0;
}

std::vector<Hunk> hunks_between(std::string_view before, std::string_view after) {
  std::vector<Hunk> hunks;
  git_diff_options options{};
  git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
  options.context_lines = 0;
  options.flags = GIT_DIFF_FORCE_TEXT;
  git_diff_buffers(before.data(), before.size(), nullptr, after.data(), after.size(), nullptr, &options, nullptr, nullptr, add_hunk,
                   nullptr, &hunks);
  return hunks;
}

// The first of our hunks that meets one of theirs, or stands right beside it: there is no line between them that says which is first.
void locate_conflict(std::string_view base, std::string_view ours, std::string_view theirs, TextMerge& merge) {
  const auto mine = hunks_between(base, ours);
  const auto other = hunks_between(base, theirs);
  auto at = other.begin();
  for (const Hunk& hunk : mine) {
    while (at != other.end() && at->end() < hunk.begin) ++at;
    if (at == other.end()) return;
    if (at->begin > hunk.end()) continue;
    merge.first_line = hunk.new_begin + 1;
    merge.last_line = hunk.new_begin + hunk.new_count;
    return;
  }
}

Result<void> check_size(std::initializer_list<std::string_view> texts) {
  for (const std::string_view text : texts) {
    if (text.size() > k_max_bytes) return error(Code::limit, "more than {} MiB to merge", k_max_bytes >> 20);
    if (std::count(text.begin(), text.end(), '\n') > k_max_lines) return error(Code::limit, "more than {} lines to merge", k_max_lines);
  }
  return {};
}

}  // namespace

Result<std::string> mark_conflicts(std::string_view base, std::string_view ours, std::string_view theirs) {
  KOPI_CHECK(check_size({base, ours, theirs}));
  detail::start_libgit2();
  const auto ancestor = input_of(base);
  const auto mine = input_of(ours);
  const auto other = input_of(theirs);
  git_merge_file_options options{};
  git_merge_file_options_init(&options, GIT_MERGE_FILE_OPTIONS_VERSION);
  options.our_label = "yours";
  options.their_label = "author";
  git_merge_file_result merged{};
  const std::unique_ptr<git_merge_file_result, ResultDeleter> owner(&merged);
  if (git_merge_file(&merged, &ancestor, &mine, &other, &options) != 0) return error(Code::internal, "libgit2 could not merge two texts");
  return std::string(merged.ptr == nullptr ? "" : merged.ptr, merged.len);
}

Result<TextMerge> merge_text(std::string_view base, std::string_view ours, std::string_view theirs, MergeFavor favor) {
  KOPI_CHECK(check_size({base, ours, theirs}));
  detail::start_libgit2();
  const auto ancestor = input_of(base);
  const auto mine = input_of(ours);
  const auto other = input_of(theirs);
  git_merge_file_options options{};
  git_merge_file_options_init(&options, GIT_MERGE_FILE_OPTIONS_VERSION);
  options.favor = favor == MergeFavor::ours     ? GIT_MERGE_FILE_FAVOR_OURS
                  : favor == MergeFavor::theirs ? GIT_MERGE_FILE_FAVOR_THEIRS
                                                : GIT_MERGE_FILE_FAVOR_NORMAL;
  options.flags = GIT_MERGE_FILE_SIMPLIFY_ALNUM;  // the level of `git merge-file`
  git_merge_file_result result{};
  if (git_merge_file(&result, &ancestor, &mine, &other, &options) != 0) return detail::git_error_as(Code::internal, "cannot merge lines");
  const std::unique_ptr<git_merge_file_result, ResultDeleter> owner(&result);
  TextMerge merge;
  merge.clean = result.automergeable != 0 || favor != MergeFavor::none;
  if (merge.clean) {
    if (result.len > 0) merge.text.assign(result.ptr, result.len);
  } else {
    locate_conflict(base, ours, theirs, merge);
  }
  return merge;
}

}  // namespace kopi
