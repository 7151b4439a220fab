#include "system/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "base/text.hpp"
#include "system/interrupt.hpp"

namespace kopi {
namespace {

struct Pipe {
  Descriptor read_end, write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return io_error("cannot make", "a pipe", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// Children get the default signal handling and an empty mask, whatever kopi does with its own.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes_);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&signals, signal);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  void connect(const Descriptor& end, int stream) { connect(end.get(), stream); }
  void connect(int end, int stream) { ::posix_spawn_file_actions_adddup2(&actions_, end, stream); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Result<pid_t> spawn(const Command& command, const FileActions& actions) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> variables = command.environment.entries();
  // posix_spawnp searches the PATH of this process; the child's own counts here.
  const auto program = find_program(arguments[0], command.environment.get("PATH").value_or("/usr/local/bin:/usr/bin:/bin"));
  if (!program) return error(Code::not_found, "the program '{}' is not on the PATH", arguments[0]);
  const SpawnAttributes attributes;
  pid_t pid = -1;
  const int problem =
      ::posix_spawn(&pid, program->c_str(), actions.get(), attributes.get(), pointers(arguments).data(), pointers(variables).data());
  if (problem != 0) return io_error("cannot start", arguments[0], problem);
  return pid;
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Result<Child> Child::start(const Command& command) {
  KOPI_TRY(Pipe in, make_pipe());
  KOPI_TRY(Pipe out, make_pipe());
  KOPI_TRY(Pipe err, make_pipe());
  FileActions actions;
  actions.connect(in.read_end, 0);
  actions.connect(out.write_end, 1);
  actions.connect(err.write_end, 2);
  KOPI_TRY(const pid_t pid, spawn(command, actions));
  Child child;
  child.pid_ = pid;
  child.input_ = std::move(in.write_end);
  child.output_ = std::move(out.read_end);
  child.errors_ = std::move(err.read_end);
  return child;
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::move(other.input_)),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)) {}

// A child that does not end when it is asked to is ended two seconds later: nobody waits for it for ever.
Child::~Child() {
  if (pid_ < 0) return;
  input_.reset();
  ::kill(pid_, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  for (int pause = 1; !has_ended() && std::chrono::steady_clock::now() < deadline; pause = std::min(2 * pause, 50))
    ::poll(nullptr, 0, pause);
  if (!has_ended()) ::kill(pid_, SIGKILL);
  wait_for(pid_);
}

bool Child::has_ended() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid_;
}

int Child::wait() {
  input_.reset();
  return wait_for(std::exchange(pid_, -1));
}

namespace {

constexpr std::size_t k_output_limit = 1u << 20;

// Reads what is there; false at the end of the stream. Beyond the limit it goes on reading, so that the child does not
// block, and keeps nothing.
bool drain(int descriptor, std::string& into) {
  char buffer[16384];
  const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  const std::size_t room = k_output_limit - std::min(into.size(), k_output_limit);
  into.append(buffer, std::min(room, static_cast<std::size_t>(count)));
  return count > 0;
}

}  // namespace

Result<Finished> run_command(const Command& command, std::string_view input, std::chrono::milliseconds limit, const Interrupt* interrupt) {
  KOPI_TRY(Child child, Child::start(command));
  const auto deadline = std::chrono::steady_clock::now() + limit;
  Finished finished;
  bool output_open = true;
  bool errors_open = true;
  if (input.empty()) child.close_input();
  while (output_open || errors_open) {
    pollfd waits[4] = {{output_open ? child.output() : -1, POLLIN, 0},
                       {errors_open ? child.errors() : -1, POLLIN, 0},
                       {input.empty() ? -1 : child.input(), POLLOUT, 0},
                       {interrupt == nullptr ? -1 : interrupt->descriptor(), POLLIN, 0}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      const double seconds = static_cast<double>(limit.count()) / 1000;
      return error(Code::network, "{} did not end within {:g} seconds", command.arguments[0], seconds);
    }
    const int ready = ::poll(waits, 4, static_cast<int>(std::min<long long>(left.count(), 500)));
    if (ready < 0 && errno != EINTR) return io_error("cannot wait for", command.arguments[0], errno);
    if (ready == 0 && child.has_ended()) break;  // what it left behind in the background may hold its streams open
    if (interrupt != nullptr && interrupt->requested()) return interrupted_error();
    if (waits[0].revents != 0) output_open = drain(child.output(), finished.output);
    if (waits[1].revents != 0) errors_open = drain(child.errors(), finished.errors);
    if (waits[2].revents != 0) {
      const ssize_t written = ::write(child.input(), input.data(), std::min<std::size_t>(input.size(), 4096));
      input.remove_prefix(written < 0 ? input.size() : static_cast<std::size_t>(written));  // it closed its stdin: fine
      if (input.empty()) child.close_input();
    }
  }
  finished.status = child.wait();
  return finished;
}

Result<int> run_in_foreground(const Command& command, ForegroundOutput output) {
  FileActions actions;
  if (output == ForegroundOutput::own_stderr) actions.connect(STDERR_FILENO, STDOUT_FILENO);
  KOPI_TRY(const pid_t pid, spawn(command, actions));
  return wait_for(pid);
}

Result<int> run_with_input(const Command& command, std::string_view input) {
  KOPI_TRY(Pipe in, make_pipe());
  FileActions actions;
  actions.connect(in.read_end, 0);
  KOPI_TRY(const pid_t pid, spawn(command, actions));
  in.read_end.reset();
  while (!input.empty()) {
    const ssize_t written = ::write(in.write_end.get(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;  // it closed its stdin: it has seen enough
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  in.write_end.reset();
  return wait_for(pid);
}

std::optional<std::vector<std::string>> split_command_line(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == '\'' || (quote == '"' && c != '\\' && c != '$' && c != '`')) {
      if (c == quote) {
        quote = 0;
      } else {
        words.back() += c;
      }
      continue;
    }
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (std::string_view("$`").find(c) != std::string_view::npos) return std::nullopt;
    if (quote == 0 && std::string_view(";|&<>()*?").find(c) != std::string_view::npos) return std::nullopt;
    if (!in_word) {
      words.emplace_back();
      in_word = true;
    }
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == '\\') {
      if (++i >= text.size()) return std::nullopt;
      if (quote == '"' && std::string_view("\"\\$`").find(text[i]) == std::string_view::npos) words.back() += '\\';
      words.back() += text[i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) return std::nullopt;
  return words;
}

std::optional<std::string> find_program(std::string_view name, std::string_view search_path) {
  const auto runnable = [](const std::string& path) { return is_regular_file(path) && ::access(path.c_str(), X_OK) == 0; };
  if (name.find('/') != std::string_view::npos) {
    std::string path(name);
    return runnable(path) ? std::optional(path) : std::nullopt;
  }
  for (const std::string_view directory : split(search_path, ':')) {
    std::string path = join_path(directory.empty() ? "." : directory, name);
    if (runnable(path)) return path;
  }
  return std::nullopt;
}

}  // namespace kopi
