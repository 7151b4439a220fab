#include "system/http.hpp"

#include "support/tiny_server.hpp"
#include "system/environment.hpp"
#include "system/loop.hpp"

using namespace kopi;
using kopi::test::must;
using kopi::test::TinyServer;
using namespace std::chrono_literals;

namespace {

/// A client on a loop of its own.
struct Client {
  Loop loop;
  std::unique_ptr<HttpTransport> transport = make_http_client(loop, Environment(), nullptr);
  std::stop_source stop;

  Result<std::unique_ptr<HttpResponse>> send(HttpRequest request) {
    return loop.run(transport->send(std::move(request), stop.get_token()));
  }
  Result<std::string> body(HttpResponse& response, std::size_t limit = 64U << 20U) { return loop.run(read_body(response, limit)); }

  // "200 the body", or the error with the server's address taken out.
  std::string get(const TinyServer& server, HttpRequest request = {}) {
    if (request.url.empty()) request.url = server.url("/");
    auto response = send(std::move(request));
    std::string text = response ? std::to_string((*response)->status()) + " " : test::shown(response.error());
    if (response) text += test::outcome(body(**response));
    while (text.find(server.host()) != std::string::npos) text.replace(text.find(server.host()), server.host().size(), "H");
    return text;
  }
};

std::function<void(TinyServer::Peer&)> says(std::string bytes) {
  return [bytes = std::move(bytes)](TinyServer::Peer& peer) {
    peer.read_request();
    peer.say(bytes);
  };
}

std::string ok(std::string_view body) { return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body); }

}  // namespace

TEST_CASE("a request arrives as it was made, a response as it was sent") {
  std::string seen;
  auto server = std::make_unique<TinyServer>([&](TinyServer::Peer& peer) {
    seen = peer.read_request();
    peer.say("HTTP/1.1 201 Made\r\nX-One: first\r\nx-one: second\r\nContent-Type:  text/plain \r\nContent-Length: 3\r\n\r\n");
    peer.say(std::string("a\0b", 3));
  });
  Client client;
  HttpRequest request;
  request.method = "POST";
  request.url = server->url("/path?x=%20y");
  request.headers = {{"X-Plain", "yes"}};
  request.secret_headers.emplace_back("Authorization", Secret("Bearer hidden"));
  request.body = std::string("\0{}\n", 4) + std::string(100'000, 'z');
  const auto response = must(client.send(std::move(request)));
  CHECK(response->status() == 201);
  CHECK(response->header("X-ONE") == "first");
  CHECK(response->header("content-type") == "text/plain");
  CHECK_FALSE(response->header("missing"));
  CHECK_FALSE(response->redirect_target());
  server.reset();  // its thread has ended: what it saw can be read
  CHECK(seen.starts_with("POST /path?x=%20y HTTP/1.1\r\n"));
  CHECK(seen.find("\r\nX-Plain: yes\r\n") != std::string::npos);
  CHECK(seen.find("\r\nAuthorization: Bearer hidden\r\n") != std::string::npos);
  CHECK(seen.find("Expect") == std::string::npos);
  CHECK(seen.ends_with(std::string("\r\n\r\n\0{}\n", 8) + std::string(100'000, 'z')));
}

TEST_CASE("a body is whole, in pieces, packed or long") {
  Client client;
  CHECK(client.get(TinyServer(says(ok("hello")))) == "200 hello");
  CHECK(client.get(TinyServer(says(ok("")))) == "200 ");
  CHECK(client.get(TinyServer(says("HTTP/1.1 204 No Content\r\n\r\n"))) == "204 ");
  CHECK(client.get(TinyServer(says("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"))) == "404 gone");
  CHECK(client.get(TinyServer(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n"))) ==
        "200 hello");
  CHECK(client.get(TinyServer(says("HTTP/1.0 200 OK\r\n\r\nuntil the end"))) == "200 until the end");
  CHECK(client.get(TinyServer(says("HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nX: 2\r\n\r\n" + ok("late")))) ==
        "200 late");
  // gzip of "hello"
  const std::string packed("\x1f\x8b\x08\0\0\0\0\0\0\xff\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0", 25);
  CHECK(client.get(TinyServer(says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n" + packed))) == "200 hello");
  const std::string big(8U << 20U, 'x');
  CHECK(client.get(TinyServer(says(ok(big)))) == "200 " + big);
}

TEST_CASE("a body larger than the caller wants is refused") {
  TinyServer server(says(ok("0123456789")));
  Client client;
  const auto response = must(client.send({.url = server.url("/")}));
  CHECK(test::outcome(client.body(*response, 9)) == "E_LIMIT the answer is larger than 9 B");
}

TEST_CASE("a redirect is told, not followed") {
  const std::string rows[][2] = {{"/b", "http://H/b"},
                                 {"b?c", "http://H/a/b?c"},
                                 {"//other.example/x", "http://other.example/x"},
                                 {"https://other.example/x", "https://other.example/x"}};
  for (const auto& [location, target] : rows) {
    std::atomic<int> requests = 0;
    TinyServer server([&, to = location](TinyServer::Peer& peer) {
      peer.read_request();
      ++requests;
      peer.say("HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n");
    });
    Client client;
    HttpRequest request{.url = server.url("/a/x")};
    request.secret_headers.emplace_back("Authorization", Secret("hidden"));
    const auto response = must(client.send(std::move(request)));
    CHECK(response->status() == 302);
    std::string told = response->redirect_target().value_or("none");
    if (const auto at = told.find(server.host()); at != std::string::npos) told.replace(at, server.host().size(), "H");
    CHECK(told == target);
    CHECK(requests == 1);
  }
  TinyServer server(says("HTTP/1.1 200 OK\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"));
  Client client;
  CHECK_FALSE(must(client.send({.url = server.url("/")}))->redirect_target());
}

TEST_CASE("every failure of the network has its own sentence") {
  Client client;
  CHECK(client.get(TinyServer([](TinyServer::Peer&) {})).starts_with("E_NETWORK H "));
  CHECK(client.get(TinyServer([](TinyServer::Peer& peer) { peer.read_request(); })) ==
        "E_NETWORK H closed the connection without an answer");
  CHECK(client.get(TinyServer(says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"))) == "200 E_NETWORK H cut the connection");
  CHECK(client.get(TinyServer(says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"))) ==
        "200 E_NETWORK H cut the connection");
  CHECK(client.get(TinyServer(says("SSH-2.0-OpenSSH\r\n"))).starts_with("E_NETWORK talking to H failed: "));
  CHECK(client.get(TinyServer(says("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello")))
            .find("E_NETWORK talking to H failed: ") != std::string::npos);
  CHECK(client.get(TinyServer(says("HTTP/1.1 200 OK\r\nX: " + std::string(300'000, 'x') + "\r\n\r\n"))).starts_with("E_NETWORK "));
  std::string closed;
  {
    const TinyServer server([](TinyServer::Peer&) {});
    closed = server.host();
  }
  CHECK(test::shown(client.send({.url = "http://" + closed + "/"}).error()) ==
        "E_NETWORK cannot connect to " + closed + ": connection refused or host unreachable");
  CHECK(test::shown(client.send({.url = "http://no-such-host.invalid/"}).error()) == "E_NETWORK cannot find the host no-such-host.invalid");
  CHECK(test::code_of(client.send({.url = "ftp://127.0.0.1/"})) == "E_NETWORK");
  CHECK(test::code_of(client.send({.url = "file:///etc/passwd"})) == "E_NETWORK");
}

TEST_CASE("silence ends a request: before the answer, and in its middle") {
  const HttpTimeouts quick{.connect = 50ms, .first_byte = 50ms, .stall = 100ms};
  TinyServer mute([](TinyServer::Peer& peer) { peer.wait_for_hang_up(); });
  TinyServer stalling([](TinyServer::Peer& peer) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    peer.wait_for_hang_up();
  });
  {
    Client client;
    CHECK(client.get(mute, {.url = mute.url("/"), .timeouts = quick}) == "E_NETWORK H did not answer within 0.1 seconds");
    CHECK(client.get(stalling, {.url = stalling.url("/"), .timeouts = quick}) == "200 E_NETWORK H sent nothing more for 0.1 seconds");
  }
}

TEST_CASE("the end of a body may be waited for a shorter time than its middle") {
  TinyServer server([](TinyServer::Peer& peer) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    peer.wait_for_hang_up();
  });
  Client client;
  const auto response = must(client.send({.url = server.url("/"), .timeouts = {.stall = 1h}}));
  CHECK(must(client.loop.run(response->read())) == "hello");
  response->expect_end_within(50ms);
  CHECK(test::code_of(client.loop.run(response->read())) == "E_NETWORK");
}

TEST_CASE("a stop ends a request wherever it is") {
  TinyServer server([](TinyServer::Peer& peer) {
    if (peer.read_request().starts_with("GET /body")) peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome");
    peer.wait_for_hang_up();
  });
  for (const std::string_view path : {"/head", "/body"}) {
    Client client;
    const auto timer = client.loop.make_timer();
    timer->set(20ms, [&] { client.stop.request_stop(); });
    const std::string text = client.get(server, {.url = server.url(path)});
    CHECK(text == (path == "/head" ? "E_CANCELLED interrupted" : "200 E_CANCELLED interrupted"));
    CHECK(client.get(server, {.url = server.url(path)}) == "E_CANCELLED interrupted");  // stopped before it began
  }
}

TEST_CASE("a connection is used again, and a response that nobody reads harms nothing") {
  TinyServer server([](TinyServer::Peer& peer) {
    while (!peer.read_request().empty()) {
      if (!peer.say(ok("hello"))) return;
    }
  });
  {
    Client client;
    for (int i = 0; i < 3; ++i) CHECK(client.get(server) == "200 hello");
    CHECK(server.connections() == 1);
    (void)must(client.send({.url = server.url("/")}));
    CHECK(client.get(server) == "200 hello");
  }
}
