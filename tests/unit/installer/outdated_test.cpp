#include "installer/outdated.hpp"

#include "support/outcome.hpp"

using namespace kopi;

namespace {

std::string commit(char digit) { return std::string(40, digit); }

// The refs of a repository: "main" at b, tags with the digit behind "=".
std::vector<GitRef> refs(std::initializer_list<std::pair<std::string_view, char>> tags) {
  std::vector<GitRef> list = {{GitRef::Kind::head, "refs/heads/main", commit('b')}, {GitRef::Kind::branch, "refs/heads/main", commit('b')}};
  for (const auto& [name, digit] : tags) list.push_back({GitRef::Kind::tag, "refs/tags/" + std::string(name), commit(digit)});
  return list;
}

// "v1.2.0 c outdated", and the note.
std::string newest(const std::vector<GitRef>& list, std::optional<std::string> wanted, std::string_view kind, char installed) {
  const auto found = newest_of(list, wanted, kind, commit(installed));
  if (!found) return test::shown(found.error());
  std::string text =
      found->ref + " " + found->commit.substr(0, 1) + (found->pinned ? " pinned" : "") + (found->differs ? " differs" : " same");
  return found->note.empty() ? text : text + "; " + found->note;
}

}  // namespace

TEST_CASE("who follows a branch is compared with its newest commit") {
  CHECK(newest(refs({}), std::nullopt, "head", 'b') == "main b same");
  CHECK(newest(refs({}), std::nullopt, "head", 'a') == "main b differs");
  CHECK(newest(refs({}), "main", "branch", 'a') == "main b differs");
  CHECK(newest(refs({}), "gone", "branch", 'a') == "E_NOT_FOUND there is no tag or branch 'gone'");
}

TEST_CASE("who stays at a tag is told of the highest version") {
  const auto list =
      refs({{"v1.0.0", '1'}, {"v1.10.0", '3'}, {"v1.9.0", '2'}, {"v2.0.0-rc.1", '4'}, {"nightly", '5'}, {"other-v9.0.0", '6'}});
  CHECK(newest(list, "v1.0.0", "tag", '1') == "v1.10.0 3 differs");
  CHECK(newest(list, "v1.10.0", "tag", '3') == "v1.10.0 3 same");
  CHECK(newest(list, "v2.0.0-rc.1", "tag", '4') == "v2.0.0-rc.1 4 same");
  CHECK(newest(refs({{"v2.0.0-rc.1", '4'}, {"v2.0.0", '7'}}), "v2.0.0-rc.1", "tag", '4') == "v2.0.0 7 differs");
  CHECK(newest(list, "refs/tags/v1.0.0", "tag", '1') == "v1.10.0 3 differs");
}

TEST_CASE("tags of several agents in one repository are kept apart") {
  const auto list = refs({{"bot/v1.0.0", '1'}, {"bot/v1.1.0", '2'}, {"cat/v3.0.0", '3'}, {"v9.0.0", '4'}});
  CHECK(newest(list, "bot/v1.0.0", "tag", '1') == "bot/v1.1.0 2 differs");
  CHECK(newest(refs({{"release-1.0", '1'}, {"release-1.1", '2'}}), "release-1.0", "tag", '1') == "release-1.1 2 differs");
}

TEST_CASE("a tag that is no version is compared with itself, and a moved or removed one is named") {
  CHECK(newest(refs({{"stable", '1'}}), "stable", "tag", '1') == "stable 1 same");
  CHECK(newest(refs({{"stable", '2'}}), "stable", "tag", '1') == "stable 2 differs; the tag stable has moved");
  CHECK(newest(refs({{"v1.0.0", '2'}}), "v1.0.0", "tag", '1') == "v1.0.0 2 differs; the tag v1.0.0 has moved");
  CHECK(newest(refs({{"v1.1.0", '2'}}), "v1.0.0", "tag", '1') == "v1.1.0 2 differs; the tag v1.0.0 is there no longer");
  CHECK(newest(refs({}), "stable", "tag", '1').starts_with("E_NOT_FOUND"));
}

TEST_CASE("who stays at a commit is told of the default branch, for information") {
  CHECK(newest(refs({}), commit('a'), "commit", 'a') == "main b pinned differs");
  CHECK(newest(refs({}), commit('b'), "commit", 'b') == "main b pinned same");
}
