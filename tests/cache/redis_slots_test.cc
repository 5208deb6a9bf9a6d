#include "cache/redis_slots.h"

#include <catch2/catch.hpp>

using namespace likeness;
using namespace likeness::cache;

namespace {

RedisReply text(std::string words) { return {RedisReply::Kind::string, std::move(words), 0, {}}; }
RedisReply number(long long value) { return {RedisReply::Kind::integer, {}, value, {}}; }
RedisReply list(std::vector<RedisReply> elements) {
  return {RedisReply::Kind::array, {}, 0, std::move(elements)};
}
RedisReply error(std::string words) { return {RedisReply::Kind::error, std::move(words), 0, {}}; }

const RedisAddress kAsked{"10.0.0.1", 7'000};

}  // namespace

TEST_CASE("a key's slot is that of the specification", "[redis_slots]") {
  // The specification's own example, and what redis-server's CLUSTER KEYSLOT answers.
  CHECK(slot_of("123456789") == 0x31c3 % kSlots);
  CHECK(slot_of("foo") == 12'182);
  CHECK(slot_of("") == 0);
  CHECK(slot_of("{user1000}.following") == slot_of("user1000"));
  CHECK(slot_of("foo{bar}{zap}") == slot_of("bar"));
  CHECK(slot_of("foo{}{bar}") != slot_of("bar"));
  CHECK(slot_of("foo{{bar}}zap") == slot_of("{bar"));
  CHECK(slot_of("foo{bar") != slot_of("bar"));
}

TEST_CASE("a map of slots gives each range's master", "[redis_slots]") {
  const auto ranges = read_slots(
      list({list({number(0), number(5'460), list({text("10.0.0.2"), number(7'001), text("id")}),
                  list({text("10.0.0.9"), number(7'009), text("replica")})}),
            list({number(5'461), number(16'383), list({text(""), number(7'002)})})}),
      kAsked);
  REQUIRE(ranges);
  REQUIRE(ranges->size() == 2);
  CHECK((*ranges)[0].last == 5'460);
  CHECK((*ranges)[0].master.host == "10.0.0.2");
  CHECK((*ranges)[0].master.port == 7'001);
  CHECK((*ranges)[1].master.host == "10.0.0.1");
}

TEST_CASE("what is no map of slots is an error", "[redis_slots]") {
  const auto server = list({text("h"), number(1)});
  for (const RedisReply& reply :
       {error("ERR This instance has cluster support disabled"), text("OK"), list({number(1)}),
        list({list({number(5), number(4), server})}),
        list({list({number(0), number(16'384), server})}),
        list({list({number(0), number(1), list({text("h"), number(0)})})}),
        list({list({number(0), number(1), list({text("h")})})})})
    CHECK_FALSE(read_slots(reply, kAsked));
}

TEST_CASE("redirects name a slot and a server", "[redis_slots]") {
  const auto moved = read_redirect(error("MOVED 3999 127.0.0.1:6381"), "h");
  REQUIRE(moved);
  CHECK_FALSE(moved->ask);
  CHECK(moved->slot == 3'999);
  CHECK(moved->to.host == "127.0.0.1");
  CHECK(moved->to.port == 6'381);
  CHECK(read_redirect(error("ASK 0 ::1:6381"), "h")->ask);
  CHECK(read_redirect(error("ASK 0 ::1:6381"), "h")->to.host == "::1");
  CHECK(read_redirect(error("MOVED 1 :6381"), "h")->to.host == "h");
  for (const char* other : {"ERR no", "MOVED", "MOVED x 1.1.1.1:1", "MOVED 16384 1.1.1.1:1",
                            "MOVED 1 1.1.1.1", "MOVED 1 1.1.1.1:0", "MOVED 1 1.1.1.1:99999"})
    CHECK_FALSE(read_redirect(error(other), "h"));
  CHECK_FALSE(read_redirect(text("MOVED 1 1.1.1.1:1"), "h"));
}
