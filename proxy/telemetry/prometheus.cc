#include "proxy/telemetry/prometheus.h"

#include <fmt/format.h>

#include <iterator>

namespace likeness::telemetry {
namespace {

using std::string_view;
using Loops = std::span<const Metrics* const>;

// A label's value as the format wants it.
std::string escape(string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// The text format, version 0.0.4: families of samples.
class Page {
 public:
  void family(string_view name, string_view type, string_view help) {
    print("# HELP likeness_{0} {1}\n# TYPE likeness_{0} {2}\n", name, help, type);
  }
  // `labels` are complete: `route="web"`.
  void sample(string_view name, string_view labels, std::uint64_t value) {
    print("likeness_{}{{{}}} {}\n", name, labels, value);
  }
  void single(string_view name, string_view type, string_view help, std::uint64_t value) {
    family(name, type, help);
    print("likeness_{} {}\n", name, value);
  }
  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

template <class F>
std::uint64_t sum(Loops loops, F&& value) {
  std::uint64_t all = 0;
  for (const Metrics* metrics : loops) all += value(*metrics);
  return all;
}

// `of` picks the histogram of a loop. Its count is the sum of its buckets, so that both agree
// whatever is being recorded meanwhile.
template <class F>
void add_histogram(Page& page, Loops loops, string_view name, const std::string& label, F&& of) {
  const std::string_view separator = label.empty() ? "" : ",";
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
    count += sum(loops, [&](const Metrics& metrics) { return of(metrics).count(i); });
    page.print("likeness_{}_bucket{{{}{}le=\"{}\"}} {}\n", name, label, separator,
               static_cast<double>(Histogram::kBounds[i]) / 1e6, count);
  }
  count += sum(
      loops, [&](const Metrics& metrics) { return of(metrics).count(Histogram::kBounds.size()); });
  const auto nanoseconds = sum(loops, [&](const Metrics& metrics) { return of(metrics).sum(); });
  const std::string braces = label.empty() ? "" : "{" + label + "}";
  page.print("likeness_{}_bucket{{{}{}le=\"+Inf\"}} {}\n", name, label, separator, count);
  page.print("likeness_{}_sum{} {}\n", name, braces, static_cast<double>(nanoseconds) / 1e9);
  page.print("likeness_{}_count{} {}\n", name, braces, count);
}

void add_requests(Page& page, Loops loops) {
  page.family("requests_total", "counter", "Requests answered.");
  for (std::size_t route = 0; route < kRouteNames.size(); ++route) {
    for (std::size_t status = 0; status < kStatuses.size(); ++status) {
      for (std::size_t outcome = 0; outcome < kCacheOutcomeNames.size(); ++outcome) {
        const auto count = sum(loops, [&](const Metrics& metrics) {
          return metrics.requests(route, status, outcome);
        });
        if (count == 0) continue;
        const std::string code =
            kStatuses[status] == 0 ? "other" : std::to_string(kStatuses[status]);
        page.print("likeness_requests_total{{route=\"{}\",status=\"{}\",cache=\"{}\"}} {}\n",
                   kRouteNames[route], code, kCacheOutcomeNames[outcome], count);
      }
    }
  }
}

void add_routes(Page& page, Loops loops) {
  page.family("response_body_bytes_total", "counter", "Bytes of bodies sent to clients.");
  for (std::size_t route = 0; route < kRouteNames.size(); ++route) {
    page.sample("response_body_bytes_total", fmt::format("route=\"{}\"", kRouteNames[route]),
                sum(loops, [&](const Metrics& metrics) { return metrics.bytes(route); }));
  }
  page.family("request_duration_seconds", "histogram",
              "From a request's head to its answer's hand-over to the kernel.");
  for (std::size_t route = 0; route < kRouteNames.size(); ++route) {
    add_histogram(
        page, loops, "request_duration_seconds", fmt::format("route=\"{}\"", kRouteNames[route]),
        [&](const Metrics& metrics) -> const Histogram& { return metrics.latency(route); });
  }
}

void add_broken(Page& page, Loops loops) {
  page.family("forwarded_answers_broken_total", "counter",
              "Forwarded answers that ended between their head and their end, by who ended them.");
  for (std::size_t by = 0; by < kBrokenByNames.size(); ++by) {
    page.sample("forwarded_answers_broken_total", fmt::format("by=\"{}\"", kBrokenByNames[by]),
                sum(loops, [&](const Metrics& metrics) { return metrics.broken(by); }));
  }
}

template <class F>
void add_errors(Page& page, Loops loops, string_view name, string_view help, F&& of) {
  page.family(name, "counter", help);
  for (int code = 0; code <= static_cast<int>(Errc::internal); ++code) {
    const auto why = static_cast<Errc>(code);
    const auto count = sum(loops, [&](const Metrics& metrics) { return of(metrics, why); });
    if (count != 0) {
      page.sample(name, fmt::format("reason=\"{}\"", likeness::name(why)), count);
    }
  }
}

void add_origin(Page& page, Loops loops, const Gauges& gauges) {
  page.family("origin_fetch_duration_seconds", "histogram", "Fetches that the origin answered.");
  add_histogram(
      page, loops, "origin_fetch_duration_seconds", "",
      [](const Metrics& metrics) -> const Histogram& { return metrics.origin_latency(); });
  add_errors(page, loops, "origin_errors_total", "Fetches that failed.",
             [](const Metrics& metrics, Errc why) { return metrics.origin_errors(why); });
  page.single("origin_fetches_in_flight", "gauge", "Fetches in flight.", gauges.origin_in_flight);
  page.single("origin_fetches_queued", "gauge", "Fetches that wait for their turn.",
              gauges.origin_queued);
  page.family("origin_breakers", "gauge",
              "Origins, counted by each loop, that are left alone, or tried by single requests.");
  page.sample("origin_breakers", R"(state="open")", gauges.origin_breakers_open);
  page.sample("origin_breakers", R"(state="half_open")", gauges.origin_breakers_half_open);
  page.single("origin_breaker_openings_total", "counter", "Times an origin was left alone.",
              gauges.origin_breaker_openings);
}

void add_redis(Page& page, Loops loops, const Gauges& gauges) {
  page.family("redis_command_duration_seconds", "histogram", "Commands that Redis answered.");
  add_histogram(page, loops, "redis_command_duration_seconds", "",
                [](const Metrics& metrics) -> const Histogram& { return metrics.redis_latency(); });
  page.single("redis_errors_total", "counter", "Commands and connections that failed.",
              gauges.redis_errors);
  page.single("redis_connections", "gauge", "Connections to Redis that can be used.",
              gauges.redis_connected);
  page.single("redis_commands_pending", "gauge", "Commands without an answer yet.",
              gauges.redis_pending);
  page.single("redis_connects_total", "counter", "Connections to Redis that became usable.",
              gauges.redis_connects);
  page.family("redis_breakers", "gauge", "Loops by the state of their breaker for a server.");
  for (const auto& [name, server] : gauges.redis_servers) {
    const auto add = [&](string_view state, std::uint64_t loops_in_it) {
      page.sample("redis_breakers", fmt::format("server=\"{}\",state=\"{}\"", escape(name), state),
                  loops_in_it);
    };
    add("closed", server.closed);
    add("half_open", server.half_open);
    add("open", server.open);
  }
  page.family("redis_breaker_openings_total", "counter",
              "Times a loop gave up its connection to a server.");
  for (const auto& [name, server] : gauges.redis_servers)
    page.sample("redis_breaker_openings_total", fmt::format("server=\"{}\"", escape(name)),
                server.openings);
  page.single("redis_feed_whole", "gauge", "1 while this process hears of changes in Redis.",
              gauges.redis_feed_whole);
  page.single("redis_changes_total", "counter", "Changes of records that were heard of.",
              gauges.redis_changes);
}

void add_imaging(Page& page, Loops loops, const Gauges& gauges) {
  page.family("imaging_job_duration_seconds", "histogram",
              "Imaging jobs done, their wait for a worker included.");
  add_histogram(
      page, loops, "imaging_job_duration_seconds", "",
      [](const Metrics& metrics) -> const Histogram& { return metrics.imaging_latency(); });
  add_errors(page, loops, "imaging_errors_total", "Imaging jobs that failed.",
             [](const Metrics& metrics, Errc why) { return metrics.imaging_errors(why); });
  page.single("imaging_workers", "gauge", "Worker processes.", gauges.imaging_workers);
  page.single("imaging_workers_busy", "gauge", "Worker processes with a job.", gauges.imaging_busy);
  page.single("imaging_jobs_queued", "gauge", "Jobs that wait for a worker.",
              gauges.imaging_queued);
  page.single("imaging_jobs_total", "counter", "Jobs given to workers.", gauges.imaging_jobs);
  page.single("imaging_worker_crashes_total", "counter", "Workers that died of themselves.",
              gauges.imaging_crashes);
  page.single("imaging_worker_timeouts_total", "counter", "Workers killed at a job's deadline.",
              gauges.imaging_timeouts);
  page.single("imaging_workers_recycled_total", "counter",
              "Workers replaced after their jobs or at their size.", gauges.imaging_recycled);
}

void add_memory(Page& page, const Gauges& gauges) {
  page.single("memory_cache_bytes", "gauge", "Bytes in the memory cache, overhead included.",
              gauges.memory_bytes);
  page.single("memory_cache_photos", "gauge", "Photos in the memory cache.", gauges.memory_photos);
  page.single("memory_cache_pictures", "gauge", "Pictures in the memory cache.",
              gauges.memory_pictures);
  page.single("memory_cache_hits_total", "counter", "Look-ups that found their picture.",
              gauges.memory_hits);
  page.single("memory_cache_misses_total", "counter", "Look-ups that did not.",
              gauges.memory_misses);
  page.single("memory_cache_evictions_total", "counter", "Entries that made room for others.",
              gauges.memory_evictions);
}

void add_connections(Page& page, const Gauges& gauges) {
  page.single("connections_open", "gauge", "Connections of clients.", gauges.connections_open);
  page.single("connections_accepted_total", "counter", "Connections accepted.",
              gauges.connections_accepted);
  page.single("connections_refused_total", "counter",
              "Connections closed at once: too many, or not of a trusted proxy.",
              gauges.connections_refused);
  page.single("connections_timed_out_total", "counter", "Connections closed at a deadline.",
              gauges.connections_timed_out);
  page.single("connections_cut_off_total", "counter", "Clients that did not read their answer.",
              gauges.connections_cut_off);
  page.single("bad_requests_total", "counter", "Requests that were no HTTP, or over a limit.",
              gauges.bad_requests);
  page.single("received_bytes_total", "counter", "Bytes read from clients.", gauges.bytes_received);
  page.single("sent_bytes_total", "counter", "Bytes written to clients.", gauges.bytes_sent);
}

void add_purges(Page& page, const Gauges& gauges) {
  page.single("cdn_purges_queued", "gauge", "Purges that the CDN has not taken yet.",
              gauges.purges_queued);
  page.single("cdn_purges_sent_total", "counter", "Purges that the CDN has taken.",
              gauges.purges_sent);
  page.single("cdn_purges_retried_total", "counter", "Attempts at a purge that failed.",
              gauges.purges_retried);
  page.single("cdn_purges_lost_total", "counter", "Purges given up: the CDN may show old photos.",
              gauges.purges_lost);
}

void add_process(Page& page, const Gauges& gauges) {
  page.single("flights", "gauge", "Misses in flight.", gauges.flights);
  page.single("flights_coalesced_total", "counter", "Requests that joined a miss in flight.",
              gauges.flights_coalesced);
  page.single("flights_timed_out_total", "counter", "Misses that took too long.",
              gauges.flights_timed_out);
  page.single("flights_shed_total", "counter", "Requests refused, with too many misses in flight.",
              gauges.flights_shed);
  page.single("flights_awaited_total", "counter", "Misses that waited for another process's fetch.",
              gauges.flights_awaited);
  page.family("resident_memory_bytes", "gauge", "Resident memory.");
  page.sample("resident_memory_bytes", "process=\"proxy\"", gauges.resident_bytes);
  page.sample("resident_memory_bytes", "process=\"imaging\"", gauges.workers_resident_bytes);
  page.single("access_log_dropped_total", "counter",
              "Lines of the access log that its file was too slow for.", gauges.access_log_dropped);
  page.family("uptime_seconds", "gauge", "Since the process began to serve.");
  page.print("likeness_uptime_seconds {}\n", gauges.uptime_seconds);
  page.family("build_info", "gauge", "Which build this is.");
  page.sample("build_info", fmt::format("version=\"{}\"", escape(gauges.version)), 1);
}

}  // namespace

std::string render_prometheus(Loops loops, const Gauges& gauges) {
  Page page;
  add_requests(page, loops);
  add_routes(page, loops);
  add_broken(page, loops);
  add_origin(page, loops, gauges);
  add_redis(page, loops, gauges);
  add_imaging(page, loops, gauges);
  add_memory(page, gauges);
  add_connections(page, gauges);
  add_purges(page, gauges);
  add_process(page, gauges);
  return page.take();
}

}  // namespace likeness::telemetry
