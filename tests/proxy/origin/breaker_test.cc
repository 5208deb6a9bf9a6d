#include "proxy/origin/breaker.h"

#include <catch2/catch.hpp>

using namespace likeness;
using namespace likeness::origin;
using State = Breaker::State;

namespace {

OriginSettings three_failures() {
  OriginSettings settings;
  settings.breaker_failures = 3;
  settings.breaker_pause = seconds(1);
  settings.breaker_max_pause = seconds(3);
  return settings;
}

const Clock::time_point kNow{std::chrono::hours(1'000)};

// A breaker that has just opened.
struct Case {
  Case() {
    for (int i = 0; i < 3; ++i) {
      CHECK(breaker.admit(kNow));
      breaker.failed(kNow);
    }
  }
  const OriginSettings settings = three_failures();
  Breaker breaker{settings};
};

}  // namespace

TEST_CASE("a breaker opens after failures in a row and not after others") {
  const OriginSettings settings = three_failures();
  Breaker breaker(settings);
  for (int i = 0; i < 10; ++i) {
    breaker.failed(kNow);
    breaker.failed(kNow);
    breaker.succeeded();
  }
  CHECK(breaker.state(kNow) == State::closed);
  CHECK(breaker.admit(kNow));
  const Case c;
  CHECK(c.breaker.state(kNow) == State::open);
  CHECK(c.breaker.left(kNow) == seconds(1));
  CHECK(c.breaker.opened() == 1);
}

TEST_CASE("an open breaker lets one probe through after its pause, and closes if it succeeds") {
  Case c;
  CHECK_FALSE(c.breaker.admit(kNow + milliseconds(999)));
  CHECK(c.breaker.state(kNow + seconds(1)) == State::half_open);
  CHECK(c.breaker.admit(kNow + seconds(1)));
  CHECK_FALSE(c.breaker.admit(kNow + seconds(1)));
  c.breaker.succeeded();
  CHECK(c.breaker.state(kNow + seconds(1)) == State::closed);
  CHECK(c.breaker.admit(kNow + seconds(1)));
}

TEST_CASE("each failing probe doubles the pause up to its limit") {
  Case c;
  auto now = kNow + seconds(1);
  for (const seconds pause : {seconds(2), seconds(3), seconds(3)}) {
    REQUIRE(c.breaker.admit(now));
    c.breaker.failed(now);
    CHECK(c.breaker.left(now) == pause);
    now += pause;
  }
}

TEST_CASE("what was under way as the breaker opened changes nothing by failing") {
  Case c;
  c.breaker.failed(kNow);
  CHECK(c.breaker.left(kNow) == seconds(1));
  SECTION("but a success is one") {
    c.breaker.succeeded();
    CHECK(c.breaker.admit(kNow));
  }
}

TEST_CASE("a probe that comes to nothing leaves its place to the next one") {
  Case c;
  CHECK(c.breaker.admit(kNow + seconds(1)));
  c.breaker.came_to_nothing();
  CHECK(c.breaker.admit(kNow + seconds(1)));
}

TEST_CASE("an origin that asks for a pause gets it at once, within the limit") {
  const OriginSettings settings = three_failures();
  Breaker breaker(settings);
  breaker.failed(kNow, seconds(2));
  CHECK(breaker.left(kNow) == seconds(2));
  CHECK(breaker.admit(kNow + seconds(2)));
  breaker.failed(kNow, seconds(100));
  CHECK(breaker.left(kNow) == seconds(3));
}

TEST_CASE("a breaker can be turned off") {
  OriginSettings settings = three_failures();
  settings.breaker_failures = 0;
  Breaker breaker(settings);
  for (int i = 0; i < 100; ++i) breaker.failed(kNow, seconds(1));
  CHECK(breaker.admit(kNow));
}
