#include "proxy/photo/freshness.h"

#include <algorithm>

namespace likeness::photo {

using cache::Meta;

Freshness freshness(const Meta& meta, WallClock::time_point now,
                    const FreshnessSettings& settings) {
  if (now < meta.fresh_until) return Freshness::fresh;
  const auto stale_for = now - meta.fresh_until;
  // A new photo should appear soon and a failure end soon: neither is served stale while there is a
  // better answer to wait for. "No photo" still beats an error.
  if (meta.status == Meta::Status::photo && stale_for < settings.stale_while_revalidate)
    return Freshness::revalidating;
  if (meta.status != Meta::Status::failed && stale_for < settings.stale_if_error)
    return Freshness::fallback;
  return Freshness::expired;
}

WallClock::time_point fresh_until(Meta::Status status, std::optional<seconds> max_age,
                                  WallClock::time_point now, const FreshnessSettings& settings) {
  switch (status) {
    case Meta::Status::photo:
      return now + (max_age ? std::clamp(*max_age, settings.min_ttl, settings.max_ttl)
                            : settings.photo_ttl);
    case Meta::Status::no_photo: return now + settings.no_photo_ttl;
    case Meta::Status::failed: return now + settings.failure_ttl;
  }
  return now;
}

seconds life(const Meta& meta, WallClock::time_point now, const FreshnessSettings& settings) {
  auto until = meta.fresh_until;
  if (meta.status != Meta::Status::failed) until += settings.stale_if_error;
  if (meta.status == Meta::Status::photo)
    until = std::max(until, meta.fresh_until + settings.stale_while_revalidate);
  return std::max(seconds(1), std::chrono::ceil<seconds>(until - now));
}

}  // namespace likeness::photo
