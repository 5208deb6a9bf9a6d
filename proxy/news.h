#ifndef LIKENESS_PROXY_NEWS_H_
#define LIKENESS_PROXY_NEWS_H_

#include <future>
#include <memory>
#include <vector>

#include "cache/redis_feed.h"
#include "cache/redis_url.h"
#include "cache/vouch.h"
#include "config/settings.h"
#include "proxy/loop/reactor_loop.h"
#include "proxy/photo/service.h"
#include "proxy/telemetry/prometheus.h"

namespace likeness {

// The news from Redis, which the process hears once for all its loops: what has changed is told to
// the photo service. The feed hangs on one loop, its home, whose store knows where the masters are.
//
// Confined to that loop, but for its constructor and start().
class News {
 public:
  // All that it is given outlives it.
  News(ReactorLoop& home, const RedisSettings& settings, cache::Vouch& vouch);
  News(const News&) = delete;
  News& operator=(const News&) = delete;

  // Where to listen, before start() and after it.
  void follow(const std::vector<cache::RedisTarget>& masters);

  // Begins to listen. Not to be called on a loop: returns when the first attempt has ended, well or
  // not, or after settings.connect_timeout. What is learnt before the feed is whole is doubted once
  // it is, so it is better to have it from the start, if Redis is there at all.
  void start(photo::Service& service);
  // Hears nothing any more.
  void stop() { feed_.reset(); }

  // Adds what it counts; nothing after stop().
  void count(telemetry::Gauges& gauges) const;

 private:
  void open(photo::Service& service);

  ReactorLoop& home_;
  const RedisSettings& settings_;
  cache::Vouch& vouch_;
  std::vector<cache::RedisTarget> masters_;
  std::promise<void>* tried_ = nullptr;  // start() waits for it.
  std::unique_ptr<cache::RedisFeed> feed_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_NEWS_H_
