#ifndef LIKENESS_CACHE_VOUCH_H_
#define LIKENESS_CACHE_VOUCH_H_

#include <atomic>
#include <optional>

#include "config/base/time.h"

namespace likeness::cache {

// A Vouch says whether what this process remembers may still be right, as far as the rest of the
// fleet is concerned. While the feed of changes (RedisFeed) is whole, everything is that was learnt
// since it has been. Without it nothing is for longer than `bound`: after its last sign of life,
// what was learnt under it; after that, whatever was learnt later from its own moment on. A process
// that has slept finds its last sign of life too old, and is careful before it has read the feed.
//
// Thread-safe: the loop of the feed writes, all read. "Learnt" is when the question was asked, so
// that no change between question and answer is missed.
class Vouch {
 public:
  // Without a bound there is no fleet, and nothing to doubt.
  explicit Vouch(std::optional<milliseconds> bound = std::nullopt)
      : alone_(!bound),
        bound_(bound.value_or(milliseconds(0))),
        since_(Clock::now()),
        alive_(since_.load(std::memory_order_relaxed)) {}

  // `shared`: the store knows it too. Of what it does not know no change can be heard.
  [[nodiscard]] bool covers(Clock::time_point learnt, Clock::time_point now,
                            bool shared = true) const {
    if (alone_) return true;
    if (shared && whole(now)) return learnt >= since_.load(std::memory_order_relaxed);
    return learnt >= now - bound_;
  }
  // Has the feed shown life within the bound?
  [[nodiscard]] bool whole(Clock::time_point now) const {
    return alone_ || now - alive_.load(std::memory_order_acquire) < bound_;
  }

  // The feed brings every change from now on; some before may have been missed.
  void began(Clock::time_point now) {
    since_.store(now, std::memory_order_relaxed);
    alive_.store(now, std::memory_order_release);
  }
  // Everything that had changed by `then` has been heard of.
  void heard(Clock::time_point then) { alive_.store(then, std::memory_order_release); }

 private:
  const bool alone_;
  const milliseconds bound_;
  std::atomic<Clock::time_point> since_;
  std::atomic<Clock::time_point> alive_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_VOUCH_H_
