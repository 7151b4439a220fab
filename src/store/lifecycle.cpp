#include "store/lifecycle.hpp"

#include <algorithm>

#include "formats/json.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "store/transaction.hpp"
#include "system/crypto.hpp"
#include "system/files.hpp"
#include "system/step.hpp"

namespace kopi {
namespace {

std::string beside(const Home& home, const ProfileName& name, std::string_view what) {
  return join_path(home.profiles_path(), fmt::format(".{}.{}", name.str(), what));
}
std::string intent_path(const Home& home, const ProfileName& name) { return beside(home, name, "intent"); }

struct Intent {
  std::optional<ProfileName> to;       ///< of a new name
  std::optional<std::string> program;  ///< that an alias starts
};

Result<void> write_intent(const Home& home, const ProfileName& name, const Intent& intent) {
  const Node node = Node::mapping(
      {{"schema", 1}, {"to", intent.to ? Node(intent.to->str()) : Node()}, {"program", intent.program ? Node(*intent.program) : Node()}});
  return write_file(intent_path(home, name), render_json(node) + "\n", 0600);
}

Intent read_intent(const Home& home, const ProfileName& name) {
  Intent intent;
  const auto text = read_file(intent_path(home, name), 65536);
  const auto node = text ? parse_json(*text, "intent") : Result<Node>(text.error());
  if (!node) return intent;  // it says nothing, so nothing more was meant
  const Node* to = node->find("to");
  const Node* program = node->find("program");
  if (to != nullptr && to->as_string()) {
    if (auto parsed = ProfileName::parse(*to->as_string())) intent.to = *std::move(parsed);
  }
  if (program != nullptr) intent.program = program->as_string();
  return intent;
}

// A wrapper of the profile's own name changes with it; one of another name keeps that and starts the new profile.
Renamed move_aliases(const Home& home, const ProfileName& from, const ProfileName& to, const AliasContext& context) {
  Renamed left;
  remove_leftovers(home.alias_directory(), to.str());
  const auto all = all_aliases(home);
  const auto own = all.find(from.str());
  if (own == all.end()) return left;
  for (const std::string& alias : own->second) {
    const std::string wanted = alias == from.str() ? to.str() : alias;
    auto made = create_alias(home, wanted, to, context);
    reach_step("alias");
    if (made && wanted == alias) continue;
    const bool again = !made && made.error().code == Code::io;
    if (!made) left.not_made.push_back(std::move(made).error());
    if (again) continue;  // the old one tells the next try what there was
    if (auto removed = remove_alias(home, alias); !removed) left.not_removed.push_back(std::move(removed).error());
  }
  return left;
}

// A command that can't be written now is made by a later kopi: the intent stays.
bool wants_another_try(const Renamed& renamed) {
  const auto is_io = [](const Error& problem) { return problem.code == Code::io; };
  return std::any_of(renamed.not_made.begin(), renamed.not_made.end(), is_io) ||
         std::any_of(renamed.not_removed.begin(), renamed.not_removed.end(), is_io);
}

Result<void> follow_rename(const Home& home, const ProfileName& from, const ProfileName& to) {
  KOPI_CHECK(remove_tree(home.tombstone_path(to)));
  if (read_sticky(home) == from.str()) return write_sticky(home, to);
  return {};
}

// All that belongs to a deletion once the profile has left its place; goes as far as it can.
Result<Deleted> finish_deletion(const Home& home, const ProfileName& name, const std::string& hidden) {
  Deleted deleted;
  Result<void> first;
  bool aliases_wait = false;  // for a next try
  const auto note = [&](Result<void> step) {
    if (first && !step) first = std::move(step);
  };
  if (!profile_exists(home, name)) {  // or it was made anew meanwhile
    auto tombstone = make_directories(parent_path(home.tombstone_path(name)), 0755);
    if (tombstone) tombstone = write_file(home.tombstone_path(name), "", 0644);
    note(std::move(tombstone));
    remove_leftovers(parent_path(home.tombstone_path(name)), name.str());
    (void)remove_file(intent_path(home, name));
    reach_step("tombstone");
    if (read_sticky(home) == name.str()) note(write_sticky(home, ProfileName::default_profile()));
    reach_step("sticky");
    const auto aliases = all_aliases(home);
    for (const std::string& alias : aliases.contains(name.str()) ? aliases.at(name.str()) : std::vector<std::string>()) {
      if (auto gone = remove_alias(home, alias); gone) {
        deleted.aliases.push_back(alias);
      } else {
        aliases_wait = aliases_wait || gone.error().code == Code::io;
        deleted.aliases_left.push_back(std::move(gone).error());
      }
      reach_step("alias");
    }
  }
  // The tree goes last: as long as its directory is there, the next command goes on.
  if (first) note(remove_tree(hidden));
  if (!first) return std::move(first).error();
  if (aliases_wait) (void)make_directories(hidden, 0700);
  return deleted;
}

void finish_intent(const Home& home, const ProfileName& name, const AliasContext& context, Reporter& reporter) {
  const Intent intent = read_intent(home, name);
  const AliasContext alias{intent.program.value_or(context.program), context.search_path};
  bool done = true;
  if (intent.to) {
    if (!is_directory(home.profile_path(name)) && is_directory(home.profile_path(*intent.to))) {
      if (!follow_rename(home, name, *intent.to)) return;  // the intent stays, and with it the next try
      done = !wants_another_try(move_aliases(home, name, *intent.to, alias));
    }
  } else if (is_directory(home.profile_path(name))) {
    if (!remove_tree(home.tombstone_path(name))) return;
    if (intent.program) {
      remove_leftovers(home.alias_directory(), name.str());
      const auto made = create_alias(home, name.str(), name, alias);
      done = made || made.error().code != Code::io;
      if (made) reporter.note(fmt::format("{}: made its command, which could not be made before", name.str()));
    }
  }
  if (done) (void)remove_file(intent_path(home, name));
}

// ".coder.staging-41-a0b1c2" is coder's.
std::optional<ProfileName> owner_of(const std::string& entry, std::string_view& kind) {
  const auto dot = entry.find('.', 1);
  if (!entry.starts_with('.') || dot == std::string::npos) return std::nullopt;
  auto name = ProfileName::parse(entry.substr(1, dot - 1));
  const std::string_view rest = std::string_view(entry).substr(dot + 1);
  for (const std::string_view known : {"staging-", "deleted-", "intent"}) {
    if (!rest.starts_with(known) || !name) continue;
    kind = known;
    return *std::move(name);
  }
  return std::nullopt;
}

void recover_beside(const Home& home, const std::string& entry, const AliasContext& context, Reporter& reporter,
                    std::vector<ProfileName>& deleted) {
  std::string_view kind;
  const auto name = owner_of(entry, kind);
  if (!name) return;
  const auto lock = try_lock_profile(home, *name, "kopi");
  const std::string path = join_path(home.profiles_path(), entry);
  if (!lock || !path_exists(path)) return;
  if (kind == "staging-") {
    (void)remove_tree(path);
  } else if (kind == "intent") {
    finish_intent(home, *name, context, reporter);
  } else if (const auto finished = finish_deletion(home, *name, path); finished && finished->aliases_left.empty()) {
    reporter.note(fmt::format("{}: finished the delete that had broken off", name->str()));
    deleted.push_back(*name);
  }
}

void recover_profile(const Home& home, const ProfileName& name, Reporter& reporter) {
  const std::string path = home.profile_path(name);
  if (!has_transaction(path)) return;
  const auto lock = try_lock_profile(home, name, "kopi");
  if (!lock) return;
  const auto done = recover_transaction(path);
  if (!done) {
    reporter.warn({Severity::high, "profile.broken-off", "", 0, 0,
                   fmt::format("{}; kopi -p {} doctor --repair", done.error().message, name.str()), "", ""});
  } else if (*done) {
    reporter.note(fmt::format("{}: {}", name.str(), **done));
  }
}

}  // namespace

Result<std::string> make_staging(const Home& home, const ProfileName& name) {
  KOPI_CHECK(make_directories(home.root, 0700));
  std::string path = beside(home, name, "staging-" + random_hex(6));
  KOPI_CHECK(make_directories(path, 0700));
  return path;
}

Result<Published> publish_profile(const Home& home, const ProfileName& name, const std::string& staging, const AliasContext* alias) {
  KOPI_CHECK(check_free(home, name));
  const bool has_remains = path_exists(home.tombstone_path(name)) || path_exists(home.profile_path(name));
  if (alias != nullptr || has_remains) {
    KOPI_CHECK(write_intent(home, name, {std::nullopt, alias != nullptr ? std::optional(alias->program) : std::nullopt}));
  }
  reach_step("intent");
  Published published;
  auto done = remove_tree(home.profile_path(name));  // at most the shell of a deleted profile
  if (done) done = rename_new(staging, home.profile_path(name));
  if (!done) {
    (void)remove_file(intent_path(home, name));
    return std::move(done).error();
  }
  reach_step("published");
  (void)sync_directory(home.profiles_path());  // the rename is made; a disk that can't flush it is no reason to undo it
  KOPI_CHECK(remove_tree(home.tombstone_path(name)));
  if (alias != nullptr) {
    auto made = create_alias(home, name.str(), name, *alias);
    if (made) {
      published.alias = name.str();
    } else {
      published.no_alias = std::move(made).error();
    }
    reach_step("alias");
  }
  const bool again = published.no_alias && published.no_alias->code == Code::io;
  if ((alias != nullptr || has_remains) && !again) (void)remove_file(intent_path(home, name));
  return published;
}

Result<Renamed> rename_profile(const Home& home, const ProfileName& from, const ProfileName& to, const AliasContext& context) {
  if (!profile_exists(home, from)) return no_such_profile(Selection{from, Selection::Origin::flag});
  KOPI_CHECK(check_free(home, to));
  KOPI_CHECK(write_intent(home, from, {to, context.program}));
  reach_step("intent");
  auto done = remove_tree(home.profile_path(to));
  if (done) done = rename_new(home.profile_path(from), home.profile_path(to));
  if (done) {
    reach_step("renamed");
    (void)sync_directory(home.profiles_path());
    done = follow_rename(home, from, to);
    // Half a rename would leave the sticky choice pointing nowhere.
    if (!done) (void)rename_new(home.profile_path(to), home.profile_path(from));
  }
  if (!done) {
    (void)remove_file(intent_path(home, from));
    return std::move(done).error();
  }
  reach_step("sticky");
  Renamed renamed = move_aliases(home, from, to, context);
  if (!wants_another_try(renamed)) (void)remove_file(intent_path(home, from));  // read again, it says nothing new
  return renamed;
}

Result<Deleted> delete_profile(const Home& home, const ProfileName& name) {
  const std::string path = home.profile_path(name);
  const bool half_deleted = path_exists(home.tombstone_path(name)) && path_exists(path);
  if (!profile_exists(home, name) && !half_deleted) return no_such_profile(Selection{name, Selection::Origin::flag});
  int number = 1;
  while (path_exists(beside(home, name, fmt::format("deleted-{}", number)))) ++number;
  const std::string hidden = beside(home, name, fmt::format("deleted-{}", number));
  KOPI_CHECK(rename_new(path, hidden));
  reach_step("hidden");
  (void)sync_directory(home.profiles_path());
  return finish_deletion(home, name, hidden);
}

std::vector<ProfileName> recover_home(const Home& home, const AliasContext& context, Reporter& reporter) {
  std::vector<ProfileName> deleted;
  remove_leftovers(home.root, file_name(home.sticky_path()));
  recover_profile(home, ProfileName::default_profile(), reporter);
  const auto entries = list_directory(home.profiles_path());
  if (!entries) return deleted;
  for (const std::string& entry : *entries) {
    if (entry.find(".intent.kopi-") != std::string::npos) {
      remove_leftovers(home.profiles_path(), "");
    } else if (entry.starts_with('.')) {
      recover_beside(home, entry, context, reporter, deleted);
    } else if (const auto name = ProfileName::parse(entry); name && name->str() == entry) {
      recover_profile(home, *name, reporter);
    }
  }
  return deleted;
}

}  // namespace kopi
