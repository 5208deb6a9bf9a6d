#ifndef LIKENESS_TESTS_CACHE_REDIS_CLIENT_CASE_H_
#define LIKENESS_TESTS_CACHE_REDIS_CLIENT_CASE_H_

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/redis_client.h"
#include "tests/support/redis_server.h"
#include "tests/support/test_loop.h"

// What the tests of the Redis client have in common.
namespace likeness::cache {

using test::RedisServer;
using test::TestLoop;

inline RedisSettings patient() {
  RedisSettings settings;
  // Deadlines that a busy machine cannot miss by itself; tests of deadlines move the clock.
  settings.connect_timeout = seconds(600);
  settings.command_timeout = seconds(600);
  return settings;
}

// A client on a loop with what it reported.
struct Fixture {
  explicit Fixture(const std::string& url, const RedisSettings& settings = patient())
      : client(std::make_unique<RedisClient>(
            loop, **parse_redis_url(url), settings,
            RedisEvents{[this](std::chrono::nanoseconds) { ++answered; },
                        [this](bool, std::string_view why) { reasons.emplace_back(why); },
                        {}})) {}

  bool connect() {
    return loop.run_until([this] { return client->connected(); });
  }
  // Turns the loop until the client has failed to connect, or lost its connection, `times` times.
  bool fail_to_connect(std::uint64_t times = 1) {
    return loop.run_until([this, times] { return client->stats().failures >= times; });
  }
  Result<RedisReply> run(const RedisCommand& command) {
    std::optional<Result<RedisReply>> got;
    client->run(command, [&got](Result<RedisReply> reply) { got = std::move(reply); });
    REQUIRE_FALSE(got.has_value());
    REQUIRE(loop.run_until([&got] { return got.has_value(); }));
    return std::move(*got);
  }
  // Keeps moving the clock past reconnect pauses until the client is connected.
  bool reconnect() {
    return loop.run_until([this] {
      loop.advance(milliseconds(100));
      return client->connected();
    });
  }

  TestLoop loop;
  int answered = 0;
  std::vector<std::string> reasons;
  std::unique_ptr<RedisClient> client;
};

}  // namespace likeness::cache

#endif  // LIKENESS_TESTS_CACHE_REDIS_CLIENT_CASE_H_
