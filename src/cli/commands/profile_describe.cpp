#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "runtime/agent.hpp"
#include "store/profiles.hpp"

namespace kopi::cli {
namespace {

constexpr ArgumentSpec arguments[] = {{"NAME", "the profile", false, false, Offers::profile}};
constexpr OptionSpec options[] = {{"--text", "TEXT", "set the description"},
                                  {"--auto", "", "let the profile's own model write it"},
                                  {"--overwrite", "", "with --auto: also where there is a description"},
                                  {"--all", "", "with --auto: every profile"}};
constexpr ExampleSpec examples[] = {{"kopi profile describe coder", "show the description"},
                                    {"kopi profile describe coder --text \"Reviews my pull requests\"", "set it"}};

constexpr std::string_view k_question =
    "Describe yourself in one sentence of at most twenty words, for a list of agents: what you are for. Answer with the sentence alone.";

class QuietSink final : public AnswerSink {
 public:
  void text(std::string_view) override {}
  void reasoning(std::string_view) override {}
  void notice(std::string_view, std::string_view) override {}
};

Node record_of(const Context& context, const ProfileName& name) {
  const ProfileCard card = read_card(context.home, name);
  return Node::mapping(
      {{"name", name.str()}, {"description", card.description.empty() ? Node() : Node(card.description)}, {"auto", card.description_auto}});
}

void show(Text& text, const Context& context, const ProfileName& name) {
  const ProfileCard card = read_card(context.home, name);
  if (card.description.empty()) {
    text.print("(no description set for '{}')\n", name.str());
  } else {
    text.print("{}{}\n", card.description_auto ? "[auto] " : "", card.description);
  }
}

Result<void> write_by_model(Context& context, const ProfileName& name) {
  KOPI_TRY(const Agent agent, open_agent(context.home, name, context.environment, *context.clock));
  KOPI_TRY(const ModelSetting model, choose_model(agent, std::nullopt));
  Loop loop;
  const auto http = make_http_client(loop, context.environment, &context.console);
  KOPI_TRY(const auto provider, make_provider(agent, model, *http, loop));
  std::stop_source stop;
  const auto watch = loop.watch(context.interrupt, [&] { stop.request_stop(); });
  ChatRequest request{model.model, render_prompt(agent.prompt), {{ChatMessage::Role::user, std::string(k_question)}}, std::nullopt};
  QuietSink sink;
  AnswerResult answer = loop.run(provider->answer(request, sink, stop.get_token()));
  if (!answer) return std::move(answer.error().error);
  const std::string sentence = one_line(answer->text);
  if (sentence.empty()) return error(Code::provider, "the model answered with nothing");
  KOPI_TRY(const FileLock lock, context.lock_existing(name, "kopi profile describe"));
  return write_card(context.home.profile_path(name), {{"description", sentence}, {"description_auto", true}});
}

Result<void> check_usage(const Arguments& given) {
  const bool automatic = given.flag("--auto");
  if (given.flag("--all") && !automatic) return error(Code::usage, "--all needs --auto");
  if (given.flag("--overwrite") && !automatic) return error(Code::usage, "--overwrite needs --auto");
  if (given.flag("--all") && (given.flag("NAME") || given.flag("--text"))) return error(Code::usage, "--all excludes a name and --text");
  if (given.flag("--text") && automatic) return error(Code::usage, "--text excludes --auto");
  if (!given.flag("--all") && !given.flag("NAME")) return error(Code::usage, "missing argument NAME");
  return {};
}

Result<void> describe(Context& context, const ProfileName& name, const Arguments& given) {
  KOPI_CHECK(check_card(context.home, name));
  if (const auto text = given.value("--text")) {
    KOPI_TRY(const FileLock lock, context.lock_existing(name, "kopi profile describe"));
    return write_card(context.home.profile_path(name), {{"description", *text}, {"description_auto", false}});
  }
  if (!given.flag("--auto") || (!given.flag("--overwrite") && !read_card(context.home, name).description.empty())) return {};
  return write_by_model(context, name).while_doing("describing {}", name.str());
}

// One profile that can't be described does not keep the others from it.
Result<Outcome> describe_all(Context& context, const Arguments& given) {
  KOPI_TRY(const auto names, list_profiles(context.home));
  Outcome outcome;
  Node records = Node::sequence();
  for (const ProfileName& name : names) {
    auto done = describe(context, name, given);
    if (!done && done.error().code == Code::interrupted) return std::move(done).error();
    outcome.text.print("{}: ", name.str());
    show(outcome.text, context, name);
    records.push(record_of(context, name));
    if (done) continue;
    if (outcome.problem)
      context.console.warn({Severity::medium, "profile.not-described", "", 0, 0, name.str() + ": " + done.error().message, "", ""});
    else
      outcome.problem = std::move(done).error();
  }
  outcome.data = Node::mapping({{"profiles", std::move(records)}});
  return outcome;
}

Result<Outcome> run(Context& context, const Arguments& given) {
  KOPI_CHECK(check_usage(given));
  if (given.flag("--all")) return describe_all(context, given);
  KOPI_TRY(const ProfileName name, context.profile(given.value("NAME")));
  KOPI_CHECK(describe(context, name, given));
  Outcome outcome;
  show(outcome.text, context, name);
  outcome.data = record_of(context, name);
  return outcome;
}

}  // namespace

const CommandSpec profile_describe_command{
    "profile describe",
    "Show or set what a profile is for",
    "A description helps people, and later other agents, to choose among profiles. With --auto the profile's own model writes it from its "
    "SOUL.md and skills.",
    arguments,
    options,
    examples,
    Needs::choice,
    run};

}  // namespace kopi::cli
