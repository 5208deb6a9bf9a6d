#ifndef LIKENESS_PROXY_TELEMETRY_PROMETHEUS_H_
#define LIKENESS_PROXY_TELEMETRY_PROMETHEUS_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "proxy/telemetry/metrics.h"

namespace likeness::telemetry {

// What is read at the moment of asking, summed over the loops by the caller.
struct Gauges {
  std::uint64_t flights = 0;            // Misses in flight.
  std::uint64_t flights_coalesced = 0;  // This and the next three only grow.
  std::uint64_t flights_timed_out = 0;
  std::uint64_t flights_shed = 0;
  std::uint64_t flights_awaited = 0;

  std::uint64_t imaging_workers = 0;
  std::uint64_t imaging_busy = 0;
  std::uint64_t imaging_queued = 0;
  std::uint64_t imaging_jobs = 0;  // This and the next three only grow.
  std::uint64_t imaging_crashes = 0;
  std::uint64_t imaging_timeouts = 0;
  std::uint64_t imaging_recycled = 0;

  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_photos = 0;
  std::uint64_t memory_pictures = 0;
  std::uint64_t memory_hits = 0;  // This and the next two only grow.
  std::uint64_t memory_misses = 0;
  std::uint64_t memory_evictions = 0;

  std::uint64_t connections_open = 0;
  std::uint64_t connections_accepted = 0;  // This and the rest of the block only grow.
  std::uint64_t connections_refused = 0;
  std::uint64_t connections_timed_out = 0;
  std::uint64_t connections_cut_off = 0;
  std::uint64_t bad_requests = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;

  std::uint64_t origin_in_flight = 0;
  std::uint64_t origin_queued = 0;
  std::uint64_t origin_breakers_open = 0;
  std::uint64_t origin_breakers_half_open = 0;
  std::uint64_t origin_breaker_openings = 0;  // Only grows.

  std::uint64_t access_log_dropped = 0;  // Only grows.
  std::uint64_t redis_connected = 0;     // Loops that have a connection.
  std::uint64_t redis_pending = 0;
  std::uint64_t redis_connects = 0;  // This and the next one only grow.
  std::uint64_t redis_errors = 0;
  // By the server's name: loops whose breaker for it is in that state, and how often one opened.
  struct RedisServer {
    std::uint64_t closed = 0;
    std::uint64_t half_open = 0;
    std::uint64_t open = 0;
    std::uint64_t openings = 0;
  };
  std::map<std::string, RedisServer> redis_servers;
  std::uint64_t redis_feed_whole = 0;  // 1 while changes are heard of.
  std::uint64_t redis_changes = 0;     // Only grows.

  std::uint64_t purges_queued = 0;  // Requests to the CDN.
  std::uint64_t purges_sent = 0;    // This and the next two only grow.
  std::uint64_t purges_retried = 0;
  std::uint64_t purges_lost = 0;

  std::uint64_t resident_bytes = 0;          // Of this process.
  std::uint64_t workers_resident_bytes = 0;  // Of all imaging workers.
  double uptime_seconds = 0;
  std::string_view version;
};

inline constexpr std::string_view kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";

// The page that Prometheus reads: the sum of all loops' metrics, and the gauges. Requests that
// never happened have no line. Thread-safe; the loops go on counting meanwhile.
[[nodiscard]] std::string render_prometheus(std::span<const Metrics* const> loops,
                                            const Gauges& gauges);

}  // namespace likeness::telemetry

#endif  // LIKENESS_PROXY_TELEMETRY_PROMETHEUS_H_
