#include <chrono>

#include "base/text.hpp"
#include "cli/chat_view.hpp"
#include "cli/commands/commands.hpp"
#include "runtime/agent.hpp"
#include "runtime/session/turn.hpp"
#include "system/files.hpp"
#include "system/terminal.hpp"

namespace kopi::cli {
namespace {

constexpr OptionSpec options[] = {{"--query,-q", "TEXT", "ask once, print the answer, leave; - reads the question from stdin"},
                                  {"--model,-m", "MODEL", "use provider/model for this chat"},
                                  {"--continue,-c", "", "go on with the newest session"},
                                  {"--resume,-r", "ID", "go on with this session; the start of its id is enough", Offers::nothing},
                                  {"--new", "", "start a new session (the default)"}};
constexpr ExampleSpec examples[] = {{"kopi chat", "talk to the active profile"},
                                    {"coder chat -q \"What does this error mean?\"", "one question, one answer"},
                                    {"git diff | kopi -p reviewer chat -q -", "a question from another program"}};

constexpr std::string_view k_help =
    "/new    start a new session\n"
    "/help   this list\n"
    "/quit   leave (Ctrl-D does too)\n"
    "Ctrl-C stops an answer.\n";

/// Everything that lives as long as the command.
class Chat {
 public:
  Chat(Context& context, const Arguments& given) : context_(context), given_(given), view_(context.console, context.json) {}

  // With --json the last line is a `done` event, whatever went wrong and however early.
  Result<Outcome> run() {
    Outcome outcome;
    outcome.printed = true;
    auto ended = talk();
    if (!ended && !context_.json) return std::move(ended).error();
    if (!ended) view_.failed_before_turn(ended.error());
    outcome.problem = ended ? *std::move(ended) : std::optional(std::move(ended).error());
    return outcome;
  }

 private:
  Result<std::optional<Error>> talk() {
    KOPI_CHECK(open());
    const auto query = given_.value("--query");
    if (!query) return converse();
    KOPI_TRY(const std::string question, read_question(*query));
    return turn(question);
  }

  Result<void> open() {
    if (given_.flag("--continue") + given_.flag("--resume") + given_.flag("--new") > 1) {
      return error(Code::usage, "--continue, --resume and --new exclude each other");
    }
    KOPI_TRY(agent_, open_agent(context_.home, context_.selection.name, context_.environment, *context_.clock));
    for (const Finding& finding : agent_->variables->dotenv().findings) context_.console.warn(finding);
    KOPI_TRY(model_, choose_model(*agent_, given_.value("--model")));
    http_ = make_http_client(loop_, context_.environment);
    KOPI_TRY(provider_, make_provider(*agent_, model_, *http_, loop_));
    KOPI_CHECK(make_directories(agent_->directory, 0700));
    KOPI_TRY(store_, SessionStore::open(join_path(agent_->directory, "state.db"), *context_.clock));
    return open_session();
  }

  Result<void> open_session() {
    if (const auto id = given_.value("--resume")) {
      KOPI_TRY(session_, store_->find(*id));
      return {};
    }
    if (given_.flag("--continue")) {
      KOPI_TRY(session_, store_->newest(std::nullopt));
      if (!session_) return error(Code::not_found, "there is no session to continue");
      return {};
    }
    const bool oneshot = given_.flag("--query");
    KOPI_TRY(session_, store_->create(oneshot ? SessionKind::oneshot : SessionKind::interactive, model_.text(), render_prompt(agent_->prompt)));
    return {};
  }

  Result<std::string> read_question(const std::string& query) const {
    std::string question = query;
    if (query == "-") {
      KOPI_TRY(question, read_all_input(4u << 20));
    }
    if (trim(question).empty()) return error(Code::usage, "the question is empty");
    return question;
  }

  Result<std::optional<Error>> turn(const std::string& text) {
    std::stop_source stop;
    const auto watch = loop_.watch(context_.interrupt, [&] { stop.request_stop(); });
    const auto started = std::chrono::steady_clock::now();
    view_.begin();
    KOPI_TRY(TurnResult result, loop_.run(run_turn({*session_, model_.model, text, temperature()}, *provider_, *store_,
                                                   [&](const TurnEvent& event) { view_.show(event); }, stop.get_token())));
    view_.end(result, session_->id, std::chrono::steady_clock::now() - started);
    return std::move(result.error);
  }

  std::optional<double> temperature() const {
    const Node* value = find_setting(agent_->config, "model.temperature");
    return value == nullptr ? std::nullopt : value->as_real();
  }

  Result<std::optional<Error>> converse() {
    const bool at_terminal = context_.console.can_ask() && context_.console.out_is_terminal();
    if (at_terminal) {
      context_.console.talk(Text().styled(Style::bold, "Profile: {}", agent_->name.str()).print("  ({})  /help\n\n", model_.text()));
    }
    const std::string prompt = agent_->name.is_default() ? "❯ " : agent_->name.str() + " ❯ ";
    std::optional<Error> last;
    for (;;) {
      if (at_terminal) context_.console.error(Text().styled(Style::cyan, "{}", prompt));
      const auto line = read_line();
      if (!line && context_.interrupt.requested()) {
        context_.interrupt.clear();
        context_.console.error(Text().print("\n(/quit or Ctrl-D leaves)\n"));
        continue;
      }
      if (!line) break;
      const std::string text(trim(*line));
      if (text.empty()) continue;
      if (text == "/quit" || text == "/exit") break;
      if (text == "/help") {
        context_.console.talk(Text().print(k_help));
        continue;
      }
      if (text == "/new") {
        KOPI_TRY(session_, store_->create(SessionKind::interactive, model_.text(), render_prompt(agent_->prompt)));
        context_.console.note("a new session");
        continue;
      }
      KOPI_TRY(last, turn(text));
      if (last && !context_.json && last->code != Code::interrupted) context_.console.error(describe(*last));
      if (context_.interrupt.requested()) {
        context_.interrupt.clear();
        context_.console.note("stopped");
      }
    }
    if (at_terminal) {
      context_.console.talk(Text().print("\n"));
      return std::optional<Error>();  // what failed was shown where it failed
    }
    return last;
  }

  Context& context_;
  const Arguments& given_;
  ChatView view_;
  Loop loop_;
  std::optional<Agent> agent_;
  ModelSetting model_;
  std::unique_ptr<HttpTransport> http_;
  std::unique_ptr<Provider> provider_;
  std::optional<SessionStore> store_;
  std::optional<Session> session_;
};

Result<Outcome> run(Context& context, const Arguments& given) { return Chat(context, given).run(); }

}  // namespace

const CommandSpec chat_command{
    "chat", "Talk to an agent",
    "Without -q a conversation, line by line; with -q one question whose answer alone goes to stdout. The conversation is kept in the "
    "profile's state.db. Keys come from the profile's .env. With --json every event is one line: text, reasoning, notice, usage, done.",
    {}, options, examples, Needs::profile, run};

}  // namespace kopi::cli
