#include "proxy/photo/flights.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/photo/name.h"
#include "proxy/photo/tags.h"

namespace likeness::photo {
namespace {

milliseconds longest_life(const FreshnessSettings& freshness) {
  return std::max(freshness.max_ttl, freshness.photo_ttl) +
         std::max(freshness.stale_if_error, freshness.stale_while_revalidate);
}

}  // namespace

Flights::Flights(Ports ports, const Settings& settings)
    : ports_(std::move(ports)),
      settings_(settings.photo),
      cdn_(settings.cdn),
      redis_(settings.redis),
      miss_settings_{.freshness = settings.freshness,
                     .imaging = settings.imaging,
                     .has_store = ports_.store != nullptr},
      changes_(ports_.loop, ports_.memory, ports_.store, longest_life(settings.freshness),
               {[this](auto photo) { return find(photo) != nullptr; },
                [this](auto photo, const auto& stored) { return compare(photo, stored); },
                [this](auto photo) { detach(photo); }, [this] { return !leaving_.empty(); }}),
      errands_(
          ports_, redis_, changes_, counters_,
          {[this](const auto& flight) { perform(flight); },
           [this](auto photo) { return find(photo); }, [this](auto photo) { detach(photo); }}) {}

Flights::~Flights() { stop(); }

void Flights::stop() {
  stopped_ = true;
  const auto still = [this](const FlightPtr& flight) {
    for (const Loop::TimerId timer : {flight->deadline, flight->renewal, flight->patience})
      ports_.loop.cancel(timer);
  };
  for (const auto& [photo, flight] : flights_) still(flight);
  for (const FlightPtr& flight : leaving_) still(flight);
  flights_.clear();
  leaving_.clear();
}

void Flights::get(std::string_view photo, const Ask& ask, Done done,
                  const origin::Credentials& caller) {
  if (stopped_) return;
  FlightPtr flight = find(photo);
  if (flight && outdated(*flight)) {
    detach(photo);
    flight.reset();
  }
  if (flight) {
    ++counters_.coalesced;
  } else if (flights_.size() < static_cast<std::size_t>(settings_.max_flights)) {
    flight = open(photo);
  }
  if (!flight || flight->waiting.size() >= static_cast<std::size_t>(settings_.max_waiters)) {
    ++counters_.shed;
    return done(at_hand(photo, ask));
  }
  const WaiterId waiter = ++last_waiter_;
  flight->waiting.emplace_back(waiter, std::move(done));
  flight->caller = caller;
  const Remembered memory = remembered(photo, ask);
  if (memory.meta && !flight->miss.version()) {
    flight->learnt = memory.meta->learnt;
    flight->shared = memory.meta->shared;
  }
  flight->miss.join(waiter, ask, memory, ports_.loop.wall());
  perform(flight);
}

// The best answer without any work: fresh or stale, else that there is too much to do.
Outcome Flights::at_hand(std::string_view photo, const Ask& ask) {
  const WaiterId nobody = 0;
  Miss miss(miss_settings_, tag_lines(photo, cdn_));
  miss.join(nobody, ask, remembered(photo, ask), ports_.loop.wall());
  miss.give_up(ports_.loop.wall());
  Outcome outcome =
      std::unexpected(Failure{{Errc::overloaded, {}, {}}, Via::memory, {}, {}, false});
  for (Action& action : miss.take_actions())
    if (auto* answer = std::get_if<Answer>(&action)) outcome = std::move(answer->outcome);
  return outcome;
}

// May it be about a photo that has changed long ago?
bool Flights::outdated(const Flight& flight) const {
  const auto now = ports_.loop.now();
  // What it shows is as old as what it knows, however new it is itself.
  if (flight.miss.version() && !flight.miss.doubtful())
    return !ports_.vouch.covers(flight.learnt, now, flight.shared);
  return !ports_.vouch.covers(flight.opened, now) && now - flight.opened >= redis_.max_unheard;
}

FlightPtr Flights::find(std::string_view photo) const {
  const auto found = flights_.find(std::string(photo));
  return found == flights_.end() ? nullptr : found->second;
}

Remembered Flights::remembered(std::string_view photo, const Ask& ask) {
  const PictureName name(ask);
  auto asked = ports_.memory.find(photo, name.chooser());
  Remembered memory{true, std::move(asked.meta), std::move(asked.picture), nullptr, nullptr};
  if (memory.meta) {
    memory.vouched =
        ports_.vouch.covers(memory.meta->learnt, ports_.loop.now(), memory.meta->shared);
    changes_.recalled(photo, *memory.meta);
  }
  if (memory.meta && !memory.picture) {
    memory.source = ports_.memory.find(photo, cache::kSourceName).picture;
    memory.master = ports_.memory.find(photo, cache::kMasterName).picture;
  }
  return memory;
}

FlightPtr Flights::open(std::string_view photo) {
  auto flight = std::make_shared<Flight>(photo, miss_settings_, tag_lines(photo, cdn_));
  flight->opened = ports_.loop.now();
  flights_.emplace(flight->photo, flight);
  counters_.open = flights_.size();
  flight->deadline =
      ports_.loop.after(settings_.miss_timeout, [this, weak = std::weak_ptr(flight)] {
        const FlightPtr late = weak.lock();
        if (!late) return;
        late->deadline = Loop::TimerId::none;
        ++counters_.timeouts;
        late->miss.give_up(ports_.loop.wall());
        // Nobody could tell it of changes any more.
        late->miss.detach();
        perform(late);
        close(late);
      });
  return flight;
}

void Flights::forget(std::string_view photo, cache::Store::Done<void> done) {
  if (!stopped_) changes_.forget(photo, std::move(done));
}

void Flights::forget_all_here(std::string_view photos) {
  std::vector<std::string> flying;
  for (const auto& [photo, flight] : flights_)
    if (photo.starts_with(photos)) flying.push_back(photo);
  for (const std::string& photo : flying) detach(photo);
  ports_.memory.erase_all(photos);
}

void Flights::erase_stored(std::string_view photos, cache::Store::Done<void> done) {
  if (stopped_) return;
  if (ports_.store != nullptr) return ports_.store->erase_all(photos, std::move(done));
  ports_.loop.post([then = std::move(done)]() mutable { then({}); });
}

std::vector<std::string> Flights::find_flying(const cache::Store::Wanted& wanted) const {
  std::vector<std::string> found;
  for (const auto& [photo, flight] : flights_)
    if (wanted(photo)) found.push_back(photo);
  return found;
}

void Flights::find_stored(cache::Store::Wanted wanted,
                          cache::Store::Done<std::vector<std::string>> done) {
  if (stopped_) return;
  if (ports_.store != nullptr) return ports_.store->find_all(std::move(wanted), std::move(done));
  ports_.loop.post([then = std::move(done)]() mutable { then(std::vector<std::string>()); });
}

void Flights::inspect(std::string_view photo, std::move_only_function<void(Inspection)> done) {
  if (stopped_) return;
  Inspection seen{.meta = ports_.memory.peek(photo), .pictures = ports_.memory.pictures(photo)};
  const auto now = ports_.loop.now();
  seen.vouched = seen.meta && ports_.vouch.covers(seen.meta->learnt, now, seen.meta->shared);
  if (const FlightPtr flight = find(photo))
    seen.flight = {flight->waiting.size(), flight->miss.doing(),
                   std::chrono::floor<milliseconds>(now - flight->opened)};
  seen.newest = changes_.newest(photo);
  if (ports_.store == nullptr) return done(std::move(seen));
  ports_.store->list(photo, [seen = std::move(seen), then = std::move(done)](auto stored) mutable {
    seen.stored = std::move(stored);
    then(std::move(seen));
  });
}

// Those who wait are still answered.
void Flights::detach(std::string_view photo) {
  const FlightPtr flight = find(photo);
  if (!flight) return;
  flight->miss.detach();
  leaving_.insert(flight);
  flights_.erase(flight->photo);
  counters_.open = flights_.size();
  perform(flight);
}

// Is the flight about what the store has?
bool Flights::compare(std::string_view photo, const cache::Peeked& stored) {
  const FlightPtr flight = find(photo);
  if (!flight) return true;
  const bool known = flight->miss.version() == stored.version;
  const bool waits = flight->patience != Loop::TimerId::none;
  if (waits || flight->miss.claiming()) {
    // What it will have of the store or the origin is newer than all this; what it has is not.
    if (!known) flight->miss.forget();
    if (waits && (!known || stored.claim.empty())) errands_.look_again(flight);
    return true;
  }
  if (flight->miss.claim()) return stored.claim == *flight->miss.claim();
  return known;
}

// Does what the miss wants done. An answer may lead its receiver to ask again, for this very photo:
// that only adds to what is to be done here.
void Flights::perform(const FlightPtr& flight) {
  if (stopped_ || std::exchange(flight->performing, true)) return;
  for (auto actions = flight->miss.take_actions(); !actions.empty();
       actions = flight->miss.take_actions()) {
    for (Action& action : actions) errands_.run(flight, std::move(action));
  }
  flight->performing = false;
  if (flight->miss.idle()) close(flight);
}

void Flights::close(const FlightPtr& flight) {
  for (Loop::TimerId* timer : {&flight->deadline, &flight->renewal, &flight->patience})
    ports_.loop.cancel(std::exchange(*timer, Loop::TimerId::none));
  const auto found = flights_.find(flight->photo);
  if (found != flights_.end() && found->second == flight) flights_.erase(found);
  leaving_.erase(flight);
  counters_.open = flights_.size();
}

}  // namespace likeness::photo
