#ifndef LIKENESS_PROXY_SHARD_H_
#define LIKENESS_PROXY_SHARD_H_

#include <memory>
#include <string>

#include "cache/redis_store.h"
#include "proxy/access/guard.h"
#include "proxy/fallback/fallbacks.h"
#include "proxy/forward/forwarder.h"
#include "proxy/gateway.h"
#include "proxy/http/server.h"
#include "proxy/loop/reactor_loop.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/flights.h"
#include "proxy/rest/store_face.h"
#include "proxy/telemetry/metrics.h"

namespace likeness {

// One loop of the process and all that lives on it. Built and destroyed on the loop, from the
// bottom up, by the Process; but for the loop itself, and for `guard`, which is there before the
// loop does anything.
struct Shard {
  explicit Shard(const std::string& name) : loop(name) {}

  ReactorLoop loop;
  telemetry::Metrics metrics;
  std::unique_ptr<photo::Flights> flights;
  std::unique_ptr<cache::RedisStore> store;  // Where there is a Redis.
  std::unique_ptr<origin::Origin> origin;
  std::unique_ptr<fallback::Fallbacks> fallbacks;
  std::unique_ptr<rest::StoreFace> store_face;    // Where there is an embedded contact store.
  std::unique_ptr<forward::Forwarder> forwarder;  // Where calls are forwarded.
  access::CurrentGuard guard;
  std::unique_ptr<Gateway> gateway;
  std::unique_ptr<http::Server> server;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_SHARD_H_
