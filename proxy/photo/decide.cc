#include "proxy/photo/decide.h"

#include <algorithm>
#include <utility>

#include "proxy/photo/freshness.h"
#include "proxy/photo/name.h"
#include "proxy/photo/pictures.h"

namespace likeness::photo {

using cache::Meta;
using cache::PicturePtr;
using imaging::Spec;

Next Decision::consider(const Waiter& waiter) const {
  if (!known_.meta) return consider_unusable(waiter);
  Freshness state = freshness(*known_.meta, now_, settings_.freshness);
  if (known_.doubtful) state = std::max(state, Freshness::fallback);
  const bool asking_is_no_use = work_.fetch_error || now_ < known_.meta->retry_at;
  const bool usable = known_.confirmed || state <= Freshness::revalidating ||
                      (state == Freshness::fallback && asking_is_no_use);
  if (!usable) return consider_unusable(waiter);
  const bool stale = !known_.confirmed && state != Freshness::fresh;
  switch (known_.meta->status) {
    case Meta::Status::no_photo: return failure({Errc::no_photo, {}, {}}, waiter.via, stale);
    case Meta::Status::failed: return failure({known_.meta->failure, {}, {}}, waiter.via, stale);
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

// Nothing usable is known of the photo: first the store is asked, then the origin.
Next Decision::consider_unusable(const Waiter& waiter) const {
  if (work_.looking_up) return Wait{};
  if (settings_.has_store && !work_.store_asked) {
    NeedStore need;
    // The name that the picture has if the source is larger than what is asked.
    if (waiter.ask.kind == Ask::Kind::picture) need.names.push_back(name_of(waiter.ask.spec));
    if (waiter.ask.kind == Ask::Kind::source) need.names.emplace_back(cache::kSourceName);
    return need;
  }
  if (work_.fetch_error) return failure(*work_.fetch_error, waiter.via);
  return NeedOrigin{};
}

Next Decision::consider_picture(const Waiter& waiter, bool stale) const {
  const Spec spec = canonical_spec(waiter.ask, *known_.meta);
  const std::string name = name_of(spec);
  if (auto ready = known_.picture(name)) return found(waiter, std::move(ready), stale);
  if (const auto failed = known_.unrenderable.find(name); failed != known_.unrenderable.end())
    return failure(failed->second, waiter.via);
  if (work_.makes(spec)) return Wait{};

  if (known_.picture(cache::kSourceName)) return NeedRender{spec, true};
  if (const auto master = known_.picture(cache::kMasterName);
      master && spec.box.width <= master->width && spec.box.height <= master->height)
    return NeedRender{spec, false};
  return need_bytes({name, std::string(cache::kSourceName), std::string(cache::kMasterName)});
}

Next Decision::consider_source(const Waiter& waiter, bool stale) const {
  if (auto source = known_.picture(cache::kSourceName))
    return found(waiter, std::move(source), stale);
  return need_bytes({std::string(cache::kSourceName)});
}

// The meta is known, but no bytes to make the answer of: some may be in the store, all are at the
// origin.
Next Decision::need_bytes(std::vector<std::string> names) const {
  if (work_.looking_up || work_.incoming) return Wait{};
  if (settings_.has_store) {
    std::erase_if(names, [&](const std::string& name) { return work_.names_asked.contains(name); });
    if (!names.empty()) return NeedStore{std::move(names)};
  }
  if (work_.fetch_error) return failure(*work_.fetch_error, Via::fetched);
  return NeedOrigin{true};
}

bool Decision::due_for_refresh() const {
  return known_.meta && !known_.confirmed && !work_.fetch_error && now_ >= known_.meta->retry_at &&
         freshness(*known_.meta, now_, settings_.freshness) == Freshness::revalidating;
}

Outcome Decision::failure(const Error& error, Via via, bool stale) const {
  Failure failure{error, via, {}, {}, stale};
  const bool remembered = known_.meta && known_.meta->status != Meta::Status::photo;
  if (remembered) {
    failure.fetched = known_.meta->fetched;
    failure.fresh_until = known_.meta->fresh_until;
  }
  return std::unexpected(std::move(failure));
}

Outcome Decision::found(const Waiter& waiter, PicturePtr ready, bool stale) const {
  return Found{known_.meta, std::move(ready), waiter.via, stale, waiter.shared};
}

}  // namespace likeness::photo
