#ifndef LIKENESS_PROXY_PHOTO_FLIGHT_H_
#define LIKENESS_PROXY_PHOTO_FLIGHT_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/loop.h"
#include "config/base/time.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/miss.h"
#include "proxy/photo/newest.h"

namespace likeness::photo {

// Hears, once, what became of an ask.
using Answered = std::move_only_function<void(Outcome)>;

// One photo's miss, who waits for it, and when what it knows was asked for. Flights opens and
// closes it, Errands does what its miss wants. Loop-confined.
struct Flight {
  Flight(std::string_view name, const MissSettings& settings, std::string tags)
      : photo(name), miss(settings, std::move(tags)) {}
  std::string photo;
  Miss miss;
  std::vector<std::pair<WaiterId, Answered>> waiting;
  Clock::time_point opened;
  // When the store and the origin were last asked, and when memory's answer was.
  Clock::time_point looked;
  Clock::time_point fetched;
  Clock::time_point learnt;
  Newest::Moment asked = 0;  // When the origin was, or a claim was sent.
  bool shared = true;
  Loop::TimerId deadline = Loop::TimerId::none;
  Loop::TimerId renewal = Loop::TimerId::none;
  Loop::TimerId patience = Loop::TimerId::none;
  std::optional<Clock::time_point> patient_until;
  Clock::time_point waiting_since;
  Waits waits = {};
  bool performing = false;
  origin::Credentials caller = {};  // Of those who wait, the last one.
};

// Held by its loop's Flights, and by the callbacks of what it has under way.
using FlightPtr = std::shared_ptr<Flight>;

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_FLIGHT_H_
