#include "cache/redis_url.h"

#include <catch2/catch.hpp>

namespace likeness::cache {
namespace {

RedisTarget good(std::string_view url) {
  CAPTURE(url);
  auto target = parse_redis_url(url);
  REQUIRE(target);
  REQUIRE(*target);
  return **target;
}

}  // namespace

TEST_CASE("the URL none is no Redis", "[redis_url]") {
  const auto target = parse_redis_url("none");
  REQUIRE(target);
  CHECK_FALSE(*target);
}

TEST_CASE("a Redis URL names host, port and database, the last two with defaults", "[redis_url]") {
  CHECK(good("redis://cache.example").host == "cache.example");
  CHECK(good("redis://cache.example").port == 6379);
  CHECK(good("redis://cache.example/").database == 0);
  CHECK(good("redis://127.0.0.1:7000/15").port == 7000);
  CHECK(good("redis://127.0.0.1:7000/15").database == 15);
  CHECK(good("redis://[::1]:7000").host == "::1");
  CHECK(good("redis://[fe80::1%25]").port == 6379);
}

TEST_CASE("a Redis URL's user and password are percent-decoded", "[redis_url]") {
  const RedisTarget target = good("redis://al%69ce:p%40ss%3A%2f%25@host:1/2");
  CHECK(target.user == "alice");
  CHECK(target.password == "p@ss:/%");
  CHECK(target.host == "host");
  CHECK(good("redis://:secret@host").user.empty());
  CHECK(good("redis://:secret@host").password == "secret");
  CHECK(good("redis://:se@cret@host").password == "se@cret");
}

TEST_CASE("a Unix socket is named by its path", "[redis_url]") {
  CHECK(good("unix:/run/redis.sock").unix_path == "/run/redis.sock");
  CHECK(good("unix:/run/redis.sock?db=3").database == 3);
  CHECK_FALSE(parse_redis_url("unix:" + std::string(200, '/')));
}

TEST_CASE("a wrong Redis URL gives a sentence that holds nothing of it", "[redis_url]") {
  const std::string url =
      GENERATE(as<std::string>(), "", "hunter2", "http://hunter2@host", "redis:hunter2", "redis://",
               "redis://:hunter2@", "redis://hunter2@host", "redis://user:hunter2%@host",
               "redis://user:hunter2%zz@host", "redis://user:@hunter2", "redis://:hunter2@host:0",
               "redis://:hunter2@host:65536", "redis://:hunter2@host:", "redis://:hunter2@host/x",
               "redis://:hunter2@host/-1", "redis://:hunter2@[::1", "redis://:hunter2@[::1]x",
               "redis://:hunter2@host/0?db=1", "rediss://:hunter2@host", "unix:hunter2",
               "unix:/x?hunter2", "unix:/x?db=hunter2", "unix:/x?db=1&hunter2");
  CAPTURE(url);
  const auto target = parse_redis_url(url);
  REQUIRE_FALSE(target);
  CHECK(target.error().code == Errc::bad_request);
  CHECK(target.error().detail.find("hunter2") == std::string::npos);
}

TEST_CASE("rediss is refused with the reason", "[redis_url]") {
  const auto target = parse_redis_url("rediss://host");
  REQUIRE_FALSE(target);
  CHECK_THAT(target.error().detail, Catch::Contains("TLS"));
}

TEST_CASE("a cluster's URL names some of its servers", "[redis_url]") {
  const RedisTarget target = good("cluster://al%69ce:se%2Ccret@a:7000,[::1]:7001,c");
  CHECK(target.kind == RedisTarget::Kind::cluster);
  CHECK(target.user == "alice");
  CHECK(target.password == "se,cret");
  REQUIRE(target.seeds.size() == 3);
  CHECK(target.seeds[0].host == "a");
  CHECK(target.seeds[0].port == 7'000);
  CHECK(target.seeds[1].host == "::1");
  CHECK(target.seeds[2].port == 6'379);
  for (const char* bad : {"cluster://", "cluster://a,", "cluster://a:x", "cluster://a/1"})
    CHECK_FALSE(parse_redis_url(bad));
}

TEST_CASE("a sentinels' URL names them and the master", "[redis_url]") {
  const RedisTarget target = good("sentinel://:word@a,b:5000/photos/3");
  CHECK(target.kind == RedisTarget::Kind::sentinel);
  CHECK(target.password == "word");
  REQUIRE(target.seeds.size() == 2);
  CHECK(target.seeds[0].port == 26'379);
  CHECK(target.seeds[1].port == 5'000);
  CHECK(target.master_name == "photos");
  CHECK(target.database == 3);
  for (const char* bad : {"sentinel://a", "sentinel://a/", "sentinel:///name", "sentinel://a/n/x"})
    CHECK_FALSE(parse_redis_url(bad));
}

}  // namespace likeness::cache
