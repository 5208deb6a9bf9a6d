#include "proxy/photo/errands.h"

#include <algorithm>
#include <utility>

#include "proxy/photo/id.h"
#include "proxy/telemetry/log.h"

namespace likeness::photo {

Errands::Errands(const Ports& ports, const RedisSettings& settings, Changes& changes,
                 FlightCounters& counters, Hooks hooks)
    : ports_(ports),
      redis_(settings),
      changes_(changes),
      counters_(counters),
      hooks_(std::move(hooks)) {}

void Errands::run(const FlightPtr& flight, Action action) {
  std::visit([&](auto& one) { act(flight, std::move(one)); }, action);
}

void Errands::act(const FlightPtr& flight, const LookUp& action) {
  flight->looked = ports_.loop.now();
  ports_.store->look_up(
      flight->photo, action.names, [this, flight, sent = Clock::now()](auto result) {
        flight->waits.store += Clock::now() - sent;
        if (result && result->meta && !changes_.may_show(flight->photo, *result->meta))
          result = cache::StoredRecord();
        flight->miss.looked_up(std::move(result), ports_.loop.wall());
        hooks_.go_on(flight);
      });
}

void Errands::act(const FlightPtr& flight, Claim) {
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
                        flight->miss.claimed(std::move(token), ports_.loop.wall());
                        hooks_.go_on(flight);
                        if (flight->miss.claim()) keep_claim(flight);
                      });
}

// As long as it is needed. Should this process stop, the claim ends, and another one fetches.
void Errands::keep_claim(const FlightPtr& flight) {
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
void Errands::act(const FlightPtr& flight, Await) {
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

void Errands::look_again(const FlightPtr& flight) {
  flight->waits.origin += Clock::now() - flight->waiting_since;
  ports_.loop.cancel(std::exchange(flight->patience, Loop::TimerId::none));
  flight->miss.awaited(ports_.loop.now() >= flight->patient_until, ports_.loop.wall());
  hooks_.go_on(flight);
}

void Errands::act(const FlightPtr& flight, const Fetch& action) {
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
                        flight->miss.fetched(std::move(result), ports_.loop.wall());
                        hooks_.go_on(flight);
                      });
}

void Errands::act(const FlightPtr& flight, Render action) {
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
    flight->miss.rendered(id, std::move(result), ports_.loop.wall());
    hooks_.go_on(flight);
  });
}

void Errands::act(const FlightPtr& flight, Remember action) {
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
      changes_.shown(flight->photo, *meta, ports_.loop.wall());
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
void Errands::show_only(const FlightPtr& flight, const Remember& action) {
  const cache::Meta& meta = *action.meta;
  flight->shared = action.says == Source::store;
  flight->learnt = flight->shared ? flight->looked : flight->fetched;
  if (flight->shared)
    changes_.shown(flight->photo, meta, ports_.loop.wall());
  else if (changes_.fetched(flight->photo, meta, flight->asked) == Newest::Order::older)
    return;  // Those who asked later see something newer.
  if (meta.status == cache::Meta::Status::failed) return;
  const auto memory = ports_.memory.peek(flight->photo);
  if (memory && memory->version != meta.version) ports_.memory.erase(flight->photo);
  const auto current = hooks_.find(flight->photo);
  if (!current || current == flight || current->miss.version() == meta.version) return;
  // One that knows nothing yet and has asked later will know something newer.
  const bool will_be_newer = !current->miss.version() && current->asked > flight->asked;
  if (!will_be_newer) hooks_.detach(flight->photo);
}

void Errands::act(const FlightPtr& flight, const Fill& action) {
  changes_.filling(flight->photo);
  ports_.store->fill(
      flight->photo, action.token, action.write,
      [this, photo = flight->photo, version = action.write.meta.version, sent = changes_.moment()](
          const auto& result) { changes_.filled(photo, version, sent, result); });
}

void Errands::act(const FlightPtr& flight, const Save& action) {
  ports_.store->put_picture(flight->photo, action.name, action.picture, action.instead_of,
                            [](auto) {});
}

void Errands::act(const FlightPtr& flight, const Release& action) {
  ports_.store->release(flight->photo, action.token);
}

void Errands::act(const FlightPtr& flight, Answer action) {
  auto& waiting = flight->waiting;
  for (auto waiter = waiting.begin(); waiter != waiting.end(); ++waiter) {
    if (waiter->first != action.waiter) continue;
    Answered done = std::move(waiter->second);
    *waiter = std::move(waiting.back());
    waiting.pop_back();
    Outcome& outcome = action.outcome;
    (outcome ? outcome->waits : outcome.error().waits) = flight->waits;
    done(std::move(outcome));
    return;
  }
}

}  // namespace likeness::photo
