#include "installer/snapshot.hpp"

#include "support/outcome.hpp"

using namespace kopi;
using Type = TreeEntry::Type;

namespace {

/// A tree that a source could have; nothing of it is on a disk.
class FakeTree final : public SourceTree {
 public:
  FakeTree& add(std::string path, std::string content = "x", Type type = Type::file) {
    entries_.push_back({std::move(path), type, content.size()});
    contents_.push_back(std::move(content));
    return *this;
  }
  FakeTree& claim(std::string path, std::uint64_t size, std::string content = "") {  // an entry that lies about its size
    entries_.push_back({std::move(path), Type::file, size});
    contents_.push_back(std::move(content));
    return *this;
  }
  std::optional<Error> moved;

  const std::vector<TreeEntry>& entries() const override { return entries_; }
  Result<std::string> read(std::size_t index, std::size_t max_bytes) const override {
    if (contents_[index].size() > max_bytes) return error(Code::limit, "{} is too large", entries_[index].path);
    return contents_[index];
  }
  Result<void> check_unchanged() const override { return moved ? Result<void>(*moved) : Result<void>{}; }

 private:
  std::vector<TreeEntry> entries_;
  std::vector<std::string> contents_;
};

FakeTree tree(std::string manifest = "name: bot\n") { return FakeTree().add("distribution.yaml", std::move(manifest)); }

// The paths that are taken, executables with a star; or the error.
std::string take(const FakeTree& tree, const SnapshotLimits& limits = {}) {
  const auto snapshot = take_snapshot(tree, limits, "the source");
  if (!snapshot) return test::shown(snapshot.error());
  std::string text;
  for (const auto& [path, file] : snapshot->files) text += path.str() + (file.mode == FileMode::executable ? "* " : " ");
  return text;
}

std::string repeated(std::size_t count, std::string_view text) {
  std::string whole;
  for (std::size_t i = 0; i < count; ++i) whole += text;
  return whole;
}

}  // namespace

TEST_CASE("what the author ships is taken, what belongs to the user is left out and named") {
  const FakeTree shipped = tree()
                               .add("SOUL.md")
                               .add("scripts/run.sh", "#!", Type::executable)
                               .add("skills/a/cache/x")
                               .add(".env")
                               .add("memories/m.md")
                               .add("memories/n.md")
                               .add("Bin/x");
  const auto snapshot = take_snapshot(shipped, {}, "the source");
  REQUIRE(snapshot);
  CHECK(take(shipped) == "SOUL.md distribution.yaml scripts/run.sh* skills/a/cache/x ");
  CHECK(snapshot->left_out == std::vector<std::string>{".env", "Bin", "memories"});
  CHECK(snapshot->manifest.manifest.name == "bot");
  const SnapshotFile& file = snapshot->files.at(test::must(RelPath::parse("SOUL.md")));
  CHECK(file.content == "x");
  CHECK(file.digest.hex() == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881");  // sha256sum of "x"
}

TEST_CASE("a list takes what it names") {
  CHECK(take(tree("name: b\ndistribution_owned: [skills/a, SOUL.md, missing]\n")
                 .add("SOUL.md")
                 .add("skills/a/SKILL.md")
                 .add("skills/b/SKILL.md")) == "SOUL.md distribution.yaml skills/a/SKILL.md ");
}

TEST_CASE("a tree without a manifest says where there is one") {
  CHECK(take(FakeTree().add("SOUL.md")) == "E_MANIFEST no distribution.yaml at the root of the source: it is no distribution");
  CHECK(take(FakeTree().add("agents/my bot/distribution.yaml")) ==
        "E_MANIFEST no distribution.yaml at the root of the source: it is no distribution\n  hint: --subdir 'agents/my bot'");
  CHECK(take(FakeTree().add("a/b/c/d/distribution.yaml")) ==
        "E_MANIFEST no distribution.yaml at the root of the source: it is no distribution");
  CHECK(take(FakeTree().add("Distribution.yaml")) == "E_MANIFEST no distribution.yaml at the root of the source: it is no distribution");
  CHECK(take(tree("version: 1\n")) == "E_MANIFEST distribution.yaml:1:1: $.name: the name is required");
}

TEST_CASE("only plain files are taken, wherever the other thing stands") {
  const std::pair<Type, std::string_view> rows[] = {
      {Type::link, "E_LINK a distribution can't hold symbolic links: {}"},
      {Type::submodule, "E_TYPE a distribution can't hold submodules: {}"},
      {Type::odd_mode, "E_TYPE a distribution's files have the mode 100644 or 100755, not so: {}"},
      {Type::other, "E_TYPE a distribution can hold only regular files: {}"}};
  for (const auto& [type, expected] : rows) {
    for (const std::string path : {"x", "skills/a/x", "memories/x", "docs/not-listed"}) {
      CHECK(take(tree("name: b\ndistribution_owned: [skills]\n").add(path, "", type)) == fmt::format(fmt::runtime(expected), path));
    }
  }
}

TEST_CASE("a hostile path is refused by name, also where nothing would be taken") {
  const std::string rows[][2] = {{"../x", "it holds '..'"},
                                 {"a/../../x", "it holds '..'"},
                                 {"/etc/passwd", "it is absolute"},
                                 {"a//b", "it holds an empty component"},
                                 {"./a", "it holds '.'"},
                                 {"C:/x", "it starts with a drive letter"},
                                 {"a\\..\\x", "it holds a backslash"},
                                 {"a\nb", "it holds a control character"},
                                 {"a\x1b[2Jb", "it holds a control character"},
                                 {"a\xff", "it is not UTF-8"},
                                 {"", "it is empty"},
                                 {"memories/..", "it holds '..'"}};
  for (const auto& [path, reason] : rows) CHECK(take(tree().add(path)) == fmt::format("E_PATH path '{}' is not allowed: {}", path, reason));
  for (const std::string name : {".git", ".GIT", ".Git", "git~1", "GIT~1", ".git.", ".git ", ".git::$INDEX_ALLOCATION", ".g\u200cit"}) {
    for (const std::string& path : {name + "/config", "skills/" + name + "/hooks/x", name}) {
      CHECK(take(tree().add(path)) ==
            fmt::format("E_PATH path '{}' is not allowed: '{}' could be taken for git's own directory", path, name));
    }
  }
  for (const std::string path : {".gitignore", ".github/x", ".gitmodules", "git", "skills/git~2/x"}) {
    CAPTURE(path);
    CHECK(take(tree().add(path)).find(path) != std::string::npos);
  }
}

TEST_CASE("two paths that some file system takes for one are refused") {
  const std::pair<std::string, std::string> rows[] = {{"SOUL.md", "soul.md"},
                                                      {"skills/a/x", "Skills/b/x"},  // one directory
                                                      {"skills/a", "skills/A/x"},    // a file and a directory
                                                      {"caf\u00e9.md", "cafe\u0301.md"},
                                                      {"stra\u00dfe", "strasse"},
                                                      {"\u03a3", "\u03c2"},  // capital and final sigma
                                                      {"a/b/c/d", "a/b/C/d"}};
  for (const auto& [first, second] : rows) {
    const std::string outcome = take(tree().add(first).add(second));
    CAPTURE(first, second, outcome);
    CHECK(outcome.starts_with("E_COLLISION "));
    CHECK(outcome.find("differ only in case or Unicode form") != std::string::npos);
    CHECK(take(tree().add(second).add(first)).starts_with("E_COLLISION "));
  }
  CHECK(take(tree().add("Distribution.yaml")) ==
        "E_COLLISION 'distribution.yaml' and 'Distribution.yaml' differ only in case or Unicode form");
  // What is not taken collides with nothing.
  CHECK(take(tree("name: b\ndistribution_owned: [SOUL.md]\n").add("SOUL.md").add("soul.md").add("x").add("X")) ==
        "SOUL.md distribution.yaml ");
  CHECK(take(tree().add("skills/a/x").add("skills/b/X").add("skills/c/x")) == "distribution.yaml skills/a/x skills/b/X skills/c/x ");
}

TEST_CASE("sizes are limited, to the byte") {
  SnapshotLimits limits;
  limits.files = 3;
  CHECK(take(tree().add("a").add("b"), limits) == "a b distribution.yaml ");
  CHECK(take(tree().add("a").add("b").add("c"), limits) == "E_LIMIT the source holds more than 3 files");
  CHECK(take(tree().add("a").add("b").add("memories/c"), limits) == "a b distribution.yaml ");

  limits = {};
  limits.bytes = 20;  // the manifest has 10
  CHECK(take(tree().add("a", repeated(10, "x")), limits) == "a distribution.yaml ");
  CHECK(take(tree().add("a", repeated(11, "x")), limits) == "E_LIMIT the source is larger than 20 B in all");
  CHECK(take(tree().add("a", repeated(6, "x")).add("b", repeated(5, "x")), limits) == "E_LIMIT the source is larger than 20 B in all");
  CHECK(take(tree().add("logs/a", repeated(30, "x")), limits) == "distribution.yaml ");
  CHECK(take(tree().claim("a", 0, repeated(11, "x")), limits) == "E_LIMIT the source is larger than 20 B in all");
  CHECK(take(tree().claim("a", 1ULL << 62U), limits) == "E_LIMIT the source is larger than 20 B in all");
}

TEST_CASE("paths are limited, to the byte") {
  const std::string name(255, 'n');
  const std::string file(246, 'n');  // with .kopi-new behind it 255
  CHECK(take(tree().add(file)) == "distribution.yaml " + file + " ");
  CHECK(take(tree().add(file + "n")).starts_with("E_LIMIT a file's name is longer than 246 bytes, and FILE.kopi-new could not stand"));
  CHECK(take(tree().add(name + "/a")) == "distribution.yaml " + name + "/a ");
  CHECK(take(tree().add(name + "n")).starts_with("E_LIMIT a name is longer than 255 bytes: nnn"));
  const std::string path = name + "/" + name;  // 511
  CHECK(take(tree().add(path.substr(1) + "/")).starts_with("E_PATH"));
  const std::string longest = name + "/" + std::string(9, 'd') + "/" + file;  // 512
  CHECK(take(tree().add(longest)) == "distribution.yaml " + longest + " ");
  CHECK(take(tree().add("a/" + path)).starts_with("E_LIMIT a path is longer than 512 bytes: a/nnn"));
  CHECK(take(tree().add(repeated(31, "d/") + "f")) == repeated(31, "d/") + "f distribution.yaml ");
  CHECK(take(tree().add(repeated(32, "d/") + "f")).starts_with("E_LIMIT a path is deeper than 32 directories: d/d/"));
  CHECK(take(tree().add("cache/" + repeated(40, "d/") + "f")) == "distribution.yaml ");
  // What is shown of a long path stays short.
  CHECK(take(tree().add("a/" + path)).size() < 200);
}

TEST_CASE("a source that moves while it is read is refused") {
  FakeTree moving = tree();
  moving.moved = Error{Code::changed, "the source changed while it was read"};
  CHECK(take(moving) == "E_CHANGED the source changed while it was read");
}
