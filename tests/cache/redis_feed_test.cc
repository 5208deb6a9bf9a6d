#include "cache/redis_feed.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "tests/support/redis_server.h"
#include "tests/support/test_loop.h"

using namespace likeness;
using namespace likeness::cache;
using test::RedisServer;

namespace {

RedisSettings quick() {
  RedisSettings settings;
  settings.reconnect_min = milliseconds(1);
  settings.reconnect_max = milliseconds(1);
  return settings;
}

// A feed on a loop, and what it told.
struct Listener {
  explicit Listener(const std::string& url, const RedisSettings& settings = quick())
      : vouch(settings.max_unheard),
        feed(std::make_unique<RedisFeed>(
            loop, settings, vouch,
            FeedEvents{
                [this](auto photos) { heard.insert(heard.end(), photos.begin(), photos.end()); },
                [this] { ++all; },
                [this](bool, std::string_view why) { reasons.emplace_back(why); }})) {
    feed->follow({**parse_redis_url(url)});
  }

  bool connect() {
    return loop.run_until([this] { return feed->whole(); });
  }
  // Everything that is written before this is heard when it returns.
  bool hear(std::string_view photo) {
    return loop.run_until([&] { return std::ranges::find(heard, photo) != heard.end(); });
  }

  test::TestLoop loop;
  Vouch vouch;
  std::vector<std::string> heard;
  std::vector<std::string> reasons;
  int all = 0;
  std::unique_ptr<RedisFeed> feed;
};

}  // namespace

TEST_CASE("whatever happens to a record is heard of, and nothing else is", "[redis_feed]") {
  const RedisServer server;
  Listener listener(server.unix_url());
  REQUIRE(listener.connect());
  server.run({"SET", "stranger", "1"});
  server.run({"HSET", "likeness:written", "a", "1"});
  server.run({"HSET", "likeness:again", "a", "1"});
  server.run({"HSET", "likeness:again", "b", "1"});
  server.run({"DEL", "likeness:written"});
  server.run({"EVAL", "redis.call('HSET', KEYS[1], 'a', '1')", "1", "likeness:scripted"});
  server.run({"SET", "likeness:ended", "1", "PX", "1"});
  server.run({"SET", "likeness:last", "1"});
  REQUIRE(listener.hear("last"));
  CHECK(listener.heard.front() == "written");
  for (const char* photo : {"again", "scripted", "ended"}) CHECK(listener.hear(photo));
  listener.heard.clear();
  // The expiry itself; Redis sees to it by itself, ten times a second.
  CHECK(listener.hear("ended"));
  CHECK(std::ranges::find(listener.heard, "stranger") == listener.heard.end());
  CHECK(listener.all == 0);
}

TEST_CASE("what Redis evicts is heard of", "[redis_feed]") {
  const RedisServer server({"--maxmemory-policy", "allkeys-lru"});
  Listener listener(server.unix_url());
  server.run({"SET", "likeness:old", std::string(1'000, 'x')});
  REQUIRE(listener.connect());
  server.run({"CONFIG", "SET", "maxmemory", "1"});
  server.run({"SET", "likeness:new", "1"});
  CHECK(listener.hear("old"));
}

TEST_CASE("a flushed Redis is heard of at once", "[redis_feed]") {
  const RedisServer server;
  Listener listener(server.unix_url());
  REQUIRE(listener.connect());
  server.run({"FLUSHALL"});
  CHECK(listener.loop.run_until([&] { return listener.all == 1; }));
}

TEST_CASE("what was learnt before the feed was whole is not vouched for", "[redis_feed]") {
  RedisServer server;
  Listener listener(server.unix_url());
  const auto before = Clock::now();
  REQUIRE(listener.connect());
  const auto after = Clock::now();
  CHECK_FALSE(listener.vouch.covers(before, after));
  CHECK(listener.vouch.covers(after, after));
  server.stop();
  server.start();
  REQUIRE(listener.loop.run_until([&] { return !listener.feed->whole(); }));
  REQUIRE(listener.connect());
  CHECK_FALSE(listener.vouch.covers(after, Clock::now()));
  server.run({"SET", "likeness:ann", "1"});
  CHECK(listener.hear("ann"));
}

TEST_CASE("a silent feed is made anew", "[redis_feed]") {
  RedisServer server;
  Listener listener(server.unix_url());
  REQUIRE(listener.connect());
  server.pause();
  CHECK(listener.loop.run_until([&] {
    listener.loop.advance(milliseconds(100));
    return !listener.feed->whole();
  }));
  server.resume();
  CHECK(listener.connect());
}

TEST_CASE("who may not listen is told so, and never trusts its memory for long", "[redis_feed]") {
  const RedisServer server;
  for (const char* right : {"-client", "-subscribe"}) {
    CAPTURE(right);
    server.run({"ACL", "SETUSER", "proxy", "reset", "on", ">word", "~*", "&*", "+@all", right});
    Listener listener("redis://proxy:word@127.0.0.1:" + std::to_string(server.port()));
    CHECK(listener.loop.run_until([&] { return !listener.reasons.empty(); }));
    CHECK(listener.reasons.front() == "NOPERM");
    CHECK_FALSE(listener.feed->whole());
  }
}

TEST_CASE("a vouch without news trusts for its bound and no longer", "[vouch]") {
  using namespace std::chrono_literals;
  Vouch vouch(5s);
  const auto start = Clock::now() + 1h;
  vouch.began(start);
  CHECK(vouch.covers(start, start + 4s));
  CHECK_FALSE(vouch.covers(start - 1ns, start + 4s));
  vouch.heard(start + 10s);
  CHECK(vouch.covers(start, start + 14s));
  // No news any more.
  CHECK_FALSE(vouch.covers(start, start + 15s));
  CHECK(vouch.covers(start + 11s, start + 15s));
  CHECK_FALSE(vouch.covers(start + 11s, start + 17s));
  // News again, on the same feed: nothing was missed.
  vouch.heard(start + 20s);
  CHECK(vouch.covers(start, start + 21s));
  // Without a fleet nothing is in doubt.
  CHECK(Vouch().covers(start - 1'000h, start));
}
