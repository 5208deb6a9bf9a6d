#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "cache/redis_store.h"
#include "tests/cache/store_client.h"

namespace likeness::cache {

using test::RedisServer;
using test::TestLoop;

TEST_CASE("only one of two claims is granted, until the record is filled", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  StoreClient b(server);
  const auto first = a.claim("ann");
  REQUIRE(first.has_value());
  CHECK_FALSE(b.claim("ann").has_value());
  CHECK_FALSE(a.claim("ann").has_value());
  REQUIRE(a.fill("ann", *first, photo_meta("v1")));
  const auto second = b.claim("ann");
  REQUIRE(second.has_value());
  CHECK(*second != *first);
  CHECK_FALSE(a.fill("ann", *first, photo_meta("v9")));
  CHECK(a.look_up("ann").meta->version == "v1");
}

TEST_CASE("a claim on an absent record ends with its lease and leaves nothing", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  REQUIRE(a.claim("ann", milliseconds(30)).has_value());
  CHECK(std::stoll(server.run({"PTTL", kKey})) <= 30);
  REQUIRE(a.loop.run_until([&] { return server.run({"EXISTS", kKey}) == "0"; }));
  CHECK(a.claim("ann").has_value());
}

TEST_CASE("a claim on a record ends with its lease and leaves the record", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  StoreClient b(server);
  a.store_photo("ann", "v1");
  const auto slow = a.claim("ann", milliseconds(30));
  REQUIRE(slow.has_value());
  std::optional<FillToken> next;
  REQUIRE(b.loop.run_until([&] { return (next = b.claim("ann")).has_value(); }));
  CHECK_FALSE(a.fill("ann", *slow, photo_meta("v2")));
  CHECK(b.fill("ann", *next, photo_meta("v3")));
  CHECK(std::stoll(server.run({"PTTL", kKey})) > 3'500'000);
}

TEST_CASE("a claim keeps a record that is about to expire until the fill", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  server.run({"PEXPIRE", kKey, "5000"});
  const auto token = a.claim("ann");
  REQUIRE(token.has_value());
  CHECK(std::stoll(server.run({"PTTL", kKey})) > 50'000);
  CHECK(a.fill("ann", *token, photo_meta("v1")));
  CHECK(a.bytes("ann", "master") == "v1");
}

TEST_CASE("a peek tells version and claim", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  CHECK_FALSE(a.peek("ann").version.has_value());
  CHECK(a.peek("ann").claim.empty());
  const auto token = a.claim("ann");
  CHECK_FALSE(a.peek("ann").version.has_value());
  CHECK(a.peek("ann").claim == token);
  a.fill("ann", *token, photo_meta("v1"));
  CHECK(a.peek("ann").version == "v1");
  CHECK(a.peek("ann").claim.empty());
  server.run({"SET", kKey, "text"});
  CHECK_FALSE(a.peek("ann").version.has_value());
}

TEST_CASE("a claim can be renewed and given back by who holds it alone", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  const auto token = a.claim("ann", milliseconds(1'000));
  a.store.renew("ann", "somebody else's", kLease);
  a.store.release("ann", "somebody else's");
  CHECK(a.peek("ann").claim == token);
  CHECK(std::stoll(server.run({"PTTL", kKey})) <= 1'000);
  a.store.renew("ann", *token, milliseconds(50'000));
  CHECK(a.peek("ann").claim == token);
  CHECK(std::stoll(server.run({"PTTL", kKey})) > 1'000);
  a.store.release("ann", *token);
  CHECK(a.claim("ann").has_value());
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
}

TEST_CASE("a fill after an erase is refused", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  StoreClient b(server);
  a.store_photo("ann", "v1");
  const auto token = a.claim("ann");
  b.erase("ann");
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  CHECK(a.look_up("ann").meta == nullptr);

  // The same where another process has claimed, or even filled, the record since.
  const auto other = b.claim("ann");
  REQUIRE(other.has_value());
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  CHECK(b.fill("ann", *other, photo_meta("v2")));
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  CHECK(a.look_up("ann").meta->version == "v2");
}

TEST_CASE("a record tells when it was asked for, by the server's clock", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  const auto claimed = StoreClient::good(a.try_claim("ann", kLease));
  const auto refused = StoreClient::good(a.try_claim("ann", kLease));
  CHECK_FALSE(refused.token.has_value());
  CHECK(refused.now > claimed.now);
  a.store.renew("ann", *claimed.token, kLease);
  const auto filled = a.try_fill("ann", *claimed.token, photo_meta("v1"));
  CHECK(filled.written);
  CHECK_FALSE(filled.replaced);
  CHECK(filled.now > refused.now);
  const auto meta = a.look_up("ann").meta;
  REQUIRE(meta->span.has_value());
  CHECK(meta->span->asked == claimed.now);
  CHECK(meta->span->filled == filled.now);

  const auto again = *a.claim("ann");
  const auto replaced = a.try_fill("ann", again, photo_meta("v2"));
  CHECK(replaced.replaced);
  CHECK(a.look_up("ann").meta->span->asked > filled.now);
  const auto late = a.try_fill("ann", again, photo_meta("v3"));
  CHECK_FALSE(late.written);
  CHECK(late.now > replaced.now);
  CHECK(a.erase("ann") > late.now);
}

TEST_CASE("an erasure spares what was asked for later, and the version that is right",
          "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  const Span span = *a.look_up("ann").meta->span;
  a.erase("ann", {.asked_since = span.asked, .version = {}});
  a.erase("ann", {.asked_since = span.filled, .version = "v1"});
  CHECK(a.look_up("ann").meta != nullptr);
  // A claim from before goes; one from later stays where there is nothing else.
  const auto old = *a.claim("ann");
  const auto now = a.erase("other", {});
  a.erase("ann", {.asked_since = now, .version = "v1"});
  CHECK(a.peek("ann").claim.empty());
  CHECK_FALSE(a.fill("ann", old, photo_meta("v1")));
  a.erase("ann", {.asked_since = span.filled, .version = "v2"});
  CHECK(a.look_up("ann").meta == nullptr);
  const auto next = *a.claim("ann");
  a.erase("ann", {.asked_since = span.filled, .version = {}});
  CHECK(a.fill("ann", next, photo_meta("v2")));
  server.run({"SET", kKey, "text"});
  a.erase("ann", {.asked_since = span.filled, .version = "v2"});
  CHECK(server.run({"DBSIZE"}) == "0");
}

TEST_CASE("stores on two threads racing for one record leave it whole", "[redis_store]") {
  const RedisServer server;
  std::atomic<int> wrong = 0;
  const auto race = [&server, &wrong](const std::string& version) {
    TestLoop loop;
    RedisStore store(loop, **parse_redis_url(server.unix_url()), patient(), 64);
    if (!loop.run_until([&] { return store.connected(); })) ++wrong;
    int rounds = 0;
    std::function<void()> round = [&] {
      if (++rounds > 200) return;
      store.claim("ann", milliseconds(50), [&](const Result<Claimed>& claimed) {
        const Store::Write write{
            photo_meta(version), {{"master", picture(version, version)}}, kLife};
        const FillToken mine = claimed ? claimed->token.value_or("none") : "none";
        store.fill("ann", mine, write, [&](const Result<Filled>&) {
          store.put_picture("ann", "240", picture(version, version), {}, [&](const Result<bool>&) {
            store.look_up("ann", {"master", "240"}, [&](Result<StoredRecord> found) {
              if (!found) ++wrong;
              for (const PicturePtr& stored : found->pictures) {
                if (stored && *stored->bytes != found->meta->version) ++wrong;
              }
              round();
            });
          });
        });
      });
    };
    round();
    if (!loop.run_until([&] { return rounds > 200; }, seconds(60))) ++wrong;
  };
  std::thread other([&race] { race("v2"); });
  race("v1");
  other.join();
  CHECK(wrong == 0);
}

}  // namespace likeness::cache
