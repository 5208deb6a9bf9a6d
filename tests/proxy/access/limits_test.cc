#include "proxy/access/limits.h"

#include <catch2/catch.hpp>
#include <string>

namespace likeness::access {
namespace {

const Clock::time_point kStart{std::chrono::hours(1'000)};

IpAddress address(std::string_view text) { return parse_address(text).value(); }

TEST_CASE("a client may send a burst, and then as fast as its bucket fills") {
  ClientLimits limits({.requests_per_second = 10, .burst = 3});
  const auto client = address("192.0.2.1");
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limits.admit(client, kStart));
  CHECK(limits.admit(client, kStart) == milliseconds(100));
  CHECK(limits.admit(client, kStart + milliseconds(99)) == milliseconds(1));
  CHECK_FALSE(limits.admit(client, kStart + milliseconds(100)));
  CHECK(limits.admit(client, kStart + milliseconds(100)));
  for (int i = 0; i < 3; ++i) CHECK_FALSE(limits.admit(client, kStart + seconds(10)));
  CHECK(limits.admit(client, kStart + seconds(10)));
}

TEST_CASE("limits change while clients come, and forget nothing") {
  ClientLimits limits(LimitSettings{});
  const auto client = address("192.0.2.1");
  for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.admit(client, kStart));
  limits.change({.requests_per_second = 1, .burst = 1, .missed_photos_per_minute = 1});
  CHECK_FALSE(limits.admit(client, kStart));
  CHECK(limits.admit(client, kStart) == milliseconds(1'000));
  CHECK_FALSE(limits.miss(client, "a", kStart));
  CHECK(limits.miss(client, "b", kStart));
  limits.change({.requests_per_second = 1, .burst = 2});
  CHECK_FALSE(limits.admit(client, kStart));
  CHECK(limits.admit(client, kStart));
  CHECK_FALSE(limits.miss(client, "b", kStart));
  limits.change(LimitSettings{});
  CHECK_FALSE(limits.admit(client, kStart));
}

TEST_CASE("clients have buckets of their own, an IPv6 network one for all") {
  ClientLimits limits({.requests_per_second = 1, .burst = 1});
  CHECK_FALSE(limits.admit(address("192.0.2.1"), kStart));
  CHECK_FALSE(limits.admit(address("192.0.2.2"), kStart));
  CHECK(limits.admit(address("::ffff:192.0.2.1"), kStart));
  CHECK_FALSE(limits.admit(address("2001:db8::1"), kStart));
  CHECK(limits.admit(address("2001:db8::ffff:1"), kStart));
  CHECK_FALSE(limits.admit(address("2001:db8:0:1::1"), kStart));
}

TEST_CASE("without limits everything passes") {
  ClientLimits limits(LimitSettings{});
  const auto client = address("192.0.2.1");
  for (int i = 0; i < 10'000; ++i) {
    REQUIRE_FALSE(limits.admit(client, kStart));
    REQUIRE_FALSE(limits.miss(client, std::to_string(i), kStart));
  }
}

TEST_CASE("a photo counts once a minute among those that a client has missed") {
  ClientLimits limits({.missed_photos_per_minute = 2});
  const auto client = address("192.0.2.1");
  CHECK_FALSE(limits.miss(client, "a", kStart));
  CHECK_FALSE(limits.miss(client, "b", kStart));
  CHECK(limits.miss(client, "c", kStart) == seconds(30));
  for (int i = 0; i < 10; ++i) CHECK_FALSE(limits.miss(client, "a", kStart + seconds(i)));
  CHECK_FALSE(limits.miss(address("192.0.2.2"), "c", kStart));
  CHECK_FALSE(limits.miss(client, "c", kStart + seconds(30)));
  CHECK(limits.miss(client, "d", kStart + seconds(30)));
}

TEST_CASE("under many clients those with the fullest buckets are forgotten") {
  ClientLimits limits({.requests_per_second = 1, .burst = 100, .max_clients = 64});
  const auto greedy = address("192.0.2.1");
  for (int i = 0; i < 100; ++i) CHECK_FALSE(limits.admit(greedy, kStart));
  for (int i = 0; i < 10'000; ++i)
    CHECK_FALSE(limits.admit(
        address("10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256)), kStart));
  CHECK(limits.admit(greedy, kStart));
}

}  // namespace
}  // namespace likeness::access
