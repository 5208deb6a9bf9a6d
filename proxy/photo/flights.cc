#include "proxy/photo/flights.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "proxy/photo/id.h"
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
                [this](auto photo) { detach(photo); }, [this] { return !leaving_.empty(); }}) {}

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
  flight->miss.join(waiter, ask, memory, ports_.wall());
  perform(flight);
}

// The best answer without any work: fresh or stale, else that there is too much to do.
Outcome Flights::at_hand(std::string_view photo, const Ask& ask) {
  const WaiterId nobody = 0;
  Miss miss(miss_settings_, tag_lines(photo, cdn_));
  miss.join(nobody, ask, remembered(photo, ask), ports_.wall());
  miss.give_up(ports_.wall());
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

Flights::FlightPtr Flights::find(std::string_view photo) const {
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

Flights::FlightPtr Flights::open(std::string_view photo) {
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
        late->miss.give_up(ports_.wall());
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
    if (waits && (!known || stored.claim.empty())) look_again(flight);
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
    for (Action& action : actions)
      std::visit([&](auto& one) { act(flight, std::move(one)); }, action);
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

void Flights::act(const FlightPtr& flight, const LookUp& action) {
  flight->looked = ports_.loop.now();
  ports_.store->look_up(
      flight->photo, action.names, [this, flight, sent = Clock::now()](auto result) {
        flight->waits.store += Clock::now() - sent;
        if (result && result->meta && !changes_.may_show(flight->photo, *result->meta))
          result = cache::StoredRecord();
        flight->miss.looked_up(std::move(result), ports_.wall());
        perform(flight);
      });
}

void Flights::act(const FlightPtr& flight, Claim) {
  flight->fetched = ports_.loop.now();
  flight->asked = changes_.moment();
  ports_.store->claim(flight->photo, redis_.fill_lease,
                      [this, flight, sent = Clock::now()](auto result) {
                        flight->waits.store += Clock::now() - sent;
                        Result<std::optional<cache::FillToken>> token;
                        if (result) {
                          changes_.claimed(flight->photo, flight->asked, result->now);
                          token = std::move(result->token);
                        } else {
                          token = std::unexpected(result.error());
                        }
                        flight->miss.claimed(std::move(token), ports_.wall());
                        perform(flight);
                        if (flight->miss.claim()) keep_claim(flight);
                      });
}

// As long as it is needed. Should this process stop, the claim ends, and another one fetches.
void Flights::keep_claim(const FlightPtr& flight) {
  flight->renewal = ports_.loop.after(redis_.fill_lease / 3, [this, weak = std::weak_ptr(flight)] {
    const FlightPtr holder = weak.lock();
    if (!holder) return;
    holder->renewal = Loop::TimerId::none;
    if (!holder->miss.claim()) return;
    ports_.store->renew(holder->photo, *holder->miss.claim(), redis_.fill_lease);
    keep_claim(holder);
  });
}

// The end of a claim makes no noise, so besides waiting for news it looks now and then.
void Flights::act(const FlightPtr& flight, Await) {
  const auto now = ports_.loop.now();
  flight->waiting_since = Clock::now();
  if (!flight->patient_until) {
    ++counters_.awaited;
    flight->patient_until = now + redis_.max_fill_wait;
  }
  const auto left = std::chrono::ceil<milliseconds>(*flight->patient_until - now);
  flight->patience = ports_.loop.after(std::clamp(left, milliseconds(0), redis_.fill_lease / 4),
                                       [this, weak = std::weak_ptr(flight)] {
                                         if (const FlightPtr waiting = weak.lock())
                                           look_again(waiting);
                                       });
}

void Flights::look_again(const FlightPtr& flight) {
  flight->waits.origin += Clock::now() - flight->waiting_since;
  ports_.loop.cancel(std::exchange(flight->patience, Loop::TimerId::none));
  flight->miss.awaited(ports_.loop.now() >= flight->patient_until, ports_.wall());
  perform(flight);
}

void Flights::act(const FlightPtr& flight, const Fetch& action) {
  const auto started = Clock::now();
  if (ports_.store == nullptr) flight->fetched = ports_.loop.now();
  flight->asked = changes_.moment();
  ports_.origin.fetch(origin_name(flight->photo), action.have, flight->caller,
                      [this, flight, started](auto result) {
                        flight->waits.origin += Clock::now() - started;
                        if (result || result.error().code == Errc::no_photo) {
                          ports_.metrics.origin_answered(Clock::now() - started);
                        } else {
                          ports_.metrics.origin_failed(result.error().code);
                          log::warn("fetching {} failed: {} ({})", flight->photo,
                                    result.error().detail, name(result.error().code));
                        }
                        flight->miss.fetched(std::move(result), ports_.wall());
                        perform(flight);
                      });
}

void Flights::act(const FlightPtr& flight, Render action) {
  const auto started = Clock::now();
  ports_.render(std::move(action.job), [this, flight, started, id = action.id](auto result) {
    flight->waits.imaging += Clock::now() - started;
    if (result) {
      ports_.metrics.rendered(Clock::now() - started);
    } else {
      ports_.metrics.render_failed(result.error().code);
      log::warn("rendering {} failed: {} ({})", flight->photo, result.error().detail,
                name(result.error().code));
    }
    flight->miss.rendered(id, std::move(result), ports_.wall());
    perform(flight);
  });
}

void Flights::act(const FlightPtr& flight, Remember action) {
  if (action.shown_only) return show_only(flight, action);
  const auto before = ports_.memory.peek(flight->photo);
  auto meta = std::make_shared<cache::Meta>(*action.meta);
  switch (action.says) {
    case Source::nobody:
      if (!meta->span && before && before->version == meta->version) meta->span = before->span;
      break;
    case Source::store:
      flight->learnt = flight->looked;
      flight->shared = true;
      changes_.shown(flight->photo, *meta, ports_.wall());
      break;
    case Source::origin:
      flight->learnt = flight->fetched;
      flight->shared = action.shared;
      if (changes_.fetched(flight->photo, *meta, flight->asked) != Newest::Order::newer)
        return ports_.memory.erase(flight->photo);
      break;
  }
  meta->learnt = flight->learnt;
  meta->shared = flight->shared;
  ports_.memory.put_meta(flight->photo, std::move(meta));
  for (auto& [name, picture] : action.pictures)
    ports_.memory.put_picture(flight->photo, name, std::move(picture));
  if (!action.dropped.empty()) ports_.memory.drop_picture(flight->photo, action.dropped);
}

// What is shown and not kept: nobody may be shown anything older from now on.
void Flights::show_only(const FlightPtr& flight, const Remember& action) {
  const cache::Meta& meta = *action.meta;
  flight->shared = action.says == Source::store;
  flight->learnt = flight->shared ? flight->looked : flight->fetched;
  if (flight->shared)
    changes_.shown(flight->photo, meta, ports_.wall());
  else if (changes_.fetched(flight->photo, meta, flight->asked) == Newest::Order::older)
    return;  // Those who asked later see something newer.
  if (meta.status == cache::Meta::Status::failed) return;
  const auto memory = ports_.memory.peek(flight->photo);
  if (memory && memory->version != meta.version) ports_.memory.erase(flight->photo);
  const auto current = find(flight->photo);
  if (!current || current == flight || current->miss.version() == meta.version) return;
  // One that knows nothing yet and has asked later will know something newer.
  const bool will_be_newer = !current->miss.version() && current->asked > flight->asked;
  if (!will_be_newer) detach(flight->photo);
}

void Flights::act(const FlightPtr& flight, const Fill& action) {
  changes_.filling(flight->photo);
  ports_.store->fill(
      flight->photo, action.token, action.write,
      [this, photo = flight->photo, version = action.write.meta.version, sent = changes_.moment()](
          const auto& result) { changes_.filled(photo, version, sent, result); });
}

void Flights::act(const FlightPtr& flight, const Save& action) {
  ports_.store->put_picture(flight->photo, action.name, action.picture, action.instead_of,
                            [](auto) {});
}

void Flights::act(const FlightPtr& flight, const Release& action) {
  ports_.store->release(flight->photo, action.token);
}

void Flights::act(const FlightPtr& flight, Answer action) {
  auto& waiting = flight->waiting;
  for (auto waiter = waiting.begin(); waiter != waiting.end(); ++waiter) {
    if (waiter->first != action.waiter) continue;
    Done done = std::move(waiter->second);
    *waiter = std::move(waiting.back());
    waiting.pop_back();
    Outcome& outcome = action.outcome;
    (outcome ? outcome->waits : outcome.error().waits) = flight->waits;
    done(std::move(outcome));
    return;
  }
}

}  // namespace likeness::photo
