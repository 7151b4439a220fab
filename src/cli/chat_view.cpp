#include "cli/chat_view.hpp"

#include "formats/json.hpp"

namespace kopi::cli {
namespace {

Node done_record(const std::optional<Error>& problem, const Node& session, const std::string& text, bool partial) {
  const CodeInfo* code = problem ? &info(problem->code) : nullptr;
  return Node::mapping({{"type", "done"},
                        {"ok", code == nullptr || code->exit == 0},
                        {"exit", code == nullptr ? 0 : code->exit},
                        {"code", code == nullptr ? Node() : Node(code->name)},
                        {"session", session},
                        {"text", text},
                        {"partial", partial},
                        {"message", problem ? Node(problem->message) : Node()},
                        {"hint", problem && !problem->hint.empty() ? Node(problem->hint) : Node()}});
}

}  // namespace

void ChatView::write_event(const Node& event) { console_.out_raw(render_json(event) + "\n"); }

void ChatView::begin() {
  reasoning_shown_ = false;
  ends_in_newline_ = true;
  usage_ = {};
}

void ChatView::show(const TurnEvent& event) {
  switch (event.kind) {
    case TurnEvent::Kind::text:
      if (json_) return write_event(Node::mapping({{"type", "text"}, {"text", event.text}}));
      if (reasoning_shown_) console_.talk(Text().print("\n\n"));
      reasoning_shown_ = false;
      ends_in_newline_ = event.text.ends_with('\n');
      if (!console_.out_is_terminal()) return console_.out_raw(event.text);  // a pipe gets the model's very bytes
      return console_.out(Text().block(event.text));
    case TurnEvent::Kind::reasoning:
      if (json_) return write_event(Node::mapping({{"type", "reasoning"}, {"text", event.text}}));
      if (!console_.out_is_terminal()) return;
      reasoning_shown_ = true;
      return console_.talk(Text().styled_block(Style::dim, event.text));
    case TurnEvent::Kind::notice:
      if (json_) return write_event(Node::mapping({{"type", "notice"}, {"code", event.code}, {"message", event.text}}));
      start_line();
      return console_.note(event.text);
    case TurnEvent::Kind::usage:
      usage_ = event.usage;
      if (json_) {
        write_event(Node::mapping(
            {{"type", "usage"}, {"input", usage_.input}, {"output", usage_.output}, {"cached", usage_.cached}, {"cost", Node()}}));
      }
      return;
  }
}

void ChatView::start_line() {
  if (ends_in_newline_ || !console_.out_is_terminal()) return;  // in a pipe the talk goes elsewhere
  console_.out_raw("\n");
  ends_in_newline_ = true;
}

void ChatView::end(const TurnResult& result, const std::string& session, std::chrono::steady_clock::duration took) {
  if (json_) return write_event(done_record(result.error, session, result.text, result.partial));
  if (!ends_in_newline_) console_.out_raw("\n");
  if (result.error) {
    const std::string_view kept = result.partial ? "; what came of the answer is kept" : "";
    if (result.error->code == Code::interrupted) return console_.error(Text().print("stopped{}\n", kept));
    Error problem = *result.error;
    problem.message += kept;
    return console_.error(describe(problem));
  }
  std::string line;
  if (usage_.input) line += fmt::format("{} in", *usage_.input);
  if (usage_.cached && *usage_.cached > 0) line += fmt::format(" ({} cached)", *usage_.cached);
  if (usage_.output) line += fmt::format("{}{} out", line.empty() ? "" : ", ", *usage_.output);
  if (!line.empty()) line += " tokens, ";
  line += fmt::format("{:.1f} s", std::chrono::duration<double>(took).count());
  console_.talk(Text().styled(Style::dim, "[{}]", line).print("\n"));
}

void ChatView::end_without_turn(const std::optional<Error>& problem) {
  if (json_) write_event(done_record(problem, Node(), "", false));
}

}  // namespace kopi::cli
