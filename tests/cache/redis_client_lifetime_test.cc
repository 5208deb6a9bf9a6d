// Who destroys a Redis client, and when.

#include <catch2/catch.hpp>

#include "tests/cache/redis_client_case.h"

namespace likeness::cache {

TEST_CASE("destroying a client drops its callbacks and leaves nothing on the loop",
          "[redis_client]") {
  RedisServer server;
  Fixture redis(server.unix_url());
  REQUIRE(redis.connect());
  server.pause();
  bool called = false;
  redis.client->run({"PING"}, [&](const Result<RedisReply>&) { called = true; });
  redis.client.reset();
  server.resume();
  CHECK(redis.loop.watched() == 0);
  CHECK(redis.loop.timers() == 0);
  redis.loop.turn();
  CHECK_FALSE(called);
}

TEST_CASE("a refused command's callback is dropped with the client", "[redis_client]") {
  Fixture redis("unix:/nowhere/redis.sock");
  bool called = false;
  redis.client->run({"PING"}, [&](const Result<RedisReply>&) { called = true; });
  redis.client.reset();
  redis.loop.turn();
  CHECK_FALSE(called);
}

TEST_CASE("a client destroyed while a name is being resolved leaves the thread to itself",
          "[redis_client]") {
  for (int i = 0; i < 20; ++i) {
    Fixture redis("redis://localhost:1");
    redis.loop.turn();
    redis.client.reset();
    redis.loop.turn();
  }
}

TEST_CASE("a callback may destroy the client, in an answer, a timeout or a lost connection",
          "[redis_client]") {
  RedisServer server;
  RedisSettings settings = patient();
  settings.command_timeout = seconds(1);
  Fixture redis(server.unix_url(), settings);
  REQUIRE(redis.connect());
  const std::string how = GENERATE(as<std::string>(), "answer", "timeout", "loss");
  CAPTURE(how);
  if (how != "answer") server.pause();
  bool second = false;
  redis.client->run({"PING"}, [&](const Result<RedisReply>&) { redis.client.reset(); });
  redis.client->run({"PING"}, [&](const Result<RedisReply>&) { second = true; });
  if (how == "timeout") redis.loop.advance(seconds(2));
  if (how == "loss") server.stop();
  REQUIRE(redis.loop.run_until([&] { return redis.client == nullptr; }));
  redis.loop.turn();
  CHECK_FALSE(second);
  CHECK(redis.loop.watched() == 0);
}

TEST_CASE("a callback may run the next command, even from a lost connection", "[redis_client]") {
  RedisServer server;
  Fixture redis(server.unix_url());
  REQUIRE(redis.connect());
  std::string next;
  redis.client->run({"PING"}, [&](const Result<RedisReply>&) {
    redis.client->run({"ECHO", "chained"}, [&](Result<RedisReply> reply) { next = reply->text; });
  });
  REQUIRE(redis.loop.run_until([&] { return next == "chained"; }));
  bool refused = false;
  redis.client->run({"BLPOP", "nothing", "0"}, [&](const Result<RedisReply>&) {
    redis.client->run({"PING"}, [&](const Result<RedisReply>& reply) { refused = !reply; });
    CHECK_FALSE(refused);
  });
  redis.loop.turn();
  server.stop();
  CHECK(redis.loop.run_until([&] { return refused; }));
}

}  // namespace likeness::cache
