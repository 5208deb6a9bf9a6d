#ifndef LIKENESS_PROXY_COUNTS_H_
#define LIKENESS_PROXY_COUNTS_H_

#include "cache/memory_cache.h"
#include "imaging/pool.h"
#include "proxy/purge/webhook.h"
#include "proxy/shard.h"
#include "proxy/telemetry/prometheus.h"

namespace likeness {

// What the parts of the process count, as Prometheus's gauges have it. Each is called where its
// part lives.

// Adds a loop's own numbers to those of the others. On the shard's loop.
void count(const Shard& shard, telemetry::Gauges& gauges);

// The numbers of what the process has one of.
void count(const imaging::PoolStats& pool, telemetry::Gauges& gauges);
void count(const purge::WebhookStats& webhook, telemetry::Gauges& gauges);
void count(const cache::MemoryStats& memory, telemetry::Gauges& gauges);

}  // namespace likeness

#endif  // LIKENESS_PROXY_COUNTS_H_
