#include "cli/line_input.hpp"

#include "base/unicode.hpp"

namespace kopi::cli {
namespace {

constexpr std::string_view k_bracket_pastes = "\x1b[?2004h";
constexpr std::string_view k_plain_pastes = "\x1b[?2004l";
constexpr std::string_view k_clear_screen = "\x1b[H\x1b[2J";

}  // namespace

LineInput::~LineInput() {
  if (keys_) console_.draw(k_plain_pastes);
}

std::optional<std::string> LineInput::read(const std::string& prompt) {
  dropped_text_ = false;
  const Text styled = Text().styled(Style::cyan, "{}", prompt);
  if (!plain_ && !keys_) {
    if (auto opened = KeyInput::open()) keys_.emplace(*std::move(opened));
    if (keys_) console_.draw(k_bracket_pastes);
  }
  if (!keys_) {
    console_.error(styled);
    return read_line(interrupt_);
  }
  keys_->resume();
  const Prompt shown{console_.rendered(styled), display_width(escape_terminal(prompt, Keep::nothing))};
  auto line = edit(shown);
  if (!line) dropped_text_ = !editor_.text().empty();
  console_.draw(editor_.draw_end(shown, terminal_size()));
  editor_.begin_anew(line.value_or(""));
  return line;
}

std::optional<std::string> LineInput::edit(const Prompt& prompt) {
  for (;;) {
    std::string_view bytes = typed_ahead_;
    const LineEditor::Event event = editor_.feed(bytes);
    typed_ahead_.erase(0, typed_ahead_.size() - bytes.size());
    if (event == LineEditor::Event::submitted) return editor_.text();
    if (event == LineEditor::Event::ended) return std::nullopt;
    if (event == LineEditor::Event::clear_screen) {
      editor_.forget_drawing();
      console_.draw(k_clear_screen);
    }
    if (interrupt_.requested()) return std::nullopt;
    if (!typed_ahead_.empty()) continue;
    console_.draw(editor_.draw(prompt, terminal_size()));
    auto read = keys_->read(interrupt_);
    if (!read) return std::nullopt;
    typed_ahead_ = *std::move(read);
  }
}

}  // namespace kopi::cli
