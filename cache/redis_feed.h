#ifndef LIKENESS_CACHE_REDIS_FEED_H_
#define LIKENESS_CACHE_REDIS_FEED_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
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
  // A feed became whole, or it or an attempt at it failed, with the reason for the log.
  std::function<void(bool whole, std::string_view reason)> link;
};

// A RedisFeed tells a process what changes in the store, within about a round trip: Redis's
// client-side caching in broadcasting mode (redis.io/docs/manual/client-side-caching), over one
// connection of RESP2 to each server that is written to, redirected to itself, since Debian's
// hiredis has no RESP3. Needs Redis 6 and the right to CLIENT, SUBSCRIBE and PING.
//
// It keeps `vouch` informed: a PING that is answered proves that all changes before it have been
// heard of. Without an answer the connection is given up and made anew. The feed is whole while it
// is so for every server.
//
// Loop-confined.
class RedisFeed {
 public:
  // `vouch` outlives it.
  RedisFeed(Loop& loop, const RedisSettings& settings, Vouch& vouch, FeedEvents events);
  ~RedisFeed();
  RedisFeed(const RedisFeed&) = delete;
  RedisFeed& operator=(const RedisFeed&) = delete;

  // Listens to these servers from now on. Not from within an event.
  void follow(const std::vector<RedisTarget>& servers);

  [[nodiscard]] bool whole() const;
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  class Line;  // To one server.

  void on_whole();
  void on_heard();

  Loop& loop_;
  const RedisSettings settings_;
  Vouch& vouch_;
  const FeedEvents events_;
  std::uint64_t changes_ = 0;
  std::map<std::string, std::unique_ptr<Line>> lines_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_FEED_H_
