#include "installer/live.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.hpp"
#include "system/crypto.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

namespace {

RelPath path(std::string_view text) { return must(RelPath::parse(text)); }

Ledger ledger(std::initializer_list<std::pair<std::string_view, std::string_view>> files) {
  Ledger result;
  for (const auto& [name, content] : files) result.emplace(path(name), LedgerEntry{FileMode::regular, sha256(content)});
  return result;
}

// "path mode digest's start", a line each; or the error with the scratch directory's name taken out.
std::string scan(const Scratch& profile, const Ledger& base, const Ledger& shipped) {
  const auto live = scan_live(profile.path(), {base, shipped});
  if (!live) {
    std::string text = test::shown(live.error());
    while (text.find(profile.path()) != std::string::npos) text.replace(text.find(profile.path()), profile.path().size(), "P");
    return text;
  }
  std::string text;
  for (const auto& [name, file] : *live) {
    const bool known = base.contains(name) ? base.at(name).digest == file.entry.digest : false;
    constexpr std::string_view kinds[] = {"", "@", "/", "^"};  // file, link, directory, blocked
    const std::string_view kind = kinds[static_cast<std::size_t>(file.kind)];
    text += name.str() + (file.entry.mode == FileMode::executable ? "*" : "") + std::string(kind.empty() && !known ? "!" : kind) + " ";
  }
  return text;
}

constexpr std::string_view k_move = "\n  hint: move it elsewhere and run the command again";

}  // namespace

TEST_CASE("only what the old or the new version ships is looked at") {
  const Scratch profile;
  profile.write("SOUL.md", "old");
  profile.write("config.yaml", "edited");
  profile.write("run.sh", "#!", 0700);
  profile.write("mine.md", "x");
  profile.write("skills/a/SKILL.md", "old");
  const Ledger base = ledger({{"SOUL.md", "old"}, {"config.yaml", "old"}, {"gone.md", "old"}, {"run.sh", "#!"}});
  CHECK(scan(profile, base, ledger({{"skills/a/SKILL.md", "new"}, {"new.md", "x"}})) == "SOUL.md config.yaml! run.sh* skills/a/SKILL.md! ");
  CHECK(scan(profile, {}, {}).empty());
  CHECK(must(scan_live(profile.at("nothing/here"), {base, {}})).empty());
}

TEST_CASE("a symbolic link at a shipped path, or on the way to one, is seen and not followed") {
  const Scratch profile;
  const Scratch elsewhere;
  elsewhere.write("SKILL.md", "n");
  profile.write("x", "1");
  REQUIRE(::symlink(elsewhere.at("SKILL.md").c_str(), profile.at("SOUL.md").c_str()) == 0);
  REQUIRE(::symlink("nowhere", profile.at("dangling").c_str()) == 0);
  REQUIRE(::symlink(elsewhere.path().c_str(), profile.at("skills").c_str()) == 0);
  CHECK(scan(profile, {}, ledger({{"SOUL.md", "n"}})) == "SOUL.md@ ");
  CHECK(scan(profile, ledger({{"SOUL.md", "n"}}), {}) == "SOUL.md@ ");
  CHECK(scan(profile, {}, ledger({{"dangling", "n"}})) == "dangling@ ");
  CHECK(scan(profile, {}, ledger({{"skills/SKILL.md", "n"}, {"skills/a/b", "n"}})) == "skills/SKILL.md@ skills/a/b@ ");
}

TEST_CASE("a plan that would write where a symbolic link is refused by name") {
  const Scratch profile;
  REQUIRE(::symlink("nowhere", profile.at("SOUL.md").c_str()) == 0);
  REQUIRE(::symlink("/tmp", profile.at("skills").c_str()) == 0);
  const LedgerEntry theirs{FileMode::regular, sha256("theirs")};
  const auto check = [&](PlanStep::Action action, std::string_view name, LiveFile::Kind kind) {
    Plan plan;
    plan.steps.push_back({action, path(name), {}, theirs, {}, {}, {}, ""});
    plan.live.emplace(path(name), LiveFile{{}, kind});
    const auto checked = check_places(profile.path(), plan, {});
    return checked ? std::string("ok") : test::shown(checked.error());
  };
  using Action = PlanStep::Action;
  CHECK(check(Action::keep, "SOUL.md", LiveFile::Kind::link) == "ok");
  CHECK(check(Action::release, "SOUL.md", LiveFile::Kind::link) == "ok");
  CHECK(check(Action::replace, "SOUL.md", LiveFile::Kind::link) ==
        "E_LINK " + profile.at("SOUL.md") + " is a symbolic link, which kopi neither follows nor replaces" + std::string(k_move));
  CHECK(check(Action::add, "skills/a.md", LiveFile::Kind::link) ==
        "E_LINK " + profile.at("skills/a.md") + " is reached through a symbolic link, which kopi does not follow");
  must(make_directories(profile.at("tools/empty")));
  CHECK(check(Action::add, "tools", LiveFile::Kind::directory) ==
        "E_TYPE " + profile.at("tools") + " is in the way: a file is shipped there" + std::string(k_move));
}

TEST_CASE("what is of another type makes way only when it is as it was shipped") {
  const Scratch profile;
  profile.write("tools/run", "old");
  profile.write("notes", "old");
  // A directory becomes a file, a file becomes a directory.
  const Ledger base = ledger({{"tools/run", "old"}, {"notes", "old"}});
  CHECK(scan(profile, base, ledger({{"tools", "n"}, {"notes/a.md", "n"}})) == "notes tools/run ");
  // The same where the user changed or added something.
  profile.write("tools/mine", "x");
  CHECK(scan(profile, base, ledger({{"tools", "n"}})) == "notes tools/ tools/run ");
  profile.write("notes", "edited");
  CHECK(scan(profile, base, ledger({{"notes/a.md", "n"}})) == "notes! notes/a.md^ tools/run ");
  CHECK(scan(profile, {}, ledger({{"notes/deep/er/a.md", "n"}})) == "notes/deep/er/a.md^ ");
  // A directory where the old version had a file: the user's; the file is gone.
  CHECK(scan(profile, ledger({{"tools", "old"}}), {}).empty());
  REQUIRE(::mkfifo(profile.at("pipe").c_str(), 0600) == 0);
  CHECK(scan(profile, {}, ledger({{"pipe", "n"}})) == "E_TYPE P/pipe is in the way: a file is shipped there" + std::string(k_move));
}

TEST_CASE("an empty directory of the user's gives way to no file") {
  const Scratch profile;
  must(make_directories(profile.at("tools/empty")));
  CHECK(scan(profile, ledger({{"tools/run", "old"}}), ledger({{"tools", "n"}})) == "tools/ ");
}

TEST_CASE("what was the user's before it was shipped makes no way") {
  const Scratch profile;
  profile.write("tools/run", "old");
  const Ledger base = ledger({{"tools/run", "old"}});
  const Ledger shipped = ledger({{"tools", "n"}});
  CHECK(must(scan_live(profile.path(), {base, shipped})).contains(path("tools")) == false);
  CHECK(must(scan_live(profile.path(), {base, shipped, {}, {path("tools/run")}})).at(path("tools")).kind == LiveFile::Kind::directory);
}

TEST_CASE("the place beside a conflict is free, or holds what kopi put there") {
  const Scratch profile;
  Plan plan;
  const LedgerEntry theirs{FileMode::regular, sha256("theirs")};
  const std::vector<Pending> before{{path("SOUL.md"), {}, {FileMode::regular, sha256("of the last time")}, Node::sequence(), false}};
  plan.steps.push_back({PlanStep::Action::conflict, path("SOUL.md"), {}, {}, theirs, {}, {}, ""});
  CHECK(code_of(check_places(profile.path(), plan, {})) == "ok");
  profile.write("SOUL.md.kopi-new", "of the last time");
  CHECK(code_of(check_places(profile.path(), plan, before)) == "ok");
  CHECK(code_of(check_places(profile.path(), plan, {})) == "E_EXISTS");
  profile.write("SOUL.md.kopi-new", "theirs");
  CHECK(code_of(check_places(profile.path(), plan, {})) == "ok");
  profile.write("SOUL.md.kopi-new", "the user's notes");
  CHECK(code_of(check_places(profile.path(), plan, before)) == "E_EXISTS");
  must(remove_file(profile.at("SOUL.md.kopi-new")));
  must(make_directories(profile.at("SOUL.md.kopi-new")));
  CHECK(code_of(check_places(profile.path(), plan, {})) == "E_TYPE");
  must(remove_tree(profile.at("SOUL.md.kopi-new")));
  REQUIRE(::symlink("SOUL.md", profile.at("SOUL.md.kopi-new").c_str()) == 0);
  CHECK(code_of(check_places(profile.path(), plan, {})) == "E_LINK");
  plan.steps[0].action = PlanStep::Action::keep;
  CHECK(code_of(check_places(profile.path(), plan, {})) == "ok");
}

TEST_CASE("only what both sides changed is read, with what they started from where the store has it") {
  const Scratch scratch;
  const Home home{scratch.at("root"), scratch.path(), std::nullopt};
  const Blobs blobs(home);
  must(blobs.put(sha256("old"), "old"));
  for (const auto& [name, content] :
       {std::pair{"both", "mine"}, {"lost", "mine"}, {"own", "mine"}, {"same", "same"}, {"edited", "mine"}, {"calm", "old"}})
    scratch.write(std::string("profile/") + name, content);
  const Ledger base = ledger({{"both", "old"}, {"lost", "elsewhere"}, {"edited", "old"}, {"calm", "old"}});
  const Ledger shipped =
      ledger({{"both", "new"}, {"lost", "new"}, {"own", "new"}, {"same", "same"}, {"edited", "old"}, {"calm", "new"}, {"fresh", "new"}});
  const std::string profile = scratch.at("profile");
  const auto cases = list_cases(base, {}, must(scan_live(profile, {base, shipped})), shipped);
  std::string read;
  for (const auto& [file, texts] : must(read_texts(profile, cases, blobs)))
    read += fmt::format("{}: {} < {}\n", file.str(), texts.ours, texts.base.value_or("-"));
  CHECK(read == "both: mine < old\nlost: mine < -\nown: mine < -\n");
  scratch.write("profile/both", "mine again");
  CHECK(code_of(read_texts(profile, cases, blobs)) == "E_CHANGED");
}
