#ifndef LIKENESS_CACHE_REDIS_CLIENT_H_
#define LIKENESS_CACHE_REDIS_CLIENT_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "cache/redis_reply.h"
#include "cache/redis_resolver.h"
#include "cache/redis_socket.h"
#include "cache/redis_url.h"
#include "config/base/error.h"
#include "config/base/loop.h"
#include "config/settings.h"

namespace likeness::cache {

struct RedisStats {
  std::uint64_t commands = 0;    // Sent.
  std::uint64_t errors = 0;      // Answered with an error by Redis.
  std::uint64_t timeouts = 0;    // Not answered in time.
  std::uint64_t refused = 0;     // Never sent: not connected, or too many in flight.
  std::uint64_t connects = 0;    // Times a connection became usable.
  std::uint64_t failures = 0;    // Connections, and attempts at one, that failed.
  std::uint64_t openings = 0;    // Times the breaker opened: usable connections that were lost.
  std::size_t pending = 0;       // Sent and not answered yet, those past their deadline included.
  std::size_t unsent_bytes = 0;  // Waiting for the kernel to take them.
};

// A connection is its server's circuit breaker: while it is lost commands are refused at once, and
// each attempt to connect, log in and get an answer is a probe.
enum class RedisBreaker : std::uint8_t {
  closed,     // Commands are sent.
  half_open,  // A probe is under way.
  open,       // Until the pause before the next probe is over.
};

// Called on the loop; may be empty, and must not destroy the client.
struct RedisEvents {
  // A command was answered in time after so long.
  std::function<void(std::chrono::nanoseconds)> answered;
  // The connection became usable, or it or an attempt at one failed, with the reason for the log.
  std::function<void(bool usable, std::string_view reason)> link;
  // A message of a channel that the connection has subscribed to, as Redis sent it. Without this
  // one nothing may come that was not asked for.
  std::function<void(const RedisReply&)> message;
};

// A RedisClient keeps one connection to a Redis and runs commands on it, pipelined. It connects,
// logs in and selects the database by itself, and when the connection is lost it tries again, each
// time after a longer pause (with jitter, so that a fleet does not come back at once). A connection
// on which a command timed out and nothing was answered in time for two timeouts is given up too:
// it is cheaper to be refused than to wait.
//
// Loop-confined; never blocks it. Destroying it closes the connection and drops the callbacks of
// commands in flight uncalled; a callback may destroy it.
class RedisClient {
 public:
  using Done = std::move_only_function<void(Result<RedisReply>)>;

  // Starts connecting on a later turn of the loop.
  RedisClient(Loop& loop, RedisTarget target, const RedisSettings& settings,
              RedisEvents events = {});
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  // Runs a command. Calls `done` exactly once, never before run() returns; `command` needs to live
  // only until then, its shared bytes live on. An error that Redis answers is a reply; errors
  // (store_unavailable): not connected, connection lost, no answer in time, too much in flight. All
  // but the first two leave open whether Redis ran the command.
  void run(const RedisCommand& command, Done done);

  [[nodiscard]] bool connected() const { return state_ == State::ready; }
  [[nodiscard]] RedisBreaker breaker() const;
  [[nodiscard]] RedisStats stats() const;

 private:
  enum class State { waiting, resolving, connecting, greeting, ready };

  struct Pending {
    Done done;
    Clock::time_point deadline;
    Clock::time_point sent;
  };

  void start();
  void connect_to(Result<RedisResolver::Addresses> addresses);
  void connect_next(std::string reason);
  void on_ready(Loop::Ready ready);
  void on_connected();
  void greet();
  void on_greeted(const RedisReply& pong);
  void send(const RedisCommand& command, Clock::time_point deadline, Done done);
  void flush();
  void read();
  // Answers what has been read. False: the connection or the client is gone.
  bool answer();
  bool answer_one(RedisReply reply);
  void refuse(Done done, std::string reason);
  void watch_deadlines();
  void expire();
  void close();
  void drop(const std::string& reason);

  Loop& loop_;
  const RedisTarget target_;
  const RedisSettings settings_;
  const RedisEvents events_;

  State state_ = State::waiting;
  RedisResolver resolver_;
  RedisResolver::Addresses addresses_;  // Those not tried yet in this attempt, last one first.
  std::optional<RedisSocket> socket_;
  bool wants_write_ = false;
  std::unique_ptr<RedisReader> reader_;
  std::uint64_t connection_ = 0;  // Counts connections, so that a callback's effects show.

  // In the order of sending, thus of deadlines. The first `expired_` of them have timed out and
  // wait only for their late replies.
  std::deque<Pending> pending_;
  std::size_t expired_ = 0;
  Clock::time_point last_answer_;

  int attempts_ = 0;  // Failed in a row.
  std::minstd_rand jitter_;
  Loop::TimerId retry_timer_ = Loop::TimerId::none;
  Loop::TimerId connect_timer_ = Loop::TimerId::none;
  Loop::TimerId deadline_timer_ = Loop::TimerId::none;
  RedisStats stats_;
  const std::shared_ptr<void> alive_;  // Weak copies tell callbacks that the client is gone.
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_CLIENT_H_
