#include "cache/redis_client.h"

#include <algorithm>
#include <array>
#include <utility>

namespace likeness::cache {
namespace {

constexpr std::size_t kReadSize = 16 * 1024;
// Reads per turn of the loop, so that a large reply leaves others their turn.
constexpr int kMaxReads = 16;
// Three of the largest sources. Past it Redis or the network is too slow for us, and storing yet
// more would only hold memory.
constexpr std::size_t kMaxUnsentBytes = 64 * kMiB;
// Without an answer in time for so many timeouts a connection is given up.
constexpr int kMaxSilentTimeouts = 2;
constexpr auto kNoDeadline = Clock::time_point::max();

// The error's own word, such as WRONGPASS. What follows may quote the command, password included.
std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

RedisCommand auth_command(const RedisTarget& target) {
  if (target.user.empty()) return {"AUTH", target.password};
  return {"AUTH", target.user, target.password};
}

// RESP2's form of what a subscriber is sent.
bool is_message(const RedisReply& reply) {
  return reply.elements.size() == 3 && reply.elements[0].text == "message";
}

}  // namespace

RedisClient::RedisClient(Loop& loop, RedisTarget target, const RedisSettings& settings,
                         RedisEvents events)
    : loop_(loop),
      target_(std::move(target)),
      settings_(settings),
      events_(std::move(events)),
      resolver_(loop),
      jitter_(std::random_device()()),
      alive_(std::make_shared<char>()) {
  retry_timer_ = loop_.after(milliseconds(0), [this] { start(); });
}

RedisClient::~RedisClient() { close(); }

void RedisClient::run(const RedisCommand& command, Done done) {
  if (state_ != State::ready) return refuse(std::move(done), "not connected to Redis");
  if (pending_.size() >= static_cast<std::size_t>(settings_.max_pending) ||
      socket_->unsent() > kMaxUnsentBytes) {
    return refuse(std::move(done), "too much in flight to Redis");
  }
  send(command, loop_.now() + settings_.command_timeout, std::move(done));
  watch_deadlines();
}

RedisBreaker RedisClient::breaker() const {
  switch (state_) {
    case State::ready: return RedisBreaker::closed;
    case State::waiting: return RedisBreaker::open;
    case State::resolving:
    case State::connecting:
    case State::greeting: break;
  }
  return RedisBreaker::half_open;
}

RedisStats RedisClient::stats() const {
  RedisStats now = stats_;
  now.pending = pending_.size();
  now.unsent_bytes = socket_ ? socket_->unsent() : 0;
  return now;
}

void RedisClient::refuse(Done done, std::string reason) {
  ++stats_.refused;
  loop_.post(
      [alive = std::weak_ptr(alive_), then = std::move(done), why = std::move(reason)]() mutable {
        if (!alive.expired()) then(fail(Errc::store_unavailable, std::move(why)));
      });
}

void RedisClient::start() {
  retry_timer_ = Loop::TimerId::none;
  state_ = State::resolving;
  if (!target_.unix_path.empty()) {
    return connect_to(RedisResolver::Addresses{unix_address(target_.unix_path)});
  }
  resolver_.resolve(target_.host, target_.port, [this](Result<RedisResolver::Addresses> addresses) {
    connect_to(std::move(addresses));
  });
}

void RedisClient::connect_to(Result<RedisResolver::Addresses> addresses) {
  if (!addresses) return drop(addresses.error().detail);
  addresses_ = std::move(*addresses);
  std::ranges::reverse(addresses_);
  connect_next("no address");
}

void RedisClient::connect_next(std::string reason) {
  close();
  while (!addresses_.empty()) {
    auto socket = RedisSocket::open(addresses_.back());
    addresses_.pop_back();
    if (!socket) {
      reason = socket.error().detail;
      continue;
    }
    state_ = State::connecting;
    socket_.emplace(std::move(*socket));
    wants_write_ = true;
    loop_.watch(socket_->fd(), {.read = false, .write = true},
                [this](Loop::Ready ready) { on_ready(ready); });
    connect_timer_ = loop_.after(settings_.connect_timeout, [this] {
      connect_timer_ = Loop::TimerId::none;
      if (state_ == State::connecting) return connect_next("Redis did not accept in time");
      drop("Redis did not answer the log-in in time");
    });
    return;
  }
  drop(reason);
}

void RedisClient::on_ready(Loop::Ready ready) {
  if (state_ == State::connecting) {
    if (ready.write) on_connected();
    return;
  }
  if (ready.write) flush();
  if (ready.read) read();
}

void RedisClient::on_connected() {
  if (const auto connected = socket_->connected(); !connected) {
    return connect_next(connected.error().detail);
  }
  greet();
}

// Logs in without waiting in between: the PONG tells whether all went well.
void RedisClient::greet() {
  state_ = State::greeting;
  reader_ = std::make_unique<RedisReader>();
  // A lost connection comes here as well, but then drop() is at work already.
  const auto must_be_ok = [this](const char* what) {
    return [this, what](Result<RedisReply> reply) {
      if (!reply || reply->kind != RedisReply::Kind::error) return;
      drop("Redis refuses " + std::string(what) + ": " + first_word(reply->text));
    };
  };
  if (!target_.password.empty()) {
    send(auth_command(target_), kNoDeadline, must_be_ok("the log-in"));
  }
  if (target_.database != 0) {
    send({"SELECT", std::to_string(target_.database)}, kNoDeadline, must_be_ok("the database"));
  }
  send({"PING"}, kNoDeadline, [this](Result<RedisReply> reply) {
    if (reply) on_greeted(*reply);
  });
}

void RedisClient::on_greeted(const RedisReply& pong) {
  // A user who may not PING is logged in all the same.
  if (pong.kind == RedisReply::Kind::error && !pong.text.starts_with("NOPERM")) {
    return drop("Redis is not ready: " + pong.text);
  }
  loop_.cancel(std::exchange(connect_timer_, Loop::TimerId::none));
  state_ = State::ready;
  attempts_ = 0;
  last_answer_ = loop_.now();
  ++stats_.connects;
  if (events_.link) events_.link(true, "connected");
}

void RedisClient::send(const RedisCommand& command, Clock::time_point deadline, Done done) {
  ++stats_.commands;
  pending_.push_back({std::move(done), deadline, Clock::now()});
  socket_->send(command);
  flush();
}

void RedisClient::flush() {
  // While bytes wait for the kernel only the descriptor's readiness gives them a chance.
  socket_->flush();
  const bool wants_write = socket_->unsent() > 0;
  if (wants_write == wants_write_ && state_ == State::ready) return;
  wants_write_ = wants_write;
  loop_.rewatch(socket_->fd(), {.read = true, .write = wants_write});
}

void RedisClient::read() {
  std::array<char, kReadSize> buffer;
  for (int i = 0; i < kMaxReads; ++i) {
    const auto got = socket_->read(buffer);
    if (!got) return drop(got.error().detail);
    reader_->feed({buffer.data(), *got});
    if (!answer() || *got < buffer.size()) return;
  }
}

bool RedisClient::answer() {
  for (;;) {
    auto reply = reader_->next();
    if (!reply) return drop(reply.error().detail), false;
    if (!*reply) return true;
    if (!answer_one(std::move(**reply))) return false;
  }
}

bool RedisClient::answer_one(RedisReply reply) {
  if (events_.message && is_message(reply)) return events_.message(reply), true;
  if (pending_.empty()) return drop("Redis answered what nobody asked: " + reply.text), false;
  Pending asked = std::move(pending_.front());
  pending_.pop_front();
  if (expired_ > 0) {
    --expired_;
    return true;
  }
  last_answer_ = loop_.now();
  // A script that Redis has forgotten is sent again: no error of anybody's.
  const bool forgotten = reply.text.starts_with("NOSCRIPT");
  if (reply.kind == RedisReply::Kind::error && !forgotten) ++stats_.errors;
  if (events_.answered) events_.answered(Clock::now() - asked.sent);
  const auto alive = std::weak_ptr(alive_);
  const auto connection = connection_;
  asked.done(std::move(reply));
  return !alive.expired() && connection == connection_;
}

void RedisClient::watch_deadlines() {
  if (deadline_timer_ != Loop::TimerId::none || expired_ == pending_.size()) return;
  const auto left = pending_[expired_].deadline - loop_.now();
  deadline_timer_ =
      loop_.after(std::max(std::chrono::ceil<milliseconds>(left), milliseconds(0)), [this] {
        deadline_timer_ = Loop::TimerId::none;
        expire();
      });
}

void RedisClient::expire() {
  const auto now = loop_.now();
  const auto alive = std::weak_ptr(alive_);
  const auto connection = connection_;
  const auto before = expired_;
  while (expired_ < pending_.size() && pending_[expired_].deadline <= now) {
    Done done = std::move(pending_[expired_].done);
    ++expired_;
    ++stats_.timeouts;
    done(fail(Errc::store_unavailable, "Redis did not answer in time"));
    if (alive.expired() || connection != connection_) return;
  }
  if (expired_ > before && now - last_answer_ >= kMaxSilentTimeouts * settings_.command_timeout) {
    return drop("Redis has stopped answering");
  }
  watch_deadlines();
}

void RedisClient::close() {
  for (Loop::TimerId* timer : {&retry_timer_, &connect_timer_, &deadline_timer_}) {
    loop_.cancel(std::exchange(*timer, Loop::TimerId::none));
  }
  if (!socket_) return;
  loop_.unwatch(socket_->fd());
  socket_.reset();
  ++connection_;
}

void RedisClient::drop(const std::string& reason) {
  close();
  if (state_ == State::ready) ++stats_.openings;
  state_ = State::waiting;
  addresses_.clear();
  ++stats_.failures;
  auto pause = settings_.reconnect_min;
  for (int i = 0; i < attempts_ && pause < settings_.reconnect_max; ++i) pause *= 2;
  ++attempts_;
  pause = std::min(pause, settings_.reconnect_max);
  std::uniform_int_distribution<milliseconds::rep> between(pause.count() / 2, pause.count());
  retry_timer_ = loop_.after(milliseconds(between(jitter_)), [this] { start(); });
  if (events_.link) events_.link(false, reason);

  auto lost = std::exchange(pending_, {});
  lost.erase(lost.begin(), lost.begin() + static_cast<std::ptrdiff_t>(std::exchange(expired_, 0)));
  const auto alive = std::weak_ptr(alive_);
  for (Pending& pending : lost) {
    if (alive.expired()) return;
    pending.done(fail(Errc::store_unavailable, reason));
  }
}

}  // namespace likeness::cache
