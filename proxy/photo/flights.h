#ifndef LIKENESS_PROXY_PHOTO_FLIGHTS_H_
#define LIKENESS_PROXY_PHOTO_FLIGHTS_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/store.h"
#include "config/settings.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/changes.h"
#include "proxy/photo/errands.h"
#include "proxy/photo/flight.h"
#include "proxy/photo/inspection.h"
#include "proxy/photo/miss.h"

namespace likeness::photo {

// The flights of a loop: for each photo that memory alone could not answer, the Miss that everyone
// who asks for it shares. What the misses want is done by Errands; that what changes elsewhere
// shows here, by Changes.
//
// Loop-confined: each photo belongs to one loop (photo::Service), which asks here.
class Flights {
 public:
  using Done = Answered;

  Flights(Ports ports, const Settings& settings);
  ~Flights();
  Flights(const Flights&) = delete;
  Flights& operator=(const Flights&) = delete;

  // Calls `done` exactly once: before get() returns if memory has the answer by now, else on a
  // later turn, at the latest after settings.photo.miss_timeout.
  // `caller`, who may see the photo, is shown to origins that know callers.
  void get(std::string_view photo, const Ask& ask, Done done,
           const origin::Credentials& caller = {});

  // The photo has changed or is to be forgotten: by this process's memory at once, and by the
  // store; `done` tells whether the store has. Flights under way answer those who wait and write
  // nothing any more; new requests start afresh, and never from what the store had before. A store
  // that cannot be reached now is told when it can be. `done` is called exactly once, never before
  // forget() returns.
  void forget(std::string_view photo, cache::Store::Done<void> done);
  // The same for all photos of this loop whose ids begin so, but leaves the store alone.
  void forget_all_here(std::string_view photos);

  // Erases them from the store.
  void erase_stored(std::string_view photos, cache::Store::Done<void> done);

  // The ids of the photos under way, and those in the store, that are wanted.
  [[nodiscard]] std::vector<std::string> find_flying(const cache::Store::Wanted& wanted) const;
  void find_stored(cache::Store::Wanted wanted, cache::Store::Done<std::vector<std::string>> done);

  // What is known of the photo. Calls `done` once, with store_unavailable within where the store
  // does not say; on a later turn if there is a store.
  void inspect(std::string_view photo, std::move_only_function<void(Inspection)> done);

  // Somebody may have changed the photo's record in the store.
  void changed(std::string_view photo) {
    if (!stopped_) changes_.changed(photo);
  }
  // The store can be reached again.
  void store_is_back() { changes_.store_is_back(); }

  // Drops all flights, with those who wait, and does nothing any more; what it works with may go.
  // Answers that still come are ignored.
  void stop();

  [[nodiscard]] const FlightCounters& counters() const { return counters_; }

 private:
  [[nodiscard]] Remembered remembered(std::string_view photo, const Ask& ask);
  [[nodiscard]] FlightPtr find(std::string_view photo) const;
  [[nodiscard]] Outcome at_hand(std::string_view photo, const Ask& ask);
  [[nodiscard]] bool outdated(const Flight& flight) const;
  FlightPtr open(std::string_view photo);
  void perform(const FlightPtr& flight);
  void detach(std::string_view photo);
  bool compare(std::string_view photo, const cache::Peeked& stored);
  void close(const FlightPtr& flight);

  Ports ports_;
  PhotoSettings settings_;
  CdnSettings cdn_;
  RedisSettings redis_;
  MissSettings miss_settings_;
  FlightCounters counters_;
  Changes changes_;
  Errands errands_;
  std::unordered_map<std::string, FlightPtr> flights_;
  std::set<FlightPtr> leaving_;  // Detached; nobody joins them any more.
  WaiterId last_waiter_ = 0;
  bool stopped_ = false;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_FLIGHTS_H_
