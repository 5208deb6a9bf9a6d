#ifndef LIKENESS_CONFIG_BASE_LOOP_H_
#define LIKENESS_CONFIG_BASE_LOOP_H_

#include <cstdint>
#include <functional>

#include "config/base/time.h"

namespace likeness {

// A Loop runs callbacks on one thread: when a file descriptor is ready, when a time has come, when
// another thread has posted a task. All that is in flight for a connection or a photo lives on one
// loop, so none of it needs a lock.
//
// Every callback runs on the loop's thread, never re-entrantly from within the call that registers
// it. No callback may block. An exception that leaves a callback is logged and ends only that
// callback.
//
// Loop-confined, but for post(), which is Thread-safe. The process's loops are ReactorLoop
// (proxy/loop); tests crank a ManualLoop (tests/support).
class Loop {
 public:
  using Task = std::move_only_function<void()>;

  // What a watched descriptor is ready for. A hang-up or an error reads as both, so that the next
  // read() or write() tells.
  struct Ready {
    bool read = false;
    bool write = false;
  };
  using OnReady = std::move_only_function<void(Ready)>;

  enum class TimerId : std::uint64_t { none = 0 };

  virtual ~Loop() = default;

  // The time at which this turn of the loop began: cheap, and one for all callbacks of a turn.
  [[nodiscard]] virtual Clock::time_point now() const = 0;
  // The same moment by the clock of dates.
  [[nodiscard]] virtual WallClock::time_point wall() const = 0;

  // Runs `task` on a later turn, in the order of posting per posting thread. Thread-safe. Tasks
  // that are still queued when the loop ends are destroyed, not run.
  virtual void post(Task task) = 0;

  // Runs `task` at the end of this turn, after the callbacks that the turn is for; what it defers
  // itself runs then, too.
  virtual void defer(Task task) = 0;

  // Runs `task` once, `delay` from now or a little later (resolution: 1 ms).
  virtual TimerId after(milliseconds delay, Task task) = 0;

  // Forgets a timer; one that ran already or TimerId::none is ignored.
  virtual void cancel(TimerId timer) = 0;

  // Calls `on_ready` while `fd` is ready for what is wanted (level-triggered).
  // REQUIRES: `fd` is open, non-blocking and not watched yet.
  virtual void watch(int fd, Ready wanted, OnReady on_ready) = 0;

  // Changes what is wanted of a watched descriptor. Nothing wanted is allowed: it pauses.
  virtual void rewatch(int fd, Ready wanted) = 0;

  // Forgets a descriptor; no callback for it comes after this call, even if its event was already
  // fetched. Call it before close(). May be called from the descriptor's own callback.
  virtual void unwatch(int fd) = 0;
};

}  // namespace likeness

#endif  // LIKENESS_CONFIG_BASE_LOOP_H_
