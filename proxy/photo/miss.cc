#include "proxy/photo/miss.h"

#include <algorithm>
#include <cassert>

#include "proxy/http/message.h"
#include "proxy/photo/digest.h"
#include "proxy/photo/freshness.h"
#include "proxy/photo/sketch.h"

namespace likeness::photo {

using cache::Meta;
using imaging::Spec;

namespace {

WallClock::time_point modified_at(const origin::Validators& validators, WallClock::time_point now) {
  const std::int64_t stamp = http::parse_date(validators.last_modified);
  return stamp < 0 ? now : WallClock::from_time_t(stamp);
}

}  // namespace

void Miss::join(WaiterId waiter, const Ask& ask, const Remembered& memory,
                WallClock::time_point now) {
  const bool shared = !idle();
  known_.recall(ask, memory);
  waiters_.push_back({waiter, ask, Via::memory, shared});
  advance(now);
}

std::optional<std::string> Miss::version() const {
  return known_.meta ? std::optional(known_.meta->version) : std::nullopt;
}

bool Miss::idle() const { return waiters_.empty() && work_.idle(); }

std::string_view Miss::doing() const {
  if (work_.looking_up) return "looking up";
  switch (work_.fetching) {
    case Work::Fetching::claiming: return "claiming";
    case Work::Fetching::awaiting: return "awaiting another process";
    case Work::Fetching::fetching: return "fetching";
    case Work::Fetching::no: break;
  }
  return work_.jobs.empty() ? "answering" : "rendering";
}

// ---- Planning

void Miss::advance(WallClock::time_point now) {
  std::vector<std::string> names;
  bool look_up = false;
  bool fetch = false;
  bool conditional = true;
  std::vector<Spec> from_source;
  std::vector<Spec> from_master;
  const Decision decision(settings_, known_, work_, now);
  const auto answered = [&](const Waiter& waiter) {
    Next next = decision.consider(waiter);
    if (auto* outcome = std::get_if<Outcome>(&next)) {
      act(Answer{waiter.id, std::move(*outcome)});
      return true;
    }
    if (auto* store = std::get_if<NeedStore>(&next)) {
      look_up = true;
      for (std::string& name : store->names)
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    } else if (const auto* origin = std::get_if<NeedOrigin>(&next)) {
      fetch = true;
      conditional = conditional && !origin->bytes;
    } else if (const auto* render = std::get_if<NeedRender>(&next)) {
      auto& specs = render->from_source ? from_source : from_master;
      if (std::ranges::find(specs, render->spec) == specs.end()) specs.push_back(render->spec);
    }
    return false;
  };
  std::erase_if(waiters_, answered);

  if (!from_source.empty()) start_render(std::move(from_source), true);
  if (!from_master.empty()) start_render(std::move(from_master), false);
  if (decision.due_for_refresh()) {
    // Another process may have refreshed it already.
    if (settings_.has_store && !work_.store_asked)
      look_up = true;
    else
      fetch = true;
  }
  if (look_up && !work_.looking_up) {
    work_.looking_up = true;
    work_.names_asked_now = names;
    work_.names_asked.insert(names.begin(), names.end());
    act(LookUp{std::move(names)});
  }
  const bool busy = work_.looking_up || work_.fetching != Work::Fetching::no || work_.incoming;
  if (fetch && !busy) start_fetch(conditional);
}

// ---- Starting work

void Miss::start_fetch(bool conditional) {
  work_.conditional = conditional && known_.is_photo();
  // The claim comes first: a purge or an upload that happens during the fetch breaks it, so that
  // the fetch cannot bring back what it fetched before.
  if (settings_.has_store) {
    work_.fetching = Work::Fetching::claiming;
    act(Claim{});
    return;
  }
  fetch();
}

void Miss::fetch() {
  work_.fetching = Work::Fetching::fetching;
  work_.conditional = work_.conditional && known_.meta;
  act(Fetch{work_.conditional
                ? origin::Validators{known_.meta->origin_etag, known_.meta->origin_last_modified}
                : origin::Validators{}});
}

// The first job on fresh bytes also reads what they are. It makes what is asked right now; nobody
// knows yet which of these are the same picture.
void Miss::start_incoming() {
  Work::Job running{.specs = {}, .version = work_.incoming->version, .incoming = true};
  for (const Waiter& waiter : waiters_) {
    if (waiter.ask.kind != Ask::Kind::picture) continue;
    if (std::ranges::find(running.specs, waiter.ask.spec) == running.specs.end())
      running.specs.push_back(waiter.ask.spec);
  }
  const bool reduce = work_.incoming->bytes->size() > settings_.imaging.max_source_kept_bytes;
  act(Render{++work_.last_job,
             {.source = work_.incoming->bytes,
              .wanted = running.specs,
              .master_edge = reduce ? settings_.imaging.master_edge : 0,
              .sketch = true}});
  work_.jobs.emplace(work_.last_job, std::move(running));
}

void Miss::start_render(std::vector<Spec> specs, bool from_source) {
  const auto source = known_.picture(from_source ? cache::kSourceName : cache::kMasterName);
  // The second size of a large original pays for a master, so that all others are cheap. A source
  // that has only just been fetched waits for its second size.
  const bool reduce = from_source && !known_.confirmed;
  act(Render{++work_.last_job, {source->bytes, specs, reduce ? settings_.imaging.master_edge : 0}});
  work_.jobs.emplace(work_.last_job, Work::Job{std::move(specs), known_.meta->version, false});
}

// ---- Learning what happened

void Miss::looked_up(Result<cache::StoredRecord> result, WallClock::time_point now) {
  work_.looking_up = false;
  work_.store_asked = true;
  const auto names = std::exchange(work_.names_asked_now, {});
  if (result && result->meta) {
    // The store's word counts more unless the origin has spoken since, or memory has later news of
    // the same version.
    const bool same = known_.is_of(result->meta->version);
    if (!known_.meta ||
        (!known_.confirmed && (!same || result->meta->fetched > known_.meta->fetched))) {
      if (!same) known_.drop_pictures();
      known_.meta = result->meta;
    }
    if (known_.is_of(result->meta->version)) {
      known_.doubtful = false;
      Remember remember{Source::store, known_.meta, {}, {}, true, false};
      for (std::size_t i = 0; i < names.size() && i < result->pictures.size(); ++i) {
        if (!result->pictures[i]) continue;
        auto ready = maker_.restored(*result->pictures[i], *known_.meta);
        known_.pictures.insert_or_assign(names[i], ready);
        remember.pictures.emplace_back(names[i], std::move(ready));
      }
      act(std::move(remember));
    }
  }
  if (auto error = std::exchange(work_.failed_fetch, std::nullopt)) {
    if (known_.meta)
      release();
    else
      fail_fetch(std::move(*error), now);
  }
  raise(Via::store);
  advance(now);
}

void Miss::claimed(Result<std::optional<cache::FillToken>> result, WallClock::time_point) {
  if (result && !*result) {
    work_.fetching = Work::Fetching::awaiting;
    return act(Await{});
  }
  // Without the store the photo is fetched all the same, and shared with nobody.
  work_.token = result ? std::move(*result) : std::nullopt;
  fetch();
}

void Miss::awaited(bool long_enough, WallClock::time_point now) {
  assert(work_.fetching == Work::Fetching::awaiting);
  if (long_enough) {
    unshared_ = true;
    return fetch();
  }
  work_.fetching = Work::Fetching::no;
  work_.ask_store_anew();
  advance(now);
}

void Miss::fetched(Result<origin::Fetched> result, WallClock::time_point now) {
  work_.fetching = Work::Fetching::no;
  if (!result) {
    if (result.error().code == Errc::no_photo) {
      raise(Via::fetched);
      Meta none{.status = Meta::Status::no_photo};
      // An answer that is only probably "none" is believed briefly.
      const auto briefly = result.error().retry_after;
      if (briefly.count() > 0)
        none.fresh_until = now + std::min<milliseconds>(briefly, settings_.freshness.no_photo_ttl);
      settle(std::move(none), {}, now);
    } else if (settings_.has_store && !known_.meta) {
      // This process may have slept over its deadline, or the origin failed this process alone:
      // what another one has stored meanwhile is better than an error.
      work_.failed_fetch = std::move(result.error());
      work_.ask_store_anew();
    } else {
      fail_fetch(std::move(result.error()), now);
    }
    return advance(now);
  }
  if (!result->bytes) {
    if (work_.conditional) {
      raise(Via::revalidated);
      confirm(*result, {}, now);
    } else {
      fail_fetch({Errc::origin_failed, "304 to a request without a condition", {}}, now);
    }
    return advance(now);
  }
  raise(Via::fetched);
  auto version = digest(*result->bytes);
  if (known_.is_photo() && known_.is_of(version)) {
    auto source = maker_.source(result->bytes, *known_.meta);
    const bool keep = !known_.picture(cache::kMasterName) &&
                      source->bytes->size() <= settings_.imaging.max_source_kept_bytes;
    known_.pictures.insert_or_assign(std::string(cache::kSourceName), source);
    confirm(*result,
            keep ? NamedPictures{{std::string(cache::kSourceName), source}} : NamedPictures{}, now);
    return advance(now);
  }
  work_.incoming = Work::Incoming{std::move(result->bytes), std::move(result->validators),
                                  result->max_age, std::move(version)};
  start_incoming();
}

void Miss::rendered(JobId id, Result<imaging::Rendered> result, WallClock::time_point now) {
  auto node = work_.jobs.extract(id);
  assert(!node.empty());
  const Work::Job& job = node.mapped();
  if (job.incoming) {
    if (result) {
      adopt(*result, job, now);
    } else {
      work_.incoming.reset();
      fail_fetch(std::move(result.error()), now);
    }
    return advance(now);
  }
  raise(Via::rendered);
  if (!known_.is_of(job.version)) {
    // A newer photo came in between: whoever waits for this one gets that one.
  } else if (result) {
    add_pictures(*result, job);
  } else {
    for (const Spec& spec : job.specs) known_.unrenderable.emplace(name_of(spec), result.error());
  }
  advance(now);
}

void Miss::forget() { known_.forget(); }

void Miss::detach() {
  detached_ = true;
  release();
}

void Miss::give_up(WallClock::time_point now) {
  if (!work_.fetch_error)
    work_.fetch_error =
        Error{Errc::overloaded, "too many misses, or one that took too long", seconds(1)};
  const Decision decision(settings_, known_, work_, now);
  for (const Waiter& waiter : std::exchange(waiters_, {})) {
    const Next next = decision.consider(waiter);
    const auto* outcome = std::get_if<Outcome>(&next);
    act(Answer{waiter.id, outcome ? *outcome : decision.failure(*work_.fetch_error, waiter.via)});
  }
}

// New bytes turned out to be a photo.
void Miss::adopt(const imaging::Rendered& rendered, const Work::Job& job,
                 WallClock::time_point now) {
  const Work::Incoming incoming = std::move(*std::exchange(work_.incoming, std::nullopt));
  Meta meta{.status = Meta::Status::photo,
            .version = incoming.version,
            .content_type = rendered.info.content_type,
            .width = rendered.info.size.width,
            .height = rendered.info.size.height,
            .bytes = incoming.bytes->size(),
            .origin_etag = incoming.validators.etag,
            .origin_last_modified = incoming.validators.last_modified,
            .modified = modified_at(incoming.validators, now)};
  if (rendered.sketch) add_sketch(meta, *rendered.sketch);
  meta.fresh_until = fresh_until(Meta::Status::photo, incoming.max_age, now, settings_.freshness);
  NamedPictures pictures;
  for (std::size_t i = 0; i < job.specs.size(); ++i) {
    const imaging::Picture& made = rendered.pictures[i];
    const Spec spec = imaging::canonical(rendered.info.size, job.specs[i]);
    std::string name = name_of(spec);
    const auto same = [&](const auto& other) { return other.first == name; };
    if (std::ranges::any_of(pictures, same)) continue;
    auto variant = maker_.variant(made, spec, name, meta);
    pictures.emplace_back(std::move(name), std::move(variant));
  }
  const auto source = maker_.source(incoming.bytes, meta);
  if (rendered.master) {
    pictures.emplace_back(cache::kMasterName, maker_.master(*rendered.master, meta));
  } else {
    pictures.emplace_back(cache::kSourceName, source);
  }
  known_.drop_pictures();
  settle(std::move(meta), std::move(pictures), now);
  // Whoever joined meanwhile is served from the source, even if it is too large to keep.
  known_.pictures.insert_or_assign(std::string(cache::kSourceName), source);
}

// The copy at hand is right.
void Miss::confirm(const origin::Fetched& answer, NamedPictures pictures,
                   WallClock::time_point now) {
  Meta meta = *known_.meta;
  if (!answer.validators.etag.empty()) meta.origin_etag = answer.validators.etag;
  if (!answer.validators.last_modified.empty())
    meta.origin_last_modified = answer.validators.last_modified;
  meta.fresh_until = fresh_until(Meta::Status::photo, answer.max_age, now, settings_.freshness);
  settle(std::move(meta), std::move(pictures), now);
}

// The origin has spoken: remembers it here and, with the claim, for everyone.
void Miss::settle(Meta meta, NamedPictures pictures, WallClock::time_point now) {
  meta.fetched = now;
  meta.retry_at = {};
  meta.span.reset();
  if (meta.status != Meta::Status::photo) {
    if (meta.fresh_until == WallClock::time_point())
      meta.fresh_until = fresh_until(meta.status, std::nullopt, now, settings_.freshness);
    meta.modified = now;
    known_.drop_pictures();
  }
  known_.confirmed = true;
  known_.doubtful = false;
  known_.meta = std::make_shared<const Meta>(meta);
  for (const auto& [name, ready] : pictures) known_.pictures.insert_or_assign(name, ready);
  act(Remember{Source::origin, known_.meta, pictures, {}, work_.token.has_value(), false});
  if (work_.token) {
    const seconds stored_for = life(meta, now, settings_.freshness);
    act(Fill{*std::exchange(work_.token, std::nullopt),
             {std::move(meta), std::move(pictures), stored_for}});
  }
}

// The origin could not be asked, or sent what is of no use. An older answer stays in force and is
// not questioned again for a moment; without one the failure itself is remembered as briefly.
void Miss::fail_fetch(Error error, WallClock::time_point now) {
  work_.fetch_error = std::move(error);
  const auto until =
      now + std::max<milliseconds>(settings_.freshness.failure_ttl, work_.fetch_error->retry_after);
  if (known_.meta && freshness(*known_.meta, now, settings_.freshness) <= Freshness::fallback) {
    Meta meta = *known_.meta;
    meta.retry_at = until;
    meta.failure = work_.fetch_error->code;
    known_.meta = std::make_shared<const Meta>(std::move(meta));
    act(Remember{Source::nobody, known_.meta, {}, {}, true, false});
    return release();
  }
  // Our own overload says nothing about the photo.
  if (work_.fetch_error->code == Errc::overloaded ||
      work_.fetch_error->code == Errc::shutting_down || work_.fetch_error->code == Errc::internal)
    return release();
  Meta meta{.status = Meta::Status::failed,
            .failure = work_.fetch_error->code,
            .version = std::string(cache::kUnknownVersion),
            .fresh_until = until};
  settle(std::move(meta), {}, now);
}

// Pictures made from a source or master at hand.
void Miss::add_pictures(const imaging::Rendered& rendered, const Work::Job& job) {
  for (std::size_t i = 0; i < job.specs.size(); ++i) {
    const imaging::Picture& made = rendered.pictures[i];
    std::string name = name_of(job.specs[i]);
    auto ready = maker_.variant(made, job.specs[i], name, *known_.meta);
    known_.pictures.insert_or_assign(name, ready);
    act(Remember{Source::nobody, known_.meta, {{name, ready}}, {}, true, false});
    act(Save{std::move(name), std::move(ready), {}});
  }
  if (!rendered.master) return;
  auto master = maker_.master(*rendered.master, *known_.meta);
  known_.pictures.insert_or_assign(std::string(cache::kMasterName), master);
  act(Remember{Source::nobody,
               known_.meta,
               {{std::string(cache::kMasterName), master}},
               cache::kSourceName,
               false});
  act(Save{std::string(cache::kMasterName), std::move(master), cache::kSourceName});
}

// Those who wait now are answered by way of this.
void Miss::raise(Via via) {
  for (Waiter& waiter : waiters_) waiter.via = std::max(waiter.via, via);
}

// The claim comes to nothing: whoever waits for it need not any more.
void Miss::release() {
  if (work_.token) act(Release{*std::exchange(work_.token, std::nullopt)});
}

void Miss::act(Action action) {
  if (auto* remember = std::get_if<Remember>(&action);
      remember != nullptr && remember->says != Source::nobody && (detached_ || unshared_)) {
    actions_.push_back(Remember{remember->says, std::move(remember->meta), {}, {}, false, true});
    return;
  }
  const bool saves = std::holds_alternative<Save>(action);
  const bool writes =
      saves || std::holds_alternative<Remember>(action) || std::holds_alternative<Fill>(action);
  if (((detached_ || unshared_) && writes) || (saves && !settings_.has_store)) return;
  actions_.push_back(std::move(action));
}

}  // namespace likeness::photo
