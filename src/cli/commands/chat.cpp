#include <chrono>

#include "base/text.hpp"
#include "cli/chat_view.hpp"
#include "cli/commands/commands.hpp"
#include "cli/line_input.hpp"
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
    "Ctrl-C stops an answer. Alt-Enter begins a new line.\n"
    "The up key brings back what you said before.\n";
constexpr std::size_t k_history = 200;

/// Everything that lives as long as the command.
class Chat {
 public:
  Chat(Context& context, const Arguments& given) : context_(context), given_(given), view_(context.console, context.json) {}

  // With --json the last line is a `done` event, whatever went wrong and however early.
  Result<Outcome> run() {
    Outcome outcome;
    outcome.printed = true;
    auto ended = talk();
    if (!ended) ended = context_.addressed(std::move(ended).error());
    if (!ended && !context_.json) return std::move(ended).error();
    if (!ended || !any_turn_) view_.end_without_turn(ended ? std::nullopt : std::optional(ended.error()));
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
    for (const Finding& finding : agent_->skills.refused) {  // one that its author broke is for `skills list` and the doctor
      if (is_unreadable_skill(finding)) context_.console.warn(finding);
    }
    KOPI_TRY(model_, choose_model(*agent_, given_.value("--model")));
    http_ = make_http_client(loop_, context_.environment, &context_.console);
    KOPI_TRY(provider_, make_provider(*agent_, model_, *http_, loop_));
    KOPI_CHECK(make_directories(agent_->directory, 0700));
    KOPI_TRY(store_, SessionStore::open(join_path(agent_->directory, "state.db"), *context_.clock));
    return resume_session();
  }

  Result<void> resume_session() {
    if (const auto id = given_.value("--resume")) {
      KOPI_TRY(session_, store_->find(*id));
    } else if (given_.flag("--continue")) {
      KOPI_TRY(session_, store_->newest(std::nullopt));
      if (!session_) return error(Code::not_found, "there is no session to continue");
    } else {
      return {};  // made with the first question: a look inside leaves nothing behind
    }
    std::string prompt = prompt_of_day(*agent_, session_->created_at.substr(0, 10));
    if (prompt != session_->prompt) {
      context_.console.note("the profile has changed since this session began: it goes on with the new prompt");
      KOPI_CHECK(store_->set_prompt(*session_, std::move(prompt)));
    }
    KOPI_TRY(const auto messages, store_->messages(*session_));
    if (messages.empty()) return {};
    const bool is_question = messages.back().message.role == ChatMessage::Role::user;
    if (is_question) {
      const std::string_view fate = messages.back().partial ? "is not sent again" : "is sent again with the next one";
      context_.console.note(fmt::format("the last question has no answer; it {}", fate));
    } else if (messages.back().partial) {
      context_.console.note("the last answer was cut off; what came of it is kept");
    }
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
    if (!session_) {
      const SessionKind kind = given_.flag("--query") ? SessionKind::oneshot : SessionKind::interactive;
      KOPI_TRY(session_, store_->create(kind, model_.text(), render_prompt(agent_->prompt)));
    }
    std::stop_source stop;
    const auto watch = loop_.watch(context_.interrupt, [&] { stop.request_stop(); });
    const auto started = std::chrono::steady_clock::now();
    view_.begin();
    KOPI_TRY(TurnResult result, loop_.run(run_turn(
                                    {*session_, model_, text, temperature(), !given_.flag("--query")}, *provider_, *store_,
                                    [&](const TurnEvent& event) { view_.show(event); }, stop.get_token())));
    any_turn_ = true;
    if (result.error) result.error = context_.addressed(*std::move(result.error));
    view_.end(result, session_->id, std::chrono::steady_clock::now() - started);
    return std::move(result.error);
  }

  std::optional<double> temperature() const {
    const Node* value = find_setting(agent_->config, "model.temperature");
    return value == nullptr ? std::nullopt : value->as_real();
  }

  // Where the answers go does not matter: `kopi chat | tee log` is a conversation too.
  bool at_terminal() const { return context_.console.can_ask(); }

  Result<void> open_input() {
    if (!at_terminal()) return {};
    KOPI_TRY(auto questions, store_->recent_questions(k_history));
    const auto terminal = context_.environment.get("TERM");
    input_.emplace(context_.console, context_.interrupt, !terminal || terminal == "dumb", std::move(questions));
    context_.console.talk(Text().styled(Style::bold, "Profile: {}", agent_->name.str()).print("  ({})  /help\n\n", model_.text()));
    return {};
  }

  // A person sees what failed where it fails; a program that sends lines is told by the exit status of the last turn.
  Result<std::optional<Error>> converse() {
    KOPI_CHECK(open_input());
    std::optional<Error> last;
    while (const auto line = next_line()) {
      const std::string text(trim(*line));
      if (text.empty()) continue;
      if (const std::string command = command_in(text); !command.empty()) {
        if (obey(command, text)) continue;
        break;
      }
      KOPI_TRY(last, turn(text));
      if (!last || last->code != Code::interrupted) continue;
      if (!at_terminal() || context_.interrupt.must_end()) return last;
      context_.interrupt.clear();
    }
    if (context_.interrupt.requested()) return std::optional(interrupted_error());
    return at_terminal() ? std::optional<Error>() : last;
  }

  /// Nothing at the end of input; off a terminal, and after SIGTERM, when interrupted too.
  std::optional<std::string> next_line() {
    if (!input_) return piped_.next(context_.interrupt);
    const std::string prompt = agent_->name.is_default() ? "❯ " : agent_->name.str() + " ❯ ";
    for (;;) {
      auto line = input_->read(prompt);
      if (line || !context_.interrupt.requested() || context_.interrupt.must_end()) return line;
      context_.interrupt.clear();
      if (!input_->dropped_text()) context_.console.error(Text().print("(/quit or Ctrl-D leaves)\n"));
    }
  }

  /// The command that a line begins with, in small letters; empty when it is for the agent: a path, or several lines.
  static std::string command_in(const std::string& text) {
    if (text.front() != '/' || text.find('\n') != std::string::npos) return "";
    const std::string word = to_lower_ascii(text.substr(0, text.find_first_of(" \t")));
    return word.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", 1) == std::string::npos ? word : "";
  }

  /// Whether the conversation goes on.
  bool obey(const std::string& command, const std::string& text) {
    const bool is_known = command == "/new" || command == "/help" || command == "/quit" || command == "/exit";
    if (!is_known) {
      context_.console.error(Text().print("there is no {}; /help lists what there is: /new, /help, /quit\n", command));
    } else if (text.size() > command.size()) {
      context_.console.error(Text().print("{} stands alone on its line; /help lists what there is\n", command));
    } else if (command == "/help") {
      context_.console.error(Text().print(k_help));  // asked for: also with --quiet
    } else if (command == "/new") {
      session_.reset();
      context_.console.note("a new session");
    } else {
      return false;
    }
    return true;
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
  std::optional<LineInput> input_;  ///< at a terminal
  InputLines piped_;                ///< elsewhere
  bool any_turn_ = false;
};

Result<Outcome> run(Context& context, const Arguments& given) { return Chat(context, given).run(); }

}  // namespace

const CommandSpec chat_command{
    "chat",
    "Talk to an agent",
    "Without -q a conversation, line by line; with -q one question whose answer alone goes to stdout. The conversation is kept in the "
    "profile's state.db. Keys come from the profile's .env. With --json every event is one line: text, reasoning, notice, usage, done.",
    {},
    options,
    examples,
    Needs::profile,
    run,
    false,
    true};

}  // namespace kopi::cli
