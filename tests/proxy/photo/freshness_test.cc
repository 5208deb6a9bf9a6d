#include "proxy/photo/freshness.h"

#include <catch2/catch.hpp>

using namespace likeness;
using namespace likeness::photo;
using cache::Meta;
using std::chrono::hours;

namespace {

const WallClock::time_point kNow{hours(500'000)};
const FreshnessSettings kSettings{.photo_ttl = seconds(100),
                                  .min_ttl = seconds(10),
                                  .max_ttl = seconds(1'000),
                                  .no_photo_ttl = seconds(50),
                                  .failure_ttl = seconds(5),
                                  .stale_while_revalidate = seconds(200),
                                  .stale_if_error = seconds(400)};

Meta stale_by(Meta::Status status, seconds age) {
  return {.status = status, .fresh_until = kNow - age};
}

}  // namespace

TEST_CASE("a photo goes from fresh over revalidating and fallback to expired") {
  const auto at = [](seconds age) {
    return freshness(stale_by(Meta::Status::photo, age), kNow, kSettings);
  };
  CHECK(at(seconds(-1)) == Freshness::fresh);
  CHECK(at(seconds(0)) == Freshness::revalidating);
  CHECK(at(seconds(199)) == Freshness::revalidating);
  CHECK(at(seconds(200)) == Freshness::fallback);
  CHECK(at(seconds(399)) == Freshness::fallback);
  CHECK(at(seconds(400)) == Freshness::expired);
}

TEST_CASE("no photo is never served while a better answer could be waited for") {
  CHECK(freshness(stale_by(Meta::Status::no_photo, seconds(0)), kNow, kSettings) ==
        Freshness::fallback);
  CHECK(freshness(stale_by(Meta::Status::no_photo, seconds(400)), kNow, kSettings) ==
        Freshness::expired);
}

TEST_CASE("a failure is of no use once its moment has passed") {
  CHECK(freshness(stale_by(Meta::Status::failed, seconds(-1)), kNow, kSettings) ==
        Freshness::fresh);
  CHECK(freshness(stale_by(Meta::Status::failed, seconds(0)), kNow, kSettings) ==
        Freshness::expired);
}

TEST_CASE("the origin's max-age counts within the bounds") {
  const auto until = [](std::optional<seconds> age) {
    return fresh_until(Meta::Status::photo, age, kNow, kSettings) - kNow;
  };
  CHECK(until(std::nullopt) == seconds(100));
  CHECK(until(seconds(0)) == seconds(10));
  CHECK(until(seconds(500)) == seconds(500));
  CHECK(until(seconds(1'000'000)) == seconds(1'000));
  CHECK(fresh_until(Meta::Status::no_photo, seconds(500), kNow, kSettings) - kNow == seconds(50));
}

TEST_CASE("a record lives until nothing of it can be used") {
  CHECK(life(stale_by(Meta::Status::photo, seconds(-100)), kNow, kSettings) == seconds(500));
  CHECK(life(stale_by(Meta::Status::failed, seconds(-5)), kNow, kSettings) == seconds(5));
  CHECK(life(stale_by(Meta::Status::failed, seconds(5)), kNow, kSettings) == seconds(1));
}
