#include "proxy/answer/answer.h"

#include <catch2/catch.hpp>
#include <optional>

#include "tests/proxy/http/allocation_count.h"

namespace likeness {
namespace {

using Catch::Contains;
using std::chrono::hours;

const WallClock::time_point kNow{hours(500'000)};

// Confirmed by the origin so long ago, and fresh for so long, less than nothing included.
photo::Found found(seconds age, seconds left) {
  auto meta = std::make_shared<cache::Meta>();
  meta->status = cache::Meta::Status::photo;
  meta->version = "0123456789abcdef";
  meta->fetched = kNow - age;
  meta->fresh_until = kNow + left;
  return {.meta = meta,
          .picture = std::make_shared<const cache::Picture>(),
          .stale = left < seconds(0)};
}

photo::Failure failure(Errc code, seconds left) {
  return {{code, {}, {}}, photo::Via::memory, kNow - seconds(5), kNow + left};
}

template <class Outcome>
std::string lines_of(const Outcome& outcome, const Settings& settings = {},
                     const Caching& caching = {}) {
  http::Lines lines;
  write_caching(lines, outcome, kNow, settings, caching);
  return std::string(lines.view());
}

TEST_CASE("a CDN may keep all that is left of freshness, and a browser its share") {
  Settings settings;
  settings.freshness.client_max_age = seconds(600);
  settings.freshness.stale_while_revalidate = seconds(70);
  settings.freshness.stale_if_error = seconds(80);
  CHECK_THAT(
      lines_of(found(seconds(100), seconds(3'000)), settings),
      Contains(
          "Cache-Control: public, max-age=700, s-maxage=3100, "
          "stale-while-revalidate=70, stale-if-error=80\r\nX-Accel-Expires: 3000\r\nAge: 100\r\n"));
  settings.cdn.max_age = seconds(50);
  CHECK_THAT(lines_of(found(seconds(100), seconds(3'000)), settings), Contains(", s-maxage=150,"));
}

TEST_CASE("what is stale here already has used up some of its grace") {
  Settings settings;
  settings.freshness.stale_while_revalidate = seconds(20);
  settings.freshness.stale_if_error = seconds(80);
  CHECK_THAT(lines_of(found(seconds(100), seconds(-30)), settings),
             Contains("public, max-age=100, s-maxage=100, stale-while-revalidate=0, "
                      "stale-if-error=50\r\nX-Accel-Expires: 0\r\n"));
}

TEST_CASE("what is for one caller is for no shared cache") {
  const auto lines = lines_of(found(seconds(0), seconds(60)), {}, {.audience = Audience::caller});
  CHECK_THAT(lines, Contains("Cache-Control: private, max-age=60,"));
  CHECK_THAT(lines, !Contains("s-maxage") && !Contains("public") && !Contains("X-Accel"));
  CHECK_THAT(lines_of(failure(Errc::no_photo, seconds(60)), {}, {.audience = Audience::caller}),
             Contains("Cache-Control: private, max-age=65\r\n") && !Contains("X-Accel"));
}

TEST_CASE("a versioned URL is immutable") {
  Settings settings;
  const auto fresh = found(seconds(9), seconds(60));
  const std::string immutable = "Cache-Control: public, max-age=31536000, immutable\r\n";
  CHECK_THAT(lines_of(fresh, settings, {.version = "7"}), Contains(immutable));
  CHECK_THAT(lines_of(found(seconds(9), seconds(-1)), settings, {.version = "7"}),
             !Contains("immutable"));
  settings.cdn.immutable = "exact";
  CHECK_THAT(lines_of(fresh, settings, {.version = "7"}), !Contains("immutable"));
  CHECK_THAT(lines_of(fresh, settings, {.version = "0123456789abcdef"}), Contains(immutable));
  settings.cdn.immutable = "never";
  CHECK_THAT(lines_of(fresh, settings, {.version = "0123456789abcdef"}), !Contains("immutable"));
}

TEST_CASE("failures and what stands in for a photo have lifetimes of their own") {
  Settings settings;
  settings.cdn.no_photo_max_age = seconds(50);
  settings.cdn.error_max_age = seconds(3);
  settings.cdn.fallback_max_age = seconds(20);
  const auto kept = [&](Errc code, seconds left, bool fallback) {
    return lines_of(failure(code, left), settings, {.fallback = fallback});
  };
  // Each was learnt five seconds ago, and max-age counts from then.
  CHECK_THAT(kept(Errc::no_photo, seconds(300), false),
             Contains("public, max-age=55\r\n") && Contains("X-Accel-Expires: 50\r\n"));
  CHECK_THAT(kept(Errc::no_photo, seconds(10), false), Contains("public, max-age=15\r\n"));
  CHECK_THAT(kept(Errc::no_photo, seconds(300), true), Contains("public, max-age=25\r\n"));
  CHECK_THAT(kept(Errc::bad_source, seconds(300), false), Contains("public, max-age=8\r\n"));
  CHECK_THAT(kept(Errc::origin_failed, seconds(-1), false), Contains("Cache-Control: no-store"));
}

TEST_CASE("a photo's lines are written without an allocation") {
  const Settings settings;
  const auto photo = found(seconds(100), seconds(3'000));
  const std::string shared = shared_lines(settings.cdn);
  http::Lines lines;
  const test::AllocationCount count;
  lines.ready(shared);
  write_caching(lines, photo, kNow, settings, {.version = "7"});
  write_caching(lines, photo, kNow, settings, {});
  CHECK(count.so_far() == 0);
}

TEST_CASE("other sites' pages may show, time and read photos") {
  CdnSettings settings;
  CHECK(shared_lines(settings) ==
        "Cross-Origin-Resource-Policy: cross-origin\r\nTiming-Allow-Origin: *\r\n"
        "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\n");
  CHECK(preflight_lines("Allow: GET, OPTIONS", settings) ==
        "Allow: GET, OPTIONS\r\nAccess-Control-Allow-Methods: GET, OPTIONS\r\n"
        "Access-Control-Allow-Headers: *, Authorization\r\nAccess-Control-Max-Age: 86400\r\n");
  settings.allow_origin = "none";
  CHECK_THAT(shared_lines(settings), !Contains("Access-Control"));
  CHECK(preflight_lines("Allow: GET", settings) == "Allow: GET\r\n");
}

}  // namespace
}  // namespace likeness
