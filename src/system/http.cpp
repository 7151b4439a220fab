// How a transfer runs. libcurl's multi interface tells which sockets and which timer it wants watched (two callbacks); the
// loop tells it what happened (curl_multi_socket_action). Data arrives in callbacks in the middle of that call, where curl
// must not be entered again, so a waiting coroutine is never resumed there but posted to the loop.
#include "system/http.hpp"

#include <curl/curl.h>

#include <map>

#include "base/text.hpp"
#include "system/environment.hpp"
#include "system/files.hpp"
#include "system/http_failure.hpp"
#include "system/http_report.hpp"
#include "system/interrupt.hpp"
#include "system/loop.hpp"

namespace kopi {
namespace {

constexpr std::size_t k_pause_above = 1u << 20;  ///< unread bytes of a body at which curl is told to wait
constexpr std::size_t k_max_head = 256u << 10;

class Client;

class Transfer {
 public:
  Transfer(Client& client, HttpRequest request, std::stop_token stop);
  ~Transfer();

  void start();
  bool head_complete() const { return head_complete_; }
  bool ended() const { return ended_; }
  const std::optional<Error>& failure() const { return failure_; }
  void fail(Error failure);
  void finish(CURLcode code);
  void expect_end_within(std::chrono::milliseconds pause);

  CURL* handle() const { return handle_; }
  int status() const { return status_; }

  std::vector<HttpHeader> headers;
  std::optional<std::string> redirect;
  std::string buffer;
  std::coroutine_handle<> waiting;
  void unpause();

 private:
  void configure();
  void set_headers();
  void wake();
  void touch() { last_sign_ = std::chrono::steady_clock::now(); }
  void watch_silence();
  Error silence() const;
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  std::string host() const;

  Client& client_;
  HttpRequest request_;
  CURL* handle_ = nullptr;
  curl_slist* header_list_ = nullptr;
  std::unique_ptr<Loop::Timer> deadline_;
  std::chrono::steady_clock::time_point last_sign_;  ///< of life: when something last came in
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
  std::stop_token stop_;
  std::optional<Error> failure_;
  char message_[CURL_ERROR_SIZE] = {};
  int status_ = 0;
  std::size_t head_bytes_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool waking_ = false;
  bool head_complete_ = false;
  bool ended_ = false;
  bool paused_ = false;
  bool added_ = false;
};

class Client final : public HttpTransport {
 public:
  Client(Loop& loop, const Environment& environment) : loop(loop), timer_(loop.make_timer()) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    KOPI_ASSERT(started == CURLE_OK);
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Client::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Client::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    // libcurl asks OpenSSL for nothing by itself: what other programs take from the environment is handed over here.
    ca_file = environment.get("CURL_CA_BUNDLE").value_or(environment.get("SSL_CERT_FILE").value_or(""));
    ca_directory = environment.get("SSL_CERT_DIR").value_or("");
    if (const auto home = environment.get("HOME")) netrc_file = join_path(*home, ".netrc");
  }
  ~Client() override {
    // While it closes its connections curl must not ask for new watches.
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
    sockets_.clear();
    curl_multi_cleanup(multi_);
  }

  Task<Result<std::unique_ptr<HttpResponse>>> send(HttpRequest request, std::stop_token stop) override;

  void add(Transfer& transfer) { curl_multi_add_handle(multi_, transfer.handle()); }
  void remove(Transfer& transfer) { curl_multi_remove_handle(multi_, transfer.handle()); }

  Loop& loop;
  std::string ca_file, ca_directory, netrc_file;

 private:
  static int on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
    auto& client = *static_cast<Client*>(self);
    if (what == CURL_POLL_REMOVE) {
      client.sockets_.erase(socket);
      return 0;
    }
    auto& watch = client.sockets_[socket];
    if (!watch) watch = client.loop.watch_socket(socket);
    watch->set((what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0,
               [&client, socket](bool readable, bool) { client.act(socket, readable ? CURL_CSELECT_IN : CURL_CSELECT_OUT); });
    return 0;
  }
  static int on_timer(CURLM*, long milliseconds, void* self) {
    auto& client = *static_cast<Client*>(self);
    if (milliseconds < 0) {
      client.timer_->cancel();
    } else {  // even for 0: curl must not be entered again from inside this callback
      client.timer_->set(std::chrono::milliseconds(milliseconds), [&client] { client.act(CURL_SOCKET_TIMEOUT, 0); });
    }
    return 0;
  }

  void act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, socket, events, &running);
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      Transfer* transfer = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
      if (message->msg == CURLMSG_DONE) transfer->finish(message->data.result);
    }
  }

  CURLM* multi_ = nullptr;
  std::unique_ptr<Loop::Timer> timer_;
  std::map<curl_socket_t, std::unique_ptr<Loop::SocketWatch>> sockets_;
};

Transfer::Transfer(Client& client, HttpRequest request, std::stop_token stop)
    : client_(client),
      request_(std::move(request)),
      handle_(curl_easy_init()),
      deadline_(client.loop.make_timer()),
      stop_(std::move(stop)) {
  configure();
  set_headers();
}

Transfer::~Transfer() {
  on_stop_.reset();
  if (added_) client_.remove(*this);
  curl_easy_cleanup(handle_);
  curl_slist_free_all(header_list_);
}

void Transfer::configure() {
  curl_easy_setopt(handle_, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_QUICK_EXIT, 1L);  // Ctrl-C does not wait for a name server
  curl_easy_setopt(handle_, CURLOPT_USERAGENT, "kopi");
  curl_easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.timeouts.connect.count()));
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, message_);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!client_.ca_file.empty()) curl_easy_setopt(handle_, CURLOPT_CAINFO, client_.ca_file.c_str());
  if (!client_.ca_directory.empty()) curl_easy_setopt(handle_, CURLOPT_CAPATH, client_.ca_directory.c_str());
  if (request_.use_netrc && !client_.netrc_file.empty()) {
    curl_easy_setopt(handle_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
    curl_easy_setopt(handle_, CURLOPT_NETRC_FILE, client_.netrc_file.c_str());
  }
  if (request_.method == "POST") {
    curl_easy_setopt(handle_, CURLOPT_POST, 1L);
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, request_.body.data());
  }
}

void Transfer::set_headers() {
  const auto append = [&](std::string_view name, std::string_view value) {
    header_list_ = curl_slist_append(header_list_, fmt::format("{}: {}", name, value).c_str());
  };
  append("Expect", "");  // no pause before a body
  for (const HttpHeader& header : request_.headers) append(header.name, header.value);
  for (const auto& [name, value] : request_.secret_headers) append(name, value.reveal());
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, header_list_);
}

void Transfer::start() {
  added_ = true;
  client_.add(*this);
  touch();
  watch_silence();
  on_stop_.emplace(stop_, [this] { fail(interrupted_error()); });
}

// One timer that looks back: setting it again at every piece of a fast stream would cost more than the stream.
void Transfer::watch_silence() {
  const auto limit = head_complete_ ? request_.timeouts.stall : request_.timeouts.connect + request_.timeouts.first_byte;
  if (paused_) touch();  // it is we who make it wait
  const auto silent = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - last_sign_);
  if (silent >= limit) return fail(silence());
  deadline_->set(limit - silent, [this] { watch_silence(); });
}

void Transfer::expect_end_within(std::chrono::milliseconds pause) {
  if (ended_) return;
  request_.timeouts.stall = pause;
  touch();
  watch_silence();
}

void Transfer::fail(Error failure) {
  if (ended_) return;
  failure_ = std::move(failure);
  ended_ = true;
  deadline_->cancel();
  wake();
}

void Transfer::finish(CURLcode code) {
  if (ended_) return;
  if (code != CURLE_OK) return fail(describe_curl_failure(code, host(), message_));
  ended_ = true;
  deadline_->cancel();
  wake();
}

void Transfer::wake() {
  if (!waiting || waking_) return;
  waking_ = true;
  client_.loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    waking_ = false;
    if (waiting) std::exchange(waiting, {}).resume();  // whoever it was may be gone by now: then it took itself out
  });
}

void Transfer::unpause() {
  if (!paused_ || ended_) return;
  paused_ = false;
  touch();
  curl_easy_pause(handle_, CURLPAUSE_CONT);
}

std::size_t Transfer::on_body(char* data, std::size_t, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.ended_) return 0;  // failed by us meanwhile: curl may stop
  if (transfer.buffer.size() > k_pause_above) {
    transfer.paused_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.buffer.append(data, count);
  transfer.touch();
  transfer.wake();
  return count;
}

std::size_t Transfer::on_header(char* data, std::size_t, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.head_bytes_ += count;
  if (transfer.head_bytes_ > k_max_head) {
    transfer.fail(error(Code::network, "{} sent headers of more than {}", transfer.host(), human_bytes(k_max_head)));
    return 0;
  }
  const std::string_view line = trim(std::string_view(data, count));
  if (line.starts_with("HTTP/")) {  // a new head: what came before was a 1xx
    transfer.headers.clear();
  } else if (line.empty()) {
    long status = 0;
    curl_easy_getinfo(transfer.handle_, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200) return count;
    transfer.status_ = static_cast<int>(status);
    transfer.head_complete_ = true;
    transfer.touch();
    transfer.watch_silence();
    transfer.wake();
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    transfer.headers.push_back({std::string(line.substr(0, colon)), std::string(trim(line.substr(colon + 1)))});
  }
  return count;
}

std::string Transfer::host() const {
  const auto url = parse_url(request_.url);
  if (!url) return "the server";
  return url->port == 0 ? url->host : fmt::format("{}:{}", url->host, url->port);
}

Error Transfer::silence() const {
  const auto seconds = [](std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; };
  if (head_complete_) return error(Code::network, "{} sent nothing more for {:g} seconds", host(), seconds(request_.timeouts.stall));
  return error(Code::network, "{} did not answer within {:g} seconds", host(),
               seconds(request_.timeouts.connect + request_.timeouts.first_byte));
}

/// Suspends until `ready` holds; whoever changes the transfer calls wake(). Ends before the transfer does.
class Until {
 public:
  Until(Transfer& transfer, bool (*ready)(const Transfer&)) : transfer_(transfer), ready_(ready) {}
  Until(const Until&) = delete;
  Until& operator=(const Until&) = delete;
  ~Until() { transfer_.waiting = {}; }
  bool await_ready() const { return ready_(transfer_); }
  void await_suspend(std::coroutine_handle<> handle) const { transfer_.waiting = handle; }
  void await_resume() const {}

 private:
  Transfer& transfer_;
  bool (*ready_)(const Transfer&);
};

class Response final : public HttpResponse {
 public:
  explicit Response(std::unique_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
  int status() const override { return transfer_->status(); }

  std::optional<std::string> header(std::string_view name) const override {
    const std::string wanted = to_lower_ascii(name);
    for (const HttpHeader& header : transfer_->headers) {
      if (to_lower_ascii(header.name) == wanted) return header.value;
    }
    return std::nullopt;
  }

  std::optional<std::string> redirect_target() const override {
    const char* target = nullptr;
    if (status() / 100 == 3) curl_easy_getinfo(transfer_->handle(), CURLINFO_REDIRECT_URL, &target);
    if (target != nullptr) return std::string(target);
    return std::nullopt;
  }

  Task<Result<std::optional<std::string>>> read() override {
    const Until something(*transfer_, [](const Transfer& t) { return !t.buffer.empty() || t.ended(); });
    co_await something;
    if (!transfer_->buffer.empty()) {
      std::string piece = std::exchange(transfer_->buffer, {});
      transfer_->unpause();
      co_return std::optional<std::string>(std::move(piece));
    }
    if (transfer_->failure()) co_return *transfer_->failure();
    co_return std::optional<std::string>();
  }

  void expect_end_within(std::chrono::milliseconds pause) override { transfer_->expect_end_within(pause); }

 private:
  std::unique_ptr<Transfer> transfer_;
};

Task<Result<std::unique_ptr<HttpResponse>>> Client::send(HttpRequest request, std::stop_token stop) {
  auto transfer = std::make_unique<Transfer>(*this, std::move(request), std::move(stop));
  transfer->start();
  const Until head(*transfer, [](const Transfer& t) { return t.head_complete() || t.ended(); });
  co_await head;
  if (transfer->failure() && !transfer->head_complete()) co_return *transfer->failure();
  co_return std::make_unique<Response>(std::move(transfer));
}

}  // namespace

std::unique_ptr<HttpTransport> make_http_client(Loop& loop, const Environment& environment, Reporter* reporter) {
  auto client = std::make_unique<Client>(loop, environment);
  if (reporter == nullptr) return client;
  return detail::report_requests(std::move(client), *reporter);
}

}  // namespace kopi
