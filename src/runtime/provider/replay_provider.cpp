#include "base/text.hpp"
#include "formats/json.hpp"
#include "runtime/provider/provider.hpp"
#include "system/files.hpp"

namespace kopi {
namespace {

struct Line {
  std::string when;  ///< text that the user's message must hold; empty: any
  std::string say;
  std::string reasoning;
};

class ReplayProvider final : public Provider {
 public:
  ReplayProvider(std::vector<Line> lines, std::chrono::milliseconds pause, Loop& loop)
      : lines_(std::move(lines)), pause_(pause), loop_(loop) {}

  Task<AnswerResult> answer(const ChatRequest& request, AnswerSink& sink, std::stop_token stop) override {
    const std::string asked = request.messages.empty() ? "" : to_lower_ascii(request.messages.back().text);
    for (const Line& line : lines_) {
      if (asked.find(to_lower_ascii(line.when)) == std::string::npos) continue;
      if (!line.reasoning.empty()) sink.reasoning(line.reasoning);
      Answer answer;
      for (std::string_view rest = line.say; !rest.empty();) {
        const std::size_t word = std::min(rest.find(' '), rest.size() - 1) + 1;
        answer.text += rest.substr(0, word);
        sink.text(rest.substr(0, word));
        rest.remove_prefix(word);
        if (pause_.count() > 0) co_await loop_.sleep(pause_, stop);
        if (stop.stop_requested())
          co_return AnswerResult(tl::unexpect, AnswerFailure{Error{Code::interrupted, "interrupted"}, answer.text});
      }
      answer.finish_reason = "stop";
      co_return answer;
    }
    co_return AnswerResult(tl::unexpect, AnswerFailure{error(Code::provider, "the replay script has no answer for this message"), ""});
  }

 private:
  std::vector<Line> lines_;
  std::chrono::milliseconds pause_;
  Loop& loop_;
};

}  // namespace

Result<std::unique_ptr<Provider>> make_replay_provider(const std::string& file, Loop& loop) {
  KOPI_TRY(const auto text, read_file_if_present(file, 16u << 20));
  if (!text) return error(Code::not_found, "there is no replay script {}", file);
  KOPI_TRY(const Node script, parse_json(*text, file, {.bytes = 16u << 20}));
  const Node* answers = script.find("answers");
  if (answers == nullptr || !answers->is(Node::Kind::sequence))
    return error(Code::json, "{}: a replay script is {{\"answers\": [{{\"when\", \"say\"}}]}}", file);
  std::vector<Line> lines;
  for (const Node& entry : answers->items()) {
    const auto text_at = [&](std::string_view key) {
      const Node* value = entry.find(key);
      return value == nullptr ? std::string() : value->as_text();
    };
    lines.push_back({text_at("when"), text_at("say"), text_at("reasoning")});
  }
  const Node* pause = script.find("pause_ms");
  const auto milliseconds = pause == nullptr ? 0 : pause->as_integer().value_or(0);
  return std::unique_ptr<Provider>(std::make_unique<ReplayProvider>(std::move(lines), std::chrono::milliseconds(milliseconds), loop));
}

}  // namespace kopi
