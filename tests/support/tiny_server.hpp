// tests/support/tiny_server.hpp
//
// An HTTP server that says exactly the bytes that a test wants, and does what no real server would: cuts, stalls, lies.
//
//   TinyServer server([](TinyServer::Peer& peer) {
//     peer.read_request();
//     peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
//   });
//   send({.url = server.url("/x")})
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/outcome.hpp"
#include "system/descriptor.hpp"

namespace kopi::test {

class TinyServer {
 public:
  /// One connection. Its end closes it.
  class Peer {
   public:
    explicit Peer(int socket) : socket_(socket) {}
    /// The head of the next request, and its body where Content-Length announces one; empty when the client went away.
    std::string read_request() {
      std::string text;
      while (text.find("\r\n\r\n") == std::string::npos) {
        if (!take(text)) return "";
      }
      const std::size_t head = text.find("\r\n\r\n") + 4;
      const std::size_t length = text.find("Content-Length: ");
      const std::size_t body = length < head ? std::stoul(text.substr(length + 16)) : 0;
      while (text.size() < head + body) {
        if (!take(text)) return "";
      }
      return text;
    }
    bool say(std::string_view bytes) const {
      while (!bytes.empty()) {
        const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
      }
      return true;
    }
    /// Says nothing until the client hangs up.
    void wait_for_hang_up() {
      std::string ignored;
      while (take(ignored)) {}
    }

   private:
    bool take(std::string& text) const {
      char piece[65536];
      const ssize_t count = ::recv(socket_.get(), piece, sizeof piece, 0);
      if (count <= 0) return false;
      text.append(piece, static_cast<std::size_t>(count));
      return true;
    }
    Descriptor socket_;
  };

  /// `serve` is called for each connection, one after the other, on a thread of the server's own: no assertions in it.
  explicit TinyServer(std::function<void(Peer&)> serve) : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_.get(), 8) == 0);
    REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      for (;;) {
        const int socket = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        ++connections_;
        Peer peer(socket);
        serve(peer);
      }
    });
  }
  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;
  ~TinyServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);  // accept() returns
    thread_.join();
  }

  int port() const { return port_; }
  std::string host() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url(std::string_view path) const { return "http://" + host() + std::string(path); }
  int connections() const { return connections_; }

 private:
  Descriptor listener_;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

}  // namespace kopi::test
