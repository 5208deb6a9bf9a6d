#include "proxy/photo/miss.h"

#include <algorithm>
#include <cassert>

#include "proxy/http/message.h"
#include "proxy/photo/digest.h"
#include "proxy/photo/freshness.h"
#include "proxy/photo/head.h"
#include "proxy/photo/name.h"
#include "proxy/photo/sketch.h"

namespace likeness::photo {

using cache::Meta;
using cache::MetaPtr;
using cache::PicturePtr;
using imaging::Spec;

namespace {

std::string name_of(const Spec& spec) {
  char buffer[imaging::kMaxNameLength];
  return std::string(imaging::write_name(spec, buffer));
}

imaging::Size size_of(const Meta& meta) { return {meta.width, meta.height}; }

PicturePtr make_picture(SharedBytes bytes, std::string content_type, imaging::Size size,
                        std::string etag, const Meta& meta, const std::string& tags) {
  cache::Picture picture;
  picture.etag = std::move(etag);
  picture.bytes = std::move(bytes);
  picture.content_type = std::move(content_type);
  picture.width = size.width;
  picture.height = size.height;
  picture.version = meta.version;
  picture.head = head_lines(picture, meta, tags);
  return std::make_shared<const cache::Picture>(std::move(picture));
}

PicturePtr make_source(const SharedBytes& bytes, const Meta& meta, const std::string& tags) {
  return make_picture(bytes, meta.content_type, size_of(meta), entity_tag(*bytes), meta, tags);
}

PicturePtr make_master(const imaging::Picture& made, const Meta& meta, const std::string& tags) {
  return make_picture(made.bytes, std::string(content_type(made.format)), made.size,
                      entity_tag(*made.bytes), meta, tags);
}

PicturePtr with_head(const PicturePtr& stored, const Meta& meta, const std::string& tags) {
  auto picture = std::make_shared<cache::Picture>(*stored);
  picture->head = head_lines(*picture, meta, tags);
  return picture;
}

WallClock::time_point modified_at(const origin::Validators& validators, WallClock::time_point now) {
  const std::int64_t stamp = http::parse_date(validators.last_modified);
  return stamp < 0 ? now : WallClock::from_time_t(stamp);
}

}  // namespace

void Miss::join(WaiterId waiter, const Ask& ask, const Remembered& memory,
                WallClock::time_point now) {
  const bool shared = !idle();
  if (!meta_) {
    meta_ = memory.meta;
    doubtful_ = !memory.vouched;
  }
  if (meta_) {
    char buffer[imaging::kMaxNameLength];
    recall(picture_name(ask, *meta_, buffer), memory.picture);
    recall(cache::kSourceName, memory.source);
    recall(cache::kMasterName, memory.master);
  }
  waiters_.push_back({waiter, ask, Via::memory, shared});
  advance(now);
}

// Takes a picture from memory, if it is one of the version that this miss is about.
void Miss::recall(std::string_view name, const PicturePtr& picture) {
  if (picture && picture->version == meta_->version && meta_->status == Meta::Status::photo)
    pictures_.try_emplace(std::string(name), picture);
}

std::optional<std::string> Miss::version() const {
  return meta_ ? std::optional(meta_->version) : std::nullopt;
}

bool Miss::idle() const {
  return waiters_.empty() && !looking_up_ && fetch_ == FetchStage::idle && jobs_.empty();
}

std::string_view Miss::doing() const {
  if (looking_up_) return "looking up";
  switch (fetch_) {
    case FetchStage::claiming: return "claiming";
    case FetchStage::awaiting: return "awaiting another process";
    case FetchStage::fetching: return "fetching";
    case FetchStage::idle: break;
  }
  return jobs_.empty() ? "answering" : "rendering";
}

// ---- Deciding what to do next

void Miss::advance(WallClock::time_point now) {
  std::vector<std::string> names;
  bool look_up = false;
  bool fetch = false;
  bool conditional = true;
  std::vector<Spec> from_source;
  std::vector<Spec> from_master;
  const auto answered = [&](const Waiter& waiter) {
    Next next = consider(waiter, now);
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
  if (due_for_refresh(now)) {
    // Another process may have refreshed it already.
    if (settings_.has_store && !store_asked_)
      look_up = true;
    else
      fetch = true;
  }
  if (look_up && !looking_up_) {
    looking_up_ = true;
    asked_now_ = names;
    names_asked_.insert(names.begin(), names.end());
    act(LookUp{std::move(names)});
  }
  const bool busy = looking_up_ || fetch_ != FetchStage::idle || incoming_;
  if (fetch && !busy) start_fetch(conditional);
}

Miss::Next Miss::consider(const Waiter& waiter, WallClock::time_point now) {
  if (!meta_) return consider_unusable(waiter);
  Freshness state = freshness(*meta_, now, settings_.freshness);
  if (doubtful_) state = std::max(state, Freshness::fallback);
  const bool asking_is_no_use = fetch_error_ || now < meta_->retry_at;
  const bool usable = confirmed_ || state <= Freshness::revalidating ||
                      (state == Freshness::fallback && asking_is_no_use);
  if (!usable) return consider_unusable(waiter);
  const bool stale = !confirmed_ && state != Freshness::fresh;
  switch (meta_->status) {
    case Meta::Status::no_photo: return failure({Errc::no_photo, {}, {}}, waiter.via, stale);
    case Meta::Status::failed: return failure({meta_->failure, {}, {}}, waiter.via, stale);
    case Meta::Status::photo: break;
  }
  switch (waiter.ask.kind) {
    case Ask::Kind::meta: return found(waiter, nullptr, stale);
    case Ask::Kind::source: return consider_source(waiter, stale);
    case Ask::Kind::picture:
    case Ask::Kind::original: break;
  }
  return consider_picture(waiter, stale);
}

// Would a stale photo that is still being served be asked for again, now?
bool Miss::due_for_refresh(WallClock::time_point now) const {
  return meta_ && !confirmed_ && !fetch_error_ && now >= meta_->retry_at &&
         freshness(*meta_, now, settings_.freshness) == Freshness::revalidating;
}

// Nothing usable is known of the photo: first the store is asked, then the origin.
Miss::Next Miss::consider_unusable(const Waiter& waiter) const {
  if (looking_up_) return Wait{};
  if (settings_.has_store && !store_asked_) {
    NeedStore need;
    // The name that the picture has if the source is larger than what is asked.
    if (waiter.ask.kind == Ask::Kind::picture) need.names.push_back(name_of(waiter.ask.spec));
    if (waiter.ask.kind == Ask::Kind::source) need.names.emplace_back(cache::kSourceName);
    return need;
  }
  if (fetch_error_) return failure(*fetch_error_, waiter.via);
  return NeedOrigin{};
}

Miss::Next Miss::consider_picture(const Waiter& waiter, bool stale) const {
  const Spec spec = canonical_spec(waiter.ask, *meta_);
  const std::string name = name_of(spec);
  if (auto ready = picture(name)) return found(waiter, std::move(ready), stale);
  if (const auto failed = unrenderable_.find(name); failed != unrenderable_.end())
    return failure(failed->second, waiter.via);
  const auto makes_it = [&](const auto& job) {
    return !job.second.incoming &&
           std::ranges::find(job.second.specs, spec) != job.second.specs.end();
  };
  if (std::ranges::any_of(jobs_, makes_it)) return Wait{};

  if (picture(cache::kSourceName)) return NeedRender{spec, true};
  if (const auto master = picture(cache::kMasterName);
      master && spec.box.width <= master->width && spec.box.height <= master->height)
    return NeedRender{spec, false};
  return need_bytes({name, std::string(cache::kSourceName), std::string(cache::kMasterName)});
}

Miss::Next Miss::consider_source(const Waiter& waiter, bool stale) const {
  if (auto source = picture(cache::kSourceName)) return found(waiter, std::move(source), stale);
  return need_bytes({std::string(cache::kSourceName)});
}

// The meta is known, but no bytes to make the answer of: some may be in the store, all are at the
// origin.
Miss::Next Miss::need_bytes(std::vector<std::string> names) const {
  if (looking_up_ || incoming_) return Wait{};
  if (settings_.has_store) {
    std::erase_if(names, [&](const std::string& name) { return names_asked_.contains(name); });
    if (!names.empty()) return NeedStore{std::move(names)};
  }
  if (fetch_error_) return failure(*fetch_error_, Via::fetched);
  return NeedOrigin{true};
}

Outcome Miss::failure(const Error& error, Via via, bool stale) const {
  Failure failure{error, via, {}, {}, stale};
  const bool remembered = meta_ && meta_->status != Meta::Status::photo;
  if (remembered) {
    failure.fetched = meta_->fetched;
    failure.fresh_until = meta_->fresh_until;
  }
  return std::unexpected(std::move(failure));
}

Outcome Miss::found(const Waiter& waiter, PicturePtr ready, bool stale) const {
  return Found{meta_, std::move(ready), waiter.via, stale, waiter.shared};
}

PicturePtr Miss::picture(std::string_view name) const {
  const auto found = pictures_.find(name);
  return found == pictures_.end() ? nullptr : found->second;
}

// ---- Starting work

void Miss::start_fetch(bool conditional) {
  conditional_ = conditional && meta_ && meta_->status == Meta::Status::photo;
  // The claim comes first: a purge or an upload that happens during the fetch breaks it, so that
  // the fetch cannot bring back what it fetched before.
  if (settings_.has_store) {
    fetch_ = FetchStage::claiming;
    act(Claim{});
    return;
  }
  fetch();
}

void Miss::fetch() {
  fetch_ = FetchStage::fetching;
  conditional_ = conditional_ && meta_;
  act(Fetch{conditional_ ? origin::Validators{meta_->origin_etag, meta_->origin_last_modified}
                         : origin::Validators{}});
}

// The first job on fresh bytes also reads what they are. It makes what is asked right now; nobody
// knows yet which of these are the same picture.
void Miss::start_incoming() {
  RunningJob running{.specs = {}, .version = incoming_->version, .incoming = true};
  for (const Waiter& waiter : waiters_) {
    if (waiter.ask.kind != Ask::Kind::picture) continue;
    if (std::ranges::find(running.specs, waiter.ask.spec) == running.specs.end())
      running.specs.push_back(waiter.ask.spec);
  }
  const bool reduce = incoming_->bytes->size() > settings_.imaging.max_source_kept_bytes;
  act(Render{++last_job_,
             {.source = incoming_->bytes,
              .wanted = running.specs,
              .master_edge = reduce ? settings_.imaging.master_edge : 0,
              .sketch = true}});
  jobs_.emplace(last_job_, std::move(running));
}

void Miss::start_render(std::vector<Spec> specs, bool from_source) {
  const auto source = picture(from_source ? cache::kSourceName : cache::kMasterName);
  // The second size of a large original pays for a master, so that all others are cheap. A source
  // that has only just been fetched waits for its second size.
  const bool reduce = from_source && !confirmed_;
  act(Render{++last_job_, {source->bytes, specs, reduce ? settings_.imaging.master_edge : 0}});
  jobs_.emplace(last_job_, RunningJob{std::move(specs), meta_->version, false});
}

// ---- Learning what happened

void Miss::looked_up(Result<cache::StoredRecord> result, WallClock::time_point now) {
  looking_up_ = false;
  store_asked_ = true;
  const auto names = std::exchange(asked_now_, {});
  if (result && result->meta) {
    // The store's word counts more unless the origin has spoken since, or memory has later news of
    // the same version.
    const bool same = meta_ && meta_->version == result->meta->version;
    if (!meta_ || (!confirmed_ && (!same || result->meta->fetched > meta_->fetched))) {
      if (!same) {
        pictures_.clear();
        unrenderable_.clear();
      }
      meta_ = result->meta;
    }
    if (result->meta->version == meta_->version) {
      doubtful_ = false;
      Remember remember{Source::store, meta_, {}, {}, true, false};
      for (std::size_t i = 0; i < names.size() && i < result->pictures.size(); ++i) {
        if (!result->pictures[i]) continue;
        auto ready = with_head(result->pictures[i], *meta_, tags_);
        pictures_.insert_or_assign(names[i], ready);
        remember.pictures.emplace_back(names[i], std::move(ready));
      }
      act(std::move(remember));
    }
  }
  if (auto error = std::exchange(failed_fetch_, std::nullopt)) {
    if (meta_)
      release();
    else
      fail_fetch(std::move(*error), now);
  }
  raise(Via::store);
  advance(now);
}

void Miss::claimed(Result<std::optional<cache::FillToken>> result, WallClock::time_point) {
  if (result && !*result) {
    fetch_ = FetchStage::awaiting;
    return act(Await{});
  }
  // Without the store the photo is fetched all the same, and shared with nobody.
  token_ = result ? std::move(*result) : std::nullopt;
  fetch();
}

void Miss::awaited(bool long_enough, WallClock::time_point now) {
  assert(fetch_ == FetchStage::awaiting);
  if (long_enough) {
    unshared_ = true;
    return fetch();
  }
  fetch_ = FetchStage::idle;
  store_asked_ = false;
  names_asked_.clear();
  advance(now);
}

void Miss::fetched(Result<origin::Fetched> result, WallClock::time_point now) {
  fetch_ = FetchStage::idle;
  if (!result) {
    if (result.error().code == Errc::no_photo) {
      raise(Via::fetched);
      Meta none{.status = Meta::Status::no_photo};
      // An answer that is only probably "none" is believed briefly.
      const auto briefly = result.error().retry_after;
      if (briefly.count() > 0)
        none.fresh_until = now + std::min<milliseconds>(briefly, settings_.freshness.no_photo_ttl);
      settle(std::move(none), {}, now);
    } else if (settings_.has_store && !meta_) {
      // This process may have slept over its deadline, or the origin failed this process alone:
      // what another one has stored meanwhile is better than an error.
      failed_fetch_ = std::move(result.error());
      store_asked_ = false;
      names_asked_.clear();
    } else {
      fail_fetch(std::move(result.error()), now);
    }
    return advance(now);
  }
  if (!result->bytes) {
    if (conditional_) {
      raise(Via::revalidated);
      confirm(*result, {}, now);
    } else {
      fail_fetch({Errc::origin_failed, "304 to a request without a condition", {}}, now);
    }
    return advance(now);
  }
  raise(Via::fetched);
  auto version = digest(*result->bytes);
  if (meta_ && meta_->status == Meta::Status::photo && meta_->version == version) {
    auto source = make_source(result->bytes, *meta_, tags_);
    const bool keep = !picture(cache::kMasterName) &&
                      source->bytes->size() <= settings_.imaging.max_source_kept_bytes;
    pictures_.insert_or_assign(std::string(cache::kSourceName), source);
    confirm(*result,
            keep ? NamedPictures{{std::string(cache::kSourceName), source}} : NamedPictures{}, now);
    return advance(now);
  }
  incoming_ = Incoming{std::move(result->bytes), std::move(result->validators), result->max_age,
                       std::move(version)};
  start_incoming();
}

void Miss::rendered(JobId id, Result<imaging::Rendered> result, WallClock::time_point now) {
  auto node = jobs_.extract(id);
  assert(!node.empty());
  const RunningJob& job = node.mapped();
  if (job.incoming) {
    if (result) {
      adopt(*result, job, now);
    } else {
      incoming_.reset();
      fail_fetch(std::move(result.error()), now);
    }
    return advance(now);
  }
  raise(Via::rendered);
  if (!meta_ || job.version != meta_->version) {
    // A newer photo came in between: whoever waits for this one gets that one.
  } else if (result) {
    add_pictures(*result, job);
  } else {
    for (const Spec& spec : job.specs) unrenderable_.emplace(name_of(spec), result.error());
  }
  advance(now);
}

void Miss::forget() {
  meta_.reset();
  pictures_.clear();
  unrenderable_.clear();
  doubtful_ = false;
  confirmed_ = false;
}

void Miss::detach() {
  detached_ = true;
  release();
}

void Miss::give_up(WallClock::time_point now) {
  if (!fetch_error_)
    fetch_error_ =
        Error{Errc::overloaded, "too many misses, or one that took too long", seconds(1)};
  for (const Waiter& waiter : std::exchange(waiters_, {})) {
    const Next next = consider(waiter, now);
    const auto* outcome = std::get_if<Outcome>(&next);
    act(Answer{waiter.id, outcome ? *outcome : failure(*fetch_error_, waiter.via)});
  }
}

// New bytes turned out to be a photo.
void Miss::adopt(const imaging::Rendered& rendered, const RunningJob& job,
                 WallClock::time_point now) {
  const Incoming incoming = std::move(*std::exchange(incoming_, std::nullopt));
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
    auto variant = make_variant(made, spec, name, meta);
    pictures.emplace_back(std::move(name), std::move(variant));
  }
  const auto source = make_source(incoming.bytes, meta, tags_);
  if (rendered.master) {
    pictures.emplace_back(cache::kMasterName, make_master(*rendered.master, meta, tags_));
  } else {
    pictures.emplace_back(cache::kSourceName, source);
  }
  pictures_.clear();
  unrenderable_.clear();
  settle(std::move(meta), std::move(pictures), now);
  // Whoever joined meanwhile is served from the source, even if it is too large to keep.
  pictures_.insert_or_assign(std::string(cache::kSourceName), source);
}

// The copy at hand is right.
void Miss::confirm(const origin::Fetched& answer, NamedPictures pictures,
                   WallClock::time_point now) {
  Meta meta = *meta_;
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
    pictures_.clear();
  }
  confirmed_ = true;
  doubtful_ = false;
  meta_ = std::make_shared<const Meta>(meta);
  for (const auto& [name, ready] : pictures) pictures_.insert_or_assign(name, ready);
  act(Remember{Source::origin, meta_, pictures, {}, token_.has_value(), false});
  if (token_) {
    const seconds stored_for = life(meta, now, settings_.freshness);
    act(Fill{*std::exchange(token_, std::nullopt),
             {std::move(meta), std::move(pictures), stored_for}});
  }
}

// The origin could not be asked, or sent what is of no use. An older answer stays in force and is
// not questioned again for a moment; without one the failure itself is remembered as briefly.
void Miss::fail_fetch(Error error, WallClock::time_point now) {
  fetch_error_ = std::move(error);
  const auto until =
      now + std::max<milliseconds>(settings_.freshness.failure_ttl, fetch_error_->retry_after);
  if (meta_ && freshness(*meta_, now, settings_.freshness) <= Freshness::fallback) {
    Meta meta = *meta_;
    meta.retry_at = until;
    meta.failure = fetch_error_->code;
    meta_ = std::make_shared<const Meta>(std::move(meta));
    act(Remember{Source::nobody, meta_, {}, {}, true, false});
    return release();
  }
  // Our own overload says nothing about the photo.
  if (fetch_error_->code == Errc::overloaded || fetch_error_->code == Errc::shutting_down ||
      fetch_error_->code == Errc::internal)
    return release();
  Meta meta{.status = Meta::Status::failed,
            .failure = fetch_error_->code,
            .version = std::string(cache::kUnknownVersion),
            .fresh_until = until};
  settle(std::move(meta), {}, now);
}

PicturePtr Miss::make_variant(const imaging::Picture& made, const Spec& spec, std::string_view name,
                              const Meta& meta) const {
  return make_picture(made.bytes, std::string(content_type(made.format)), made.size,
                      picture_tag(meta.version, name, quality_of(spec, settings_.imaging)), meta,
                      tags_);
}

// Pictures made from a source or master at hand.
void Miss::add_pictures(const imaging::Rendered& rendered, const RunningJob& job) {
  for (std::size_t i = 0; i < job.specs.size(); ++i) {
    const imaging::Picture& made = rendered.pictures[i];
    std::string name = name_of(job.specs[i]);
    auto ready = make_variant(made, job.specs[i], name, *meta_);
    pictures_.insert_or_assign(name, ready);
    act(Remember{Source::nobody, meta_, {{name, ready}}, {}, true, false});
    act(Save{std::move(name), std::move(ready), {}});
  }
  if (!rendered.master) return;
  auto master = make_master(*rendered.master, *meta_, tags_);
  pictures_.insert_or_assign(std::string(cache::kMasterName), master);
  act(Remember{Source::nobody,
               meta_,
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
  if (token_) act(Release{*std::exchange(token_, std::nullopt)});
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
