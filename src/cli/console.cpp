#include "cli/console.hpp"

#include "base/text.hpp"
#include "system/terminal.hpp"

namespace kopi::cli {

Console::Console(const Environment& environment, const Interrupt& interrupt, ConsoleOptions options)
    : interrupt_(interrupt), options_(options) {
  const bool colour = !options.no_color && !environment.get("NO_COLOR") && environment.get("TERM") != "dumb";
  out_is_terminal_ = is_terminal(Stream::output);
  talk_is_terminal_ = is_terminal(Stream::errors);
  out_colour_ = colour && out_is_terminal_;
  talk_colour_ = colour && talk_is_terminal_;
  shows_debug_ = environment.get("KOPI_LOG") == "debug";
  can_ask_ = is_terminal(Stream::input) && talk_is_terminal_;
}

void Console::out(const Text& text) {
  clear_progress();
  out_raw(text.render(out_colour_));
}

void Console::out_raw(std::string_view bytes) {
  auto written = write_stream(Stream::output, bytes);
  if (!written && !out_problem_) out_problem_ = std::move(written).error();
}

void Console::talk(const Text& text) {
  if (!options_.quiet) error(text);
}

void Console::error(const Text& text) {
  clear_progress();
  (void)write_stream(Stream::errors, text.render(talk_colour_));
}

bool Console::confirm(const Text& question) {
  const auto answer = ask(Text(question).print(" [y/N] "));
  if (!answer) return false;
  const std::string word = to_lower_ascii(trim(*answer));
  return word == "y" || word == "yes";
}

std::optional<std::string> Console::ask(const Text& question) {
  error(question);
  auto answer = read_line(interrupt_);
  if (!answer) error(Text().print("\n"));
  return answer;
}

std::optional<Secret> Console::ask_hidden(const Text& question) {
  auto answer = read_hidden_line(interrupt_, [&] { error(question); });
  if (!answer) error(Text().print("\n"));
  return answer;
}

void Console::draw(std::string_view bytes) {
  clear_progress();
  (void)write_stream(Stream::errors, bytes);
}

void Console::progress(const Progress& progress) {
  if (!talk_is_terminal_ || options_.quiet) return;
  const auto now = std::chrono::steady_clock::now();
  if (progress_shown_ && now - last_progress_ < std::chrono::milliseconds(80) && progress.done != progress.total) return;
  last_progress_ = now;
  std::string line = fmt::format("{}: {}", progress.what, progress.done);
  if (progress.total > 0)
    line = fmt::format("{}: {:3}% ({}/{})", progress.what, progress.done * 100 / progress.total, progress.done, progress.total);
  if (progress.bytes > 0) line += ", " + human_bytes(progress.bytes);
  (void)write_stream(Stream::errors, "\r\x1b[K" + escape_terminal(line, Keep::nothing));
  progress_shown_ = true;
}

void Console::progress_done() { clear_progress(); }

void Console::clear_progress() {
  if (!progress_shown_) return;
  progress_shown_ = false;
  (void)write_stream(Stream::errors, "\r\x1b[K");
}

void Console::note(std::string_view text) { talk(Text().print("{}\n", text)); }

void Console::warn(const Finding& finding) {
  warnings_.push_back(finding);
  talk(Text().styled(Style::yellow, "warning:").print(" {}\n", describe(finding)));
}

void Console::debug(std::string_view text) {
  if (!shows_debug_) return;
  const std::chrono::duration<double, std::milli> since = std::chrono::steady_clock::now() - started_;
  error(Text().styled(Style::dim, "debug:").print(" {} ms: {}\n", fmt::format("{:.1f}", since.count()), text));
}

Text describe(const Error& problem) {
  Text text;
  text.styled(Style::red, "error:").print(" {}\n", problem.message);
  for (const std::string& step : problem.context) text.print("  while {}\n", step);
  for (const Finding& finding : problem.findings) {
    const bool is_the_message = problem.message.find(finding.message) != std::string::npos;
    if (!is_the_message) text.print("  {}\n", describe(finding));
  }
  if (!problem.hint.empty()) text.styled(Style::cyan, "hint:").print(" {}\n", problem.hint);
  return text;
}

std::string describe(const Finding& finding) {
  std::string place = finding.file;
  if (finding.line > 0) place += fmt::format(":{}", finding.line);
  if (finding.line > 0 && finding.column > 0) place += fmt::format(":{}", finding.column);
  return place.empty() ? finding.message : place + ": " + finding.message;
}

}  // namespace kopi::cli
