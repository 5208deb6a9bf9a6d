#ifndef LIKENESS_PROXY_PHOTO_ERRANDS_H_
#define LIKENESS_PROXY_PHOTO_ERRANDS_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "cache/memory_cache.h"
#include "cache/store.h"
#include "cache/vouch.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "imaging/pool.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/actions.h"
#include "proxy/photo/changes.h"
#include "proxy/photo/flight.h"
#include "proxy/telemetry/metrics.h"

namespace likeness::photo {

// What the flights of one loop work with. All of it outlives them, and has dropped its callbacks
// before they are destroyed.
struct Ports {
  Loop& loop;
  cache::MemoryCache& memory;
  cache::Store* store;  // Null where there is none.
  const cache::Vouch& vouch;
  origin::Origin& origin;
  // Renders and calls back on `loop`.
  std::function<void(imaging::Job, imaging::Pool::Done)> render;
  telemetry::Metrics& metrics;
};

// Counters of one loop, written there alone.
struct FlightCounters {
  std::uint64_t open = 0;       // Now.
  std::uint64_t coalesced = 0;  // Requests that joined a flight under way.
  std::uint64_t timeouts = 0;   // Flights past settings.photo.miss_timeout.
  std::uint64_t shed = 0;       // Requests refused because too many were under way.
  std::uint64_t awaited = 0;    // Times a flight waited for another process's fetch.
};

// Does what misses want done (actions.h): asks the store, the origin and the imaging workers,
// passes their answers back to the miss, remembers, and answers those who wait. What may be shown
// and kept it asks of Changes. It knows nothing of which flights there are.
//
// Loop-confined. Outlives what it has asked for, as its ports do.
class Errands {
 public:
  struct Hooks {
    // The flight's miss has been told something, and may want more.
    std::function<void(const FlightPtr&)> go_on;
    // The flight that new asks for the photo would join, or null.
    std::function<FlightPtr(std::string_view photo)> find;
    // Nobody joins that flight any more.
    std::function<void(std::string_view photo)> detach;
  };

  // What it is given by reference outlives it.
  Errands(const Ports& ports, const RedisSettings& settings, Changes& changes,
          FlightCounters& counters, Hooks hooks);

  void run(const FlightPtr& flight, Action action);

  // The flight, which waits for another process's fetch, asks the store again.
  void look_again(const FlightPtr& flight);

 private:
  void act(const FlightPtr& flight, const LookUp& action);
  void act(const FlightPtr& flight, Claim action);
  void act(const FlightPtr& flight, Await action);
  void act(const FlightPtr& flight, const Fetch& action);
  void act(const FlightPtr& flight, Render action);
  void act(const FlightPtr& flight, Remember action);
  void act(const FlightPtr& flight, const Fill& action);
  void act(const FlightPtr& flight, const Save& action);
  void act(const FlightPtr& flight, const Release& action);
  void act(const FlightPtr& flight, Answer action);
  void show_only(const FlightPtr& flight, const Remember& action);
  void keep_claim(const FlightPtr& flight);

  const Ports& ports_;
  const RedisSettings& redis_;
  Changes& changes_;
  FlightCounters& counters_;
  const Hooks hooks_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_ERRANDS_H_
