// git over one connection in both directions (gitprotocol-pack(5)): ssh as the user's own program, started without a shell,
// and git:// as a plain TCP connection.
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/text.hpp"
#include "system/git_context.hpp"
#include "system/git_listing.hpp"
#include "system/process.hpp"

namespace kopi::detail {
namespace {

struct Remote {
  std::string scheme;  ///< "ssh" or "git"
  std::string user, host, port, path;
};

// In a URL, "%20" is a space; git reads ssh:// and git:// URLs so.
Result<std::string> decode_path(std::string_view text) {
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      path += text[i];
      continue;
    }
    unsigned value = 0;
    const auto [end, problem] = std::from_chars(text.data() + i + 1, text.data() + std::min(i + 3, text.size()), value, 16);
    if (problem != std::errc() || end != text.data() + i + 3 || value < 0x20)
      return error(Code::source, "a '%' in a git URL that stands for no character");
    path += static_cast<char>(value);
    i += 2;
  }
  return path;
}

// ssh://[user@]host[:port]/path, git://host[:port]/path, [user@]host:path
Result<Remote> parse_remote(const std::string& text) {
  Remote remote;
  if (text.find("://") == std::string::npos) {
    const auto bracket = text.find("]:");  // an IPv6 host
    const auto colon = bracket == std::string::npos ? text.find(':') : bracket + 1;
    if (colon == std::string::npos) return error(Code::source, "'{}' is not a git URL", text);
    remote.scheme = "ssh";
    remote.host = text.substr(0, colon);
    remote.path = text.substr(colon + 1);
    if (const auto at = remote.host.rfind('@'); at != std::string::npos) {
      remote.user = remote.host.substr(0, at);
      remote.host.erase(0, at + 1);
    }
  } else {
    KOPI_TRY(Url url, parse_url(text));
    remote.scheme = url.scheme;
    remote.user = url.user;
    remote.host = url.host;
    remote.port = url.port == 0 ? "" : std::to_string(url.port);
    KOPI_TRY(remote.path, decode_path(url.path));
    if (remote.path.starts_with("/~")) remote.path.erase(0, 1);
  }
  if (remote.host.starts_with('[') && remote.host.ends_with(']')) remote.host = remote.host.substr(1, remote.host.size() - 2);
  for (const std::string* part : {&remote.user, &remote.host, &remote.path}) {
    if (part->starts_with('-')) return error(Code::source, "'{}' starts with a dash, which would be taken for an option", *part);
    if (part->find_first_of(std::string_view("\0\n\r", 3)) != std::string::npos) return error(Code::source, "a line break in a git URL");
  }
  if (remote.host.empty() || remote.path.empty()) return error(Code::source, "a git URL without a host or path");
  return remote;
}

/// Two descriptors and the rules for waiting on them.
class Connection {
 public:
  virtual ~Connection() = default;
  virtual int read_end() const = 0;
  virtual int write_end() const = 0;
  /// What to say when the other side went silent or away.
  virtual Error explain(std::string_view happened) = 0;
};

class SshConnection final : public Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const GitContext& context, const Remote& remote) {
    const Environment& environment = *context.request.environment;
    Command command{{}, environment};
    if (const auto line = environment.get("GIT_SSH_COMMAND")) {
      auto words = split_command_line(*line);
      if (!words || words->empty()) return error(Code::source, "GIT_SSH_COMMAND needs a shell, which kopi does not use; write plain words");
      command.arguments = *std::move(words);
    } else {
      command.arguments = {environment.get("GIT_SSH").value_or("ssh")};
    }
    if (!context.request.may_ask) {
      command.arguments.emplace_back("-oBatchMode=yes");
      command.environment.set("SSH_ASKPASS", "");
      command.environment.set("SSH_ASKPASS_REQUIRE", "never");
    }
    if (!remote.port.empty()) command.arguments.insert(command.arguments.end(), {"-p", remote.port});
    command.arguments.emplace_back("--");
    command.arguments.push_back(remote.user.empty() ? remote.host : remote.user + "@" + remote.host);
    command.arguments.push_back("git-upload-pack '" + replace_all(replace_all(remote.path, "'", "'\\''"), "!", "'\\!'") + "'");
    if (context.request.reporter != nullptr) context.request.reporter->debug("starts " + join(command.arguments, " "));
    KOPI_TRY(Child child, Child::start(command));
    ::fcntl(child.errors(), F_SETFL, O_NONBLOCK);
    return std::unique_ptr<Connection>(new SshConnection(std::move(child), remote));
  }

  int read_end() const override { return child_.output(); }
  int write_end() const override { return child_.input(); }

  Error explain(std::string_view happened) override {
    const std::string said = last_words();
    const std::string lower = to_lower_ascii(said);
    const auto has = [&](std::string_view words) { return lower.find(words) != std::string::npos; };
    const std::string where = remote_.user.empty() ? remote_.host : remote_.user + "@" + remote_.host;
    if (has("permission denied") || has("host key verification failed") || has("too many authentication failures")) {
      return with_hint(error(Code::auth, "ssh could not log in as {}: {}", where, said),
                       "ssh " + (remote_.port.empty() ? "" : "-p " + remote_.port + " ") + where);
    }
    if (has("could not resolve") || has("connection refused") || has("timed out") || has("no route to host") || has("unreachable")) {
      return error(Code::network, "ssh could not reach {}: {}", remote_.host, said);
    }
    if (has("does not appear to be a git repository") || has("not found") || has("no such file")) {
      return error(Code::source, "there is no git repository {} on {}: {}", remote_.path, remote_.host, said);
    }
    return error(Code::network, "the ssh connection to {} {}{}{}", remote_.host, happened, said.empty() ? "" : ": ", said);
  }

 private:
  SshConnection(Child child, Remote remote) : child_(std::move(child)), remote_(std::move(remote)) {}

  // The last line that ssh or the far side wrote to stderr.
  std::string last_words() {
    pollfd wait{child_.errors(), POLLIN, 0};
    char piece[4096];
    while (::poll(&wait, 1, 200) > 0) {  // ssh may still be writing why it ended
      const ssize_t count = ::read(child_.errors(), piece, sizeof piece);
      if (count <= 0) break;
      errors_.append(piece, static_cast<std::size_t>(count));
      if (errors_.size() > 65536) errors_.erase(0, errors_.size() - 65536);
    }
    std::string last;
    for (const std::string_view line : split_lines(errors_)) {
      const std::string_view text = trim(line);
      if (!text.empty() && !text.starts_with("fatal: Could not read from remote")) last = text;
    }
    return last;
  }

  Child child_;
  Remote remote_;
  std::string errors_;
};

class TcpConnection final : public Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const GitContext& context, const Remote& remote) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = remote.port.empty() ? "9418" : remote.port;
    const std::string where = remote.port.empty() ? remote.host : remote.host + ":" + remote.port;
    if (const int problem = ::getaddrinfo(remote.host.c_str(), port.c_str(), &hints, &found); problem != 0) {
      return error(Code::network, "cannot find the host {}: {}", remote.host, ::gai_strerror(problem));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, ::freeaddrinfo);
    int last_problem = ECONNREFUSED;
    for (const addrinfo* address = addresses.get(); address != nullptr; address = address->ai_next) {
      Descriptor socket(::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->ai_protocol));
      if (!socket) continue;
      if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS) {
        last_problem = errno;
        continue;
      }
      pollfd wait{socket.get(), POLLOUT, 0};
      const int ready = ::poll(&wait, 1, static_cast<int>(context.request.timeouts.connect.count()));
      socklen_t size = sizeof last_problem;
      if (ready == 0) {
        last_problem = ETIMEDOUT;
      } else if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &last_problem, &size) == 0 && last_problem == 0) {
        return std::unique_ptr<Connection>(new TcpConnection(std::move(socket), where));
      }
    }
    return error(Code::network, "cannot connect to {}: {}", where, to_lower_ascii(strerror(last_problem)));
  }

  int read_end() const override { return socket_.get(); }
  int write_end() const override { return socket_.get(); }
  Error explain(std::string_view happened) override { return error(Code::network, "the connection to {} {}", host_, happened); }

 private:
  TcpConnection(Descriptor socket, std::string host) : socket_(std::move(socket)), host_(std::move(host)) {}
  Descriptor socket_;
  std::string host_;
};

class StreamSubtransport {
 public:
  explicit StreamSubtransport(GitContext& context) : context_(context) {
    base_.owner = this;
    base_.callbacks.action = &StreamSubtransport::action;
    base_.callbacks.close = [](git_smart_subtransport*) { return 0; };
    base_.callbacks.free = [](git_smart_subtransport* self) { delete of(self); };
    stream_.owner = this;
    stream_.callbacks.subtransport = handle();
    stream_.callbacks.read = &StreamSubtransport::read;
    stream_.callbacks.write = &StreamSubtransport::write;
    stream_.callbacks.free = [](git_smart_subtransport_stream*) {};  // one connection serves both services
  }
  git_smart_subtransport* handle() { return &base_.callbacks; }

 private:
  struct Base {
    git_smart_subtransport callbacks{};  // first: libgit2 hands this pointer back
    StreamSubtransport* owner = nullptr;
  };
  struct Stream {
    git_smart_subtransport_stream callbacks{};
    StreamSubtransport* owner = nullptr;
  };
  static StreamSubtransport* of(git_smart_subtransport* self) { return reinterpret_cast<Base*>(self)->owner; }
  static StreamSubtransport* of(git_smart_subtransport_stream* self) { return reinterpret_cast<Stream*>(self)->owner; }

  static int action(git_smart_subtransport_stream** out, git_smart_subtransport* self, const char* url, git_smart_service_t service) {
    StreamSubtransport& transport = *of(self);
    if (service == GIT_SERVICE_UPLOADPACK_LS) {
      if (auto connected = transport.connect(url); !connected) return transport.context_.fail(std::move(connected).error());
    } else if (service != GIT_SERVICE_UPLOADPACK) {
      return transport.context_.fail(error(Code::internal, "kopi only reads from git servers"));
    }
    *out = &transport.stream_.callbacks;
    return 0;
  }

  Result<void> connect(const std::string& url) {
    KOPI_TRY(const Remote remote, parse_remote(url));
    if (remote.scheme == "ssh") {
      KOPI_TRY(connection_, SshConnection::open(context_, remote));
      return {};
    }
    KOPI_TRY(connection_, TcpConnection::open(context_, remote));
    // gitprotocol-pack(5), "git-proto-request"
    const std::string host = remote.port.empty() ? remote.host : remote.host + ":" + remote.port;
    std::string line = "git-upload-pack " + remote.path + '\0' + "host=" + host + '\0';
    return send(fmt::format("{:04x}", line.size() + 4) + line);
  }

  Result<void> send(std::string_view bytes) {
    while (!bytes.empty()) {
      KOPI_CHECK(wait(connection_->write_end(), POLLOUT));
      const ssize_t count = ::write(connection_->write_end(), bytes.data(), bytes.size());
      if (count < 0 && errno != EINTR && errno != EAGAIN) return connection_->explain("was closed");
      if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  Result<void> wait(int descriptor, short events) const {
    pollfd waits[2] = {{descriptor, events, 0},
                       {context_.request.interrupt == nullptr ? -1 : context_.request.interrupt->descriptor(), POLLIN, 0}};
    for (;;) {
      const int ready = ::poll(waits, 2, static_cast<int>(context_.request.timeouts.stall.count()));
      if (context_.interrupted()) return interrupted_error();
      if (ready == 0)
        return connection_->explain(fmt::format("sent nothing for {} seconds", context_.request.timeouts.stall.count() / 1000));
      if (ready > 0) return {};
      if (errno != EINTR) return io_error("cannot wait for", "the connection", errno);
    }
  }

  static int write(git_smart_subtransport_stream* self, const char* data, std::size_t length) {
    StreamSubtransport& transport = *of(self);
    auto sent = transport.send({data, length});
    return sent ? 0 : transport.context_.fail(std::move(sent).error());
  }

  static int read(git_smart_subtransport_stream* self, char* data, std::size_t size, std::size_t* count) {
    StreamSubtransport& transport = *of(self);
    while (transport.buffer_.empty()) {
      if (auto more = transport.receive(); !more) return transport.context_.fail(std::move(more).error());
    }
    *count = std::min(room_before_end(size), transport.buffer_.size());
    std::memcpy(data, transport.buffer_.data(), *count);
    put_end(data, size, *count);
    transport.buffer_.erase(0, *count);
    return 0;
  }

  Result<void> receive() {
    KOPI_CHECK(wait(connection_->read_end(), POLLIN));
    char bytes[65536];
    const ssize_t received = ::read(connection_->read_end(), bytes, sizeof bytes);
    if (received < 0 && (errno == EINTR || errno == EAGAIN)) return {};
    if (received <= 0) return connection_->explain("was cut");
    const std::string_view piece(bytes, static_cast<std::size_t>(received));
    if (!context_.takes(piece.size())) return context_.listing_too_long();
    buffer_ = context_.listing ? listing_.feed(piece) : std::string(piece);
    return {};
  }

  Base base_;
  Stream stream_;
  GitContext& context_;
  std::unique_ptr<Connection> connection_;
  GitListingFilter listing_;
  std::string buffer_;
};

}  // namespace

int open_stream_subtransport(git_smart_subtransport** out, GitContext& context) {
  *out = (new StreamSubtransport(context))->handle();
  return 0;
}

}  // namespace kopi::detail
