#include "proxy/origin/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

#include "proxy/origin/answer.h"
#include "proxy/origin/breaker.h"

namespace likeness::origin {
namespace {

constexpr std::size_t kMaxBreakers = 64;

// libcurl wants one global start before its first use; calling it from several threads is only safe
// once it has happened.
void start_curl_once() {
  static std::once_flag started;
  std::call_once(started, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      throw std::runtime_error("libcurl does not start");
  });
}

struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// One request under way.
struct Transfer {
  ClientRequest request;
  HttpClient::Done done;
  std::unique_ptr<CURL, EasyDeleter> easy;
  std::unique_ptr<curl_slist, ListDeleter> headers;
  ClientResponse response;
  bool too_large = false;
};

std::size_t on_body(char* data, std::size_t, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  std::string& body = transfer.response.body;
  if (size > transfer.request.max_body_bytes - body.size()) {
    transfer.too_large = true;
    return 0;
  }
  body.append(data, size);
  return size;
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  const std::string_view line(data, size);
  if (line.starts_with("HTTP/")) {
    transfer.response.headers.clear();  // A 1xx came before.
    return size;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  auto name = lower(line.substr(0, colon));
  const auto value = trim(line.substr(colon + 1));
  if (name == "content-length") {
    std::size_t length = 0;
    std::from_chars(value.data(), value.data() + value.size(), length);
    if (length > transfer.request.max_body_bytes) {
      transfer.too_large = true;
      return 0;
    }
    transfer.response.body.reserve(length);
  }
  transfer.response.headers.emplace_back(std::move(name), value);
  return size;
}

Error error_of(CURLcode code, bool too_large) {
  if (too_large) return {Errc::source_too_large, "the origin's answer is over the byte limit", {}};
  const std::string detail = curl_easy_strerror(code);
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return {Errc::origin_timeout, detail, {}};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION: return {Errc::origin_unreachable, detail, {}};
    case CURLE_URL_MALFORMAT:
    case CURLE_OUT_OF_MEMORY: return {Errc::internal, detail, {}};
    default: return {Errc::origin_failed, detail, {}};
  }
}

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

class HttpClient::State {
 public:
  State(Loop& loop, const OriginSettings& settings);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void send(ClientRequest request, Done done);
  [[nodiscard]] OriginStats stats() const;

 private:
  void start(std::unique_ptr<Transfer> transfer);
  void prepare(Transfer& transfer);
  void drive(int fd, int events);
  void collect();
  void finish(CURL* easy, CURLcode code);
  Breaker& breaker_of(const std::string& url);
  void judge(const Transfer& transfer, CURLcode code);
  void watch(int fd, int what);
  void set_timer(long milliseconds);

  Loop& loop_;
  const OriginSettings& settings_;
  std::unique_ptr<CURLM, MultiDeleter> multi_;
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running_;
  std::deque<std::unique_ptr<Transfer>> queue_;
  std::unordered_map<std::string, Breaker> breakers_;  // By the part of the URL before the path.
  std::unordered_map<int, bool> watched_;
  Loop::TimerId timer_ = Loop::TimerId::none;
  OriginStats stats_;
};

HttpClient::State::State(Loop& loop, const OriginSettings& settings)
    : loop_(loop), settings_(settings) {
  start_curl_once();
  multi_.reset(curl_multi_init());
  if (!multi_) throw std::runtime_error("libcurl gives no multi handle");
  CURLM* multi = multi_.get();
  const auto on_socket = +[](CURL*, curl_socket_t fd, int what, void* self, void*) {
    static_cast<State*>(self)->watch(fd, what);
    return 0;
  };
  const auto on_timer = +[](CURLM*, long milliseconds, void* self) {
    static_cast<State*>(self)->set_timer(milliseconds);
    return 0;
  };
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(settings.max_concurrent));
}

HttpClient::State::~State() {
  for (auto& [easy, transfer] : running_) curl_multi_remove_handle(multi_.get(), easy);
  running_.clear();
  multi_.reset();  // Closes the kept connections; each unwatches its descriptor.
  loop_.cancel(timer_);
  for (const auto& [fd, watched] : watched_) loop_.unwatch(fd);
}

void HttpClient::State::send(ClientRequest request, Done done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->request = std::move(request);
  transfer->done = std::move(done);
  if (running_.size() < static_cast<std::size_t>(settings_.max_concurrent)) {
    start(std::move(transfer));
  } else if (queue_.size() < static_cast<std::size_t>(settings_.max_queued)) {
    queue_.push_back(std::move(transfer));
  } else {
    loop_.post([transfer = std::move(transfer)] {
      transfer->done(fail(Errc::overloaded, "too many requests to the origin", seconds(1)));
    });
  }
}

OriginStats HttpClient::State::stats() const {
  OriginStats stats = stats_;
  stats.in_flight = static_cast<int>(running_.size());
  stats.queued = static_cast<int>(queue_.size());
  for (const auto& [host, breaker] : breakers_) {
    const auto state = breaker.state(loop_.now());
    stats.breakers_open += state == Breaker::State::open ? 1 : 0;
    stats.breakers_half_open += state == Breaker::State::half_open ? 1 : 0;
    stats.breaker_openings += breaker.opened();
  }
  return stats;
}

Breaker& HttpClient::State::breaker_of(const std::string& url) {
  const auto scheme = url.find("://");
  std::string host = url.substr(0, url.find('/', scheme == std::string::npos ? 0 : scheme + 3));
  // Where users name hosts they must not fill memory: all beyond the first few share one.
  if (!breakers_.contains(host) && breakers_.size() >= kMaxBreakers) host.clear();
  return breakers_.try_emplace(std::move(host), settings_).first->second;
}

// What the end of a transfer says about its host.
void HttpClient::State::judge(const Transfer& transfer, CURLcode code) {
  Breaker& breaker = breaker_of(transfer.request.url);
  if (transfer.too_large) return breaker.succeeded();
  if (code == CURLE_OUT_OF_MEMORY || code == CURLE_URL_MALFORMAT) return breaker.came_to_nothing();
  if (code != CURLE_OK) return breaker.failed(loop_.now());
  const int status = transfer.response.status;
  const bool throttled = status == 429 || status == 503;
  const auto pause = throttled
                         ? retry_after(transfer.response.header("retry-after"), WallClock::now())
                         : std::nullopt;
  if (pause || status >= 500) return breaker.failed(loop_.now(), pause.value_or(milliseconds(0)));
  breaker.succeeded();
}

void HttpClient::State::start(std::unique_ptr<Transfer> transfer) {
  if (Breaker& breaker = breaker_of(transfer->request.url); !breaker.admit(loop_.now())) {
    const auto left = std::max(breaker.left(loop_.now()), milliseconds(1));
    loop_.post([transfer = std::move(transfer), left] {
      transfer->done(fail(Errc::origin_unreachable, "the origin is left alone for a while", left));
    });
    return;
  }
  transfer->easy.reset(curl_easy_init());
  CURL* easy = transfer->easy.get();
  if (easy == nullptr) {
    loop_.post([transfer = std::move(transfer)] {
      transfer->done(fail(Errc::internal, "libcurl gives no handle"));
    });
    return;
  }
  prepare(*transfer);
  ++stats_.requests;
  running_.emplace(easy, std::move(transfer));
  curl_multi_add_handle(multi_.get(), easy);  // Only sets the timer: nothing happens yet.
}

void HttpClient::State::prepare(Transfer& transfer) {
  CURL* easy = transfer.easy.get();
  curl_slist* list = nullptr;
  for (const std::string& header : transfer.request.headers)
    list = curl_slist_append(list, header.c_str());
  transfer.headers.reset(list);
  const auto timeout = [](milliseconds value) { return static_cast<long>(value.count()); };
  curl_easy_setopt(easy, CURLOPT_URL, transfer.request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "Likeness");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // Never by way of a proxy that the environment names.
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout(settings_.connect_timeout));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout(settings_.timeout));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  if (transfer.request.method != "GET") {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, transfer.request.method.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(transfer.request.body.size()));
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer.request.body.data());
  }
}

void HttpClient::State::drive(int fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_.get(), fd, events, &running);
  collect();
}

void HttpClient::State::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    finish(message->easy_handle, message->data.result);
  }
  while (!queue_.empty() && running_.size() < static_cast<std::size_t>(settings_.max_concurrent)) {
    auto next = std::move(queue_.front());
    queue_.pop_front();
    start(std::move(next));
  }
}

void HttpClient::State::finish(CURL* easy, CURLcode code) {
  auto node = running_.extract(easy);
  Transfer& transfer = *node.mapped();
  curl_multi_remove_handle(multi_.get(), easy);
  long status = 0;
  if (code == CURLE_OK) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  transfer.response.status = static_cast<int>(status);
  judge(transfer, code);
  if (code != CURLE_OK) {
    ++stats_.errors;
    transfer.done(std::unexpected(error_of(code, transfer.too_large)));
    return;
  }
  transfer.done(std::move(transfer.response));
}

void HttpClient::State::watch(int fd, int what) {
  const bool known = watched_.contains(fd);
  if (what == CURL_POLL_REMOVE) {
    if (known) loop_.unwatch(fd);
    watched_.erase(fd);
    return;
  }
  const Loop::Ready wanted{.read = (what & CURL_POLL_IN) != 0,
                           .write = (what & CURL_POLL_OUT) != 0};
  if (known) {
    loop_.rewatch(fd, wanted);
    return;
  }
  watched_[fd] = true;
  loop_.watch(fd, wanted, [this, fd](Loop::Ready ready) {
    drive(fd, (ready.read ? CURL_CSELECT_IN : 0) | (ready.write ? CURL_CSELECT_OUT : 0));
  });
}

void HttpClient::State::set_timer(long milliseconds) {
  loop_.cancel(std::exchange(timer_, Loop::TimerId::none));
  if (milliseconds < 0) return;
  timer_ = loop_.after(std::chrono::milliseconds(milliseconds), [this] {
    timer_ = Loop::TimerId::none;
    drive(CURL_SOCKET_TIMEOUT, 0);
  });
}

HttpClient::HttpClient(Loop& loop, const OriginSettings& settings)
    : state_(std::make_unique<State>(loop, settings)) {}

HttpClient::~HttpClient() = default;

void HttpClient::send(ClientRequest request, Done done) {
  state_->send(std::move(request), std::move(done));
}

OriginStats HttpClient::stats() const { return state_->stats(); }

}  // namespace likeness::origin
