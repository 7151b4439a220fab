#include "system/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "system/descriptor.hpp"
#include "system/files.hpp"
#include "system/interrupt.hpp"

namespace kopi {

bool is_terminal(Stream stream) { return ::isatty(static_cast<int>(stream)) == 1; }

std::size_t terminal_width() {
  winsize size{};
  for (const int stream : {1, 2}) {
    if (::ioctl(stream, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  }
  return 80;
}

void open_closed_streams() {
  for (const int stream : {0, 1, 2}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // It takes the lowest number that is free. For reading alone: an answer that nobody gets is a failure.
    (void)::open("/dev/null", stream == static_cast<int>(Stream::errors) ? O_RDWR : O_RDONLY);
  }
}

Result<void> write_stream(Stream stream, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(static_cast<int>(stream), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EPIPE) return {};
    if (count < 0) return io_error("cannot write to", stream == Stream::output ? "standard output" : "standard error", errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::optional<std::string> read_line(const Interrupt& interrupt) {
  std::string line;
  char c = 0;
  for (;;) {
    // A Ctrl-C just before the read would not end the read: so both are waited for together.
    pollfd waiting[] = {{0, POLLIN, 0}, {interrupt.descriptor(), POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return std::nullopt;
    if (interrupt.requested()) return std::nullopt;  // Ctrl-C at a question means no
    if (waiting[0].revents == 0) continue;
    const ssize_t count = ::read(0, &c, 1);  // byte by byte: what follows the line is not ours
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return line.empty() ? std::nullopt : std::optional(line);
    if (c == '\n') return line;
    line += c;
  }
}

std::optional<std::string> InputLines::next(const Interrupt& interrupt) {
  for (std::size_t seen = 0;;) {
    if (const auto end = ahead_.find('\n', seen); end != std::string::npos) {
      std::string line = ahead_.substr(0, end);
      ahead_.erase(0, end + 1);
      return line;
    }
    seen = ahead_.size();
    pollfd waiting[] = {{0, POLLIN, 0}, {interrupt.descriptor(), POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return std::nullopt;
    if (interrupt.requested()) return std::nullopt;
    if (waiting[0].revents == 0) continue;
    char bytes[65536];
    const ssize_t count = ::read(0, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return ahead_.empty() ? std::nullopt : std::optional(std::exchange(ahead_, {}));
    ahead_.append(bytes, static_cast<std::size_t>(count));
  }
}

std::optional<Secret> read_hidden_line(const Interrupt& interrupt, const std::function<void()>& ask) {
  termios before{};
  const bool hidden = ::tcgetattr(0, &before) == 0;
  if (hidden) {
    termios silent = before;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    silent.c_lflag |= ECHONL;
    ::tcsetattr(0, TCSADRAIN, &silent);  // draining: what was typed or pasted ahead is part of the answers
  }
  ask();
  auto line = read_line(interrupt);
  if (hidden) ::tcsetattr(0, TCSADRAIN, &before);
  if (!line) return std::nullopt;
  return Secret(std::move(*line));
}

TerminalSize terminal_size() {
  winsize size{};
  if (::ioctl(0, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_col, size.ws_row};
}

struct KeyInput::State {
  termios before{};
  struct sigaction resized {
  }, continued{};

  // Line breaks stay translated and signals keep their keys; what was typed ahead is not lost.
  void take() const {
    termios raw = before;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
    raw.c_iflag &= ~static_cast<tcflag_t>(IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(0, TCSADRAIN, &raw);
  }
};

KeyInput::KeyInput(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyInput::KeyInput(KeyInput&&) noexcept = default;

std::optional<KeyInput> KeyInput::open() {
  auto state = std::make_unique<State>();
  if (::tcgetattr(0, &state->before) != 0) return std::nullopt;
  struct sigaction only_wake {};
  only_wake.sa_handler = [](int) {};  // without SA_RESTART: poll() returns
  ::sigaction(SIGWINCH, &only_wake, &state->resized);
  ::sigaction(SIGCONT, &only_wake, &state->continued);
  state->take();
  return KeyInput(std::move(state));
}

KeyInput::~KeyInput() {
  if (!state_) return;
  ::tcsetattr(0, TCSADRAIN, &state_->before);
  ::sigaction(SIGWINCH, &state_->resized, nullptr);
  ::sigaction(SIGCONT, &state_->continued, nullptr);
}

void KeyInput::resume() const { state_->take(); }

std::optional<std::string> KeyInput::read(const Interrupt& interrupt) const {
  pollfd waited[] = {{0, POLLIN, 0}, {interrupt.descriptor(), POLLIN, 0}};
  if (::poll(waited, 2, -1) < 0) {
    state_->take();  // after a stop the shell may have set the terminal as it likes it
    return "";
  }
  if (interrupt.requested()) return "";
  char bytes[4096];
  const ssize_t count = ::read(0, bytes, sizeof bytes);
  if (count < 0 && errno == EINTR) return "";
  if (count <= 0) return std::nullopt;
  return std::string(bytes, static_cast<std::size_t>(count));
}

Result<std::string> read_all_input(std::size_t max_bytes) { return read_descriptor(0, "standard input", max_bytes); }

}  // namespace kopi
