#include "proxy/telemetry/prometheus.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "tests/proxy/telemetry/exposition.h"

namespace likeness::telemetry {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::Exposition;
using test::read_exposition;

// Reads the page and expects nothing to be wrong with it.
Exposition render(const std::vector<const Metrics*>& loops, const Gauges& gauges = {}) {
  Exposition page = read_exposition(render_prometheus(loops, gauges));
  CHECK(page.problems == std::vector<std::string>{});
  return page;
}

TEST_CASE("a page of nothing is valid") {
  const Metrics idle;
  const Exposition page = render({&idle});
  CHECK(page.families.at("likeness_requests_total").samples.empty());
  CHECK(page.at("likeness_flights") == 0);
  CHECK(page.at("likeness_request_duration_seconds_count{route=\"web\"}") == 0);
}

TEST_CASE("requests are summed over the loops, by route, status and outcome") {
  Metrics one;
  Metrics two;
  one.answered(Route::web, 200, CacheOutcome::memory, microseconds(10), 100);
  one.answered(Route::web, 200, CacheOutcome::memory, microseconds(10), 100);
  one.answered(Route::web, 404, CacheOutcome::negative, microseconds(10), 0);
  two.answered(Route::web, 200, CacheOutcome::memory, milliseconds(3), 50);
  two.answered(Route::outlook, 200, CacheOutcome::fetched, milliseconds(30), 7);
  const Exposition page = render({&one, &two});
  CHECK(page.at(R"(likeness_requests_total{route="web",status="200",cache="memory"})") == 3);
  CHECK(page.at(R"(likeness_requests_total{route="web",status="404",cache="negative"})") == 1);
  CHECK(page.at(R"(likeness_requests_total{route="outlook",status="200",cache="fetched"})") == 1);
  CHECK(page.families.at("likeness_requests_total").samples.size() == 3);
  CHECK(page.at(R"(likeness_response_body_bytes_total{route="web"})") == 250);
  CHECK(page.at(R"(likeness_request_duration_seconds_count{route="web"})") == 4);
  CHECK(page.at(R"(likeness_request_duration_seconds_sum{route="web"})") == Approx(0.00303));
  CHECK(page.at(R"(likeness_request_duration_seconds_bucket{route="web",le="5e-05"})") == 3);
  CHECK(page.at(R"(likeness_request_duration_seconds_bucket{route="web",le="0.002"})") == 3);
  CHECK(page.at(R"(likeness_request_duration_seconds_bucket{route="web",le="0.005"})") == 4);
}

TEST_CASE("a status that we do not know is counted as another") {
  Metrics metrics;
  metrics.answered(Route::web, 418, CacheOutcome::error, microseconds(1), 0);
  metrics.answered(Route::web, 599, CacheOutcome::error, microseconds(1), 0);
  CHECK(render({&metrics})
            .at(R"(likeness_requests_total{route="web",status="other",cache="error"})") == 2);
}

TEST_CASE("errors are counted by their reason") {
  Metrics metrics;
  metrics.origin_failed(Errc::origin_timeout);
  metrics.origin_failed(Errc::origin_timeout);
  metrics.origin_answered(milliseconds(1));
  metrics.render_failed(Errc::internal);
  metrics.rendered(milliseconds(1));
  metrics.redis_answered(microseconds(70));
  const Exposition page = render({&metrics});
  CHECK(page.at(R"(likeness_origin_errors_total{reason="origin_timeout"})") == 2);
  CHECK(page.families.at("likeness_origin_errors_total").samples.size() == 1);
  CHECK(page.at(R"(likeness_imaging_errors_total{reason="internal"})") == 1);
  CHECK(page.at("likeness_origin_fetch_duration_seconds_count") == 1);
  CHECK(page.at("likeness_imaging_job_duration_seconds_count") == 1);
  CHECK(page.at(R"(likeness_redis_command_duration_seconds_bucket{le="0.0001"})") == 1);
}

TEST_CASE("gauges are shown as they were given") {
  const Exposition page = render({}, {.flights = 3,
                                      .flights_coalesced = 7,
                                      .memory_bytes = 1'234'567'890'123,
                                      .redis_errors = 2,
                                      .redis_servers = {{"h:1", {.closed = 2, .openings = 4}}},
                                      .resident_bytes = 5,
                                      .workers_resident_bytes = 6,
                                      .uptime_seconds = 1.5,
                                      .version = "0.1.0"});
  CHECK(page.at("likeness_flights") == 3);
  CHECK(page.at("likeness_flights_coalesced_total") == 7);
  CHECK(page.at("likeness_redis_errors_total") == 2);
  CHECK(page.at(R"(likeness_redis_breakers{server="h:1",state="closed"})") == 2);
  CHECK(page.at(R"(likeness_redis_breakers{server="h:1",state="open"})") == 0);
  CHECK(page.at(R"(likeness_redis_breaker_openings_total{server="h:1"})") == 4);
  CHECK(page.at("likeness_memory_cache_bytes") == 1'234'567'890'123);
  CHECK(page.at(R"(likeness_resident_memory_bytes{process="proxy"})") == 5);
  CHECK(page.at(R"(likeness_resident_memory_bytes{process="imaging"})") == 6);
  CHECK(page.at("likeness_uptime_seconds") == 1.5);
  CHECK(page.at(R"(likeness_build_info{version="0.1.0"})") == 1);
}

TEST_CASE("a label's value is escaped") {
  const Exposition page = render({}, {.version = "a\"b\\c\nd"});
  CHECK(page.has(R"(likeness_build_info{version="a\"b\\c\nd"})"));
}

TEST_CASE("a page can be read while its loops count") {
  constexpr int kLoops = 3;
  constexpr int kRequests = 20'000;
  std::vector<std::unique_ptr<Metrics>> metrics;
  std::vector<const Metrics*> read;
  for (int i = 0; i < kLoops; ++i) {
    read.push_back(metrics.emplace_back(std::make_unique<Metrics>()).get());
  }
  std::atomic<int> running = kLoops;
  std::vector<std::jthread> loops;
  for (auto& own : metrics) {
    loops.emplace_back([&own, &running] {
      for (int i = 0; i < kRequests; ++i) {
        own->answered(Route::web, 200, CacheOutcome::memory, microseconds(i), 1);
      }
      --running;
    });
  }
  double last = 0;
  while (running > 0) {
    const Exposition page = render(read);
    const double count = page.at(R"(likeness_request_duration_seconds_count{route="web"})");
    CHECK(count >= last);
    last = count;
  }
  loops.clear();
  CHECK(render(read).at(R"(likeness_requests_total{route="web",status="200",cache="memory"})") ==
        kLoops * kRequests);
}

}  // namespace
}  // namespace likeness::telemetry
