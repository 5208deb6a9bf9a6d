#include "proxy/counts.h"

#include <cstdint>

namespace likeness {
namespace {

std::uint64_t as_count(int number) { return static_cast<std::uint64_t>(number); }

void add_node(const cache::RedisNode& node, telemetry::Gauges& gauges) {
  telemetry::Gauges::RedisServer& server = gauges.redis_servers[node.name];
  server.openings += node.openings;
  switch (node.breaker) {
    case cache::RedisBreaker::closed: ++server.closed; return;
    case cache::RedisBreaker::half_open: ++server.half_open; return;
    case cache::RedisBreaker::open: ++server.open; return;
  }
}

void add_flights(const photo::FlightCounters& flights, telemetry::Gauges& gauges) {
  gauges.flights += flights.open;
  gauges.flights_coalesced += flights.coalesced;
  gauges.flights_timed_out += flights.timeouts;
  gauges.flights_shed += flights.shed;
  gauges.flights_awaited += flights.awaited;
}

void add_connections(const http::ConnectionCounters& connections, telemetry::Gauges& gauges) {
  gauges.connections_open += connections.open;
  gauges.connections_accepted += connections.accepted;
  gauges.connections_refused += connections.refused;
  gauges.connections_timed_out += connections.timeouts;
  gauges.connections_cut_off += connections.cut_off;
  gauges.bad_requests += connections.bad_requests;
  gauges.bytes_received += connections.bytes_in;
  gauges.bytes_sent += connections.bytes_out;
}

void add_origin(const origin::OriginStats& origin, telemetry::Gauges& gauges) {
  gauges.origin_in_flight += as_count(origin.in_flight);
  gauges.origin_queued += as_count(origin.queued);
  gauges.origin_breakers_open += as_count(origin.breakers_open);
  gauges.origin_breakers_half_open += as_count(origin.breakers_half_open);
  gauges.origin_breaker_openings += origin.breaker_openings;
}

void add_store(const cache::RedisStore& store, telemetry::Gauges& gauges) {
  const auto redis = store.stats();
  gauges.redis_connected += store.connected() ? 1 : 0;
  gauges.redis_pending += redis.pending;
  gauges.redis_connects += redis.connects;
  for (const cache::RedisNode& node : store.nodes()) add_node(node, gauges);
  gauges.redis_errors += redis.errors + redis.timeouts + redis.failures;
}

}  // namespace

void count(const Shard& shard, telemetry::Gauges& gauges) {
  add_flights(shard.flights->counters(), gauges);
  add_connections(shard.server->counters(), gauges);
  add_origin(shard.origin->stats(), gauges);
  if (shard.store) add_store(*shard.store, gauges);
}

void count(const imaging::PoolStats& pool, telemetry::Gauges& gauges) {
  gauges.imaging_workers = as_count(pool.workers);
  gauges.imaging_busy = as_count(pool.busy);
  gauges.imaging_queued = as_count(pool.queued);
  gauges.imaging_jobs = pool.jobs;
  gauges.imaging_crashes = pool.crashes;
  gauges.imaging_timeouts = pool.timeouts;
  gauges.imaging_recycled = pool.recycled;
}

void count(const purge::WebhookStats& webhook, telemetry::Gauges& gauges) {
  gauges.purges_queued = webhook.queued;
  gauges.purges_sent = webhook.sent;
  gauges.purges_retried = webhook.retried;
  gauges.purges_lost = webhook.lost;
}

void count(const cache::MemoryStats& memory, telemetry::Gauges& gauges) {
  gauges.memory_bytes = memory.bytes;
  gauges.memory_photos = memory.photos;
  gauges.memory_pictures = memory.pictures;
  gauges.memory_hits = memory.hits;
  gauges.memory_misses = memory.misses;
  gauges.memory_evictions = memory.evictions;
}

}  // namespace likeness
