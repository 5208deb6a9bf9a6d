#include "proxy/photo/flights.h"

#include <utility>
#include <vector>

#include "proxy/photo/name.h"
#include "proxy/photo/tags.h"
#include "proxy/telemetry/log.h"

namespace likeness::photo {

// One photo's miss, and who waits for it.
struct Flights::Flight {
  Flight(std::string_view name, const MissSettings& settings, std::string tags)
      : photo(name), miss(settings, std::move(tags)) {}
  std::string photo;
  Miss miss;
  std::vector<std::pair<WaiterId, Done>> waiting;
  Loop::TimerId deadline = Loop::TimerId::none;
  bool performing = false;
};

Flights::Flights(Ports ports, const Settings& settings)
    : ports_(std::move(ports)),
      settings_(settings.photo),
      cdn_(settings.cdn),
      miss_settings_{.freshness = settings.freshness,
                     .master_edge = settings.imaging.master_edge,
                     .max_source_kept_bytes = settings.imaging.max_source_kept_bytes,
                     .has_store = ports_.store != nullptr},
      // A claim outlives the slowest fetch and the job after it, and little more.
      lease_(settings.origin.timeout + settings.imaging.job_timeout) {}

Flights::~Flights() = default;

void Flights::get(std::string_view photo, const Ask& ask, Done done) {
  FlightPtr flight;
  if (const auto found = flights_.find(std::string(photo)); found != flights_.end()) {
    flight = found->second;
    ++counters_.coalesced;
  } else if (flights_.size() < static_cast<std::size_t>(settings_.max_flights)) {
    flight = open(photo);
  }
  if (!flight || flight->waiting.size() >= static_cast<std::size_t>(settings_.max_waiters)) {
    ++counters_.shed;
    done(std::unexpected(
        Failure{{Errc::overloaded, "too many misses under way", seconds(1)}, Via::memory, {}, {}}));
    return;
  }
  const WaiterId waiter = ++last_waiter_;
  flight->waiting.emplace_back(waiter, std::move(done));
  flight->miss.join(waiter, ask, remembered(photo, ask), WallClock::now());
  perform(flight);
}

Remembered Flights::remembered(std::string_view photo, const Ask& ask) {
  const PictureName name(ask);
  auto asked = ports_.memory.find(photo, name.chooser());
  Remembered memory{std::move(asked.meta), std::move(asked.picture), nullptr, nullptr};
  if (memory.meta && !memory.picture) {
    memory.source = ports_.memory.find(photo, cache::kSourceName).picture;
    memory.master = ports_.memory.find(photo, cache::kMasterName).picture;
  }
  return memory;
}

Flights::FlightPtr Flights::open(std::string_view photo) {
  auto flight = std::make_shared<Flight>(photo, miss_settings_, tag_lines(photo, cdn_));
  flights_.emplace(flight->photo, flight);
  counters_.open = flights_.size();
  flight->deadline =
      ports_.loop.after(settings_.miss_timeout, [this, weak = std::weak_ptr(flight)] {
        const FlightPtr late = weak.lock();
        if (!late) return;
        late->deadline = Loop::TimerId::none;
        ++counters_.timeouts;
        late->miss.give_up(WallClock::now());
        perform(late);
        close(late);
      });
  return flight;
}

void Flights::detach(std::string_view photo) {
  const auto found = flights_.find(std::string(photo));
  if (found == flights_.end()) return;
  found->second->miss.detach();
  flights_.erase(found);
}

// Does what the miss wants done. An answer may lead its receiver to ask again, for this very photo:
// that only adds to what is to be done here.
void Flights::perform(const FlightPtr& flight) {
  if (std::exchange(flight->performing, true)) return;
  for (auto actions = flight->miss.take_actions(); !actions.empty();
       actions = flight->miss.take_actions()) {
    for (Action& action : actions)
      std::visit([&](auto& one) { act(flight, std::move(one)); }, action);
  }
  flight->performing = false;
  if (flight->miss.idle()) close(flight);
}

void Flights::close(const FlightPtr& flight) {
  ports_.loop.cancel(std::exchange(flight->deadline, Loop::TimerId::none));
  const auto found = flights_.find(flight->photo);
  if (found != flights_.end() && found->second == flight) flights_.erase(found);
  counters_.open = flights_.size();
}

void Flights::act(const FlightPtr& flight, const LookUp& action) {
  ports_.store->look_up(flight->photo, action.names, [this, flight](auto result) {
    flight->miss.looked_up(std::move(result), WallClock::now());
    perform(flight);
  });
}

void Flights::act(const FlightPtr& flight, Claim) {
  ports_.store->claim(flight->photo, lease_, [this, flight](auto result) {
    flight->miss.claimed(std::move(result), WallClock::now());
    perform(flight);
  });
}

void Flights::act(const FlightPtr& flight, const Fetch& action) {
  const auto started = Clock::now();
  ports_.origin.fetch(flight->photo, action.have, {}, [this, flight, started](auto result) {
    if (result || result.error().code == Errc::no_photo) {
      ports_.metrics.origin_answered(Clock::now() - started);
    } else {
      ports_.metrics.origin_failed(result.error().code);
      log::warn("fetching {} failed: {} ({})", flight->photo, result.error().detail,
                name(result.error().code));
    }
    flight->miss.fetched(std::move(result), WallClock::now());
    perform(flight);
  });
}

void Flights::act(const FlightPtr& flight, Render action) {
  const auto started = Clock::now();
  ports_.render(std::move(action.job), [this, flight, started, id = action.id](auto result) {
    if (result) {
      ports_.metrics.rendered(Clock::now() - started);
    } else {
      ports_.metrics.render_failed(result.error().code);
      log::warn("rendering {} failed: {} ({})", flight->photo, result.error().detail,
                name(result.error().code));
    }
    flight->miss.rendered(id, std::move(result), WallClock::now());
    perform(flight);
  });
}

void Flights::act(const FlightPtr& flight, Remember action) {
  ports_.memory.put_meta(flight->photo, action.meta);
  for (auto& [name, picture] : action.pictures)
    ports_.memory.put_picture(flight->photo, name, std::move(picture));
  if (!action.dropped.empty()) ports_.memory.drop_picture(flight->photo, action.dropped);
}

void Flights::act(const FlightPtr& flight, const Fill& action) {
  ports_.store->fill(flight->photo, action.token, action.write, [](auto) {});
}

void Flights::act(const FlightPtr& flight, const Save& action) {
  ports_.store->put_picture(flight->photo, action.name, action.picture, action.instead_of,
                            [](auto) {});
}

void Flights::act(const FlightPtr& flight, Answer action) {
  auto& waiting = flight->waiting;
  for (auto waiter = waiting.begin(); waiter != waiting.end(); ++waiter) {
    if (waiter->first != action.waiter) continue;
    Done done = std::move(waiter->second);
    *waiter = std::move(waiting.back());
    waiting.pop_back();
    done(std::move(action.outcome));
    return;
  }
}

}  // namespace likeness::photo
