#include "support/outcome.hpp"
#include "system/git.hpp"

using namespace kopi;
using Kind = GitRef::Kind;

namespace {

std::string id(char digit) { return std::string(40, digit); }

// What a server advertises: HEAD first, then the refs by name.
const std::vector<GitRef> k_refs = {{Kind::head, "refs/heads/main", id('a')},
                                    {Kind::branch, "refs/heads/both", id('b')},
                                    {Kind::branch, "refs/heads/feature/x", id('c')},
                                    {Kind::branch, "refs/heads/main", id('a')},
                                    {Kind::other, "refs/pull/1/head", id('e')},
                                    {Kind::tag, "refs/tags/both", id('d')},
                                    {Kind::tag, "refs/tags/v1.0", "1234567890abcdef1234567890abcdef12345678"}};

std::string choose(const std::vector<GitRef>& refs, const std::optional<std::string>& wanted) {
  const auto ref = choose_ref(refs, wanted);
  return ref ? fmt::format("{} {} {}", name(ref->kind), ref->name, ref->commit.substr(0, 4)) : test::shown(ref.error());
}

}  // namespace

TEST_CASE("a word means a commit, then a tag, then a branch, then a ref in full") {
  const std::pair<std::optional<std::string>, std::string> rows[] = {
      {std::nullopt, "head refs/heads/main aaaa"},
      {"v1.0", "tag refs/tags/v1.0 1234"},
      {"main", "branch refs/heads/main aaaa"},
      {"HEAD", "E_NOT_FOUND there is no tag or branch 'HEAD'"},
      {"feature/x", "branch refs/heads/feature/x cccc"},
      {"both", "tag refs/tags/both dddd"},
      {"refs/heads/both", "branch refs/heads/both bbbb"},
      {"refs/pull/1/head", "ref refs/pull/1/head eeee"},
      {id('F'), "commit  ffff"},  // whether it exists is for the fetch to say
      {"pull/1/head", "E_NOT_FOUND there is no tag or branch 'pull/1/head'"},
      {"heads/main", "E_NOT_FOUND there is no tag or branch 'heads/main'"},
      {"v1", "E_NOT_FOUND there is no tag or branch 'v1'"},
      {"V1.0", "E_NOT_FOUND there is no tag or branch 'V1.0', did you mean 'v1.0'?"},
      {"mian", "E_NOT_FOUND there is no tag or branch 'mian', did you mean 'main'?"},
      {"", "E_NOT_FOUND there is no tag or branch ''"},
      {"12345678",
       "E_NOT_FOUND there is no tag or branch '12345678'\n  hint: a commit is named by all 40 digits: "
       "#1234567890abcdef1234567890abcdef12345678"},
      {"99999999", "E_NOT_FOUND there is no tag or branch '99999999'\n  hint: a commit is named by all 40 digits"}};
  for (const auto& [wanted, expected] : rows) CHECK(choose(k_refs, wanted) == expected);
}

TEST_CASE("a repository without a default branch or without anything says so") {
  CHECK(choose({}, std::nullopt) == "E_SOURCE the repository is empty: it has no commit");
  CHECK(choose({{Kind::branch, "refs/heads/trunk", id('a')}}, std::nullopt) ==
        "E_SOURCE the repository has no default branch; name one\n  hint: add #trunk");
  CHECK(choose({}, "main") == "E_NOT_FOUND there is no tag or branch 'main'");
}

TEST_CASE("a full commit id has 40 hex digits") {
  CHECK(is_full_commit_id(id('a')));
  CHECK(is_full_commit_id("0123456789ABCDEFabcdef0123456789abcdef01"));
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(39, 'a'), std::string(41, 'a'), std::string(39, 'a') + "g", std::string(64, 'a')}) {
    CAPTURE(text);
    CHECK_FALSE(is_full_commit_id(text));
  }
}
