#ifndef LIKENESS_CONFIG_BASE_TIME_H_
#define LIKENESS_CONFIG_BASE_TIME_H_

#include <chrono>

namespace likeness {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The clock of deadlines and durations: it never jumps.
using Clock = std::chrono::steady_clock;
// The clock of dates that leave the process: HTTP dates, freshness in Redis.
using WallClock = std::chrono::system_clock;

}  // namespace likeness

#endif  // LIKENESS_CONFIG_BASE_TIME_H_
