#ifndef LIKENESS_PROXY_ORIGIN_GATE_H_
#define LIKENESS_PROXY_ORIGIN_GATE_H_

#include <atomic>

#include "config/base/time.h"

namespace likeness::origin {

// A Gate keeps a whole process away from an origin that has asked to come back later: requests
// before that time would count against us all the same. Thread-safe, without a lock.
class Gate {
 public:
  // How long it stays shut from now; zero: it is open.
  [[nodiscard]] milliseconds remaining(Clock::time_point now) const {
    const Clock::time_point until{Clock::duration(until_.load(std::memory_order_relaxed))};
    return until <= now ? milliseconds(0) : std::chrono::ceil<milliseconds>(until - now);
  }

  // Keeps it shut until then, and longer if it was to stay shut longer.
  void shut(Clock::time_point until) {
    const Clock::rep wanted = until.time_since_epoch().count();
    Clock::rep known = until_.load(std::memory_order_relaxed);
    while (known < wanted &&
           !until_.compare_exchange_weak(known, wanted, std::memory_order_relaxed)) {
    }
  }

 private:
  std::atomic<Clock::rep> until_ = Clock::time_point::min().time_since_epoch().count();
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_GATE_H_
