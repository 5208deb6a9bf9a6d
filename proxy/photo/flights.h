#ifndef LIKENESS_PROXY_PHOTO_FLIGHTS_H_
#define LIKENESS_PROXY_PHOTO_FLIGHTS_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/memory_cache.h"
#include "cache/store.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "imaging/pool.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/miss.h"
#include "proxy/telemetry/metrics.h"

namespace likeness::photo {

// What the flights of one loop work with. All of it outlives them, and has dropped its callbacks
// before they are destroyed.
struct Ports {
  Loop& loop;
  cache::MemoryCache& memory;
  cache::Store* store;  // Null where there is none.
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
};

// The flights of a loop: for each photo that memory alone could not answer, the Miss that everyone
// who asks for it shares. It does what the misses say: it asks the store, the origin and the
// imaging workers, and passes their answers back.
//
// Loop-confined: each photo belongs to one loop (photo::Service), which asks here.
class Flights {
 public:
  using Done = std::move_only_function<void(Outcome)>;

  Flights(Ports ports, const Settings& settings);
  ~Flights();
  Flights(const Flights&) = delete;
  Flights& operator=(const Flights&) = delete;

  // Calls `done` exactly once: before get() returns if memory has the answer by now, else on a
  // later turn, at the latest after settings.photo.miss_timeout.
  void get(std::string_view photo, const Ask& ask, Done done);

  // The photo has changed: flights under way answer those who wait and write nothing any more; new
  // requests start afresh.
  void detach(std::string_view photo);

  [[nodiscard]] const FlightCounters& counters() const { return counters_; }

 private:
  struct Flight;
  using FlightPtr = std::shared_ptr<Flight>;

  [[nodiscard]] Remembered remembered(std::string_view photo, const Ask& ask);
  FlightPtr open(std::string_view photo);
  void perform(const FlightPtr& flight);
  void act(const FlightPtr& flight, const LookUp& action);
  void act(const FlightPtr& flight, Claim action);
  void act(const FlightPtr& flight, const Fetch& action);
  void act(const FlightPtr& flight, Render action);
  void act(const FlightPtr& flight, Remember action);
  void act(const FlightPtr& flight, const Fill& action);
  void act(const FlightPtr& flight, const Save& action);
  void act(const FlightPtr& flight, Answer action);
  void close(const FlightPtr& flight);

  Ports ports_;
  PhotoSettings settings_;
  CdnSettings cdn_;
  MissSettings miss_settings_;
  milliseconds lease_;
  std::unordered_map<std::string, FlightPtr> flights_;
  WaiterId last_waiter_ = 0;
  FlightCounters counters_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_FLIGHTS_H_
