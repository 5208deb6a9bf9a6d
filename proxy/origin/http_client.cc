#include "proxy/origin/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <unordered_map>

#include "proxy/origin/answer.h"
#include "proxy/origin/breaker.h"
#include "proxy/origin/curl_multi.h"
#include "proxy/origin/transfer.h"

namespace likeness::origin {
namespace {

constexpr std::size_t kMaxBreakers = 64;

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::optional<std::uint64_t> ClientResponse::length() const {
  const auto text = header("content-length");
  if (text.empty() || !header("transfer-encoding").empty()) return std::nullopt;
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

class HttpClient::State : public std::enable_shared_from_this<HttpClient::State> {
 public:
  State(Loop& loop, const OriginSettings& settings, SourcePolicy& policy);
  ~State();
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void send(const std::shared_ptr<Transfer>& transfer);
  void resume_later(std::weak_ptr<Transfer> transfer);
  void drop_later(std::weak_ptr<Transfer> transfer);
  [[nodiscard]] SourcePolicy& policy() { return policy_; }
  [[nodiscard]] OriginStats stats() const;

 private:
  using TransferPtr = std::shared_ptr<Transfer>;

  void start(const TransferPtr& transfer);
  void start_waiting();
  void fail_later(const TransferPtr& transfer, Error error);
  void resume(const TransferPtr& transfer);
  void drop(const TransferPtr& transfer);
  void finish(CURL* easy, CURLcode code);
  Breaker& breaker_of(const std::string& url);
  void judge(const Transfer& transfer, CURLcode code);

  Loop& loop_;
  const OriginSettings& settings_;
  SourcePolicy& policy_;
  CurlMulti multi_;
  std::unordered_map<CURL*, TransferPtr> running_;
  std::deque<TransferPtr> queue_;
  std::unordered_map<std::string, Breaker> breakers_;  // By the part of the URL before the path.
  OriginStats stats_;
};

HttpClient::State::State(Loop& loop, const OriginSettings& settings, SourcePolicy& policy)
    : loop_(loop),
      settings_(settings),
      policy_(policy),
      multi_(loop, settings.max_concurrent,
             {.ended = [this](CURL* easy, CURLcode code) { finish(easy, code); },
              .all_told = [this] { start_waiting(); }}) {}

HttpClient::State::~State() {
  for (auto& [easy, transfer] : running_) multi_.remove(easy);
  running_.clear();
}

void HttpClient::State::send(const TransferPtr& transfer) {
  if (running_.size() < static_cast<std::size_t>(settings_.max_concurrent)) {
    start(transfer);
  } else if (queue_.size() < static_cast<std::size_t>(settings_.max_queued)) {
    queue_.push_back(transfer);
  } else {
    fail_later(transfer, {Errc::overloaded, "too many requests to the origin", seconds(1)});
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
  Breaker& breaker = breaker_of(transfer.url());
  const int status = transfer.status();
  if (code == CURLE_OUT_OF_MEMORY || code == CURLE_URL_MALFORMAT) return breaker.came_to_nothing();
  // It was us who broke it off.
  if (transfer.refused()) return status > 0 ? breaker.succeeded() : breaker.came_to_nothing();
  if (code != CURLE_OK) return breaker.failed(loop_.now());
  const bool throttled = status == 429 || status == 503;
  const auto pause =
      throttled ? retry_after(transfer.header("retry-after"), WallClock::now()) : std::nullopt;
  if (pause || status >= 500) return breaker.failed(loop_.now(), pause.value_or(milliseconds(0)));
  breaker.succeeded();
}

void HttpClient::State::start(const TransferPtr& transfer) {
  if (Breaker& breaker = breaker_of(transfer->url()); !breaker.admit(loop_.now())) {
    const auto left = std::max(breaker.left(loop_.now()), milliseconds(1));
    return fail_later(transfer,
                      {Errc::origin_unreachable, "the origin is left alone for a while", left});
  }
  if (!transfer->prepare(settings_))
    return fail_later(transfer, {Errc::internal, "libcurl gives no handle", {}});
  transfer->begin_time(loop_, settings_.timeout, [this, which = transfer.get()] {
    finish(which->easy(), CURLE_OPERATION_TIMEDOUT);
    start_waiting();
  });
  ++stats_.requests;
  CURL* easy = transfer->easy();
  running_.emplace(easy, transfer);
  multi_.add(easy);
}

void HttpClient::State::fail_later(const TransferPtr& transfer, Error error) {
  loop_.post([transfer, error = std::move(error), self = weak_from_this()]() mutable {
    if (!self.expired()) transfer->fail(std::move(error));
  });
}

void HttpClient::State::resume_later(std::weak_ptr<Transfer> transfer) {
  loop_.post([self = weak_from_this(), weak = std::move(transfer)] {
    const auto client = self.lock();
    const auto strong = weak.lock();
    if (client && strong) client->resume(strong);
  });
}

void HttpClient::State::drop_later(std::weak_ptr<Transfer> transfer) {
  loop_.post([self = weak_from_this(), weak = std::move(transfer)] {
    const auto client = self.lock();
    const auto strong = weak.lock();
    if (client && strong) client->drop(strong);
  });
}

void HttpClient::State::resume(const TransferPtr& transfer) {
  if (!transfer->paused() || !running_.contains(transfer->easy())) return;
  if (const CURLcode code = transfer->resume(); code != CURLE_OK) {
    finish(transfer->easy(), code);
    start_waiting();
  }
}

void HttpClient::State::drop(const TransferPtr& transfer) {
  std::erase(queue_, transfer);
  if (!running_.contains(transfer->easy())) return;
  finish(transfer->easy(), CURLE_ABORTED_BY_CALLBACK);
  start_waiting();
}

void HttpClient::State::start_waiting() {
  while (!queue_.empty() && running_.size() < static_cast<std::size_t>(settings_.max_concurrent)) {
    const auto next = std::move(queue_.front());
    queue_.pop_front();
    start(next);
  }
}

void HttpClient::State::finish(CURL* easy, CURLcode code) {
  const TransferPtr transfer = std::move(running_.extract(easy).mapped());
  multi_.remove(easy);
  judge(*transfer, code);
  if (code == CURLE_OK && transfer->redirected()) return start(transfer);
  if (code != CURLE_OK && !transfer->cancelled()) ++stats_.errors;
  transfer->finish(code);
}

HttpClient::HttpClient(Loop& loop, const OriginSettings& settings, SourcePolicy& policy)
    : state_(std::make_shared<State>(loop, settings, policy)) {}

HttpClient::~HttpClient() = default;

void HttpClient::send(ClientRequest request, Done done) {
  const bool has_body = request.method != "HEAD";
  auto response = std::make_shared<ClientResponse>();
  AnswerSink sink{.head =
                      [response, has_body](const ClientResponse& head) {
                        *response = head;
                        if (has_body) response->body.reserve(head.length().value_or(0));
                      },
                  .piece =
                      [response](std::string_view piece) {
                        response->body.append(piece);
                        return true;
                      },
                  .done =
                      [response, done = std::move(done)](const Result<void>& result) mutable {
                        if (result) return done(std::move(*response));
                        done(std::unexpected(result.error()));
                      }};
  state_->send(std::make_shared<Transfer>(std::move(request), std::move(sink), state_->policy()));
}

HttpClient::Call HttpClient::stream(ClientRequest request, AnswerSink sink) {
  const auto transfer =
      std::make_shared<Transfer>(std::move(request), std::move(sink), state_->policy());
  state_->send(transfer);
  Call call;
  call.client_ = state_;
  call.transfer_ = transfer;
  return call;
}

void HttpClient::Call::resume() {
  if (const auto client = client_.lock()) client->resume_later(transfer_);
}

void HttpClient::Call::cancel() {
  if (const auto transfer = transfer_.lock()) transfer->cancel();
  if (const auto client = client_.lock()) client->drop_later(transfer_);
}

OriginStats HttpClient::stats() const { return state_->stats(); }

}  // namespace likeness::origin
