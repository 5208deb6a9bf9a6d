#include "proxy/telemetry/metrics.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace likeness::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

std::size_t bucket_of(nanoseconds took) {
  Histogram histogram;
  histogram.record(took);
  for (std::size_t i = 0; i <= Histogram::kBounds.size(); ++i) {
    if (histogram.count(i) == 1) return i;
  }
  return 999;
}

TEST_CASE("a bucket holds its upper bound and not its lower one") {
  CHECK(bucket_of(nanoseconds(0)) == 0);
  CHECK(bucket_of(microseconds(50)) == 0);
  CHECK(bucket_of(microseconds(50) + nanoseconds(1)) == 1);
  CHECK(bucket_of(seconds(10)) == Histogram::kBounds.size() - 1);
  CHECK(bucket_of(seconds(10) + nanoseconds(1)) == Histogram::kBounds.size());
  CHECK(bucket_of(seconds(1'000'000)) == Histogram::kBounds.size());
}

TEST_CASE("a clock that runs backwards counts as no time") {
  Histogram histogram;
  histogram.record(nanoseconds(-5));
  CHECK(histogram.count(0) == 1);
  CHECK(histogram.sum() == 0);
}

TEST_CASE("bounds grow") { CHECK(std::ranges::is_sorted(Histogram::kBounds)); }

TEST_CASE("every label has a name of its own") {
  CHECK(std::set(kRouteNames.begin(), kRouteNames.end()).size() == kRouteNames.size());
  CHECK(kRouteNames[static_cast<std::size_t>(Route::other)] == "other");
  CHECK(std::set(kCacheOutcomeNames.begin(), kCacheOutcomeNames.end()).size() ==
        kCacheOutcomeNames.size());
  CHECK(kCacheOutcomeNames[static_cast<std::size_t>(CacheOutcome::error)] == "error");
  CHECK(std::set(kStatuses.begin(), kStatuses.end()).size() == kStatuses.size());
}

TEST_CASE("every status that we know has an index of its own") {
  CHECK(kStatuses[index_of(200)] == 200);
  CHECK(kStatuses[index_of(505)] == 505);
  CHECK(kStatuses[index_of(418)] == 0);
  CHECK(kStatuses[index_of(0)] == 0);
  CHECK(kStatuses[index_of(-1)] == 0);
}

}  // namespace
}  // namespace likeness::telemetry
