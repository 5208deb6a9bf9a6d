#ifndef LIKENESS_PROXY_TELEMETRY_METRICS_H_
#define LIKENESS_PROXY_TELEMETRY_METRICS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "config/base/error.h"
#include "proxy/telemetry/labels.h"

namespace likeness::telemetry {

// A number that only grows. One thread adds, any thread reads: the load and the store need no
// locked instruction, because nobody else writes.
class Counter {
 public:
  void add(std::uint64_t count = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// How long something took, counted in buckets whose bounds grow by 1, 2, 5. One thread records, any
// thread reads; a reader may see a record's bucket before its sum.
class Histogram {
 public:
  // Upper bounds, included, in microseconds. What takes longer is counted behind the last one.
  static constexpr std::array<std::int64_t, 17> kBounds = {
      50,     100,     200,     500,     1'000,     2'000,     5'000,     10'000,    20'000,
      50'000, 100'000, 200'000, 500'000, 1'000'000, 2'000'000, 5'000'000, 10'000'000};

  void record(std::chrono::nanoseconds took) {
    std::size_t bucket = 0;
    while (bucket < kBounds.size() && took > std::chrono::microseconds(kBounds[bucket])) ++bucket;
    buckets_[bucket].add();
    sum_.add(static_cast<std::uint64_t>(took.count() < 0 ? 0 : took.count()));
  }

  // Of one bucket alone, not of all up to it.
  [[nodiscard]] std::uint64_t count(std::size_t bucket) const { return buckets_[bucket].value(); }
  // Nanoseconds.
  [[nodiscard]] std::uint64_t sum() const { return sum_.value(); }

 private:
  std::array<Counter, kBounds.size() + 1> buckets_;
  Counter sum_;
};

// What one loop counts. Recording takes a few nanoseconds, and neither locks nor allocates.
//
// Written by its loop alone, read by any thread (render_prometheus).
class Metrics {
 public:
  // A request was answered: `took` from its head to the answer's hand-over to the kernel, `bytes`
  // of body.
  void answered(Route route, int status, CacheOutcome outcome, std::chrono::nanoseconds took,
                std::uint64_t bytes) {
    const auto at = static_cast<std::size_t>(route);
    requests_[at][index_of(status)][static_cast<std::size_t>(outcome)].add();
    latency_[at].record(took);
    bytes_[at].add(bytes);
  }

  // A forwarded answer whose head had gone out never came to its end.
  void broke_off(BrokenBy by) { broken_[static_cast<std::size_t>(by)].add(); }

  // A fetch, a Redis command or an imaging job ended well ("no photo" is well too), or did not.
  void origin_answered(std::chrono::nanoseconds took) { origin_latency_.record(took); }
  void origin_failed(Errc why) { origin_errors_[static_cast<std::size_t>(why)].add(); }
  void redis_answered(std::chrono::nanoseconds took) { redis_latency_.record(took); }
  void rendered(std::chrono::nanoseconds took) { imaging_latency_.record(took); }
  void render_failed(Errc why) { imaging_errors_[static_cast<std::size_t>(why)].add(); }

  // For render_prometheus().
  [[nodiscard]] std::uint64_t requests(std::size_t route, std::size_t status,
                                       std::size_t outcome) const {
    return requests_[route][status][outcome].value();
  }
  [[nodiscard]] std::uint64_t broken(std::size_t by) const { return broken_[by].value(); }
  [[nodiscard]] std::uint64_t bytes(std::size_t route) const { return bytes_[route].value(); }
  [[nodiscard]] const Histogram& latency(std::size_t route) const { return latency_[route]; }
  [[nodiscard]] const Histogram& origin_latency() const { return origin_latency_; }
  [[nodiscard]] const Histogram& redis_latency() const { return redis_latency_; }
  [[nodiscard]] const Histogram& imaging_latency() const { return imaging_latency_; }
  [[nodiscard]] std::uint64_t origin_errors(Errc why) const {
    return origin_errors_[static_cast<std::size_t>(why)].value();
  }
  [[nodiscard]] std::uint64_t imaging_errors(Errc why) const {
    return imaging_errors_[static_cast<std::size_t>(why)].value();
  }

 private:
  template <class T>
  using PerRoute = std::array<T, kRouteNames.size()>;
  using PerOutcome = std::array<Counter, kCacheOutcomeNames.size()>;
  using PerErrc = std::array<Counter, static_cast<std::size_t>(Errc::internal) + 1>;

  PerRoute<std::array<PerOutcome, kStatuses.size()>> requests_;
  PerRoute<Counter> bytes_;
  PerRoute<Histogram> latency_;
  std::array<Counter, kBrokenByNames.size()> broken_;
  Histogram origin_latency_;
  Histogram redis_latency_;
  Histogram imaging_latency_;
  PerErrc origin_errors_;
  PerErrc imaging_errors_;
};

}  // namespace likeness::telemetry

#endif  // LIKENESS_PROXY_TELEMETRY_METRICS_H_
