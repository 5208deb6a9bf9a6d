#ifndef LIKENESS_PROXY_PHOTO_FRESHNESS_H_
#define LIKENESS_PROXY_PHOTO_FRESHNESS_H_

#include <cstdint>
#include <optional>

#include "cache/record.h"
#include "config/settings.h"

namespace likeness::photo {

// How far a remembered answer may still be used (RFC 9111 4.2, RFC 5861). Ordered: a later state
// allows less.
enum class Freshness : std::uint8_t {
  fresh,         // Use it.
  revalidating,  // Use it, and ask the origin in the background (stale-while-revalidate).
  fallback,      // Ask the origin first; use it if that fails (stale-if-error).
  expired,       // Of no use but for its validators.
};

[[nodiscard]] Freshness freshness(const cache::Meta& meta, WallClock::time_point now,
                                  const FreshnessSettings& settings);

// When an answer that the origin gave at `now` stops being fresh. `max_age` is the origin's word on
// a photo, which the settings bound.
[[nodiscard]] WallClock::time_point fresh_until(cache::Meta::Status status,
                                                std::optional<seconds> max_age,
                                                WallClock::time_point now,
                                                const FreshnessSettings& settings);

// How long the shared store should keep a record after `now`: until nothing of it can be used.
[[nodiscard]] seconds life(const cache::Meta& meta, WallClock::time_point now,
                           const FreshnessSettings& settings);

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_FRESHNESS_H_
