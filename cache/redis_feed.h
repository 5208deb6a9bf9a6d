#ifndef LIKENESS_CACHE_REDIS_FEED_H_
#define LIKENESS_CACHE_REDIS_FEED_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/redis_client.h"
#include "cache/vouch.h"

namespace likeness::cache {

// Called on the feed's loop.
struct FeedEvents {
  // Something was written to, or erased from, the records of these photos: by this process, another
  // one or an operator, or by Redis itself, which expired or evicted them.
  std::function<void(std::vector<std::string> photos)> changed;
  // Everything may have changed.
  std::function<void()> all_changed;
  // The feed became whole, or it or an attempt at it failed, with the reason for the log.
  std::function<void(bool whole, std::string_view reason)> link;
};

// A RedisFeed tells a process what changes in the store, within about a round trip: Redis's
// client-side caching in broadcasting mode (redis.io/docs/manual/client-side-caching), over one
// connection of RESP2 that is redirected to itself, since Debian's hiredis has no RESP3. Needs
// Redis 6 and the right to CLIENT, SUBSCRIBE and PING.
//
// It keeps `vouch` informed: each PING that is answered proves that all changes before it have been
// heard of. Without an answer the connection is given up and made anew.
//
// Loop-confined.
class RedisFeed {
 public:
  // `vouch` outlives it.
  RedisFeed(Loop& loop, RedisTarget target, const RedisSettings& settings, Vouch& vouch,
            FeedEvents events);
  ~RedisFeed();
  RedisFeed(const RedisFeed&) = delete;
  RedisFeed& operator=(const RedisFeed&) = delete;

  [[nodiscard]] bool whole() const { return whole_; }
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  void on_link(bool usable, std::string_view reason);
  void on_message(const RedisReply& message);
  void subscribe(const std::string& own_id);
  void beat();
  void refused(const Result<RedisReply>& reply);

  Loop& loop_;
  Vouch& vouch_;
  const FeedEvents events_;
  const std::string prefix_;
  const milliseconds heartbeat_;
  bool tracked_ = false;
  bool whole_ = false;
  std::uint64_t changes_ = 0;
  Loop::TimerId timer_ = Loop::TimerId::none;
  RedisClient client_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_FEED_H_
