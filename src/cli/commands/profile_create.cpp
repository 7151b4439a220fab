#include "base/text.hpp"
#include "cli/answer.hpp"
#include "cli/commands/commands.hpp"
#include "formats/yaml_edit.hpp"
#include "store/bundled_skills.hpp"
#include "store/clone.hpp"
#include "store/lifecycle.hpp"
#include "store/locks.hpp"
#include "store/profiles.hpp"
#include "system/files.hpp"
#include "system/step.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the new profile's name: a-z, 0-9, - and _"}};
constexpr OptionSpec options[] = {
    {"--clone", "", "copy config, .env, SOUL.md, skills and MCP servers from the active profile"},
    {"--clone-all", "", "copy everything: memories, sessions, jobs, plugins too"},
    {"--clone-from", "PROFILE", "copy from PROFILE instead of the active one; means --clone unless --clone-all is given", Offers::profile},
    {"--clone-channels", "", "copy messaging channels and their tokens too"},
    {"--no-skills", "", "leave the bundled skills out"},
    {"--no-alias", "", "make no command of the profile's name"},
    {"--description", "TEXT", "say what the profile is for"}};
constexpr ExampleSpec examples[] = {{"kopi profile create coder", "a fresh profile and the command `coder`"},
                                    {"kopi profile create work --clone", "same keys and model, fresh memory"},
                                    {"kopi profile create backup --clone-all --clone-from coder", "a complete copy of coder"}};

constexpr std::string_view k_env_template =
    "# Keys and tokens of this profile. Only this profile reads them; `kopi env set NAME` writes here.\n"
    "#\n"
    "# ANTHROPIC_API_KEY=\n"
    "# OPENAI_API_KEY=\n"
    "# OPENROUTER_API_KEY=\n";

constexpr std::string_view k_soul_template =
    "# {}\n\n"
    "You are {}, a helpful assistant.\n\n"
    "- Answer clearly and to the point.\n"
    "- Say so when you do not know something, and how it could be found out.\n"
    "- Ask before you do anything that can't be undone.\n";

struct Wanted {
  ProfileName name = ProfileName::default_profile();
  bool clones = false;
  CloneDepth depth = CloneDepth::settings;
  ProfileName source = ProfileName::default_profile();
  bool channels = false;
  bool skills = true;
  bool alias = true;
  std::optional<std::string> description;
};

Result<Wanted> read_wanted(const Context& context, const Arguments& given) {
  Wanted wanted;
  KOPI_TRY(wanted.name, parse_new_profile_name(*given.value("NAME")));
  const bool all = given.flag("--clone-all");
  wanted.clones = all || given.flag("--clone") || given.flag("--clone-from");
  wanted.depth = all ? CloneDepth::everything : CloneDepth::settings;
  wanted.channels = given.flag("--clone-channels");
  wanted.skills = !given.flag("--no-skills");
  wanted.alias = !given.flag("--no-alias");
  wanted.description = given.value("--description");
  if (wanted.channels && !wanted.clones) return error(Code::usage, "--clone-channels needs --clone, --clone-all or --clone-from");
  if (!wanted.skills && wanted.clones)
    return error(Code::usage, "--no-skills can't be used with a clone: its skills are part of what is cloned");
  KOPI_TRY(wanted.source, context.profile(given.value("--clone-from")));
  return wanted;
}

// A fresh profile talks to the same model as the active one; nothing else of it is taken over.
Result<void> write_fresh(const Context& context, const Wanted& wanted, const std::string& staging) {
  KOPI_CHECK(write_file(join_path(staging, ".env"), k_env_template, 0600));
  KOPI_CHECK(
      write_file(join_path(staging, "SOUL.md"), fmt::format(fmt::runtime(k_soul_template), wanted.name.str(), wanted.name.str()), 0644));
  const auto config = read_config(context.home, context.selection.name);
  if (!config) {  // what is broken elsewhere keeps nobody from a profile of their own
    context.console.warn({Severity::medium, "profile.model-unknown", "", 0, 0,
                          fmt::format("the model of {} is not taken over: {}", context.selection.name.str(), config.error().message), "",
                          ""});
    return {};
  }
  const Node* model = config->find("model");
  if (model == nullptr || model->is_null()) return {};
  std::string text;
  if (model->is(Node::Kind::mapping)) {
    for (const Node& setting : model->items()) {
      const std::string key[] = {"model", setting.key()};
      KOPI_TRY(text, set_yaml_value(text, "config.yaml", key, setting));
    }
  } else {
    const std::string key[] = {"model"};
    KOPI_TRY(text, set_yaml_value(text, "config.yaml", key, *model));
  }
  return write_file(join_path(staging, "config.yaml"), text, 0644);
}

struct Made {
  CloneReport cloned;
  SkillSync skills;
};

Result<Made> fill(const Context& context, const Wanted& wanted, const std::string& staging) {
  Made made;
  if (wanted.clones) {
    KOPI_TRY(const FileLock reading, lock_profile(context.home, wanted.source, LockMode::shared, "kopi profile create", &context.interrupt,
                                                  [](std::string_view) {}));
    KOPI_TRY(made.cloned, clone_profile(context.home, wanted.source, wanted.name, staging, wanted.depth,
                                        wanted.channels ? Channels::copy : Channels::leave, &context.interrupt));
  } else {
    KOPI_CHECK(write_fresh(context, wanted, staging));
  }
  for (const std::string_view directory : profile_directories()) KOPI_CHECK(make_directories(join_path(staging, directory)));
  if (!wanted.skills) KOPI_CHECK(write_file(join_path(staging, ".no-bundled-skills"), "", 0644));
  if (!wanted.clones) {
    KOPI_TRY(made.skills, sync_bundled_skills(staging));
  }
  if (wanted.description) KOPI_CHECK(write_card(staging, {{"description", *wanted.description}, {"description_auto", false}}));
  // A cloned profile is a profile even when its source had no file that says so.
  KOPI_CHECK(make_directories(join_path(staging, ".kopi"), 0700));
  return made;
}

void describe_made(Text& text, const Context& context, const Wanted& wanted, const Made& made, const Node& alias) {
  text.styled(Style::green, "✓").print(" Profile '{}' created at {}\n", wanted.name.str(), context.home.profile_path(wanted.name));
  if (wanted.clones)
    text.print("  copied from {}: {}\n", wanted.source.str(),
               made.cloned.copied.empty() ? "nothing, it has none of that" : join(made.cloned.copied, ", "));
  if (!made.cloned.channels_left.empty())
    text.print("  messaging channels left behind: {} (--clone-channels copies them)\n", join(made.cloned.channels_left, ", "));
  if (!made.cloned.grants_left.empty())
    text.print("  logins left behind, each is good for one profile: {}\n", join(made.cloned.grants_left, ", "));
  if (!made.cloned.plugins.empty()) text.print("  plugins copied, not run: {}\n", join(made.cloned.plugins, ", "));
  if (!made.cloned.dropped_links.empty())
    text.print("  left out, links that dangle, go in circles or to what is never copied, pipes, devices: {}\n",
               join(made.cloned.dropped_links, ", "));
  if (!made.skills.added.empty())
    text.print("  {}: {}\n", count_of(made.skills.added.size(), "bundled skill"), join(made.skills.added, ", "));
  const std::string command = alias.is_null() ? "kopi -p " + wanted.name.str() : alias.as_text();
  if (!alias.is_null()) {
    text.print("  command: {}\n", alias.as_text());
    tell_path_hint(context, text);
  }
  text.print("\nNext: {} setup, then {} chat\n", command, command);
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_TRY(const Wanted wanted, read_wanted(context, given));
  KOPI_TRY(const FileLock lock, context.lock(wanted.name, "kopi profile create"));
  KOPI_CHECK(check_free(context.home, wanted.name));
  KOPI_TRY(const std::string staging, make_staging(context.home, wanted.name));
  const AliasContext aliases = context.alias_context();
  Published published;
  auto made = fill(context, wanted, staging);
  reach_step("built");
  if (made) {
    auto done = sync_file_system(staging);
    if (done && context.interrupt.requested()) done = interrupted_error();
    if (done) {
      auto appeared = publish_profile(context.home, wanted.name, staging, wanted.alias ? &aliases : nullptr);
      if (appeared) published = *std::move(appeared);
      if (!appeared) done = std::move(appeared).error();
    }
    if (!done) made = std::move(done).error();
  }
  if (!made) {
    (void)remove_tree(staging);  // the error says what failed; what is left here, the next command removes
    return std::move(made).error();
  }
  const Node alias = published.alias;
  if (published.no_alias) warn_no_alias(context, wanted.name, *published.no_alias);
  Outcome outcome;
  describe_made(outcome.text, context, wanted, *made, alias);
  outcome.data = Node::mapping({{"name", wanted.name.str()},
                                {"path", context.home.profile_path(wanted.name)},
                                {"alias", alias},
                                {"cloned_from", wanted.clones ? Node(wanted.source.str()) : Node()},
                                {"copied", records_of("path", made->cloned.copied)},
                                {"channels_left", records_of("name", made->cloned.channels_left)},
                                {"grants_left", records_of("path", made->cloned.grants_left)},
                                {"dropped_links", records_of("path", made->cloned.dropped_links)},
                                {"plugins", records_of("name", made->cloned.plugins)},
                                {"skills", records_of("name", made->skills.added)}});
  return outcome;
}

}  // namespace

const CommandSpec profile_create_command{
    "profile create",
    "Make a new profile",
    "A profile is an agent of its own: its own config, keys, memory, sessions and skills. A fresh one takes over the model of the active "
    "profile and nothing else. A clone copies, and leaves behind what would make two agents act as one: approvals, OAuth grants, and "
    "messaging channels unless you ask for them. Links that leave the profile become private copies, of at most 1 GiB and 100,000 files in "
    "all.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
