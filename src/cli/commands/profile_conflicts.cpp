#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "installer/merge_nodes.hpp"
#include "installer/verify.hpp"
#include "store/install_record.hpp"
#include "store/locks.hpp"
#include "system/files.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile; the active one when left out", false, false, Offers::profile}};
constexpr ExampleSpec examples[] = {{"kopi profile conflicts research-bot", "what the last update left for you to decide"},
                                    {"kopi profile conflicts research-bot --json", "the same as data, each key with its values"}};

std::string words(const Node& key, std::string_view side) {
  const Node* value = key.find(side);
  return value == nullptr || value->is_null() ? "(not there)" : shortened(value->as_text(), 60);
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const ProfileName name, context.profile(given.value("NAME")));
  KOPI_TRY(const FileLock lock,
           lock_profile(context.home, name, LockMode::shared, "kopi profile conflicts", &context.interrupt, [](std::string_view) {}));
  KOPI_TRY(const auto record, read_install_record(context.home, name));
  if (!record) return error(Code::source, "profile '{}' was not installed from a distribution", name.str());
  const std::string path = context.home.profile_path(name);
  Outcome outcome;
  Node list = Node::sequence();
  std::size_t count = 0;
  for (const Pending& pending : undecided(path, *record)) {
    ++count;
    const std::string beside = pending.path.str() + ".kopi-new";
    const bool is_there = is_regular_file(join_path(path, beside));
    list.push(Node::mapping({{"path", pending.path.str()}, {"shipped", is_there ? Node(beside) : Node()}, {"keys", pending.keys}}));
    outcome.text.styled(Style::red, "! {}", pending.path.str());
    outcome.text.print(is_there ? "  yours is live; the author's is {}\n" : "  yours is live\n", beside);
    for (const Node& key : pending.keys.items()) {
      outcome.text.print("    {}  yours: {}  the author's: {}\n", shown_place(key.find("key")->as_text()), words(key, "ours"),
                         words(key, "theirs"));
    }
  }
  if (count == 0) {
    outcome.text.print("No conflicts in {}.\n", name.str());
  } else {
    outcome.text.print("\nDecide: kopi profile resolve {} FILE --ours, --theirs or --edit\n", name.str());
  }
  outcome.data = Node::mapping({{"name", name.str()}, {"path", path}, {"conflicts", std::move(list)}});
  return outcome;
}

}  // namespace

const CommandSpec profile_conflicts_command{
    "profile conflicts",
    "List what an update left for you to decide",
    "Where you and the author changed the same lines, or the same key of a YAML or JSON file, yours stays live and nothing of the author's "
    "is lost: the file as shipped lies beside it as FILE.kopi-new, until you resolve it.",
    arguments,
    {},
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
