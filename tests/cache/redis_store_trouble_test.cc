#include <catch2/catch.hpp>

#include "cache/redis_store.h"
#include "tests/cache/store_client.h"

namespace likeness::cache {

using test::RedisServer;

TEST_CASE("scripts that Redis has forgotten are sent again", "[redis_store]") {
  RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  server.run({"SCRIPT", "FLUSH"});
  CHECK(a.put("ann", "240", picture("v1", "bytes")));
  CHECK_FALSE(a.put("ann", "240", picture("v1", "bytes")));
  server.run({"SCRIPT", "FLUSH"});
  a.store_photo("bob", "v1");
  CHECK(a.bytes("bob", "master") == "v1");
}

TEST_CASE("a restarted Redis is used again, empty", "[redis_store]") {
  RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  const auto token = a.claim("ann");
  server.stop();
  REQUIRE(a.loop.run_until([&] { return !a.store.connected(); }));
  const auto away = a.try_look_up("ann", {});
  REQUIRE_FALSE(away.has_value());
  CHECK(away.error().code == Errc::store_unavailable);
  server.start();
  REQUIRE(a.loop.run_until([&] {
    a.loop.advance(milliseconds(100));
    return a.store.connected();
  }));
  CHECK(a.look_up("ann").meta == nullptr);
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  a.store_photo("ann", "v2");
  CHECK(a.bytes("ann", "master") == "v2");
}

TEST_CASE("a value of another type under our key heals when it is filled", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  server.run({"SET", kKey, "an operator's mistake"});
  const auto found = a.look_up("ann", {"master"});
  CHECK(found.meta == nullptr);
  CHECK_FALSE(a.put("ann", "240", picture("v1", "x")));
  CHECK_FALSE(a.fill("ann", "no token", photo_meta("v1")));
  a.store_photo("ann", "v1");
  CHECK(a.bytes("ann", "master") == "v1");
}

TEST_CASE("garbage in a record reads as absent and heals", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  REQUIRE(a.put("ann", "240", picture("v1", "good")));

  SECTION("a picture is stored anew") {
    const std::string stored = server.run({"HGET", kKey, "v:240"});
    const std::string garbage = GENERATE_COPY(as<std::string>(), "", "garbage", "a b c d",
                                              "likeness-picture 2" + stored.substr(18));
    server.run({"HSET", kKey, "v:240", garbage});
    CHECK(a.bytes("ann", "240") == "(none)");
    CHECK(a.put("ann", "240", picture("v1", "healed")));
    CHECK(a.bytes("ann", "240") == "healed");
  }
  SECTION("a picture of another version under our version is not found, and stored anew") {
    const PicturePtr foreign = picture("v0", "foreign");
    server.run({"HSET", kKey, "v:240", encode_head(*foreign) + *foreign->bytes});
    CHECK(a.bytes("ann", "240") == "(none)");
    CHECK(a.put("ann", "240", picture("v1", "healed")));
    CHECK(a.bytes("ann", "240") == "healed");
  }
  SECTION("a meta is filled anew, and the pictures of its version live on") {
    server.run({"HSET", kKey, "meta", "{}"});
    const auto found = a.look_up("ann", {"240"});
    CHECK(found.meta == nullptr);
    CHECK(found.pictures[0] == nullptr);
    a.store_photo("ann", "v1");
    CHECK(a.bytes("ann", "240") == "good");
  }
  SECTION("a claim is free to take") {
    server.run({"HSET", kKey, "fill", "garbage"});
    CHECK(a.claim("ann").has_value());
  }
}

TEST_CASE("errors of a Redis in trouble are store_unavailable and counted", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  const auto [key, value, word] = GENERATE(table<std::string, std::string, std::string>({
      {"maxmemory", "1", "OOM"},
      {"min-replicas-to-write", "1", "NOREPLICAS"},
  }));
  REQUIRE(server.run({"CONFIG", "SET", key, value}) == "OK");
  const auto stored = a.try_put("ann", "240", picture("v1", "x"));
  REQUIRE_FALSE(stored.has_value());
  CHECK(stored.error().code == Errc::store_unavailable);
  CHECK_THAT(stored.error().detail, Catch::Contains(word));
  CHECK(a.store.stats().errors >= 1);
  CHECK(a.bytes("ann", "master") == "v1");
  REQUIRE(server.run({"CONFIG", "SET", key, "0"}) == "OK");
  CHECK(a.put("ann", "240", picture("v1", "x")));
}

TEST_CASE("a replica refuses writes and answers reads", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  server.run({"CONFIG", "SET", "replica-serve-stale-data", "yes"});
  server.run({"REPLICAOF", "127.0.0.1", "1"});
  const auto claimed = a.try_claim("bob", kLease);
  REQUIRE_FALSE(claimed.has_value());
  CHECK_THAT(claimed.error().detail, Catch::Contains("READONLY"));
  CHECK(a.bytes("ann", "master") == "v1");
}

}  // namespace likeness::cache
